output "origin" {
  description = "Origin of the page: https:// and its host."
  value       = "https://${var.domain == null ? aws_cloudfront_distribution.this.domain_name : var.domain.name}"
}

output "bucket_name" {
  description = "Name of the bucket with the page's files."
  value       = module.s3_bucket.name
}

output "distribution_id" {
  description = "Id of the CloudFront distribution."
  value       = aws_cloudfront_distribution.this.id
}

output "distribution_domain_name" {
  description = "CloudFront's name for the page, to which an own domain's record points."
  value       = aws_cloudfront_distribution.this.domain_name
}
