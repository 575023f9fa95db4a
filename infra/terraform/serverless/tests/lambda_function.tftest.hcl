mock_provider "aws" {
  source = "../mocks"
}

variables {
  name                           = "digit-recognizer"
  image_uri                      = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/digit-recognizer:0123abc"
  architecture                   = "x86_64"
  memory_size                    = 1024
  timeout                        = 15
  reserved_concurrent_executions = 10
  log_retention_in_days          = 30
  frontend_origin                = "https://digits.example.com"
  feedback_uri                   = "s3://digit-recognizer-feedback-123456789012/feedback"
  store_inputs                   = false
  permissions_boundary_arn       = "arn:aws:iam::123456789012:policy/digit-recognizer-workload"
}

run "lambda_function" {
  module {
    source = "../modules/lambda-function"
  }

  assert {
    condition     = aws_lambda_function.this.publish && aws_lambda_alias.live.name == "live"
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
    condition     = tolist(aws_lambda_function_url.live.cors[0].allow_origins) == tolist([var.frontend_origin]) && aws_lambda_function_url.live.cors[0].allow_credentials != true
    error_message = "CORS must allow the frontend's origin only, without credentials."
  }

  assert {
    condition     = toset(aws_lambda_function_url.live.cors[0].expose_headers) == toset(["server-timing", "x-request-id"])
    error_message = "CORS must expose the timings and the request ID to the frontend."
  }

  assert {
    condition = aws_lambda_function.this.environment[0].variables == tomap({
      DIGITS_PAGE_URL     = var.frontend_origin
      DIGITS_FEEDBACK     = var.feedback_uri
      DIGITS_STORE_INPUTS = "0"
    })
    error_message = "The environment must hold the given settings, without storing model inputs by default."
  }

  assert {
    condition     = aws_lambda_function.this.reserved_concurrent_executions == var.reserved_concurrent_executions
    error_message = "The function's concurrency must be limited."
  }

  assert {
    condition     = aws_lambda_function.this.timeout == var.timeout && aws_lambda_function.this.memory_size == var.memory_size && tolist(aws_lambda_function.this.architectures) == tolist([var.architecture])
    error_message = "Timeout, memory size and architecture must be the given ones."
  }

  assert {
    condition     = aws_cloudwatch_log_group.this.retention_in_days == 30 && aws_lambda_function.this.logging_config[0].log_group == aws_cloudwatch_log_group.this.name
    error_message = "The function must log to its own log group, with the given retention."
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.log.policy).Statement[*].Resource == [["${aws_cloudwatch_log_group.this.arn}:*"]]
    error_message = "The function may write to its own log group only."
  }

  assert {
    condition = [for statement in jsondecode(aws_iam_role_policy.feedback.policy).Statement : [statement.Action, statement.Resource]] == [
      [["s3:PutObject"], ["arn:aws:s3:::digit-recognizer-feedback-123456789012/feedback/*"]]
    ]
    error_message = "In S3, the function may only put objects under the feedback prefix."
  }

  assert {
    condition     = aws_iam_role.this.permissions_boundary == var.permissions_boundary_arn && jsondecode(aws_iam_role.this.assume_role_policy).Statement[*].Principal == [{ Service = "lambda.amazonaws.com" }]
    error_message = "The function's role must have the permissions boundary and trust Lambda only."
  }
}

# Deployments choose the image and update the alias; a later apply must change neither.
run "apply_with_another_image_leaves_the_image" {
  module {
    source = "../modules/lambda-function"
  }

  variables {
    image_uri = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/digit-recognizer:another"
  }

  assert {
    condition     = endswith(aws_lambda_function.this.image_uri, ":0123abc")
    error_message = "An apply must not revert the deployed image."
  }
}

run "apply_with_another_version_leaves_the_alias" {
  module {
    source = "../modules/lambda-function"
  }

  plan_options {
    replace = [aws_lambda_function.this]
  }

  override_resource {
    target = aws_lambda_function.this
    values = { version = "2" }
  }

  assert {
    condition     = aws_lambda_function.this.version == "2" && aws_lambda_alias.live.function_version == "1"
    error_message = "An apply must not update the alias."
  }
}

run "store_inputs_sets_the_environment_variable" {
  command = plan

  module {
    source = "../modules/lambda-function"
  }

  variables {
    store_inputs = true
  }

  assert {
    condition     = aws_lambda_function.this.environment[0].variables.DIGITS_STORE_INPUTS == "1"
    error_message = "DIGITS_STORE_INPUTS must be 1."
  }
}

run "feedback_uri_without_a_prefix_is_invalid" {
  command = plan

  module {
    source = "../modules/lambda-function"
  }

  variables {
    feedback_uri = "s3://digit-recognizer-feedback-123456789012"
  }

  expect_failures = [var.feedback_uri]
}

run "unreserved_concurrency_is_invalid" {
  command = plan

  module {
    source = "../modules/lambda-function"
  }

  variables {
    reserved_concurrent_executions = -1
  }

  expect_failures = [var.reserved_concurrent_executions]
}

run "timeout_over_60_seconds_is_invalid" {
  command = plan

  module {
    source = "../modules/lambda-function"
  }

  variables {
    timeout = 900
  }

  expect_failures = [var.timeout]
}

run "wildcard_origin_is_invalid" {
  command = plan

  module {
    source = "../modules/lambda-function"
  }

  variables {
    frontend_origin = "*"
  }

  expect_failures = [var.frontend_origin]
}
