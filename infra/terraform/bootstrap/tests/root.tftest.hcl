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

run "trust" {
  assert {
    condition = alltrue([for trust in module.github_oidc.trusts : alltrue([for statement in jsondecode(trust).Statement : alltrue([
      statement.Principal == { Federated = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com" },
      statement.Action == "sts:AssumeRoleWithWebIdentity",
      keys(statement.Condition) == ["StringEquals"],
      try(statement.Condition.StringEquals["token.actions.githubusercontent.com:aud"], "") == "sts.amazonaws.com",
    ])])])
    error_message = "A role trusts others than GitHub, or without an exact condition."
  }

  assert {
    condition     = alltrue([for trust in module.github_oidc.trusts : !strcontains(trust, "*") && !strcontains(trust, "?")])
    error_message = "A trust policy has a wildcard."
  }

  assert {
    condition = {
      for role, trust in module.github_oidc.trusts : role => try(jsondecode(trust).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"], [])
      } == {
      backend  = ["repo:somebody/digit-recognizer:ref:refs/heads/main"]
      frontend = ["repo:somebody/digit-recognizer:ref:refs/heads/main"]
      plan     = ["repo:somebody/digit-recognizer:pull_request"]
      apply    = ["repo:somebody/digit-recognizer:environment:production"]
    }
    error_message = "A role trusts other jobs than it should."
  }
}

run "trust_with_numbers" {
  variables {
    repository_ids = { owner = 123456, repository = 1234567890 }
  }

  assert {
    condition = alltrue([for role, context in { backend = "ref:refs/heads/main", frontend = "ref:refs/heads/main", plan = "pull_request", apply = "environment:production" } :
      jsondecode(module.github_oidc.trusts[role]).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"] == [
        "repo:somebody/digit-recognizer:${context}",
        "repo:somebody@123456/digit-recognizer@1234567890:${context}",
      ]
    ])
    error_message = "The two forms of the claim are not both accepted, or others are."
  }
}

run "deploying" {
  assert {
    condition = {
      for statement in jsondecode(module.github_oidc.policies.backend.deploy).Statement : statement.Sid => statement.Resource
      } == {
      LogIn = ["*"]
      Push  = ["arn:aws:ecr:eu-central-1:123456789012:repository/digit-recognizer"]
      PublishAndMoveAlias = [
        "arn:aws:lambda:eu-central-1:123456789012:function:digit-recognizer",
        "arn:aws:lambda:eu-central-1:123456789012:function:digit-recognizer:*",
      ]
    }
    error_message = "The backend's role reaches other things than its repository and its function."
  }

  assert {
    condition = {
      for statement in jsondecode(module.github_oidc.policies.frontend.deploy).Statement : statement.Sid => statement.Resource
      } == {
      List       = ["arn:aws:s3:::digit-recognizer-page-123456789012"]
      Sync       = ["arn:aws:s3:::digit-recognizer-page-123456789012/*"]
      Invalidate = ["arn:aws:cloudfront::123456789012:distribution/E1A2B3C4D5E6F7"]
    }
    error_message = "The frontend's role reaches other things than its bucket and its distribution."
  }

  assert {
    condition = alltrue(flatten([for role in ["backend", "frontend"] : [
      for statement in jsondecode(module.github_oidc.policies[role].deploy).Statement : [for action in statement.Action : !strcontains(action, "*")]
    ]]))
    error_message = "A deploying role may do whatever a service offers."
  }

  assert {
    condition = alltrue(flatten([for role in ["backend", "frontend"] : [
      for statement in jsondecode(module.github_oidc.policies[role].deploy).Statement : statement.Action == ["ecr:GetAuthorizationToken"] || !contains(statement.Resource, "*")
    ]]))
    error_message = "A deploying role reaches whatever there is."
  }
}

run "before_the_distribution" {
  variables {
    distribution_id = null
  }

  assert {
    condition     = !strcontains(module.github_oidc.policies.frontend.deploy, "cloudfront")
    error_message = "The frontend's role may invalidate distributions that are not its own."
  }
}

run "terraform_roles" {
  assert {
    condition = keys(module.github_oidc.policies.plan) == ["read"] && alltrue(flatten([for statement in jsondecode(module.github_oidc.policies.plan.read).Statement : [
      for action in statement.Action : can(regex("^[a-z0-9-]+:(Get|List|Describe|View|BatchGet)", action))
    ]]))
    error_message = "A plan may change something."
  }

  assert {
    condition = alltrue(flatten([for policy in module.github_oidc.policies.apply : [
      for statement in jsondecode(policy).Statement : [
        for action in statement.Action : try(statement.Condition.StringEquals["iam:PermissionsBoundary"], "") == "arn:aws:iam::123456789012:policy/digit-recognizer-workload"
        if contains(["iam:*", "iam:CreateRole", "iam:PutRolePolicy", "iam:PutRolePermissionsBoundary", "iam:AttachRolePolicy"], action)
      ]
    ]]))
    error_message = "The apply role could grant itself anything, by a role without a boundary."
  }

  assert {
    condition = alltrue(flatten([for policy in module.github_oidc.policies.apply : [
      for statement in jsondecode(policy).Statement : [
        for resource in statement.Resource : can(regex("^arn:aws:iam::123456789012:role/digit-recognizer-(function|execution|task)$|/aws-service-role/", resource))
        if anytrue([for action in statement.Action : startswith(action, "iam:")])
      ]
    ]]))
    error_message = "The apply role reaches roles that are not the function's or the service's."
  }

  assert {
    condition     = !strcontains(join("", values(module.github_oidc.policies.apply)), "bootstrap.tfstate") && !strcontains(join("", values(module.github_oidc.policies.apply)), "tfstate*") && !strcontains(join("", values(module.github_oidc.policies.apply)), "state-123456789012/*")
    error_message = "The apply role reaches the state of who may do what."
  }

  # IAM's limit for what is written into a role.
  assert {
    condition     = alltrue([for role in module.github_oidc.policies : sum([for policy in role : length(policy)]) <= 10240])
    error_message = "A role's policies are too long."
  }

  assert {
    condition     = strcontains(output.backend, "use_lockfile = true") && strcontains(output.backend, "encrypt      = true")
    error_message = "The state would not be locked, or not encrypted."
  }
}

run "feedback" {
  assert {
    condition     = strcontains(module.feedback_bucket.policy, "\"arn:aws:s3:::digit-recognizer-feedback-123456789012/*\"")
    error_message = "The bucket has another name than the function and the service are told."
  }

  assert {
    condition = [for statement in jsondecode(module.github_oidc.boundary).Statement : [statement.Action, statement.Resource]
      if anytrue([for action in statement.Action : startswith(action, "s3:")])
    ] == [[["s3:PutObject"], ["arn:aws:s3:::digit-recognizer-feedback-123456789012/feedback/*"]]]
    error_message = "The function and the service may not keep feedback, or may do more in S3."
  }

  assert {
    condition     = alltrue(flatten([for policies in module.github_oidc.policies : [for policy in policies : !strcontains(policy, "-feedback-")]]))
    error_message = "A workflow reaches what people said."
  }
}

run "many_repositories_are_refused" {
  command = plan

  variables {
    repository = "somebody/*"
  }

  expect_failures = [var.repository]
}

run "many_branches_are_refused" {
  command = plan

  variables {
    branch = "*"
  }

  expect_failures = [var.branch]
}

run "many_environments_are_refused" {
  command = plan

  variables {
    environment = "prod*"
  }

  expect_failures = [var.environment]
}
