output "topic_arn" {
  description = "ARN of the topic to which alarms and the budget publish."
  value       = aws_sns_topic.alarms.arn
}

output "dashboard_url" {
  description = "Address of the dashboard."
  value       = "https://${var.region}.console.aws.amazon.com/cloudwatch/home?region=${var.region}#dashboards:name=${aws_cloudwatch_dashboard.this.dashboard_name}"
}
