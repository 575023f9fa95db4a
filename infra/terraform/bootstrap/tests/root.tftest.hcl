mock_provider "aws" {
  source = "../mocks"
}

variables {
  repository      = "somebody/digit-recognizer"
  distribution_id = "E1A2B3C4D5E6F7"
}

override_resource {
  target = module.state_bucket.aws_s3_bucket.this
  values = { arn = "arn:aws:s3:::digit-recognizer-state-123456789012" }
}

override_resource {
  target = module.feedback_bucket.aws_s3_bucket.this
  values = { arn = "arn:aws:s3:::digit-recognizer-feedback-123456789012" }
}

run "trust_policies" {
  assert {
    condition = alltrue([for policy in module.github_oidc.trust_policies : alltrue([for statement in jsondecode(policy).Statement : alltrue([
      statement.Principal == { Federated = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com" },
      statement.Action == "sts:AssumeRoleWithWebIdentity",
      keys(statement.Condition) == ["StringEquals"],
      try(statement.Condition.StringEquals["token.actions.githubusercontent.com:aud"], "") == "sts.amazonaws.com",
    ])])])
    error_message = "Every role must trust GitHub only, with exact conditions."
  }

  assert {
    condition     = alltrue([for policy in module.github_oidc.trust_policies : !strcontains(policy, "*") && !strcontains(policy, "?")])
    error_message = "Trust policies must not contain wildcards."
  }

  assert {
    condition = {
      for role, policy in module.github_oidc.trust_policies : role => try(jsondecode(policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"], [])
      } == {
      backend  = ["repo:somebody/digit-recognizer:ref:refs/heads/main"]
      frontend = ["repo:somebody/digit-recognizer:ref:refs/heads/main"]
      plan     = ["repo:somebody/digit-recognizer:pull_request"]
      apply    = ["repo:somebody/digit-recognizer:environment:production"]
    }
    error_message = "Every role must trust exactly its jobs."
  }
}

run "trust_policies_with_ids" {
  variables {
    repository_ids = { owner = 123456, repository = 1234567890 }
  }

  assert {
    condition = alltrue([for role, context in { backend = "ref:refs/heads/main", frontend = "ref:refs/heads/main", plan = "pull_request", apply = "environment:production" } :
      jsondecode(module.github_oidc.trust_policies[role]).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"] == [
        "repo:somebody/digit-recognizer:${context}",
        "repo:somebody@123456/digit-recognizer@1234567890:${context}",
      ]
    ])
    error_message = "Both forms of the sub claim must be accepted, and no others."
  }
}

run "deploy_policies" {
  assert {
    condition = {
      for statement in jsondecode(module.github_oidc.policies.backend.deploy).Statement : statement.Sid => statement.Resource
      } == {
      GetRegistryToken = ["*"]
      PushImages       = ["arn:aws:ecr:eu-central-1:123456789012:repository/digit-recognizer"]
      DeployFunction = [
        "arn:aws:lambda:eu-central-1:123456789012:function:digit-recognizer",
        "arn:aws:lambda:eu-central-1:123456789012:function:digit-recognizer:*",
      ]
    }
    error_message = "The backend role may access its repository and function only."
  }

  assert {
    condition = {
      for statement in jsondecode(module.github_oidc.policies.frontend.deploy).Statement : statement.Sid => statement.Resource
      } == {
      ListFrontend    = ["arn:aws:s3:::digit-recognizer-page-123456789012"]
      SyncFrontend    = ["arn:aws:s3:::digit-recognizer-page-123456789012/*"]
      InvalidateCache = ["arn:aws:cloudfront::123456789012:distribution/E1A2B3C4D5E6F7"]
    }
    error_message = "The frontend role may access its bucket and distribution only."
  }

  assert {
    condition = alltrue(flatten([for role in ["backend", "frontend"] : [
      for statement in jsondecode(module.github_oidc.policies[role].deploy).Statement : [for action in statement.Action : !strcontains(action, "*")]
    ]]))
    error_message = "Deploying roles must not have wildcard actions."
  }

  assert {
    condition = alltrue(flatten([for role in ["backend", "frontend"] : [
      for statement in jsondecode(module.github_oidc.policies[role].deploy).Statement : statement.Action == ["ecr:GetAuthorizationToken"] || !contains(statement.Resource, "*")
    ]]))
    error_message = "Deploying roles must not have wildcard resources."
  }
}

run "deploy_policies_without_a_distribution" {
  variables {
    distribution_id = null
  }

  assert {
    condition     = !strcontains(module.github_oidc.policies.frontend.deploy, "cloudfront")
    error_message = "Without distribution_id, the frontend role must not access CloudFront."
  }
}

run "terraform_policies" {
  assert {
    condition = keys(module.github_oidc.policies.plan) == ["read"] && alltrue(flatten([for statement in jsondecode(module.github_oidc.policies.plan.read).Statement : [
      for action in statement.Action : can(regex("^[a-z0-9-]+:(Get|List|Describe|View|BatchGet)", action))
    ]]))
    error_message = "The plan role may have read actions only."
  }

  assert {
    condition = alltrue(flatten([for policy in module.github_oidc.policies.apply : [
      for statement in jsondecode(policy).Statement : [
        for action in statement.Action : try(statement.Condition.StringEquals["iam:PermissionsBoundary"], "") == "arn:aws:iam::123456789012:policy/digit-recognizer-workload"
        if contains(["iam:*", "iam:CreateRole", "iam:PutRolePolicy", "iam:PutRolePermissionsBoundary", "iam:AttachRolePolicy"], action)
      ]
    ]]))
    error_message = "The apply role may create and change roles only with the permissions boundary."
  }

  assert {
    condition = alltrue(flatten([for policy in module.github_oidc.policies.apply : [
      for statement in jsondecode(policy).Statement : [
        for resource in statement.Resource : can(regex("^arn:aws:iam::123456789012:role/digit-recognizer-(function|execution|task)$|/aws-service-role/", resource))
        if anytrue([for action in statement.Action : startswith(action, "iam:")])
      ]
    ]]))
    error_message = "The apply role may change the roles of the function and the service only."
  }

  assert {
    condition     = !strcontains(join("", values(module.github_oidc.policies.apply)), "bootstrap.tfstate") && !strcontains(join("", values(module.github_oidc.policies.apply)), "tfstate*") && !strcontains(join("", values(module.github_oidc.policies.apply)), "state-123456789012/*")
    error_message = "The apply role must not access the state of the root bootstrap."
  }

  # IAM's limit for the inline policies of a role.
  assert {
    condition     = alltrue([for role in module.github_oidc.policies : sum([for policy in role : length(policy)]) <= 10240])
    error_message = "The inline policies of a role must not exceed 10,240 characters."
  }

  assert {
    condition     = strcontains(output.backend, "use_lockfile = true") && strcontains(output.backend, "encrypt      = true")
    error_message = "The state must be locked and encrypted."
  }
}

run "feedback" {
  assert {
    condition     = strcontains(module.feedback_bucket.policy, "\"arn:aws:s3:::digit-recognizer-feedback-123456789012/*\"")
    error_message = "The bucket must have the name that the function and the service use."
  }

  assert {
    condition = [for statement in jsondecode(module.github_oidc.permissions_boundary).Statement : [statement.Action, statement.Resource]
      if anytrue([for action in statement.Action : startswith(action, "s3:")])
    ] == [[["s3:PutObject"], ["arn:aws:s3:::digit-recognizer-feedback-123456789012/feedback/*"]]]
    error_message = "In S3, the permissions boundary may only allow putting objects under the feedback prefix."
  }

  assert {
    condition     = alltrue(flatten([for policies in module.github_oidc.policies : [for policy in policies : !strcontains(policy, "-feedback-")]]))
    error_message = "Workflows must not access feedback."
  }
}

run "wildcard_repository_is_invalid" {
  command = plan

  variables {
    repository = "somebody/*"
  }

  expect_failures = [var.repository]
}

run "wildcard_branch_is_invalid" {
  command = plan

  variables {
    branch = "*"
  }

  expect_failures = [var.branch]
}

run "wildcard_environment_is_invalid" {
  command = plan

  variables {
    environment = "prod*"
  }

  expect_failures = [var.environment]
}
