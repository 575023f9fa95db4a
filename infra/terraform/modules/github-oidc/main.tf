# Roles for GitHub Actions workflows, without long-lived credentials: each job gets an OIDC token that is
# valid for a few minutes, and each role trusts certain jobs.
#
#   role      trusted jobs         permissions
#   backend   of the branch        push images, deploy them to the function
#   frontend  of the branch        upload the frontend, invalidate CloudFront's cache
#   plan      of pull requests     read the resources that Terraform manages
#   apply     of the environment   change the resources that Terraform manages

# An AWS account can have only one provider per URL: if it exists already, import it.
resource "aws_iam_openid_connect_provider" "github" {
  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
}

module "backend" {
  source = "../github-oidc-role"

  name           = "${var.name}-backend"
  description    = "GitHub Actions: push and deploy the backend's image"
  provider_arn   = aws_iam_openid_connect_provider.github.arn
  repository     = var.repository
  repository_ids = var.repository_ids
  context        = "ref:refs/heads/${var.branch}"
  statements     = { deploy = local.backend }
}

module "frontend" {
  source = "../github-oidc-role"

  name           = "${var.name}-frontend"
  description    = "GitHub Actions: deploy the frontend"
  provider_arn   = aws_iam_openid_connect_provider.github.arn
  repository     = var.repository
  repository_ids = var.repository_ids
  context        = "ref:refs/heads/${var.branch}"
  statements     = { deploy = local.frontend }
}

module "plan" {
  source = "../github-oidc-role"

  name           = "${var.name}-plan"
  description    = "GitHub Actions: run terraform plan on pull requests"
  provider_arn   = aws_iam_openid_connect_provider.github.arn
  repository     = var.repository
  repository_ids = var.repository_ids
  context        = "pull_request"
  statements     = { read = local.read }
}

module "apply" {
  source = "../github-oidc-role"

  name           = "${var.name}-apply"
  description    = "GitHub Actions: run terraform apply"
  provider_arn   = aws_iam_openid_connect_provider.github.arn
  repository     = var.repository
  repository_ids = var.repository_ids
  # The claim contains the environment instead of the branch, so the environment's deployment rules on
  # GitHub must allow the deployed branch only.
  context    = "environment:${var.environment}"
  statements = { read = local.read, write = local.write, write-network = local.write_network }
}
