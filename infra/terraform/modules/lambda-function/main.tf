# The function, of which callers reach only the version that the alias names, by a URL of its own.

resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_158:Nothing that callers send is logged; CloudWatch's own key encrypts it.
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_retention_in_days
}

resource "aws_iam_role" "this" {
  name                 = "${var.name}-function"
  description          = "What the function may do: write its log, keep feedback"
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

# Only to add: it can neither list nor read what it kept.
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
  #checkov:skip=CKV_AWS_50:One function has no trace worth paying for; Server-Timing and its log tell where its time goes.
  #checkov:skip=CKV_AWS_116:It is called and answers; only events that wait need a queue for those that fail.
  #checkov:skip=CKV_AWS_117:It reaches nothing inside a VPC, and its log and S3 without one.
  #checkov:skip=CKV_AWS_173:Its environment holds addresses and a switch, and no secret.
  #checkov:skip=CKV_AWS_272:Code signing does not exist for images; the tags of the repository are immutable.
  depends_on = [aws_iam_role_policy.log]

  function_name = var.name
  description   = "Reads a handwritten digit"
  role          = aws_iam_role.this.arn

  package_type  = "Image"
  image_uri     = var.image_uri
  architectures = [var.architecture]

  memory_size                    = var.memory_size
  timeout                        = var.timeout
  reserved_concurrent_executions = var.reserved_concurrent_executions

  # A change made here is a new version, which callers meet when the next deploy moves the alias.
  publish = true

  environment {
    variables = {
      DIGITS_PAGE_URL     = var.page_origin
      DIGITS_FEEDBACK     = var.feedback_uri
      DIGITS_STORE_INPUTS = var.store_inputs ? "1" : "0"
    }
  }

  logging_config {
    log_format = "Text" # so that lines of metrics stay as the application wrote them
    log_group  = aws_cloudwatch_log_group.this.name
  }

  lifecycle {
    # Deploys push images and choose among them; Terraform only needs one to begin with.
    ignore_changes = [image_uri]
  }
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  description      = "The version that callers reach"
  function_name    = aws_lambda_function.this.function_name
  function_version = aws_lambda_function.this.version

  lifecycle {
    # Deploys move it, after a smoke test, and back, and note in the description what was before;
    # Terraform would undo that.
    ignore_changes = [description, function_version, routing_config]
  }
}

resource "aws_lambda_function_url" "live" {
  #checkov:skip=CKV_AWS_258:The page is public and calls it from the browser, which has nothing to sign with.
  function_name      = aws_lambda_function.this.function_name
  qualifier          = aws_lambda_alias.live.name
  authorization_type = "NONE"

  # The URL answers for CORS, and the application does not: browsers refuse the header twice.
  cors {
    allow_origins  = [var.page_origin]
    allow_methods  = ["GET", "POST"]
    allow_headers  = ["content-type"]
    expose_headers = ["server-timing", "x-request-id"]
    max_age        = 7200
  }
}

# A function URL asks for both permissions. The provider adds some under AWS's own names when it makes
# a URL, and forgets them; these have names of their own, so that they are neither in the way nor left out.
resource "aws_lambda_permission" "url" {
  #checkov:skip=CKV_AWS_301:The API is public.
  statement_id           = "EverybodyCallsTheUrl"
  action                 = "lambda:InvokeFunctionUrl"
  function_name          = aws_lambda_function.this.function_name
  qualifier              = aws_lambda_alias.live.name
  principal              = "*"
  function_url_auth_type = "NONE"
}

resource "aws_lambda_permission" "invoke" {
  #checkov:skip=CKV_AWS_301:The API is public, by its URL and by no other way.
  statement_id             = "EverybodyInvokesByTheUrl"
  action                   = "lambda:InvokeFunction"
  function_name            = aws_lambda_function.this.function_name
  qualifier                = aws_lambda_alias.live.name
  principal                = "*"
  invoked_via_function_url = true
}
