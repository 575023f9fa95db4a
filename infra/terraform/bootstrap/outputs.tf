output "state_bucket" {
  description = "Bucket for the states, which the other roots are given with: terraform init -backend-config=bucket=..."
  value       = module.state_bucket.name
}

output "feedback_bucket" {
  description = "Bucket for what people say of the answers, and for their drawings where they agree."
  value       = module.feedback_bucket.name
}

output "backend" {
  description = "A file backend.tf that keeps this root's own state in the bucket that it made."
  value       = <<-EOT
    terraform {
      backend "s3" {
        bucket       = "${module.state_bucket.name}"
        key          = "bootstrap.tfstate"
        region       = "${var.region}"
        encrypt      = true
        use_lockfile = true
      }
    }
  EOT
}

output "image_repository_url" {
  description = "Where images are pushed to: the function's with a commit's SHA as the tag, the server's with server-SHA."
  value       = module.ecr_repository.url
}

output "github_variables" {
  description = "Variables that the workflows read."
  value = {
    AWS_REGION        = var.region
    BACKEND_ROLE_ARN  = module.github_oidc.role_arns.backend
    FRONTEND_ROLE_ARN = module.github_oidc.role_arns.frontend
    PLAN_ROLE_ARN     = module.github_oidc.role_arns.plan
    APPLY_ROLE_ARN    = module.github_oidc.role_arns.apply
    STATE_BUCKET      = module.state_bucket.name
    IMAGE_REPOSITORY  = module.ecr_repository.url
  }
}
