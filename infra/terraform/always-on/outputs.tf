output "load_balancer_dns_name" {
  description = "DNS name of the load balancer: the target of the service's DNS record."
  value       = aws_lb.this.dns_name
}

output "cluster_name" {
  description = "Name of the ECS cluster."
  value       = aws_ecs_cluster.this.name
}

output "service_name" {
  description = "Name of the ECS service."
  value       = aws_ecs_service.this.name
}

output "log_group_name" {
  description = "Name of the service's log group."
  value       = aws_cloudwatch_log_group.this.name
}

output "feedback" {
  description = "S3 URI under which feedback is stored: the value of DIGITS_FEEDBACK."
  value       = local.feedback_uri
}
