# What GitHub's workflows may do in this account, without a key that could leak: each job is given a
# token of some minutes, and each role says which jobs it trusts.
#
#   backend   jobs on the branch      push images, move the function to one
#   frontend  jobs on the branch      fill the page's bucket, empty CloudFront's cache
#   plan      jobs of pull requests   read what Terraform looks after
#   apply     jobs of the environment change it

# An account has one of these; where another project made it, import it.
resource "aws_iam_openid_connect_provider" "github" {
  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
}

module "backend" {
  source = "../github-oidc-role"

  name           = "${var.name}-backend"
  description    = "Workflows push the backend's image and deploy it"
  provider_arn   = aws_iam_openid_connect_provider.github.arn
  repository     = var.repository
  repository_ids = var.repository_ids
  context        = "ref:refs/heads/${var.branch}"
  statements     = { deploy = local.backend }
}

module "frontend" {
  source = "../github-oidc-role"

  name           = "${var.name}-frontend"
  description    = "Workflows deploy the page"
  provider_arn   = aws_iam_openid_connect_provider.github.arn
  repository     = var.repository
  repository_ids = var.repository_ids
  context        = "ref:refs/heads/${var.branch}"
  statements     = { deploy = local.frontend }
}

module "plan" {
  source = "../github-oidc-role"

  name           = "${var.name}-plan"
  description    = "Workflows show on a pull request what Terraform would change"
  provider_arn   = aws_iam_openid_connect_provider.github.arn
  repository     = var.repository
  repository_ids = var.repository_ids
  context        = "pull_request"
  statements     = { read = local.read }
}

module "apply" {
  source = "../github-oidc-role"

  name           = "${var.name}-apply"
  description    = "Workflows change what Terraform looks after"
  provider_arn   = aws_iam_openid_connect_provider.github.arn
  repository     = var.repository
  repository_ids = var.repository_ids
  # The claim names the environment in place of the branch: the environment's own rules on GitHub
  # have to say that only the branch may deploy to it.
  context    = "environment:${var.environment}"
  statements = { read = local.read, write = local.write, write-network = local.write_network }
}
