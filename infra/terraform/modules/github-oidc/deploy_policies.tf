# Policies of the roles backend and frontend.

locals {
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
        "ecr:DescribeImages",
        "ecr:GetDownloadUrlForLayer",
        "ecr:InitiateLayerUpload",
        "ecr:PutImage",
        "ecr:UploadLayerPart",
      ]
      Resource = [var.image_repository_arn]
    },
    {
      Sid    = "DeployFunction"
      Effect = "Allow"
      Action = [
        "lambda:GetAlias",
        "lambda:GetFunction",
        "lambda:GetFunctionConfiguration",
        "lambda:InvokeFunction",
        "lambda:ListVersionsByFunction",
        "lambda:PublishVersion",
        "lambda:UpdateAlias",
        "lambda:UpdateFunctionCode",
      ]
      # All versions, because the numbers of those to be smoke-tested are not known in advance.
      Resource = [local.function_arn, "${local.function_arn}:*"]
    },
  ]

  frontend = concat(
    [
      {
        Sid      = "ListFrontend"
        Effect   = "Allow"
        Action   = ["s3:ListBucket"]
        Resource = [local.frontend_bucket_arn]
      },
      {
        Sid      = "SyncFrontend"
        Effect   = "Allow"
        Action   = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
        Resource = ["${local.frontend_bucket_arn}/*"]
      },
    ],
    var.distribution_id == null ? [] : [
      {
        Sid      = "InvalidateCache"
        Effect   = "Allow"
        Action   = ["cloudfront:CreateInvalidation", "cloudfront:GetInvalidation"]
        Resource = ["arn:aws:cloudfront::${var.account_id}:distribution/${var.distribution_id}"]
      },
    ],
  )
}
