# Policies of the roles plan and apply, and the permissions boundary of the roles that apply creates.

locals {
  # Configuration and the state of two roots only: no objects of the frontend, no logs, no secrets.
  # Plans run with -lock=false, because locking would require write access.
  read = [
    {
      Sid      = "ReadState"
      Effect   = "Allow"
      Action   = ["s3:GetObject"]
      Resource = local.state_arns
    },
    {
      Sid      = "ListState"
      Effect   = "Allow"
      Action   = ["s3:ListBucket"]
      Resource = [var.state_bucket_arn]
    },
    {
      Sid      = "ReadFrontendBucket"
      Effect   = "Allow"
      Action   = ["s3:GetBucket*", "s3:GetEncryptionConfiguration", "s3:GetLifecycleConfiguration", "s3:GetAccelerateConfiguration", "s3:GetReplicationConfiguration", "s3:ListBucket", "s3:ListTagsForResource"]
      Resource = [local.frontend_bucket_arn]
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
      Resource = local.workload_role_arns
    },
    {
      Sid      = "ReadImages"
      Effect   = "Allow"
      Action   = ["ecr:BatchGetImage", "ecr:DescribeImages", "ecr:DescribeRepositories", "ecr:GetDownloadUrlForLayer", "ecr:ListTagsForResource"]
      Resource = [var.image_repository_arn]
    },
    {
      Sid      = "ReadMonitoring"
      Effect   = "Allow"
      Action   = ["budgets:ListTagsForResource", "budgets:ViewBudget", "cloudwatch:GetDashboard", "cloudwatch:ListTagsForResource", "logs:ListTagsForResource", "sns:GetTopicAttributes", "sns:ListTagsForResource"]
      Resource = concat([local.topic_arn, local.alarms_arn, local.dashboard_arn, local.budget_arn], local.log_group_arns)
    },
    {
      Sid    = "Describe"
      Effect = "Allow"
      Action = [
        "application-autoscaling:Describe*",
        "application-autoscaling:ListTagsForResource",
        "cloudfront:DescribeFunction",
        "cloudfront:Get*",
        "cloudfront:List*",
        "cloudwatch:DescribeAlarms",
        "ec2:DescribeAvailabilityZones",
        "ec2:DescribeInternetGateways",
        "ec2:DescribeNetworkAcls",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribePrefixLists",
        "ec2:DescribeRouteTables",
        "ec2:DescribeSecurityGroupRules",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcAttribute",
        "ec2:DescribeVpcEndpoints",
        "ec2:DescribeVpcs",
        "ecs:Describe*",
        "ecs:ListTagsForResource",
        "elasticloadbalancing:Describe*",
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
      Resource = flatten([for state in local.state_arns : [state, "${state}.tflock"]])
    },
    {
      Sid      = "DeleteStateLock"
      Effect   = "Allow"
      Action   = ["s3:DeleteObject"]
      Resource = [for state in local.state_arns : "${state}.tflock"]
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
      Resource = [local.frontend_bucket_arn]
    },
    {
      Sid    = "WriteDistribution"
      Effect = "Allow"
      Action = [
        "cloudfront:Create*",
        "cloudfront:Delete*",
        "cloudfront:PublishFunction",
        "cloudfront:TagResource",
        "cloudfront:UntagResource",
        "cloudfront:Update*",
      ]
      Resource = ["arn:aws:cloudfront::${var.account_id}:*"] # CloudFront generates the IDs
    },
    {
      Sid      = "WriteMonitoring"
      Effect   = "Allow"
      Action   = ["budgets:ModifyBudget", "budgets:TagResource", "budgets:UntagResource", "cloudwatch:DeleteAlarms", "cloudwatch:DeleteDashboards", "cloudwatch:PutDashboard", "cloudwatch:PutMetricAlarm", "cloudwatch:TagResource", "cloudwatch:UntagResource", "sns:*"]
      Resource = [local.topic_arn, "${local.topic_arn}:*", local.alarms_arn, local.dashboard_arn, local.budget_arn]
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
      Resource = local.log_group_arns
    },
    {
      # Without the boundary, the apply role could make the function, and thereby itself, an administrator.
      Sid       = "GrantWithinBoundary"
      Effect    = "Allow"
      Action    = ["iam:CreateRole", "iam:DeleteRolePolicy", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"]
      Resource  = local.workload_role_arns
      Condition = { StringEquals = { "iam:PermissionsBoundary" = aws_iam_policy.workload.arn } }
    },
    {
      Sid      = "WriteRoles"
      Effect   = "Allow"
      Action   = ["iam:DeleteRole", "iam:TagRole", "iam:UntagRole", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole", "iam:UpdateRoleDescription"]
      Resource = local.workload_role_arns
    },
    {
      Sid       = "PassRoles"
      Effect    = "Allow"
      Action    = ["iam:PassRole"]
      Resource  = local.workload_role_arns
      Condition = { StringEquals = { "iam:PassedToService" = ["ecs-tasks.amazonaws.com", "lambda.amazonaws.com"] } }
    },
  ]

  write_network = [
    {
      Sid      = "WriteService"
      Effect   = "Allow"
      Action   = ["ecs:*"]
      Resource = [for kind in ["cluster/${var.name}", "service/${var.name}/*", "task-definition/${var.name}:*"] : "arn:aws:ecs:${var.region}:${var.account_id}:${kind}"]
    },
    {
      Sid      = "WriteLoadBalancer"
      Effect   = "Allow"
      Action   = ["elasticloadbalancing:*"]
      Resource = [for kind in ["loadbalancer/app", "listener/app", "targetgroup"] : "arn:aws:elasticloadbalancing:${var.region}:${var.account_id}:${kind}/${var.name}/*"]
    },
    {
      Sid    = "WriteNetworkAndScaling"
      Effect = "Allow"
      Action = [
        "application-autoscaling:DeleteScalingPolicy",
        "application-autoscaling:DeregisterScalableTarget",
        "application-autoscaling:PutScalingPolicy",
        "application-autoscaling:RegisterScalableTarget",
        "application-autoscaling:TagResource",
        "application-autoscaling:UntagResource",
        "ec2:AssociateRouteTable",
        "ec2:AttachInternetGateway",
        "ec2:AuthorizeSecurityGroup*",
        "ec2:CreateInternetGateway",
        "ec2:CreateRoute",
        "ec2:CreateRouteTable",
        "ec2:CreateSecurityGroup",
        "ec2:CreateSubnet",
        "ec2:CreateTags",
        "ec2:CreateVpc",
        "ec2:CreateVpcEndpoint",
        "ec2:DeleteInternetGateway",
        "ec2:DeleteRoute",
        "ec2:DeleteRouteTable",
        "ec2:DeleteSecurityGroup",
        "ec2:DeleteSubnet",
        "ec2:DeleteTags",
        "ec2:DeleteVpc",
        "ec2:DeleteVpcEndpoints",
        "ec2:DetachInternetGateway",
        "ec2:DisassociateRouteTable",
        "ec2:ModifySecurityGroupRules",
        "ec2:ModifySubnetAttribute",
        "ec2:ModifyVpcAttribute",
        "ec2:ModifyVpcEndpoint",
        "ec2:RevokeSecurityGroup*",
        "ecs:CreateCluster",
        "ecs:DeregisterTaskDefinition",
      ]
      Resource  = ["*"] # AWS generates the IDs; other regions are excluded
      Condition = { StringEquals = { "aws:RequestedRegion" = var.region } }
    },
    {
      Sid      = "AssociateEndpointZones"
      Effect   = "Allow"
      Action   = ["route53:AssociateVPCWithHostedZone"]
      Resource = ["*"] # AWS owns the hosted zones
    },
    {
      Sid       = "CreateServiceLinkedRoles"
      Effect    = "Allow"
      Action    = ["iam:CreateServiceLinkedRole"]
      Resource  = ["arn:aws:iam::${var.account_id}:role/aws-service-role/*"]
      Condition = { StringEquals = { "iam:AWSServiceName" = ["ecs.amazonaws.com", "ecs.application-autoscaling.amazonaws.com", "elasticloadbalancing.amazonaws.com"] } }
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
        Resource = local.log_group_arns
      },
      {
        Sid      = "PullImages"
        Effect   = "Allow"
        Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        Resource = [var.image_repository_arn]
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
        Resource = ["${var.feedback_bucket_arn}/feedback/*"]
      },
    ]
  })
}
