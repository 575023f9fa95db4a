mock_provider "aws" {
  source = "../mocks"
}

variables {
  name         = "digit-recognizer"
  function_arn = "arn:aws:lambda:eu-central-1:123456789012:function:digit-recognizer"
}

run "images" {
  module {
    source = "../modules/ecr-repository"
  }

  assert {
    condition     = aws_ecr_repository.this.image_tag_mutability == "IMMUTABLE"
    error_message = "A tag could come to name another image."
  }

  assert {
    condition     = aws_ecr_repository.this.image_scanning_configuration[0].scan_on_push
    error_message = "Images are not scanned."
  }

  assert {
    condition     = jsondecode(aws_ecr_lifecycle_policy.this.policy).rules[*].selection.tagStatus == ["untagged", "tagged", "any"] && alltrue([for rule in jsondecode(aws_ecr_lifecycle_policy.this.policy).rules : rule.action.type == "expire"])
    error_message = "Images pile up, or the server's are pushed out by the function's."
  }

  assert {
    condition = [for statement in jsondecode(aws_ecr_repository_policy.this.policy).Statement : [statement.Principal, statement.Condition]] == [[
      { Service = "lambda.amazonaws.com" },
      { StringLike = { "aws:SourceArn" = [var.function_arn, "${var.function_arn}:*"] } },
    ]]
    error_message = "Others than the function may pull its image."
  }
}

run "a_repository_too_small_to_roll_back_is_refused" {
  command = plan

  module {
    source = "../modules/ecr-repository"
  }

  variables {
    retained_images = 1
  }

  expect_failures = [var.retained_images]
}
