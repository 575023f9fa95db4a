mock_provider "aws" {
  source = "../mocks"
}

variables {
  image_tag       = "server-0123abc"
  certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/0123"
  allowed_cidrs   = ["198.51.100.0/24"]
}

run "defaults" {
  assert {
    condition     = output.cluster_name == "digit-recognizer" && output.service_name == "digit-recognizer" && output.log_group_name == "/ecs/digit-recognizer"
    error_message = "The service has other names than the apply role's policy."
  }

  assert {
    condition     = output.feedback == "s3://digit-recognizer-feedback-123456789012/feedback" && !var.store_inputs
    error_message = "Feedback is kept elsewhere than the task's role allows, or drawings are kept by default."
  }
}

run "the_functions_image_is_refused" {
  command = plan

  variables {
    image_tag = "0123abc"
  }

  expect_failures = [var.image_tag]
}

run "nobody_to_call_is_refused" {
  command = plan

  variables {
    allowed_cidrs = []
  }

  expect_failures = [var.allowed_cidrs]
}
