output "feedback_bucket" {
  description = "Name of the bucket for feedback, including model inputs if users consent."
  value       = module.feedback_bucket.name
}

output "github_variables" {
  description = "GitHub Actions variables for the workflows."
  value = {
    AWS_REGION        = var.region
    STATE_BUCKET      = trimprefix(local.state_bucket_arn, "arn:aws:s3:::")
    IMAGE_REPOSITORY  = aws_ecr_repository.images.repository_url
    BACKEND_ROLE_ARN  = aws_iam_role.workflow["backend"].arn
    FRONTEND_ROLE_ARN = aws_iam_role.workflow["frontend"].arn
    PLAN_ROLE_ARN     = aws_iam_role.workflow["plan"].arn
    APPLY_ROLE_ARN    = aws_iam_role.workflow["apply"].arn
  }
}
