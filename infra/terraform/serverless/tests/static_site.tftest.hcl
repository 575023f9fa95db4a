mock_provider "aws" {
  source = "../mocks"
}

variables {
  name        = "digit-recognizer"
  bucket_name = "digit-recognizer-page-123456789012"
  api_source  = "https://*.lambda-url.eu-central-1.on.aws"
  domain      = null
}

run "static_site" {
  module {
    source = "../modules/static-site"
  }

  assert {
    condition = [for statement in jsondecode(module.s3_bucket.policy).Statement : [statement.Principal, statement.Condition] if statement.Effect == "Allow"] == [[
      { Service = "cloudfront.amazonaws.com" },
      { StringEquals = { "aws:SourceArn" = aws_cloudfront_distribution.this.arn } },
    ]]
    error_message = "The bucket must allow access by this distribution only."
  }

  assert {
    condition     = one(aws_cloudfront_distribution.this.origin).origin_access_control_id == aws_cloudfront_origin_access_control.this.id && aws_cloudfront_origin_access_control.this.signing_behavior == "always"
    error_message = "CloudFront must sign its requests to the bucket."
  }

  assert {
    condition = alltrue([for behavior in concat(aws_cloudfront_distribution.this.default_cache_behavior, aws_cloudfront_distribution.this.ordered_cache_behavior) :
      behavior.viewer_protocol_policy == "redirect-to-https"
    ])
    error_message = "Every cache behavior must redirect HTTP to HTTPS."
  }

  assert {
    condition = alltrue([for policy in aws_cloudfront_response_headers_policy.this : alltrue([
      policy.security_headers_config[0].content_security_policy[0].override,
      policy.security_headers_config[0].content_type_options[0].override,
      policy.security_headers_config[0].frame_options[0].frame_option == "DENY",
      policy.security_headers_config[0].referrer_policy[0].referrer_policy == "no-referrer",
      policy.security_headers_config[0].strict_transport_security[0].access_control_max_age_sec >= 31536000,
    ])])
    error_message = "Every response headers policy must set all security headers."
  }

  assert {
    condition = alltrue([for behavior in concat(aws_cloudfront_distribution.this.default_cache_behavior, aws_cloudfront_distribution.this.ordered_cache_behavior) :
      contains(values(aws_cloudfront_response_headers_policy.this)[*].id, coalesce(behavior.response_headers_policy_id, "none"))
    ])
    error_message = "Every cache behavior must send the security headers."
  }

  # The Python string literal spans several lines.
  assert {
    condition = strcontains(
      replace(file("../../../backend/recognizer/api/static.py"), "/\"\\s+\"/", ""),
      "\"${replace(local.content_security_policy, "/(connect-src 'self') .*/", "$1")}\"",
    )
    error_message = "Apart from the API's source, the Content-Security-Policy must equal the one in backend/recognizer/api/static.py."
  }

  assert {
    condition     = endswith(local.content_security_policy, "; connect-src 'self' https://*.lambda-url.eu-central-1.on.aws")
    error_message = "The Content-Security-Policy must allow connections to the API only."
  }

  assert {
    condition     = one(one(aws_cloudfront_response_headers_policy.this["page"].custom_headers_config).items).value == "no-cache" && aws_cloudfront_distribution.this.default_cache_behavior[0].cache_policy_id == local.cache_policies.disabled
    error_message = "Neither CloudFront nor browsers may cache index.html and config.json."
  }

  assert {
    condition     = aws_cloudfront_distribution.this.ordered_cache_behavior[0].path_pattern == "/assets/*" && aws_cloudfront_distribution.this.ordered_cache_behavior[0].cache_policy_id == local.cache_policies.optimized && one(aws_cloudfront_distribution.this.ordered_cache_behavior[0].function_association).function_arn == aws_cloudfront_function.cache_assets.arn && strcontains(aws_cloudfront_function.cache_assets.code, "max-age=31536000, immutable")
    error_message = "CloudFront and browsers must cache assets, because their names contain a hash."
  }

  assert {
    condition     = one(aws_cloudfront_distribution.this.default_cache_behavior[0].function_association).event_type == "viewer-request" && strcontains(aws_cloudfront_function.spa_fallback.code, "/index.html") && aws_cloudfront_distribution.this.default_root_object == "index.html"
    error_message = "Paths without a file must serve index.html."
  }

  assert {
    condition     = output.origin == "https://d111111abcdef8.cloudfront.net" && length(aws_cloudfront_distribution.this.aliases) == 0
    error_message = "Without a domain, the origin must be CloudFront's domain name."
  }
}

run "custom_domain" {
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
    error_message = "The distribution must serve the custom domain."
  }

  assert {
    condition     = aws_cloudfront_distribution.this.viewer_certificate[0].minimum_protocol_version == "TLSv1.2_2021" && endswith(aws_cloudfront_distribution.this.viewer_certificate[0].acm_certificate_arn, "certificate/0123")
    error_message = "The custom domain must be served with its certificate and at least TLS 1.2."
  }
}
