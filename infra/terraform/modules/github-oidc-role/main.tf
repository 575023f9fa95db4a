locals {
  owner = split("/", var.repository)[0]
  name  = split("/", var.repository)[1]

  # Repositories made, renamed or moved since 15 July 2026 are named with their numbers in the claim,
  # which stay theirs when the name is given to another.
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
