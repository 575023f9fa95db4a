output "load_balancer_dns_name" {
  description = "DNS name of the load balancer: the target of the service's DNS record."
  value       = module.ecs_service.load_balancer_dns_name
}

output "cluster_name" {
  description = "Name of the ECS cluster."
  value       = module.ecs_service.cluster_name
}

output "service_name" {
  description = "Name of the ECS service."
  value       = module.ecs_service.service_name
}

output "log_group_name" {
  description = "Name of the service's log group."
  value       = module.ecs_service.log_group_name
}

output "feedback" {
  description = "S3 URI under which feedback is stored: the value of DIGITS_FEEDBACK."
  value       = local.feedback_uri
}
