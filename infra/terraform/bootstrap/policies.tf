# Policies of the roles in roles.tf, and the permissions boundary of the roles that apply creates.

# ARNs of resources that the root serverless creates later; the names must match.
locals {
  page_bucket_arn   = "arn:aws:s3:::${var.name}-page-${local.account_id}"
  state_bucket_arn  = "arn:aws:s3:::${var.name}-state-${local.account_id}"
  state_arn         = "${local.state_bucket_arn}/serverless.tfstate" # not bootstrap's: no workflow may change permissions
  distributions_arn = "arn:aws:cloudfront::${local.account_id}:distribution/*"
  topic_arn         = "arn:aws:sns:${var.region}:${local.account_id}:${var.name}-alarms"
  alarms_arn        = "arn:aws:cloudwatch:${var.region}:${local.account_id}:alarm:${var.name}-*"
  dashboard_arn     = "arn:aws:cloudwatch::${local.account_id}:dashboard/${var.name}"
  budget_arn        = "arn:aws:budgets::${local.account_id}:budget/${var.name}"
  warm_up_arn       = "arn:aws:events:${var.region}:${local.account_id}:rule/${var.name}-warm-up"
  function_role_arn = "arn:aws:iam::${local.account_id}:role/${var.name}-function"

  # With and without the suffix, because some actions require it and others do not accept it.
  log_group_arns = { for group in ["/aws/lambda/${var.name}", "/ecs/${var.name}"] : group => [
    "arn:aws:logs:${var.region}:${local.account_id}:log-group:${group}",
    "arn:aws:logs:${var.region}:${local.account_id}:log-group:${group}:*",
  ] }
  function_log_group_arns = local.log_group_arns["/aws/lambda/${var.name}"]

  # The ID of the distribution is unknown here, but all resources of this project have the tag.
  is_tagged = { StringEquals = { "aws:ResourceTag/project" = var.name } }

  backend = [
    {
      Sid      = "GetRegistryToken"
      Effect   = "Allow"
      Action   = ["ecr:GetAuthorizationToken"]
      Resource = ["*"] # the action supports no resource; the statement below limits what the token can do
    },
    {
      Sid    = "PushImages"
      Effect = "Allow"
      Action = [
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:CompleteLayerUpload",
        "ecr:DescribeImageScanFindings",
        "ecr:GetDownloadUrlForLayer",
        "ecr:InitiateLayerUpload",
        "ecr:PutImage",
        "ecr:UploadLayerPart",
      ]
      Resource = [aws_ecr_repository.images.arn]
    },
    {
      Sid    = "DeployFunction"
      Effect = "Allow"
      Action = [
        "lambda:GetAlias",
        "lambda:GetFunction",
        "lambda:GetFunctionConfiguration",
        "lambda:InvokeFunction",
        "lambda:ListAliases",
        "lambda:ListVersionsByFunction",
        "lambda:PublishVersion",
        "lambda:UpdateAlias",
        "lambda:UpdateFunctionCode",
      ]
      # All versions, because the numbers of those to be smoke-tested are not known in advance.
      Resource = [local.function_arn, "${local.function_arn}:*"]
    },
    {
      Sid      = "DeleteVersions"
      Effect   = "Allow"
      Action   = ["lambda:DeleteFunction"]
      Resource = ["${local.function_arn}:*"] # without the function itself
    },
  ]

  frontend = [
    {
      Sid      = "ListFrontend"
      Effect   = "Allow"
      Action   = ["s3:ListBucket"]
      Resource = [local.page_bucket_arn]
    },
    {
      Sid      = "UploadFrontend"
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:PutObject"]
      Resource = ["${local.page_bucket_arn}/*"]
    },
  ]

  # Configuration and one state only: no objects of the frontend, no logs, no secrets.
  # Plans run with -lock=false, because locking would require write access.
  read = [
    {
      Sid      = "ReadState"
      Effect   = "Allow"
      Action   = ["s3:GetObject"]
      Resource = [local.state_arn]
    },
    {
      Sid      = "ListState"
      Effect   = "Allow"
      Action   = ["s3:ListBucket"]
      Resource = [local.state_bucket_arn]
    },
    {
      Sid      = "ReadFrontendBucket"
      Effect   = "Allow"
      Action   = ["s3:GetBucket*", "s3:GetEncryptionConfiguration", "s3:GetLifecycleConfiguration", "s3:GetAccelerateConfiguration", "s3:GetReplicationConfiguration", "s3:ListBucket", "s3:ListTagsForResource"]
      Resource = [local.page_bucket_arn]
    },
    {
      Sid      = "ReadFunction"
      Effect   = "Allow"
      Action   = ["lambda:Get*", "lambda:List*"]
      Resource = [local.function_arn, "${local.function_arn}:*"]
    },
    {
      Sid      = "ReadRoles"
      Effect   = "Allow"
      Action   = ["iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListInstanceProfilesForRole", "iam:ListRolePolicies"]
      Resource = [local.function_role_arn]
    },
    {
      Sid      = "PullImages" # whoever creates the function needs this too
      Effect   = "Allow"
      Action   = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
      Resource = [aws_ecr_repository.images.arn]
    },
    {
      Sid      = "ReadMonitoring"
      Effect   = "Allow"
      Action   = ["budgets:ListTagsForResource", "budgets:ViewBudget", "cloudwatch:GetDashboard", "cloudwatch:ListTagsForResource", "events:DescribeRule", "events:ListTagsForResource", "events:ListTargetsByRule", "logs:ListTagsForResource", "sns:GetTopicAttributes", "sns:ListTagsForResource"]
      Resource = concat([local.topic_arn, local.alarms_arn, local.dashboard_arn, local.budget_arn, local.warm_up_arn], local.function_log_group_arns)
    },
    {
      Sid    = "Describe"
      Effect = "Allow"
      Action = [
        "cloudfront:Get*",
        "cloudfront:List*",
        "cloudwatch:DescribeAlarms",
        "logs:DescribeLogGroups",
        "sns:GetSubscriptionAttributes",
      ]
      Resource = ["*"] # most of these support no resource; all of them read configuration only
    },
  ]

  write = [
    {
      Sid      = "WriteState"
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:PutObject"]
      Resource = [local.state_arn, "${local.state_arn}.tflock"]
    },
    {
      Sid      = "DeleteStateLock"
      Effect   = "Allow"
      Action   = ["s3:DeleteObject"]
      Resource = ["${local.state_arn}.tflock"]
    },
    {
      Sid      = "WriteFunction"
      Effect   = "Allow"
      Action   = ["lambda:*"]
      Resource = [local.function_arn, "${local.function_arn}:*"]
    },
    {
      Sid    = "WriteFrontendBucket"
      Effect = "Allow"
      Action = [
        "s3:CreateBucket",
        "s3:DeleteBucket",
        "s3:DeleteBucketPolicy",
        "s3:PutBucketOwnershipControls",
        "s3:PutBucketPolicy",
        "s3:PutBucketPublicAccessBlock",
        "s3:PutBucketTagging",
        "s3:PutBucketVersioning",
        "s3:PutEncryptionConfiguration",
        "s3:PutLifecycleConfiguration",
        "s3:TagResource",
        "s3:UntagResource",
      ]
      Resource = [local.page_bucket_arn]
    },
    {
      Sid    = "WriteCloudFront"
      Effect = "Allow"
      Action = [
        "cloudfront:CreateDistribution",
        "cloudfront:CreateDistributionWithTags",
        "cloudfront:CreateOriginAccessControl",
        "cloudfront:CreateResponseHeadersPolicy",
        "cloudfront:DeleteOriginAccessControl",
        "cloudfront:DeleteResponseHeadersPolicy",
        "cloudfront:TagResource",
        "cloudfront:UpdateOriginAccessControl",
        "cloudfront:UpdateResponseHeadersPolicy",
      ]
      Resource = ["arn:aws:cloudfront::${local.account_id}:*"] # CloudFront generates the IDs; these have no tags
    },
    {
      Sid       = "WriteDistribution"
      Effect    = "Allow"
      Action    = ["cloudfront:DeleteDistribution", "cloudfront:UntagResource", "cloudfront:UpdateDistribution"]
      Resource  = [local.distributions_arn]
      Condition = local.is_tagged
    },
    {
      Sid      = "WriteMonitoring"
      Effect   = "Allow"
      Action   = ["budgets:ModifyBudget", "budgets:TagResource", "budgets:UntagResource", "cloudwatch:DeleteAlarms", "cloudwatch:DeleteDashboards", "cloudwatch:PutDashboard", "cloudwatch:PutMetricAlarm", "cloudwatch:TagResource", "cloudwatch:UntagResource", "events:DeleteRule", "events:PutRule", "events:PutTargets", "events:RemoveTargets", "events:TagResource", "events:UntagResource", "sns:*"]
      Resource = [local.topic_arn, "${local.topic_arn}:*", local.alarms_arn, local.dashboard_arn, local.budget_arn, local.warm_up_arn]
    },
    {
      Sid      = "Unsubscribe"
      Effect   = "Allow"
      Action   = ["sns:Unsubscribe"]
      Resource = ["*"] # the action supports no resource
    },
    {
      Sid      = "WriteLogGroups"
      Effect   = "Allow"
      Action   = ["logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:PutRetentionPolicy", "logs:TagResource", "logs:UntagResource"]
      Resource = local.function_log_group_arns
    },
    {
      # Without the boundary, the apply role could make the function, and thereby itself, an administrator.
      Sid       = "GrantWithinBoundary"
      Effect    = "Allow"
      Action    = ["iam:CreateRole", "iam:DeleteRolePolicy", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"]
      Resource  = [local.function_role_arn]
      Condition = { StringEquals = { "iam:PermissionsBoundary" = aws_iam_policy.workload.arn } }
    },
    {
      Sid      = "WriteRoles"
      Effect   = "Allow"
      Action   = ["iam:DeleteRole", "iam:TagRole", "iam:UntagRole", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole", "iam:UpdateRoleDescription"]
      Resource = [local.function_role_arn]
    },
    {
      Sid       = "PassRoles"
      Effect    = "Allow"
      Action    = ["iam:PassRole"]
      Resource  = [local.function_role_arn]
      Condition = { StringEquals = { "iam:PassedToService" = "lambda.amazonaws.com" } }
    },
  ]
}

# Permissions boundary: the maximum permissions of any role that the apply role creates.
resource "aws_iam_policy" "workload" {
  name        = "${var.name}-workload"
  description = "Permissions boundary of the function and the service"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = flatten(values(local.log_group_arns))
      },
      {
        Sid      = "PullImages"
        Effect   = "Allow"
        Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        Resource = [aws_ecr_repository.images.arn]
      },
      {
        Sid      = "GetRegistryToken"
        Effect   = "Allow"
        Action   = ["ecr:GetAuthorizationToken"]
        Resource = ["*"] # the action supports no resource
      },
      {
        Sid      = "StoreFeedback"
        Effect   = "Allow"
        Action   = ["s3:PutObject"]
        Resource = ["${module.feedback_bucket.arn}/feedback/*"]
      },
    ]
  })
}
