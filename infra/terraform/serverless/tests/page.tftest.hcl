mock_provider "aws" {
  source = "../mocks"
}

variables {
  region                         = "eu-central-1"
  image_tag                      = "0123abc"
  alarm_email                    = null
  reserved_concurrent_executions = 10
  monthly_budget_usd             = 10
}

run "page" {

  assert {
    condition = [for statement in jsondecode(module.page_bucket.policy).Statement : [statement.Principal, statement.Condition] if statement.Effect == "Allow"] == [[
      { Service = "cloudfront.amazonaws.com" },
      { StringEquals = { "aws:SourceArn" = aws_cloudfront_distribution.page.arn } },
    ]]
    error_message = "The bucket must allow access by this distribution only."
  }

  assert {
    condition     = one([for origin in aws_cloudfront_distribution.page.origin : origin if origin.origin_id == "bucket"]).origin_access_control_id == aws_cloudfront_origin_access_control.page.id && aws_cloudfront_origin_access_control.page.signing_behavior == "always"
    error_message = "CloudFront must sign its requests to the bucket."
  }

  assert {
    condition = alltrue([for behavior in concat(aws_cloudfront_distribution.page.default_cache_behavior, aws_cloudfront_distribution.page.ordered_cache_behavior) :
      behavior.viewer_protocol_policy == "redirect-to-https"
    ])
    error_message = "Every cache behavior must redirect HTTP to HTTPS."
  }

  assert {
    condition = alltrue([for headers in aws_cloudfront_response_headers_policy.page.security_headers_config : alltrue([
      headers.content_security_policy[0].override,
      headers.content_type_options[0].override,
      headers.frame_options[0].frame_option == "DENY",
      headers.referrer_policy[0].referrer_policy == "no-referrer",
      headers.strict_transport_security[0].access_control_max_age_sec >= 31536000,
    ])])
    error_message = "The response headers policy must set all security headers."
  }

  assert {
    condition = alltrue([for behavior in concat(aws_cloudfront_distribution.page.default_cache_behavior, aws_cloudfront_distribution.page.ordered_cache_behavior) :
      behavior.response_headers_policy_id == aws_cloudfront_response_headers_policy.page.id
    ])
    error_message = "Every cache behavior must send the security headers."
  }

  # The Python string literal spans several lines.
  assert {
    condition = strcontains(
      replace(file("../../../backend/recognizer/api/static.py"), "/\"\\s+\"/", ""),
      "\"${local.content_security_policy}\"",
    )
    error_message = "The Content-Security-Policy must equal the one in backend/recognizer/api/static.py."
  }

  assert {
    condition     = one([for origin in aws_cloudfront_distribution.page.origin : origin if origin.origin_id == "api"]).domain_name == "mock.lambda-url.eu-central-1.on.aws" && output.function_url == "https://mock.lambda-url.eu-central-1.on.aws"
    error_message = "The API's origin must be the function's URL, which programs find in the outputs."
  }

  assert {
    condition     = one([for origin in aws_cloudfront_distribution.page.origin : origin if origin.origin_id == "api"]).origin_access_control_id != aws_cloudfront_origin_access_control.api.id
    error_message = "CloudFront must not sign its requests to a public URL, for which the access control exists too: it cannot be deleted while the distribution uses it."
  }

  assert {
    condition = alltrue([for path in ["/predict", "/feedback", "/health", "/docs", "/openapi.json"] :
      anytrue([for behavior in aws_cloudfront_distribution.page.ordered_cache_behavior :
        trimsuffix(behavior.path_pattern, "*") == path && behavior.target_origin_id == "api" && contains(behavior.allowed_methods, "POST") && behavior.cache_policy_id == local.cache_policies.disabled && behavior.origin_request_policy_id == local.all_but_host
      ])
    ])
    error_message = "The distribution must pass the API's paths on to the function, with all headers but Host, and cache nothing of it."
  }

  assert {
    condition     = aws_cloudfront_distribution.page.default_cache_behavior[0].target_origin_id == "bucket" && aws_cloudfront_distribution.page.default_cache_behavior[0].cache_policy_id == local.cache_policies.optimized && aws_cloudfront_distribution.page.default_cache_behavior[0].compress && alltrue([for behavior in aws_cloudfront_distribution.page.ordered_cache_behavior : behavior.target_origin_id == "api"])
    error_message = "CloudFront must compress all files, and cache them as their own headers say."
  }

  assert {
    condition     = length(flatten([for behavior in concat(aws_cloudfront_distribution.page.default_cache_behavior, aws_cloudfront_distribution.page.ordered_cache_behavior) : behavior.function_association])) == 0 && length(aws_cloudfront_distribution.page.custom_error_response) == 0 && aws_cloudfront_distribution.page.default_root_object == "index.html"
    error_message = "The domain itself must serve index.html, and paths without a file a 404."
  }

  assert {
    condition     = output.github_variables.PAGE_URL == "https://d111111abcdef8.cloudfront.net" && length(aws_cloudfront_distribution.page.aliases) == 0
    error_message = "Without a domain, the origin must be CloudFront's domain name."
  }
}

run "closed_function_url" {

  variables {
    public_function_url = false
  }

  assert {
    condition     = aws_lambda_function_url.live.authorization_type == "AWS_IAM" && aws_lambda_permission.url.function_url_auth_type == "AWS_IAM"
    error_message = "The function's URL must reject requests that are not signed."
  }

  assert {
    condition = alltrue([for permission in [aws_lambda_permission.url, aws_lambda_permission.invoke] :
      permission.principal == "cloudfront.amazonaws.com" && permission.source_arn == aws_cloudfront_distribution.page.arn
    ])
    error_message = "Only this distribution may call the function's URL."
  }

  assert {
    condition     = one([for origin in aws_cloudfront_distribution.page.origin : origin if origin.origin_id == "api"]).origin_access_control_id == aws_cloudfront_origin_access_control.api.id && aws_cloudfront_origin_access_control.api.origin_access_control_origin_type == "lambda"
    error_message = "CloudFront must sign its requests to the function's URL."
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
    condition     = output.github_variables.PAGE_URL == "https://digits.example.com" && contains(aws_cloudfront_distribution.page.aliases, "digits.example.com")
    error_message = "The distribution must serve the custom domain."
  }

  assert {
    condition     = aws_lambda_function.api.environment[0].variables.DIGITS_PAGE_URL == "https://digits.example.com"
    error_message = "The function must name the page's address where it can know it."
  }

  assert {
    condition     = aws_cloudfront_distribution.page.viewer_certificate[0].minimum_protocol_version == "TLSv1.2_2021" && endswith(aws_cloudfront_distribution.page.viewer_certificate[0].acm_certificate_arn, "certificate/0123")
    error_message = "The custom domain must be served with its certificate and at least TLS 1.2."
  }
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
