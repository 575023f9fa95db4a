mock_provider "aws" {
  source = "../mocks"
}

variables {
  region         = "eu-central-1"
  repository     = "somebody/digit-recognizer"
  repository_ids = { owner = 123456, repository = 1234567890 }
}

override_resource {
  target = module.feedback_bucket.aws_s3_bucket.this
  values = { arn = "arn:aws:s3:::digit-recognizer-feedback-123456789012" }
}

run "trust_policies" {
  assert {
    condition = alltrue(flatten([for role in aws_iam_role.workflow : [for statement in jsondecode(role.assume_role_policy).Statement : [
      statement.Principal == { Federated = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com" },
      statement.Action == "sts:AssumeRoleWithWebIdentity",
      keys(statement.Condition) == ["StringEquals"],
      statement.Condition.StringEquals["token.actions.githubusercontent.com:aud"] == "sts.amazonaws.com",
      statement.Condition.StringEquals["token.actions.githubusercontent.com:repository_id"] == "1234567890",
    ]]]))
    error_message = "Every role must trust GitHub only, with exact conditions, and the repository by its ID."
  }

  assert {
    condition     = alltrue([for role in aws_iam_role.workflow : !strcontains(role.assume_role_policy, "*") && !strcontains(role.assume_role_policy, "?")])
    error_message = "Trust policies must not contain wildcards."
  }

  assert {
    condition = {
      for name, role in aws_iam_role.workflow : name => [for key in ["sub", "ref"] :
        try(jsondecode(role.assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:${key}"], null)
      ]
      } == {
      for name, trust in {
        backend  = [["ref:refs/heads/main"], "refs/heads/main"]
        frontend = [["ref:refs/heads/main"], "refs/heads/main"]
        plan     = [["pull_request", "ref:refs/heads/main"], null]
        apply    = [["environment:production"], "refs/heads/main"]
        } : name => [
        flatten([for context in trust[0] : ["repo:somebody/digit-recognizer:${context}", "repo:somebody@123456/digit-recognizer@1234567890:${context}"]]),
        trust[1],
      ]
    }
    error_message = "Every role must trust exactly its jobs, with both forms of the claim sub."
  }
}

run "provider_that_the_account_has" {
  variables {
    github_provider_arn = "arn:aws:iam::123456789012:oidc-provider/of-another-project"
  }

  assert {
    condition     = length(aws_iam_openid_connect_provider.github) == 0 && alltrue([for role in aws_iam_role.workflow : jsondecode(role.assume_role_policy).Statement[0].Principal.Federated == var.github_provider_arn])
    error_message = "A provider that the account has must be used, and not be managed here."
  }
}

run "deploy_policies" {
  assert {
    condition = {
      for statement in jsondecode(aws_iam_role_policy.workflow["backend-deploy"].policy).Statement : statement.Sid => statement.Resource
      } == {
      GetRegistryToken = ["*"]
      PushImages       = ["arn:aws:ecr:eu-central-1:123456789012:repository/digit-recognizer"]
      DeployFunction = [
        "arn:aws:lambda:eu-central-1:123456789012:function:digit-recognizer",
        "arn:aws:lambda:eu-central-1:123456789012:function:digit-recognizer:*",
      ]
      DeleteVersions = ["arn:aws:lambda:eu-central-1:123456789012:function:digit-recognizer:*"]
    }
    error_message = "The backend role may access its repository and function only."
  }

  assert {
    condition = {
      for statement in jsondecode(aws_iam_role_policy.workflow["frontend-deploy"].policy).Statement : statement.Sid => statement.Resource
      } == {
      ListFrontend   = ["arn:aws:s3:::digit-recognizer-page-123456789012"]
      UploadFrontend = ["arn:aws:s3:::digit-recognizer-page-123456789012/*"]
    }
    error_message = "The frontend role may access its bucket only."
  }

  assert {
    condition = alltrue(flatten([for role in ["backend", "frontend"] : [
      for statement in jsondecode(aws_iam_role_policy.workflow["${role}-deploy"].policy).Statement : [for action in statement.Action : !strcontains(action, "*")]
    ]]))
    error_message = "Deploying roles must not have wildcard actions."
  }

  assert {
    condition = alltrue(flatten([for role in ["backend", "frontend"] : [
      for statement in jsondecode(aws_iam_role_policy.workflow["${role}-deploy"].policy).Statement : statement.Action == ["ecr:GetAuthorizationToken"] || !contains(statement.Resource, "*")
    ]]))
    error_message = "Deploying roles must not have wildcard resources."
  }
}

run "terraform_policies" {
  assert {
    condition = [for policy in aws_iam_role_policy.workflow : policy.name if policy.role == "digit-recognizer-plan"] == ["read"] && alltrue(flatten([for statement in jsondecode(aws_iam_role_policy.workflow["plan-read"].policy).Statement : [
      for action in statement.Action : can(regex("^[a-z0-9-]+:(Get|List|Describe|View|BatchGet)", action))
    ]]))
    error_message = "The plan role may have read actions only."
  }

  assert {
    condition = alltrue(flatten([for key in ["apply-read", "apply-write"] : [
      for statement in jsondecode(aws_iam_role_policy.workflow[key].policy).Statement : [
        for action in statement.Action : try(statement.Condition.StringEquals["iam:PermissionsBoundary"], "") == "arn:aws:iam::123456789012:policy/digit-recognizer-workload"
        if contains(["iam:*", "iam:CreateRole", "iam:PutRolePolicy", "iam:PutRolePermissionsBoundary", "iam:AttachRolePolicy"], action)
      ]
    ]]))
    error_message = "The apply role may create and change roles only with the permissions boundary."
  }

  assert {
    condition = alltrue(flatten([for key in ["apply-read", "apply-write"] : [
      for statement in jsondecode(aws_iam_role_policy.workflow[key].policy).Statement : [
        for resource in statement.Resource : can(regex("^arn:aws:iam::123456789012:role/digit-recognizer-function$", resource))
        if anytrue([for action in statement.Action : startswith(action, "iam:")])
      ]
    ]]))
    error_message = "The apply role may change the role of the function only."
  }

  assert {
    condition = toset(flatten([for policy in aws_iam_role_policy.workflow : regexall("arn:aws:s3:::digit-recognizer-state-123456789012[^\"]*", policy.policy)])) == toset([
      for suffix in ["", "/serverless.tfstate", "/serverless.tfstate.tflock"] : "arn:aws:s3:::digit-recognizer-state-123456789012${suffix}"
    ])
    error_message = "Of the states, workflows may access the one of the root serverless only."
  }

  # IAM's limit for the inline policies of a role.
  assert {
    condition     = alltrue([for role in aws_iam_role.workflow : sum([for policy in aws_iam_role_policy.workflow : length(policy.policy) if policy.role == role.name]) <= 10240])
    error_message = "The inline policies of a role must not exceed 10,240 characters."
  }
}

run "feedback" {
  assert {
    condition     = strcontains(module.feedback_bucket.policy, "\"arn:aws:s3:::digit-recognizer-feedback-123456789012/*\"")
    error_message = "The bucket must have the name that the function and the service use."
  }

  assert {
    condition = [for statement in jsondecode(aws_iam_policy.workload.policy).Statement : [statement.Action, statement.Resource]
      if anytrue([for action in statement.Action : startswith(action, "s3:")])
    ] == [[["s3:PutObject"], ["arn:aws:s3:::digit-recognizer-feedback-123456789012/feedback/*"]]]
    error_message = "In S3, the permissions boundary may only allow putting objects under the feedback prefix."
  }

  assert {
    condition     = alltrue([for policy in aws_iam_role_policy.workflow : !strcontains(policy.policy, "-feedback-")])
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

run "images" {
  assert {
    condition     = aws_ecr_repository.images.image_tag_mutability == "IMMUTABLE"
    error_message = "Image tags must be immutable."
  }

  assert {
    condition     = aws_ecr_repository.images.image_scanning_configuration[0].scan_on_push
    error_message = "Images must be scanned on push."
  }

  assert {
    condition     = jsondecode(aws_ecr_lifecycle_policy.images.policy).rules[*].selection.tagStatus == ["untagged", "tagged", "tagged", "any"] && alltrue([for rule in jsondecode(aws_ecr_lifecycle_policy.images.policy).rules : rule.action.type == "expire"])
    error_message = "Images must expire, those of the server by a rule of their own."
  }

  assert {
    condition = [for rule in jsondecode(aws_ecr_lifecycle_policy.images.policy).rules : [rule.rulePriority, try(rule.selection.tagPatternList, [])]] == [
      [1, []], [2, ["server-*"]], [3, ["released-*"]], [4, []],
    ]
    error_message = "Other images must not expire those of the server, nor those that were released."
  }

  assert {
    condition = [for statement in jsondecode(aws_ecr_repository_policy.images.policy).Statement : [statement.Principal, statement.Condition]] == [[
      { Service = "lambda.amazonaws.com" },
      { StringLike = { "aws:SourceArn" = [local.function_arn, "${local.function_arn}:*"] } },
    ]]
    error_message = "Only the function may pull images."
  }
}
