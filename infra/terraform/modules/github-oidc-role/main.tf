# IAM role that jobs of a GitHub repository assume through OIDC.

locals {
  owner = split("/", var.repository)[0]
  name  = split("/", var.repository)[1]

  # For repositories created, renamed or transferred after 2026-07-15, the claim contains immutable IDs as
  # well, so that another repository that takes over the name is not trusted.
  names = concat([var.repository], var.repository_ids == null ? [] : [
    "${local.owner}@${var.repository_ids.owner}/${local.name}@${var.repository_ids.repository}"
  ])
}

resource "aws_iam_role" "this" {
  name        = var.name
  description = var.description

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = var.provider_arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = {
          "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com"
          "token.actions.githubusercontent.com:sub" = [for name in local.names : "repo:${name}:${var.context}"]
        }
      }
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  for_each = var.statements

  name   = each.key
  role   = aws_iam_role.this.name
  policy = jsonencode({ Version = "2012-10-17", Statement = each.value })
}
