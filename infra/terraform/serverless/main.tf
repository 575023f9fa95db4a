# The public frontend (S3, CloudFront) and API (Lambda), with next to no cost while idle.

data "aws_caller_identity" "current" {}

data "aws_ecr_repository" "images" {
  name = var.name
}

locals {
  account_id   = data.aws_caller_identity.current.account_id
  feedback_uri = "s3://${var.name}-feedback-${local.account_id}/feedback" # bucket created by the root bootstrap
}

module "static_site" {
  source = "../modules/static-site"

  name        = var.name
  bucket_name = "${var.name}-page-${local.account_id}"
  domain      = var.domain

  # A wildcard, because the exact function URL would create a cycle: the function's CORS settings depend on
  # the distribution's domain name, and the distribution depends on its Content-Security-Policy. The risk is
  # low: scripts may come from the frontend's own origin only, so none could call other functions.
  api_source = "https://*.lambda-url.${var.region}.on.aws"
}

module "lambda_function" {
  source = "../modules/lambda-function"

  name                           = var.name
  image_uri                      = "${data.aws_ecr_repository.images.repository_url}:${var.image_tag}"
  architecture                   = var.architecture
  memory_size                    = var.memory_size
  timeout                        = var.timeout
  reserved_concurrent_executions = var.reserved_concurrent_executions
  log_retention_in_days          = var.log_retention_in_days
  frontend_origin                = module.static_site.origin
  feedback_uri                   = local.feedback_uri
  store_inputs                   = var.store_inputs
  permissions_boundary_arn       = "arn:aws:iam::${local.account_id}:policy/${var.name}-workload"
}

module "monitoring" {
  source = "../modules/monitoring"

  name               = var.name
  region             = var.region
  account_id         = local.account_id
  function_name      = module.lambda_function.name
  alias              = module.lambda_function.alias
  log_group_name     = module.lambda_function.log_group_name
  architecture       = var.architecture
  email              = var.alarm_email
  p99_milliseconds   = var.p99_milliseconds
  min_accuracy       = var.min_accuracy
  min_feedback       = var.min_feedback
  max_rejected       = var.max_rejected
  monthly_budget_usd = var.monthly_budget_usd
}
