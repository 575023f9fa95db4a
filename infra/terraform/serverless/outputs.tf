output "page_url" {
  description = "URL of the frontend."
  value       = module.static_site.origin
}

output "api_url" {
  description = "URL of the API, without a trailing slash."
  value       = module.lambda_function.url
}

output "config_json" {
  description = "Content of the frontend's config.json."
  value       = jsonencode({ api = module.lambda_function.url })
}

output "distribution_id" {
  description = "ID of the CloudFront distribution; input of the root bootstrap."
  value       = module.static_site.distribution_id
}

output "distribution_domain_name" {
  description = "Domain name of the CloudFront distribution: the target of a custom domain's DNS record."
  value       = module.static_site.distribution_domain_name
}

output "feedback" {
  description = "S3 URI under which feedback is stored: the value of DIGITS_FEEDBACK."
  value       = local.feedback_uri
}

output "alarm_topic_arn" {
  description = "ARN of the SNS topic for alarms and the budget."
  value       = module.monitoring.topic_arn
}

output "dashboard_url" {
  description = "URL of the CloudWatch dashboard."
  value       = module.monitoring.dashboard_url
}

output "github_variables" {
  description = "GitHub Actions variables for the workflows."
  value = {
    API_URL         = module.lambda_function.url
    PAGE_URL        = module.static_site.origin
    PAGE_BUCKET     = module.static_site.bucket_name
    DISTRIBUTION_ID = module.static_site.distribution_id
    FUNCTION_NAME   = module.lambda_function.name
    FUNCTION_ALIAS  = module.lambda_function.alias
  }
}
