# The API: a Lambda function, whose URL serves the version that the alias `live` points to.

resource "aws_cloudwatch_log_group" "function" {
  #checkov:skip=CKV_AWS_158:The log contains neither images nor client addresses; CloudWatch encrypts it with an AWS-managed key.
  #checkov:skip=CKV_AWS_338:Nobody needs the requests of a year ago, and 30 days are cheaper.
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_retention_in_days
}

resource "aws_iam_role" "function" {
  name                 = "${var.name}-function"
  description          = "Lambda function: write the log, store feedback"
  permissions_boundary = "arn:aws:iam::${local.account_id}:policy/${var.name}-workload"

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
  role = aws_iam_role.function.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = ["${aws_cloudwatch_log_group.function.arn}:*"]
    }]
  })
}

# Write-only: the function can neither list nor read stored feedback.
resource "aws_iam_role_policy" "feedback" {
  name = "feedback"
  role = aws_iam_role.function.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["s3:PutObject"]
      Resource = ["arn:aws:s3:::${trimprefix(local.feedback_uri, "s3://")}/*"]
    }]
  })
}

resource "aws_lambda_function" "api" {
  #checkov:skip=CKV_AWS_50:X-Ray adds cost but little insight for one function; Server-Timing and the log show its timings.
  #checkov:skip=CKV_AWS_116:Only warm-ups are asynchronous, and a lost one does no harm.
  #checkov:skip=CKV_AWS_117:The function uses CloudWatch Logs and S3 only, which it reaches without a VPC.
  #checkov:skip=CKV_AWS_173:The environment contains no secrets.
  #checkov:skip=CKV_AWS_272:Lambda does not support code signing for container images; image tags are immutable.
  depends_on = [aws_iam_role_policy.log]

  function_name = var.name
  description   = "Recognizes handwritten digits"
  role          = aws_iam_role.function.arn

  package_type  = "Image"
  image_uri     = "${local.account_id}.dkr.ecr.${var.region}.amazonaws.com/${var.name}:${var.image_tag}"
  architectures = ["x86_64"] # the image's (infra/deploy/push-image)

  memory_size                    = var.memory_size
  timeout                        = var.timeout
  reserved_concurrent_executions = coalesce(var.reserved_concurrent_executions, -1) # -1: none

  # Changed settings create a new version; they take effect when the next deployment updates the alias.
  publish = true

  dynamic "snap_start" {
    for_each = var.snap_start ? [true] : []
    content {
      apply_on = "PublishedVersions"
    }
  }

  environment {
    variables = merge(
      {
        DIGITS_FEEDBACK     = local.feedback_uri
        DIGITS_STORE_INPUTS = var.store_inputs ? "1" : "0"
      },
      # CloudFront's domain depends on the function's URL, so the function cannot know it.
      var.domain == null ? {} : { DIGITS_PAGE_URL = "https://${var.domain.name}" },
    )
  }

  logging_config {
    log_format = "Text" # JSON would change the lines from which CloudWatch extracts metrics
    log_group  = aws_cloudwatch_log_group.function.name
  }

  lifecycle {
    # Deployments choose the image; Terraform sets the first one only.
    ignore_changes = [image_uri]
  }
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  description      = "The version that serves requests"
  function_name    = aws_lambda_function.api.function_name
  function_version = aws_lambda_function.api.version

  lifecycle {
    # Deployments and rollbacks update the alias, and record the previous version in its description.
    ignore_changes = [description, function_version, routing_config]
  }
}

resource "aws_lambda_function_url" "live" {
  #checkov:skip=CKV_AWS_258:The API is public unless public_function_url is false.
  function_name      = aws_lambda_function.api.function_name
  qualifier          = aws_lambda_alias.live.name
  authorization_type = var.public_function_url ? "NONE" : "AWS_IAM"
}

locals {
  callers = var.public_function_url ? "*" : "cloudfront.amazonaws.com"
}

# Callers of a function URL need both permissions. The provider adds them with AWS's default statement IDs
# when it creates a public URL, but does not track them in the state; other IDs avoid a conflict.
resource "aws_lambda_permission" "url" {
  #checkov:skip=CKV_AWS_301:The API is public unless public_function_url is false.
  statement_id           = "FunctionUrl"
  action                 = "lambda:InvokeFunctionUrl"
  function_name          = aws_lambda_function.api.function_name
  qualifier              = aws_lambda_alias.live.name
  principal              = local.callers
  source_arn             = var.public_function_url ? null : aws_cloudfront_distribution.page.arn
  function_url_auth_type = aws_lambda_function_url.live.authorization_type
}

resource "aws_lambda_permission" "invoke" {
  #checkov:skip=CKV_AWS_301:The API is public unless public_function_url is false, but only through its URL.
  statement_id             = "InvokeThroughFunctionUrl"
  action                   = "lambda:InvokeFunction"
  function_name            = aws_lambda_function.api.function_name
  qualifier                = aws_lambda_alias.live.name
  principal                = local.callers
  source_arn               = var.public_function_url ? null : aws_cloudfront_distribution.page.arn
  invoked_via_function_url = true
}

# Keeps the function active and mostly warm. Lambda deactivates a container image that nobody calls for
# weeks, and then fails its first invocation.
resource "aws_cloudwatch_event_rule" "warm_up" {
  count = var.warm_up ? 1 : 0

  name                = "${var.name}-warm-up"
  description         = "Invokes the function every five minutes"
  schedule_expression = "rate(5 minutes)"
}

resource "aws_cloudwatch_event_target" "warm_up" {
  count = var.warm_up ? 1 : 0

  rule = aws_cloudwatch_event_rule.warm_up[0].name
  arn  = aws_lambda_alias.live.arn
}

resource "aws_lambda_permission" "warm_up" {
  count = var.warm_up ? 1 : 0

  statement_id  = "WarmUp"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.api.function_name
  qualifier     = aws_lambda_alias.live.name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.warm_up[0].arn
}
