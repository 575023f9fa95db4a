# Lambda function with a public URL, which serves the version that the alias `live` points to.

resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_158:The log contains neither images nor client addresses; CloudWatch encrypts it with an AWS-managed key.
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_retention_in_days
}

resource "aws_iam_role" "this" {
  name                 = "${var.name}-function"
  description          = "Lambda function: write the log, store feedback"
  permissions_boundary = var.permissions_boundary_arn

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "log" {
  name = "log"
  role = aws_iam_role.this.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = ["${aws_cloudwatch_log_group.this.arn}:*"]
    }]
  })
}

# Write-only: the function can neither list nor read stored feedback.
resource "aws_iam_role_policy" "feedback" {
  name = "feedback"
  role = aws_iam_role.this.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["s3:PutObject"]
      Resource = ["arn:aws:s3:::${trimprefix(var.feedback_uri, "s3://")}/*"]
    }]
  })
}

resource "aws_lambda_function" "this" {
  #checkov:skip=CKV_AWS_50:X-Ray adds cost but little insight for one function; Server-Timing and the log show its timings.
  #checkov:skip=CKV_AWS_116:Invocations are synchronous; a dead-letter queue applies to asynchronous ones only.
  #checkov:skip=CKV_AWS_117:The function uses CloudWatch Logs and S3 only, which it reaches without a VPC.
  #checkov:skip=CKV_AWS_173:The environment contains no secrets.
  #checkov:skip=CKV_AWS_272:Lambda does not support code signing for container images; image tags are immutable.
  depends_on = [aws_iam_role_policy.log]

  function_name = var.name
  description   = "Recognizes handwritten digits"
  role          = aws_iam_role.this.arn

  package_type  = "Image"
  image_uri     = var.image_uri
  architectures = [var.architecture]

  memory_size                    = var.memory_size
  timeout                        = var.timeout
  reserved_concurrent_executions = var.reserved_concurrent_executions

  # Changed settings create a new version; they take effect when the next deployment updates the alias.
  publish = true

  environment {
    variables = {
      DIGITS_PAGE_URL     = var.frontend_origin
      DIGITS_FEEDBACK     = var.feedback_uri
      DIGITS_STORE_INPUTS = var.store_inputs ? "1" : "0"
    }
  }

  logging_config {
    log_format = "Text" # JSON would change the lines from which CloudWatch extracts metrics
    log_group  = aws_cloudwatch_log_group.this.name
  }

  lifecycle {
    # Deployments choose the image; Terraform sets the first one only.
    ignore_changes = [image_uri]
  }
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  description      = "The version that serves requests"
  function_name    = aws_lambda_function.this.function_name
  function_version = aws_lambda_function.this.version

  lifecycle {
    # Deployments and rollbacks update the alias, and record the previous version in its description.
    ignore_changes = [description, function_version, routing_config]
  }
}

resource "aws_lambda_function_url" "live" {
  #checkov:skip=CKV_AWS_258:The public frontend calls the URL from browsers, which have no credentials to sign with.
  function_name      = aws_lambda_function.this.function_name
  qualifier          = aws_lambda_alias.live.name
  authorization_type = "NONE"

  # CORS is configured here and not in the application: browsers reject duplicate CORS headers.
  cors {
    allow_origins  = [var.frontend_origin]
    allow_methods  = ["GET", "POST"]
    allow_headers  = ["content-type"]
    expose_headers = ["server-timing", "x-request-id"]
    max_age        = 7200
  }
}

# A public function URL needs both permissions. The provider adds them with AWS's default statement IDs
# when it creates the URL, but does not track them in the state; other IDs avoid a conflict.
resource "aws_lambda_permission" "url" {
  #checkov:skip=CKV_AWS_301:The API is public.
  statement_id           = "PublicFunctionUrl"
  action                 = "lambda:InvokeFunctionUrl"
  function_name          = aws_lambda_function.this.function_name
  qualifier              = aws_lambda_alias.live.name
  principal              = "*"
  function_url_auth_type = "NONE"
}

resource "aws_lambda_permission" "invoke" {
  #checkov:skip=CKV_AWS_301:The API is public, but only through its URL.
  statement_id             = "PublicInvokeThroughFunctionUrl"
  action                   = "lambda:InvokeFunction"
  function_name            = aws_lambda_function.this.function_name
  qualifier                = aws_lambda_alias.live.name
  principal                = "*"
  invoked_via_function_url = true
}
