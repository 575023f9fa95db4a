mock_provider "aws" {
  source = "../mocks"
}

variables {
  name         = "digit-recognizer"
  function_arn = "arn:aws:lambda:eu-central-1:123456789012:function:digit-recognizer"
}

run "ecr_repository" {
  module {
    source = "../modules/ecr-repository"
  }

  assert {
    condition     = aws_ecr_repository.this.image_tag_mutability == "IMMUTABLE"
    error_message = "Image tags must be immutable."
  }

  assert {
    condition     = aws_ecr_repository.this.image_scanning_configuration[0].scan_on_push
    error_message = "Images must be scanned on push."
  }

  assert {
    condition     = jsondecode(aws_ecr_lifecycle_policy.this.policy).rules[*].selection.tagStatus == ["untagged", "tagged", "any"] && alltrue([for rule in jsondecode(aws_ecr_lifecycle_policy.this.policy).rules : rule.action.type == "expire"])
    error_message = "Images must expire, those of the server by a rule of their own."
  }

  assert {
    condition = [for statement in jsondecode(aws_ecr_repository_policy.this.policy).Statement : [statement.Principal, statement.Condition]] == [[
      { Service = "lambda.amazonaws.com" },
      { StringLike = { "aws:SourceArn" = [var.function_arn, "${var.function_arn}:*"] } },
    ]]
    error_message = "Only the function may pull images."
  }
}

run "fewer_than_five_retained_images_is_invalid" {
  command = plan

  module {
    source = "../modules/ecr-repository"
  }

  variables {
    retained_images = 1
  }

  expect_failures = [var.retained_images]
}
