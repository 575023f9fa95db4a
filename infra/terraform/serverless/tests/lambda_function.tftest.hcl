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
  page_origin                    = "https://digits.example.com"
  feedback_uri                   = "s3://digit-recognizer-feedback-123456789012/feedback"
  store_inputs                   = false
  permissions_boundary_arn       = "arn:aws:iam::123456789012:policy/digit-recognizer-workload"
}

run "function" {
  module {
    source = "../modules/lambda-function"
  }

  assert {
    condition     = aws_lambda_function.this.publish && aws_lambda_alias.live.name == "live"
    error_message = "Versions are not published, or the alias is not called live."
  }

  assert {
    condition     = aws_lambda_function_url.live.qualifier == aws_lambda_alias.live.name
    error_message = "The URL does not lead to the alias."
  }

  assert {
    condition = alltrue([for permission in [aws_lambda_permission.url, aws_lambda_permission.invoke] :
      permission.qualifier == aws_lambda_alias.live.name && permission.principal == "*"
    ])
    error_message = "The permissions are not those of everybody on the alias."
  }

  assert {
    condition     = aws_lambda_permission.url.action == "lambda:InvokeFunctionUrl" && aws_lambda_permission.url.function_url_auth_type == "NONE"
    error_message = "The URL lacks the permission to be called without signing."
  }

  assert {
    condition     = aws_lambda_permission.invoke.action == "lambda:InvokeFunction" && aws_lambda_permission.invoke.invoked_via_function_url
    error_message = "The second permission is missing, or lets everybody invoke past the URL."
  }

  assert {
    condition     = tolist(aws_lambda_function_url.live.cors[0].allow_origins) == tolist([var.page_origin]) && aws_lambda_function_url.live.cors[0].allow_credentials != true
    error_message = "Browsers may call from elsewhere than the page."
  }

  assert {
    condition     = toset(aws_lambda_function_url.live.cors[0].expose_headers) == toset(["server-timing", "x-request-id"])
    error_message = "The page cannot read what took the time, or by which id the log knows it."
  }

  assert {
    condition = aws_lambda_function.this.environment[0].variables == tomap({
      DIGITS_PAGE_URL     = var.page_origin
      DIGITS_FEEDBACK     = var.feedback_uri
      DIGITS_STORE_INPUTS = "0"
    })
    error_message = "The function is told other settings, or keeps drawings without being asked to."
  }

  assert {
    condition     = aws_lambda_function.this.reserved_concurrent_executions == var.reserved_concurrent_executions
    error_message = "The function's concurrency is not bounded."
  }

  assert {
    condition     = aws_lambda_function.this.timeout == var.timeout && aws_lambda_function.this.memory_size == var.memory_size && tolist(aws_lambda_function.this.architectures) == tolist([var.architecture])
    error_message = "Timeout, memory or architecture are not what was asked for."
  }

  assert {
    condition     = aws_cloudwatch_log_group.this.retention_in_days == 30 && aws_lambda_function.this.logging_config[0].log_group == aws_cloudwatch_log_group.this.name
    error_message = "Logs are kept for ever, or elsewhere."
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.log.policy).Statement[*].Resource == [["${aws_cloudwatch_log_group.this.arn}:*"]]
    error_message = "The function may write to other logs than its own."
  }

  assert {
    condition = [for statement in jsondecode(aws_iam_role_policy.feedback.policy).Statement : [statement.Action, statement.Resource]] == [
      [["s3:PutObject"], ["arn:aws:s3:::digit-recognizer-feedback-123456789012/feedback/*"]]
    ]
    error_message = "The function may do more in S3 than add feedback, or not that."
  }

  assert {
    condition     = aws_iam_role.this.permissions_boundary == var.permissions_boundary_arn && jsondecode(aws_iam_role.this.assume_role_policy).Statement[*].Principal == [{ Service = "lambda.amazonaws.com" }]
    error_message = "The function's role is not bounded, or not Lambda's alone."
  }
}

# Deploys choose the image, and move the alias: a later apply leaves both where they are.
run "another_image" {
  module {
    source = "../modules/lambda-function"
  }

  variables {
    image_uri = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/digit-recognizer:another"
  }

  assert {
    condition     = endswith(aws_lambda_function.this.image_uri, ":0123abc")
    error_message = "Terraform would undo a deploy."
  }
}

run "another_version" {
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
    error_message = "Terraform would move the alias."
  }
}

run "ink_is_kept_where_it_is_asked_for" {
  command = plan

  module {
    source = "../modules/lambda-function"
  }

  variables {
    store_inputs = true
  }

  assert {
    condition     = aws_lambda_function.this.environment[0].variables.DIGITS_STORE_INPUTS == "1"
    error_message = "The function is not told to keep what was drawn."
  }
}

run "a_whole_bucket_is_refused" {
  command = plan

  module {
    source = "../modules/lambda-function"
  }

  variables {
    feedback_uri = "s3://digit-recognizer-feedback-123456789012"
  }

  expect_failures = [var.feedback_uri]
}

run "unbounded_concurrency_is_refused" {
  command = plan

  module {
    source = "../modules/lambda-function"
  }

  variables {
    reserved_concurrent_executions = -1
  }

  expect_failures = [var.reserved_concurrent_executions]
}

run "endless_requests_are_refused" {
  command = plan

  module {
    source = "../modules/lambda-function"
  }

  variables {
    timeout = 900
  }

  expect_failures = [var.timeout]
}

run "any_origin_is_refused" {
  command = plan

  module {
    source = "../modules/lambda-function"
  }

  variables {
    page_origin = "*"
  }

  expect_failures = [var.page_origin]
}
