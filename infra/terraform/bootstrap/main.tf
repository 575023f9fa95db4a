# Prerequisites of the other roots: applied once, by an administrator.

data "aws_caller_identity" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
}

module "state_bucket" {
  source = "../modules/s3-bucket"

  name                               = "${var.name}-state-${local.account_id}"
  noncurrent_version_expiration_days = 90
}

# In this root, so that feedback survives the roots that collect it, and no workflow can read it or change
# its permissions. Function and service may only add objects; reading them takes credentials of your own.
module "feedback_bucket" {
  source = "../modules/s3-bucket"

  name                               = "${var.name}-feedback-${local.account_id}"
  expiration_days                    = var.feedback_expiration_days
  noncurrent_version_expiration_days = 1 # replaced feedback and expired feedback
}

module "ecr_repository" {
  source = "../modules/ecr-repository"

  name         = var.name
  function_arn = "arn:aws:lambda:${var.region}:${local.account_id}:function:${var.name}"
}

module "github_oidc" {
  source = "../modules/github-oidc"

  name                 = var.name
  region               = var.region
  account_id           = local.account_id
  repository           = var.repository
  repository_ids       = var.repository_ids
  branch               = var.branch
  environment          = var.environment
  image_repository_arn = module.ecr_repository.arn
  state_bucket_arn     = module.state_bucket.arn
  feedback_bucket_arn  = module.feedback_bucket.arn
  distribution_id      = var.distribution_id
}
