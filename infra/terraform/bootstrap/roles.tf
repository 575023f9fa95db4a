# Roles for GitHub Actions workflows, without long-lived credentials: each job gets an OIDC token that is
# valid for a few minutes, and each role trusts certain jobs. policies.tf has what the roles may do.
#
#   role      trusted jobs                       permissions
#   backend   of the branch                      push images, deploy them to the function
#   frontend  of the branch                      upload the frontend
#   plan      of pull requests, of the branch    read the resources that Terraform manages
#   apply     of the environment on the branch   change the resources that Terraform manages

# An AWS account can have only one provider per URL.
resource "aws_iam_openid_connect_provider" "github" {
  count = var.github_provider_arn == null ? 1 : 0

  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
}

locals {
  provider_arn = one(concat(aws_iam_openid_connect_provider.github[*].arn, var.github_provider_arn[*]))
  claim        = "token.actions.githubusercontent.com"
  ref          = "refs/heads/main"

  # For repositories created, renamed or transferred after 2026-07-15, the claim sub contains IDs as well.
  owner = split("/", var.repository)[0]
  name  = split("/", var.repository)[1]
  repository_names = [
    var.repository,
    "${local.owner}@${var.repository_ids.owner}/${local.name}@${var.repository_ids.repository}",
  ]

  # The claim sub of a job in an environment names the environment instead of the branch. GitHub creates a
  # missing environment without rules, so the branch is a condition of its own.
  roles = {
    backend = {
      description = "GitHub Actions: push and deploy the backend's image"
      contexts    = ["ref:${local.ref}"]
      conditions  = { "${local.claim}:ref" = local.ref }
      policies    = { deploy = local.backend }
    }
    frontend = {
      description = "GitHub Actions: deploy the frontend"
      contexts    = ["ref:${local.ref}"]
      conditions  = { "${local.claim}:ref" = local.ref }
      policies    = { deploy = local.frontend }
    }
    plan = {
      description = "GitHub Actions: run terraform plan"
      contexts    = ["pull_request", "ref:${local.ref}"]
      conditions  = {}
      policies    = { read = local.read }
    }
    apply = {
      description = "GitHub Actions: run terraform apply"
      contexts    = ["environment:production"]
      conditions  = { "${local.claim}:ref" = local.ref }
      policies    = { read = local.read, write = local.write }
    }
  }
}

resource "aws_iam_role" "workflow" {
  for_each = local.roles

  name        = "${var.name}-${each.key}"
  description = each.value.description

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = local.provider_arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = merge(each.value.conditions, {
          "${local.claim}:aud" = "sts.amazonaws.com"
          "${local.claim}:sub" = flatten([for context in each.value.contexts : [for name in local.repository_names : "repo:${name}:${context}"]])
          # The ID, because another repository can take over the name.
          "${local.claim}:repository_id" = tostring(var.repository_ids.repository)
        })
      }
    }]
  })
}

resource "aws_iam_role_policy" "workflow" {
  for_each = merge([for role, properties in local.roles : {
    for name, statements in properties.policies : "${role}-${name}" => { role = role, name = name, statements = statements }
  }]...)

  name   = each.value.name
  role   = aws_iam_role.workflow[each.value.role].name
  policy = jsonencode({ Version = "2012-10-17", Statement = each.value.statements })
}
