output "load_balancer_dns_name" {
  description = "Name of the load balancer, to which the service's own name points."
  value       = module.service.load_balancer_dns_name
}

output "cluster_name" {
  description = "Name of the ECS cluster."
  value       = module.service.cluster_name
}

output "service_name" {
  description = "Name of the ECS service."
  value       = module.service.service_name
}

output "log_group_name" {
  description = "Name of the service's log group."
  value       = module.service.log_group_name
}

output "feedback" {
  description = "Where feedback is kept, as the application is told it."
  value       = local.feedback
}
