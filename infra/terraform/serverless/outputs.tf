output "page_url" {
  description = "Address of the page."
  value       = module.page.origin
}

output "api_url" {
  description = "Address of the API, without a slash at the end."
  value       = module.function.url
}

output "config_json" {
  description = "What the page's config.json has to say."
  value       = jsonencode({ api = module.function.url })
}

output "distribution_id" {
  description = "Id of the page's CloudFront distribution, which the bootstrap root wants to know."
  value       = module.page.distribution_id
}

output "distribution_domain_name" {
  description = "CloudFront's name for the page, to which an own domain's record points."
  value       = module.page.distribution_domain_name
}

output "feedback" {
  description = "Where feedback is kept, as the application is told it."
  value       = local.feedback
}

output "alarm_topic_arn" {
  description = "ARN of the topic to which alarms and the budget publish."
  value       = module.watch.topic_arn
}

output "dashboard_url" {
  description = "Address of the dashboard."
  value       = module.watch.dashboard_url
}

output "github_variables" {
  description = "Variables that the workflows read."
  value = {
    API_URL         = module.function.url
    PAGE_URL        = module.page.origin
    PAGE_BUCKET     = module.page.bucket_name
    DISTRIBUTION_ID = module.page.distribution_id
    FUNCTION_NAME   = module.function.name
    FUNCTION_ALIAS  = module.function.alias
  }
}
