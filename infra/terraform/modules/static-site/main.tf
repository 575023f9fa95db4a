# Static website: a private S3 bucket behind a CloudFront distribution.

module "s3_bucket" {
  source = "../s3-bucket"

  name                               = var.bucket_name
  noncurrent_version_expiration_days = 30
  statements = [{
    Sid       = "AllowCloudFrontRead"
    Effect    = "Allow"
    Principal = { Service = "cloudfront.amazonaws.com" }
    # Without s3:ListBucket, a missing file gives status 403 instead of 404.
    Action    = ["s3:GetObject", "s3:ListBucket"]
    Resource  = ["arn:aws:s3:::${var.bucket_name}", "arn:aws:s3:::${var.bucket_name}/*"]
    Condition = { StringEquals = { "aws:SourceArn" = aws_cloudfront_distribution.this.arn } }
  }]
}

resource "aws_cloudfront_origin_access_control" "this" {
  name                              = var.name
  description                       = "Signs the distribution's requests to its bucket"
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

resource "aws_cloudfront_function" "spa_fallback" {
  name    = "${var.name}-fallback"
  comment = "Serves index.html for paths without a file"
  runtime = "cloudfront-js-2.0"
  code    = file("${path.module}/edge/spa_fallback.js")
}

resource "aws_cloudfront_function" "cache_assets" {
  name    = "${var.name}-cache-assets"
  comment = "Lets browsers cache files whose names contain a hash"
  runtime = "cloudfront-js-2.0"
  code    = file("${path.module}/edge/cache_assets.js")
}

locals {
  # AWS-managed cache policies; their IDs are the same in every account.
  cache_policies = {
    optimized = "658327ea-f89d-4fab-a63d-7e88639e58f6" # Managed-CachingOptimized
    disabled  = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad" # Managed-CachingDisabled
  }

  # Cache-Control by policy: files at the root change with each deployment, assets never do.
  headers_policies = { page = "no-cache", assets = null }

  # The server's policy (backend/recognizer/api/static.py), extended by the API's source.
  content_security_policy = join("; ", [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "connect-src 'self' ${var.api_source}",
  ])
}

resource "aws_cloudfront_response_headers_policy" "this" {
  #checkov:skip=CKV_AWS_259:Subdomains and the HSTS preload list are up to the owner of the domain.
  for_each = local.headers_policies

  name    = "${var.name}-${each.key}"
  comment = "Security headers of the ${each.key}"

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

  dynamic "custom_headers_config" {
    for_each = each.value == null ? [] : [each.value]

    content {
      items {
        header   = "Cache-Control"
        value    = custom_headers_config.value
        override = true
      }
    }
  }
}

resource "aws_cloudfront_distribution" "this" {
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
    domain_name              = module.s3_bucket.regional_domain_name
    origin_access_control_id = aws_cloudfront_origin_access_control.this.id
  }

  # index.html, config.json and the icon: never cached, because they change with each deployment.
  default_cache_behavior {
    target_origin_id           = "bucket"
    viewer_protocol_policy     = "redirect-to-https"
    allowed_methods            = ["GET", "HEAD"]
    cached_methods             = ["GET", "HEAD"]
    compress                   = true
    cache_policy_id            = local.cache_policies.disabled
    response_headers_policy_id = aws_cloudfront_response_headers_policy.this["page"].id

    function_association {
      event_type   = "viewer-request"
      function_arn = aws_cloudfront_function.spa_fallback.arn
    }
  }

  ordered_cache_behavior {
    path_pattern               = "/assets/*"
    target_origin_id           = "bucket"
    viewer_protocol_policy     = "redirect-to-https"
    allowed_methods            = ["GET", "HEAD"]
    cached_methods             = ["GET", "HEAD"]
    compress                   = true
    cache_policy_id            = local.cache_policies.optimized
    response_headers_policy_id = aws_cloudfront_response_headers_policy.this["assets"].id

    function_association {
      event_type   = "viewer-response"
      function_arn = aws_cloudfront_function.cache_assets.arn
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
