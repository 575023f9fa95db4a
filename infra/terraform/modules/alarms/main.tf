# CloudWatch alarms, and the SNS topic that they notify when they fire and when they clear.

data "aws_caller_identity" "current" {}

resource "aws_cloudwatch_metric_alarm" "metric" {
  for_each = var.metric_alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = "${each.value.description} Runbook: infra/operations.md#${each.value.runbook}"
  namespace           = each.value.source.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.source.dimensions
  statistic           = startswith(each.value.statistic, "p") ? null : each.value.statistic
  extended_statistic  = startswith(each.value.statistic, "p") ? each.value.statistic : null
  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  period              = each.value.period
  evaluation_periods  = each.value.periods
  treat_missing_data  = each.value.missing
  alarm_actions       = [aws_sns_topic.this.arn]
  ok_actions          = [aws_sns_topic.this.arn]
}

# Each request is 0 or 1, so the average is the fraction. Fractions mean little for a few requests: below
# `min_samples`, the alarm evaluates `default`.
resource "aws_cloudwatch_metric_alarm" "fraction" {
  for_each = var.fraction_alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = "${each.value.description} Runbook: infra/operations.md#${each.value.runbook}"
  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching" # no requests
  alarm_actions       = [aws_sns_topic.this.arn]
  ok_actions          = [aws_sns_topic.this.arn]

  metric_query {
    id          = "result"
    label       = each.key
    expression  = "IF(samples >= ${each.value.min_samples}, fraction, ${each.value.default})"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = { fraction = "Average", samples = "SampleCount" }

    content {
      id = metric_query.key

      metric {
        namespace   = each.value.source.namespace
        metric_name = each.value.metric
        dimensions  = each.value.source.dimensions
        period      = each.value.period
        stat        = metric_query.value
      }
    }
  }
}

resource "aws_sns_topic" "this" {
  #checkov:skip=CKV_AWS_26:Alarms contain no secrets, and CloudWatch cannot publish to a topic encrypted with the AWS-managed key.
  name = "${var.name}-alarms"
}

resource "aws_sns_topic_policy" "this" {
  arn = aws_sns_topic.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AllowPublish"
      Effect    = "Allow"
      Principal = { Service = concat(["cloudwatch.amazonaws.com"], var.other_publishers) }
      Action    = "sns:Publish"
      Resource  = aws_sns_topic.this.arn
      Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id } }
    }]
  })
}

resource "aws_sns_topic_subscription" "email" {
  count = var.email == null ? 0 : 1

  topic_arn = aws_sns_topic.this.arn
  protocol  = "email"
  endpoint  = var.email
}
