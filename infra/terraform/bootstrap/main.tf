# What has to be there before the rest: applied once, by a person.

data "aws_caller_identity" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
}

module "state" {
  source = "../modules/private-bucket"

  name              = "${var.name}-state-${local.account_id}"
  old_versions_days = 90
}

module "images" {
  source = "../modules/image-repository"

  name         = var.name
  function_arn = "arn:aws:lambda:${var.region}:${local.account_id}:function:${var.name}"
}

module "github" {
  source = "../modules/github-access"

  name                 = var.name
  region               = var.region
  account_id           = local.account_id
  repository           = var.repository
  repository_ids       = var.repository_ids
  branch               = var.branch
  environment          = var.environment
  image_repository_arn = module.images.arn
  state_bucket_arn     = module.state.arn
  distribution_id      = var.distribution_id
}
