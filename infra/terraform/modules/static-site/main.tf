# The page: files in a bucket that only this CloudFront distribution reads.

module "s3_bucket" {
  source = "../s3-bucket"

  name                               = var.bucket_name
  noncurrent_version_expiration_days = 30
  statements = [{
    Sid       = "OnlyThisDistributionReads"
    Effect    = "Allow"
    Principal = { Service = "cloudfront.amazonaws.com" }
    # Who may not list is told "forbidden" where a file is missing, in place of "not found".
    Action    = ["s3:GetObject", "s3:ListBucket"]
    Resource  = ["arn:aws:s3:::${var.bucket_name}", "arn:aws:s3:::${var.bucket_name}/*"]
    Condition = { StringEquals = { "aws:SourceArn" = aws_cloudfront_distribution.this.arn } }
  }]
}

resource "aws_cloudfront_origin_access_control" "this" {
  name                              = var.name
  description                       = "Signs what the distribution asks of its bucket"
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

resource "aws_cloudfront_function" "spa_fallback" {
  name    = "${var.name}-fallback"
  comment = "Answers every address that names no file with the page"
  runtime = "cloudfront-js-2.0"
  code    = file("${path.module}/edge/spa_fallback.js")
}

resource "aws_cloudfront_function" "cache_assets" {
  name    = "${var.name}-cache-assets"
  comment = "Lets browsers keep what has a hash in its name"
  runtime = "cloudfront-js-2.0"
  code    = file("${path.module}/edge/cache_assets.js")
}

locals {
  # AWS's own policies, which have the same ids in every account.
  cache_policies = {
    optimized = "658327ea-f89d-4fab-a63d-7e88639e58f6" # Managed-CachingOptimized
    disabled  = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad" # Managed-CachingDisabled
  }

  # One for what changes with a deploy, one for what never does.
  headers_policies = { page = "no-cache", assets = null }

  # As the server sends it (backend/recognizer/api/static.py), and where the API is.
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
  #checkov:skip=CKV_AWS_259:Subdomains and browsers' preload lists are the business of whoever owns the domain.
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
  #checkov:skip=CKV_AWS_68:A firewall costs more than all the rest, before static files that everybody may read.
  #checkov:skip=CKV_AWS_86:Who looks at the page is nobody's business.
  #checkov:skip=CKV_AWS_310:A second bucket would hold the same files, for the rare hour in which S3 is away.
  #checkov:skip=CKV_AWS_374:Digits are drawn in every country.
  #checkov:skip=CKV2_AWS_47:There is no firewall, and nothing here runs Java.
  enabled             = true
  comment             = "The page of ${var.name}"
  default_root_object = "index.html"
  is_ipv6_enabled     = true
  http_version        = "http2and3"
  price_class         = "PriceClass_100" # the cheapest: other continents are served too, from farther away
  aliases             = var.domain == null ? [] : [var.domain.name]

  origin {
    origin_id                = "bucket"
    domain_name              = module.s3_bucket.regional_domain_name
    origin_access_control_id = aws_cloudfront_origin_access_control.this.id
  }

  # index.html, config.json and the icon: asked for anew each time, small as they are.
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
