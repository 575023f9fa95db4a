output "state_bucket" {
  description = "Name of the bucket for Terraform state; pass it to the other roots: terraform init -backend-config=bucket=..."
  value       = module.state_bucket.name
}

output "feedback_bucket" {
  description = "Name of the bucket for feedback, including model inputs if users consent."
  value       = module.feedback_bucket.name
}

output "backend" {
  description = "Content of backend.tf, which moves this root's own state to the state bucket."
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
  description = "URL of the ECR repository. Container images of the function are tagged with the commit SHA, those of the server with server- and the commit SHA."
  value       = module.ecr_repository.url
}

output "github_variables" {
  description = "GitHub Actions variables for the workflows."
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
