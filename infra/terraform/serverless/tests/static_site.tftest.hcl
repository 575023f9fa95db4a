mock_provider "aws" {
  source = "../mocks"
}

variables {
  name        = "digit-recognizer"
  bucket_name = "digit-recognizer-page-123456789012"
  api_source  = "https://*.lambda-url.eu-central-1.on.aws"
  domain      = null
}

run "bucket" {
  module {
    source = "../modules/s3-bucket"
  }

  variables {
    name                               = "digit-recognizer-page-123456789012"
    noncurrent_version_expiration_days = 30
  }

  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.this.block_public_acls,
      aws_s3_bucket_public_access_block.this.block_public_policy,
      aws_s3_bucket_public_access_block.this.ignore_public_acls,
      aws_s3_bucket_public_access_block.this.restrict_public_buckets,
    ])
    error_message = "The bucket can be made public."
  }

  assert {
    condition     = aws_s3_bucket_ownership_controls.this.rule[0].object_ownership == "BucketOwnerEnforced"
    error_message = "Access lists could make objects public."
  }

  assert {
    condition     = alltrue([for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement.Effect == "Deny" if statement.Principal == "*"])
    error_message = "The policy lets everybody in."
  }

  assert {
    condition = anytrue([for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement :
      statement.Effect == "Deny" && statement.Principal == "*" && statement.Action == "s3:*" && try(statement.Condition.Bool["aws:SecureTransport"], "") == "false"
    ])
    error_message = "The bucket answers without TLS."
  }

  assert {
    condition     = aws_s3_bucket_versioning.this.versioning_configuration[0].status == "Enabled" && one(one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).sse_algorithm == "AES256"
    error_message = "The bucket keeps no versions, or nothing encrypted."
  }
}

run "bucket_of_things_that_are_kept" {
  module {
    source = "../modules/s3-bucket"
  }

  variables {
    name                               = "digit-recognizer-page-123456789012"
    noncurrent_version_expiration_days = 30
  }

  assert {
    condition     = length(flatten(aws_s3_bucket_lifecycle_configuration.this.rule[*].expiration)) == 0
    error_message = "What should stay is deleted."
  }
}

run "bucket_of_things_that_expire" {
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
    error_message = "Objects, or their old versions, stay for another time than was asked for."
  }
}

run "bucket_of_things_that_are_deleted_at_once_is_refused" {
  command = plan

  module {
    source = "../modules/s3-bucket"
  }

  variables {
    name                               = "digit-recognizer-feedback-123456789012"
    noncurrent_version_expiration_days = 1
    expiration_days                    = 0
  }

  expect_failures = [var.expiration_days]
}

run "page" {
  module {
    source = "../modules/static-site"
  }

  assert {
    condition = [for statement in jsondecode(module.s3_bucket.policy).Statement : [statement.Principal, statement.Condition] if statement.Effect == "Allow"] == [[
      { Service = "cloudfront.amazonaws.com" },
      { StringEquals = { "aws:SourceArn" = aws_cloudfront_distribution.this.arn } },
    ]]
    error_message = "Others than this distribution may read the bucket."
  }

  assert {
    condition     = one(aws_cloudfront_distribution.this.origin).origin_access_control_id == aws_cloudfront_origin_access_control.this.id && aws_cloudfront_origin_access_control.this.signing_behavior == "always"
    error_message = "CloudFront does not sign what it asks of the bucket."
  }

  assert {
    condition = alltrue([for behaviour in concat(aws_cloudfront_distribution.this.default_cache_behavior, aws_cloudfront_distribution.this.ordered_cache_behavior) :
      behaviour.viewer_protocol_policy == "redirect-to-https"
    ])
    error_message = "Something is served over HTTP."
  }

  assert {
    condition = alltrue([for policy in aws_cloudfront_response_headers_policy.this : alltrue([
      policy.security_headers_config[0].content_security_policy[0].override,
      policy.security_headers_config[0].content_type_options[0].override,
      policy.security_headers_config[0].frame_options[0].frame_option == "DENY",
      policy.security_headers_config[0].referrer_policy[0].referrer_policy == "no-referrer",
      policy.security_headers_config[0].strict_transport_security[0].access_control_max_age_sec >= 31536000,
    ])])
    error_message = "A security header is missing."
  }

  assert {
    condition = alltrue([for behaviour in concat(aws_cloudfront_distribution.this.default_cache_behavior, aws_cloudfront_distribution.this.ordered_cache_behavior) :
      contains(values(aws_cloudfront_response_headers_policy.this)[*].id, coalesce(behaviour.response_headers_policy_id, "none"))
    ])
    error_message = "Something is served without the security headers."
  }

  # The server says the same in Python, over several lines.
  assert {
    condition = strcontains(
      replace(file("../../../backend/recognizer/api/static.py"), "/\"\\s+\"/", ""),
      "\"${replace(local.content_security_policy, "/(connect-src 'self') .*/", "$1")}\"",
    )
    error_message = "The page's Content-Security-Policy is another than the server's."
  }

  assert {
    condition     = endswith(local.content_security_policy, "; connect-src 'self' https://*.lambda-url.eu-central-1.on.aws")
    error_message = "The page may not call its API, or may call others."
  }

  assert {
    condition     = one(one(aws_cloudfront_response_headers_policy.this["page"].custom_headers_config).items).value == "no-cache" && aws_cloudfront_distribution.this.default_cache_behavior[0].cache_policy_id == local.cache_policies.disabled
    error_message = "index.html and config.json are kept somewhere."
  }

  assert {
    condition     = aws_cloudfront_distribution.this.ordered_cache_behavior[0].path_pattern == "/assets/*" && aws_cloudfront_distribution.this.ordered_cache_behavior[0].cache_policy_id == local.cache_policies.optimized && one(aws_cloudfront_distribution.this.ordered_cache_behavior[0].function_association).function_arn == aws_cloudfront_function.cache_assets.arn && strcontains(aws_cloudfront_function.cache_assets.code, "max-age=31536000, immutable")
    error_message = "Assets, whose names have a hash, are not kept."
  }

  assert {
    condition     = one(aws_cloudfront_distribution.this.default_cache_behavior[0].function_association).event_type == "viewer-request" && strcontains(aws_cloudfront_function.spa_fallback.code, "/index.html") && aws_cloudfront_distribution.this.default_root_object == "index.html"
    error_message = "Addresses without a file do not lead to the page."
  }

  assert {
    condition     = output.origin == "https://d111111abcdef8.cloudfront.net" && length(aws_cloudfront_distribution.this.aliases) == 0
    error_message = "Without a domain, the page's origin is not CloudFront's."
  }
}

run "page_with_a_domain" {
  module {
    source = "../modules/static-site"
  }

  variables {
    domain = {
      name            = "digits.example.com"
      certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/0123"
    }
  }

  assert {
    condition     = output.origin == "https://digits.example.com" && contains(aws_cloudfront_distribution.this.aliases, "digits.example.com")
    error_message = "The page is not to be found under its domain."
  }

  assert {
    condition     = aws_cloudfront_distribution.this.viewer_certificate[0].minimum_protocol_version == "TLSv1.2_2021" && endswith(aws_cloudfront_distribution.this.viewer_certificate[0].acm_certificate_arn, "certificate/0123")
    error_message = "The domain is served with another certificate, or with an old TLS."
  }
}
