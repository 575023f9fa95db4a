# ECR repository for the container images of the function and the server.

resource "aws_ecr_repository" "this" {
  #checkov:skip=CKV_AWS_136:The images contain public code only; an AWS-managed key (AES256) encrypts them.
  name                 = var.name
  image_tag_mutability = "IMMUTABLE"

  image_scanning_configuration {
    scan_on_push = true
  }
}

resource "aws_ecr_lifecycle_policy" "this" {
  repository = aws_ecr_repository.this.name
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
        selection    = { tagStatus = "tagged", tagPatternList = ["server-*"], countType = "imageCountMoreThan", countNumber = var.retained_images }
        action       = { type = "expire" }
      },
      {
        rulePriority = 3
        description  = "Retain the newest images"
        selection    = { tagStatus = "any", countType = "imageCountMoreThan", countNumber = 2 * var.retained_images }
        action       = { type = "expire" }
      },
    ]
  })
}

# Lambda adds this policy itself only for principals that may change it, which the deploying roles may not.
resource "aws_ecr_repository_policy" "this" {
  repository = aws_ecr_repository.this.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AllowLambdaPull"
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
      Condition = { StringLike = { "aws:SourceArn" = [var.function_arn, "${var.function_arn}:*"] } }
    }]
  })
}
