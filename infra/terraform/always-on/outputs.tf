output "load_balancer_dns_name" {
  description = "Name of the load balancer, to which the service's own name points."
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
  description = "Where feedback is kept, as the application is told it."
  value       = local.feedback_uri
}
