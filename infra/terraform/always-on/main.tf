# The server, which includes the frontend, on ECS Fargate: always warm, for teams that run an instance of
# their own. network.tf has its VPC, service.tf its tasks.

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
  azs          = slice(sort(data.aws_availability_zones.available.names), 0, 2)
  feedback_uri = "s3://${var.name}-feedback-${local.account_id}/feedback" # bucket created by the root bootstrap
}
