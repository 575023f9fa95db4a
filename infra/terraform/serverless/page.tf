# The frontend and the API on one domain: a CloudFront distribution in front of a private S3 bucket and of
# the function's URL.

module "page_bucket" {
  source = "../modules/s3-bucket"

  name                               = local.page_bucket
  noncurrent_version_expiration_days = 30
  statements = [{
    Sid       = "AllowCloudFrontRead"
    Effect    = "Allow"
    Principal = { Service = "cloudfront.amazonaws.com" }
    # Without s3:ListBucket, a missing file gives status 403 instead of 404.
    Action    = ["s3:GetObject", "s3:ListBucket"]
    Resource  = ["arn:aws:s3:::${local.page_bucket}", "arn:aws:s3:::${local.page_bucket}/*"]
    Condition = { StringEquals = { "aws:SourceArn" = aws_cloudfront_distribution.page.arn } }
  }]
}

resource "aws_cloudfront_origin_access_control" "page" {
  name                              = var.name
  description                       = "Signs the distribution's requests to its bucket"
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

# Signs requests to the function's URL, which rejects all others unless it is public. It exists even if it is:
# CloudFront refuses to delete one that the distribution still uses, and Terraform would delete it first.
resource "aws_cloudfront_origin_access_control" "api" {
  name                              = "${var.name}-api"
  description                       = "Signs the distribution's requests to the function"
  origin_access_control_origin_type = "lambda"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

locals {
  api_paths = ["/predict*", "/feedback*", "/health*", "/docs*", "/openapi.json"]

  page_bucket = "${var.name}-page-${local.account_id}"
  page_url    = "https://${var.domain == null ? aws_cloudfront_distribution.page.domain_name : var.domain.name}"

  # AWS-managed policies; their IDs are the same in every account.
  cache_policies = {
    optimized = "658327ea-f89d-4fab-a63d-7e88639e58f6" # Managed-CachingOptimized
    disabled  = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad" # Managed-CachingDisabled
  }
  all_but_host = "b689b0a8-53d0-40ab-baf2-68738e2966ac" # Managed-AllViewerExceptHostHeader

  # The server's policy (backend/recognizer/api/static.py).
  content_security_policy = join("; ", [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "manifest-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "connect-src 'self'",
  ])
}

resource "aws_cloudfront_response_headers_policy" "page" {
  #checkov:skip=CKV_AWS_259:Subdomains and the HSTS preload list are up to the owner of the domain.
  name    = "${var.name}-page"
  comment = "Security headers of the frontend"

  security_headers_config {
    content_security_policy {
      content_security_policy = local.content_security_policy
      override                = true
    }

    strict_transport_security {
      access_control_max_age_sec = 31536000
      override                   = true
    }

    content_type_options {
      override = true
    }

    frame_options {
      frame_option = "DENY"
      override     = true
    }

    referrer_policy {
      referrer_policy = "no-referrer"
      override        = true
    }
  }
}

resource "aws_cloudfront_distribution" "page" {
  #checkov:skip=CKV_AWS_68:WAF would cost more than everything else here, and the files are static and public.
  #checkov:skip=CKV_AWS_86:Visitors are not logged, for privacy.
  #checkov:skip=CKV_AWS_310:Outages of S3 are too rare to justify a second bucket.
  #checkov:skip=CKV_AWS_374:The website is available in every country.
  #checkov:skip=CKV2_AWS_47:WAF is not used, and Log4j affects Java only.
  enabled             = true
  comment             = "Frontend of ${var.name}"
  default_root_object = "index.html"
  is_ipv6_enabled     = true
  http_version        = "http2and3"
  price_class         = "PriceClass_100" # cheapest; other continents are served from more distant edge locations
  aliases             = var.domain == null ? [] : [var.domain.name]

  origin {
    origin_id                = "bucket"
    domain_name              = module.page_bucket.regional_domain_name
    origin_access_control_id = aws_cloudfront_origin_access_control.page.id
  }

  origin {
    origin_id                = "api"
    domain_name              = split("/", aws_lambda_function_url.live.function_url)[2]
    origin_access_control_id = var.public_function_url ? null : aws_cloudfront_origin_access_control.api.id

    custom_origin_config {
      http_port                = 80
      https_port               = 443
      origin_protocol_policy   = "https-only"
      origin_ssl_protocols     = ["TLSv1.2"]
      origin_read_timeout      = 60 # the longest timeout of the function
      origin_keepalive_timeout = 60
    }
  }

  # The objects' own Cache-Control says what is cached (infra/deploy/frontend): assets for a year, and of the other
  # files, which change with deployments, nothing but for the policy's minimum of a second, which browsers ignore.
  # A policy without a cache would serve them uncompressed.
  default_cache_behavior {
    target_origin_id           = "bucket"
    viewer_protocol_policy     = "redirect-to-https"
    allowed_methods            = ["GET", "HEAD"]
    cached_methods             = ["GET", "HEAD"]
    compress                   = true
    cache_policy_id            = local.cache_policies.optimized
    response_headers_policy_id = aws_cloudfront_response_headers_policy.page.id
  }

  # All headers but Host reach the function, whose URL has a name of its own.
  dynamic "ordered_cache_behavior" {
    for_each = local.api_paths
    content {
      path_pattern               = ordered_cache_behavior.value
      target_origin_id           = "api"
      viewer_protocol_policy     = "redirect-to-https"
      allowed_methods            = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"] # POST only with all of them
      cached_methods             = ["GET", "HEAD"]
      cache_policy_id            = local.cache_policies.disabled
      origin_request_policy_id   = local.all_but_host
      response_headers_policy_id = aws_cloudfront_response_headers_policy.page.id
    }
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    cloudfront_default_certificate = var.domain == null
    acm_certificate_arn            = try(var.domain.certificate_arn, null)
    minimum_protocol_version       = var.domain == null ? "TLSv1" : "TLSv1.2_2021"
    ssl_support_method             = var.domain == null ? null : "sni-only"
  }
}
