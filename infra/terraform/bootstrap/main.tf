# Prerequisites of the other roots, applied by an administrator: images and feedback here, the roles of
# GitHub's workflows in roles.tf and policies.tf.

data "aws_caller_identity" "current" {}

locals {
  account_id   = data.aws_caller_identity.current.account_id
  function_arn = "arn:aws:lambda:${var.region}:${local.account_id}:function:${var.name}"
}

# In this root, so that feedback survives the roots that collect it, and no workflow can read it or change
# its permissions. Function and service may only add objects; reading them takes credentials of your own.
module "feedback_bucket" {
  source = "../modules/s3-bucket"

  name                               = "${var.name}-feedback-${local.account_id}"
  expiration_days                    = var.feedback_expiration_days
  noncurrent_version_expiration_days = 1 # replaced feedback and expired feedback
}

resource "aws_ecr_repository" "images" {
  #checkov:skip=CKV_AWS_136:The images contain public code only; an AWS-managed key (AES256) encrypts them.
  name                 = var.name
  image_tag_mutability = "IMMUTABLE"
  force_delete         = true # make destroy removes the images

  image_scanning_configuration {
    scan_on_push = true
  }
}

resource "aws_ecr_lifecycle_policy" "images" {
  repository = aws_ecr_repository.images.name
  policy = jsonencode({
    rules = [
      {
        rulePriority = 1
        description  = "Expire untagged images"
        selection    = { tagStatus = "untagged", countType = "sinceImagePushed", countUnit = "days", countNumber = 7 }
        action       = { type = "expire" }
      },
      {
        # A separate rule, so that frequent deployments of the function cannot expire the server's image.
        rulePriority = 2
        description  = "Retain the newest images of the server"
        selection    = { tagStatus = "tagged", tagPatternList = ["server-*"], countType = "imageCountMoreThan", countNumber = 30 }
        action       = { type = "expire" }
      },
      {
        # infra/deploy/release gives them this tag. Among them are the image that callers reach and the one that
        # make rollback returns to, which the rule after this one then leaves, however many others are pushed.
        rulePriority = 3
        description  = "Retain the newest images that were released"
        selection    = { tagStatus = "tagged", tagPatternList = ["released-*"], countType = "imageCountMoreThan", countNumber = 30 }
        action       = { type = "expire" }
      },
      {
        rulePriority = 4
        description  = "Retain the newest images"
        selection    = { tagStatus = "any", countType = "imageCountMoreThan", countNumber = 60 }
        action       = { type = "expire" }
      },
    ]
  })
}

# Lambda adds this policy itself only for principals that may change it, which the deploying roles may not.
resource "aws_ecr_repository_policy" "images" {
  repository = aws_ecr_repository.images.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AllowLambdaPull"
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
      Condition = { StringLike = { "aws:SourceArn" = [local.function_arn, "${local.function_arn}:*"] } }
    }]
  })
}
