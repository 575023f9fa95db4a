output "feedback" {
  description = "S3 URI under which feedback is stored: the value of DIGITS_FEEDBACK."
  value       = local.feedback_uri
}

output "distribution_domain_name" {
  description = "Domain name of the CloudFront distribution: the target of a custom domain's DNS record."
  value       = aws_cloudfront_distribution.page.domain_name
}

output "function_url" {
  description = "URL of the function, for programs unless public_function_url is false."
  value       = trimsuffix(aws_lambda_function_url.live.function_url, "/")
}

output "dashboard_url" {
  description = "URL of the CloudWatch dashboard."
  value       = "https://${var.region}.console.aws.amazon.com/cloudwatch/home?region=${var.region}#dashboards:name=${aws_cloudwatch_dashboard.this.dashboard_name}"
}

output "github_variables" {
  description = "GitHub Actions variables for the workflows."
  value = {
    PAGE_URL       = local.page_url
    PAGE_BUCKET    = module.page_bucket.name
    FUNCTION_NAME  = aws_lambda_function.api.function_name
    FUNCTION_ALIAS = aws_lambda_alias.live.name
  }
}
