mock_provider "aws" {
  source = "../mocks"
}

variables {
  image_tag = "0123abc"
}

run "defaults" {
  assert {
    condition     = tolist(module.lambda_function.cors_origins) == tolist([output.page_url]) && startswith(output.page_url, "https://")
    error_message = "Browsers may call from elsewhere than the page."
  }

  assert {
    condition     = jsondecode(output.config_json) == { api = "https://mock.lambda-url.eu-central-1.on.aws" }
    error_message = "The page is not told where its API is."
  }

  assert {
    condition     = output.feedback == "s3://digit-recognizer-feedback-123456789012/feedback" && !var.store_inputs
    error_message = "Feedback is kept elsewhere than the function's role allows, or drawings are kept by default."
  }

  assert {
    condition     = var.reserved_concurrent_executions == 10
    error_message = "The function's concurrency has another bound by default."
  }

  assert {
    condition = (
      output.github_variables.FUNCTION_NAME == var.name && output.github_variables.FUNCTION_ALIAS == "live"
    )
    error_message = "The function or its alias have other names than the backend's role allows."
  }
}

run "own_domain" {
  variables {
    domain = {
      name            = "digits.example.com"
      certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/0123"
    }
  }

  assert {
    condition     = tolist(module.lambda_function.cors_origins) == tolist(["https://digits.example.com"])
    error_message = "Browsers may not call from the own domain, or from elsewhere too."
  }
}

run "moving_tag_is_refused" {
  command = plan

  variables {
    image_tag = "latest"
  }

  expect_failures = [var.image_tag]
}

run "certificate_of_another_region_is_refused" {
  command = plan

  variables {
    domain = {
      name            = "digits.example.com"
      certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/0123"
    }
  }

  expect_failures = [var.domain]
}
