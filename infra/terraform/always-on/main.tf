# The server, which includes the frontend, on ECS Fargate: always warm, for teams that run an instance of
# their own.

data "aws_caller_identity" "current" {}

data "aws_availability_zones" "available" {
  #checkov:skip=CKV_AWS_394:Only the first two zones by name are used; zones that AWS adds sort after them.
  state = "available"

  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

data "aws_ecr_repository" "images" {
  name = var.name
}

locals {
  account_id   = data.aws_caller_identity.current.account_id
  feedback_uri = "s3://${var.name}-feedback-${local.account_id}/feedback" # bucket created by the root bootstrap
}

module "vpc" {
  source = "../modules/vpc"

  name   = var.name
  region = var.region
  azs    = slice(sort(data.aws_availability_zones.available.names), 0, 2)
  cidr   = var.cidr
}

module "ecs_service" {
  source = "../modules/ecs-service"

  name                  = var.name
  region                = var.region
  image                 = "${data.aws_ecr_repository.images.repository_url}:${var.image_tag}"
  image_repository_arn  = data.aws_ecr_repository.images.arn
  architecture          = var.architecture
  cpu                   = var.cpu
  memory                = var.memory
  tasks                 = var.tasks
  log_retention_in_days = var.log_retention_in_days
  alarm_email           = var.alarm_email
  certificate_arn       = var.certificate_arn
  allowed_cidrs         = var.allowed_cidrs
  feedback_uri          = local.feedback_uri
  store_inputs          = var.store_inputs

  vpc_id                      = module.vpc.vpc_id
  public_subnet_ids           = module.vpc.public_subnet_ids
  public_subnet_cidrs         = module.vpc.public_subnet_cidrs
  private_subnet_ids          = module.vpc.private_subnet_ids
  endpoints_security_group_id = module.vpc.endpoints_security_group_id
  s3_prefix_list_id           = module.vpc.s3_prefix_list_id
  permissions_boundary_arn    = "arn:aws:iam::${local.account_id}:policy/${var.name}-workload"
}
