output "origin" {
  description = "Origin of the website: https:// and the host name."
  value       = "https://${var.domain == null ? aws_cloudfront_distribution.this.domain_name : var.domain.name}"
}

output "bucket_name" {
  description = "Name of the bucket that holds the website's files."
  value       = module.s3_bucket.name
}

output "distribution_id" {
  description = "ID of the CloudFront distribution."
  value       = aws_cloudfront_distribution.this.id
}

output "distribution_domain_name" {
  description = "Domain name of the CloudFront distribution: the target of a custom domain's DNS record."
  value       = aws_cloudfront_distribution.this.domain_name
}
