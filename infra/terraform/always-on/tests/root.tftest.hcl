mock_provider "aws" {
  source = "../mocks"
}

variables {
  region          = "eu-central-1"
  image_tag       = "server-0123abc"
  certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/0123"
  allowed_cidrs   = ["198.51.100.0/24"]
}

run "defaults" {
  assert {
    condition     = output.cluster_name == "digit-recognizer" && output.service_name == "digit-recognizer" && output.log_group_name == "/ecs/digit-recognizer"
    error_message = "Service and log group must have the names that infra/operations.md gives."
  }

  assert {
    condition     = output.feedback == "s3://digit-recognizer-feedback-123456789012/feedback" && !var.store_inputs
    error_message = "Feedback must be stored where the task's role allows it, without model inputs by default."
  }
}

run "image_tag_of_the_function_is_invalid" {
  command = plan

  variables {
    image_tag = "0123abc"
  }

  expect_failures = [var.image_tag]
}

run "no_allowed_cidrs_is_invalid" {
  command = plan

  variables {
    allowed_cidrs = []
  }

  expect_failures = [var.allowed_cidrs]
}
