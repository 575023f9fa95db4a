output "role_arns" {
  description = "ARNs of the roles: backend, frontend, plan, apply."
  value = {
    backend  = module.backend.arn
    frontend = module.frontend.arn
    plan     = module.plan.arn
    apply    = module.apply.arn
  }
}

output "trust_policies" {
  description = "Trust policies by role, as JSON."
  value = {
    backend  = module.backend.trust_policy
    frontend = module.frontend.trust_policy
    plan     = module.plan.trust_policy
    apply    = module.apply.trust_policy
  }
}

output "permissions_boundary" {
  description = "Permissions boundary of the workload roles, as JSON."
  value       = aws_iam_policy.workload.policy
}

output "policies" {
  description = "Inline policies by role and name, as JSON."
  value = {
    backend  = module.backend.policies
    frontend = module.frontend.policies
    plan     = module.plan.policies
    apply    = module.apply.policies
  }
}
