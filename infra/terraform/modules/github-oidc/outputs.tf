output "role_arns" {
  description = "ARNs of the roles by their purpose: backend, frontend, plan, apply."
  value = {
    backend  = module.backend.arn
    frontend = module.frontend.arn
    plan     = module.plan.arn
    apply    = module.apply.arn
  }
}

output "trusts" {
  description = "The roles' trust policies, as JSON."
  value = {
    backend  = module.backend.trust
    frontend = module.frontend.trust
    plan     = module.plan.trust
    apply    = module.apply.trust
  }
}

output "boundary" {
  description = "The policy with the most that the function and the service may do, as JSON."
  value       = aws_iam_policy.workload.policy
}

output "policies" {
  description = "The roles' policies by name, as JSON."
  value = {
    backend  = module.backend.policies
    frontend = module.frontend.policies
    plan     = module.plan.policies
    apply    = module.apply.policies
  }
}
