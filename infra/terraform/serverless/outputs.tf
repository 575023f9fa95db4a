output "page_url" {
  description = "Address of the page."
  value       = module.static_site.origin
}

output "api_url" {
  description = "Address of the API, without a slash at the end."
  value       = module.lambda_function.url
}

output "config_json" {
  description = "What the page's config.json has to say."
  value       = jsonencode({ api = module.lambda_function.url })
}

output "distribution_id" {
  description = "Id of the page's CloudFront distribution, which the bootstrap root wants to know."
  value       = module.static_site.distribution_id
}

output "distribution_domain_name" {
  description = "CloudFront's name for the page, to which an own domain's record points."
  value       = module.static_site.distribution_domain_name
}

output "feedback" {
  description = "Where feedback is kept, as the application is told it."
  value       = local.feedback_uri
}

output "alarm_topic_arn" {
  description = "ARN of the topic to which alarms and the budget publish."
  value       = module.monitoring.topic_arn
}

output "dashboard_url" {
  description = "Address of the dashboard."
  value       = module.monitoring.dashboard_url
}

output "github_variables" {
  description = "Variables that the workflows read."
  value = {
    API_URL         = module.lambda_function.url
    PAGE_URL        = module.static_site.origin
    PAGE_BUCKET     = module.static_site.bucket_name
    DISTRIBUTION_ID = module.static_site.distribution_id
    FUNCTION_NAME   = module.lambda_function.name
    FUNCTION_ALIAS  = module.lambda_function.alias
  }
}
