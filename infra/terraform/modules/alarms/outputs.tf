output "topic_arn" {
  description = "ARN of the topic."
  value       = aws_sns_topic.this.arn
}

output "alarms" {
  description = "The alarms by name, without the prefix."
  value       = merge(aws_cloudwatch_metric_alarm.metric, aws_cloudwatch_metric_alarm.fraction)
}
