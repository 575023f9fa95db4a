mock_provider "aws" {
  source = "../mocks"
}

variables {
  region                         = "eu-central-1"
  image_tag                      = "0123abc"
  alarm_email                    = null
  reserved_concurrent_executions = 10
  monthly_budget_usd             = 10
}

run "lambda_function" {

  assert {
    condition     = aws_lambda_function.api.publish && aws_lambda_alias.live.name == "live"
    error_message = "The function must publish versions and have an alias named live."
  }

  assert {
    condition     = aws_lambda_function_url.live.qualifier == aws_lambda_alias.live.name
    error_message = "The function URL must point to the alias."
  }

  assert {
    condition = alltrue([for permission in [aws_lambda_permission.url, aws_lambda_permission.invoke] :
      permission.qualifier == aws_lambda_alias.live.name && permission.principal == "*"
    ])
    error_message = "Both permissions must be public and limited to the alias."
  }

  assert {
    condition     = aws_lambda_permission.url.action == "lambda:InvokeFunctionUrl" && aws_lambda_permission.url.function_url_auth_type == "NONE"
    error_message = "The function URL must be callable without a signature."
  }

  assert {
    condition     = aws_lambda_permission.invoke.action == "lambda:InvokeFunction" && aws_lambda_permission.invoke.invoked_via_function_url
    error_message = "Public invocation must be allowed, and only through the function URL."
  }

  assert {
    condition     = length(aws_lambda_function_url.live.cors) == 0
    error_message = "No other origin may call the API from a browser; the frontend has the same one."
  }

  assert {
    condition     = output.github_variables.FUNCTION_NAME == var.name && output.github_variables.FUNCTION_ALIAS == "live" && output.feedback == "s3://digit-recognizer-feedback-123456789012/feedback"
    error_message = "Function, alias and feedback must have the names that the policies of the root bootstrap cover."
  }

  assert {
    condition = aws_lambda_function.api.environment[0].variables == tomap({
      DIGITS_FEEDBACK     = local.feedback_uri
      DIGITS_STORE_INPUTS = "0"
    })
    error_message = "The environment must hold the given settings, without storing model inputs by default."
  }

  assert {
    condition     = aws_lambda_function.api.reserved_concurrent_executions == var.reserved_concurrent_executions
    error_message = "The function's concurrency must be limited."
  }

  assert {
    condition     = aws_lambda_function.api.timeout == var.timeout && aws_lambda_function.api.memory_size == var.memory_size && tolist(aws_lambda_function.api.architectures) == tolist(["x86_64"])
    error_message = "Timeout and memory size must be the given ones, and the architecture the image's."
  }

  assert {
    condition     = aws_cloudwatch_log_group.function.retention_in_days == 30 && aws_lambda_function.api.logging_config[0].log_group == aws_cloudwatch_log_group.function.name
    error_message = "The function must log to its own log group, with the given retention."
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.log.policy).Statement[*].Resource == [["${aws_cloudwatch_log_group.function.arn}:*"]]
    error_message = "The function may write to its own log group only."
  }

  assert {
    condition = [for statement in jsondecode(aws_iam_role_policy.feedback.policy).Statement : [statement.Action, statement.Resource]] == [
      [["s3:PutObject"], ["arn:aws:s3:::digit-recognizer-feedback-123456789012/feedback/*"]]
    ]
    error_message = "In S3, the function may only put objects under the feedback prefix."
  }

  assert {
    condition     = aws_iam_role.function.permissions_boundary == "arn:aws:iam::123456789012:policy/digit-recognizer-workload" && jsondecode(aws_iam_role.function.assume_role_policy).Statement[*].Principal == [{ Service = "lambda.amazonaws.com" }]
    error_message = "The function's role must have the permissions boundary and trust Lambda only."
  }
}

# Deployments choose the image and update the alias; a later apply must change neither.
run "apply_with_another_image_leaves_the_image" {

  variables {
    image_tag = "another"
  }

  assert {
    condition     = endswith(aws_lambda_function.api.image_uri, ":0123abc")
    error_message = "An apply must not revert the deployed image."
  }
}

run "apply_with_another_version_leaves_the_alias" {

  plan_options {
    replace = [aws_lambda_function.api]
  }

  override_resource {
    target = aws_lambda_function.api
    values = { version = "2" }
  }

  assert {
    condition     = aws_lambda_function.api.version == "2" && aws_lambda_alias.live.function_version == "1"
    error_message = "An apply must not update the alias."
  }
}

run "warm_up" {
  assert {
    condition     = aws_cloudwatch_event_rule.warm_up[0].schedule_expression == "rate(5 minutes)" && aws_cloudwatch_event_target.warm_up[0].arn == aws_lambda_alias.live.arn
    error_message = "The alias must be invoked every five minutes."
  }

  assert {
    condition     = aws_lambda_permission.warm_up[0].principal == "events.amazonaws.com" && aws_lambda_permission.warm_up[0].source_arn == aws_cloudwatch_event_rule.warm_up[0].arn && aws_lambda_permission.warm_up[0].qualifier == aws_lambda_alias.live.name
    error_message = "Of EventBridge, only this rule may invoke the alias."
  }
}

run "no_warm_up" {
  command = plan

  variables {
    warm_up = false
  }

  assert {
    condition     = length(aws_cloudwatch_event_rule.warm_up) + length(aws_cloudwatch_event_target.warm_up) + length(aws_lambda_permission.warm_up) == 0
    error_message = "Without warm_up, nothing may invoke the function by itself."
  }
}

run "no_snap_start" {
  command = plan

  assert {
    condition     = length(aws_lambda_function.api.snap_start) == 0
    error_message = "Without snap_start, nothing may cost anything while idle."
  }
}

run "snap_start" {
  command = plan

  variables {
    snap_start = true
  }

  assert {
    condition     = aws_lambda_function.api.snap_start[0].apply_on == "PublishedVersions"
    error_message = "With snap_start, every published version must have a snapshot."
  }
}

run "no_reservation" {
  command = plan

  variables {
    reserved_concurrent_executions = null
  }

  assert {
    condition     = aws_lambda_function.api.reserved_concurrent_executions == -1
    error_message = "Without a reservation, the account's quota must bound the concurrency."
  }
}

run "reservation_of_no_execution_is_invalid" {
  command = plan

  variables {
    reserved_concurrent_executions = 0
  }

  expect_failures = [var.reserved_concurrent_executions]
}

run "store_inputs_sets_the_environment_variable" {
  command = plan


  variables {
    store_inputs = true
  }

  assert {
    condition     = aws_lambda_function.api.environment[0].variables.DIGITS_STORE_INPUTS == "1"
    error_message = "DIGITS_STORE_INPUTS must be 1."
  }
}

run "timeout_over_60_seconds_is_invalid" {
  command = plan


  variables {
    timeout = 900
  }

  expect_failures = [var.timeout]
}

run "tag_latest_is_invalid" {
  command = plan

  variables {
    image_tag = "latest"
  }

  expect_failures = [var.image_tag]
}
