mock_provider "aws" {
  source = "../mocks"
}

variables {
  image_tag = "0123abc"
}

run "defaults" {
  assert {
    condition     = tolist(module.lambda_function.cors_origins) == tolist([output.page_url]) && startswith(output.page_url, "https://")
    error_message = "CORS must allow the frontend's origin only."
  }

  assert {
    condition     = jsondecode(output.config_json) == { api = "https://mock.lambda-url.eu-central-1.on.aws" }
    error_message = "config.json must contain the API's URL."
  }

  assert {
    condition     = output.feedback == "s3://digit-recognizer-feedback-123456789012/feedback" && !var.store_inputs
    error_message = "Feedback must be stored where the function's role allows it, without model inputs by default."
  }

  assert {
    condition     = var.reserved_concurrent_executions == 10
    error_message = "The default concurrency must be 10."
  }

  assert {
    condition = (
      output.github_variables.FUNCTION_NAME == var.name && output.github_variables.FUNCTION_ALIAS == "live"
    )
    error_message = "Function and alias must have the names that the backend role's policy covers."
  }
}

run "custom_domain" {
  variables {
    domain = {
      name            = "digits.example.com"
      certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/0123"
    }
  }

  assert {
    condition     = tolist(module.lambda_function.cors_origins) == tolist(["https://digits.example.com"])
    error_message = "CORS must allow the custom domain only."
  }
}

run "tag_latest_is_invalid" {
  command = plan

  variables {
    image_tag = "latest"
  }

  expect_failures = [var.image_tag]
}

run "certificate_outside_us_east_1_is_invalid" {
  command = plan

  variables {
    domain = {
      name            = "digits.example.com"
      certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/0123"
    }
  }

  expect_failures = [var.domain]
}
