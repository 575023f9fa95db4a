mock_provider "aws" {
  source = "../mocks"
}

variables {
  name                               = "digit-recognizer-page-123456789012"
  noncurrent_version_expiration_days = 30
}

run "s3_bucket" {
  module {
    source = "../modules/s3-bucket"
  }

  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.this.block_public_acls,
      aws_s3_bucket_public_access_block.this.block_public_policy,
      aws_s3_bucket_public_access_block.this.ignore_public_acls,
      aws_s3_bucket_public_access_block.this.restrict_public_buckets,
    ])
    error_message = "Public access must be blocked."
  }

  assert {
    condition     = aws_s3_bucket_ownership_controls.this.rule[0].object_ownership == "BucketOwnerEnforced"
    error_message = "ACLs must be disabled, because they could make objects public."
  }

  assert {
    condition     = alltrue([for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement.Effect == "Deny" if statement.Principal == "*"])
    error_message = "The bucket policy must not allow public access."
  }

  assert {
    condition = anytrue([for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement :
      statement.Effect == "Deny" && statement.Principal == "*" && statement.Action == "s3:*" && try(statement.Condition.Bool["aws:SecureTransport"], "") == "false"
    ])
    error_message = "The bucket policy must deny requests without TLS."
  }

  assert {
    condition     = aws_s3_bucket_versioning.this.versioning_configuration[0].status == "Enabled" && one(one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).sse_algorithm == "AES256"
    error_message = "Versioning and encryption must be enabled."
  }

  assert {
    condition     = length(flatten(aws_s3_bucket_lifecycle_configuration.this.rule[*].expiration)) == 0
    error_message = "Without expiration_days, current versions must not expire."
  }
}

run "objects_expire_after_expiration_days" {
  module {
    source = "../modules/s3-bucket"
  }

  variables {
    name                               = "digit-recognizer-feedback-123456789012"
    noncurrent_version_expiration_days = 1
    expiration_days                    = 365
  }

  assert {
    condition = [for rule in aws_s3_bucket_lifecycle_configuration.this.rule :
      [rule.status, one(rule.expiration).days, one(rule.noncurrent_version_expiration).noncurrent_days]
    ] == [["Enabled", 365, 1]]
    error_message = "Current and noncurrent versions must expire after the given days."
  }
}

run "expiration_after_zero_days_is_invalid" {
  command = plan

  module {
    source = "../modules/s3-bucket"
  }

  variables {
    expiration_days = 0
  }

  expect_failures = [var.expiration_days]
}
