# The public frontend (page.tf) and API (function.tf), with next to no cost while idle.

data "aws_caller_identity" "current" {}

locals {
  account_id   = data.aws_caller_identity.current.account_id
  feedback_uri = "s3://${var.name}-feedback-${local.account_id}/feedback" # bucket created by the root bootstrap
}
