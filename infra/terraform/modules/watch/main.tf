# What is worth waking for, and what is worth looking at.

resource "aws_sns_topic" "alarms" {
  #checkov:skip=CKV_AWS_26:Alarms hold no secret, and with AWS's own key CloudWatch could not publish them.
  name = "${var.name}-alarms"
}

resource "aws_sns_topic_policy" "alarms" {
  arn = aws_sns_topic.alarms.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AlarmsAndBudgetPublish"
      Effect    = "Allow"
      Principal = { Service = ["budgets.amazonaws.com", "cloudwatch.amazonaws.com"] }
      Action    = "sns:Publish"
      Resource  = aws_sns_topic.alarms.arn
      Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
    }]
  })
}

resource "aws_sns_topic_subscription" "email" {
  count = var.email == null ? 0 : 1

  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = var.email
}

locals {
  # Of the alias, so that a version under test wakes nobody.
  dimensions = {
    FunctionName = var.function_name
    Resource     = "${var.function_name}:${var.alias}"
  }

  alarms = {
    errors = {
      description = "The function failed: nothing that a caller can send should make it."
      metric      = "Errors"
      statistic   = "Sum"
      threshold   = 0
      periods     = 1
    }
    throttles = {
      description = "Callers were turned away, since all that may run at once was running."
      metric      = "Throttles"
      statistic   = "Sum"
      threshold   = 10
      periods     = 1
    }
    p99-duration = {
      description = "For a quarter of an hour, one answer in a hundred was slow."
      metric      = "Duration"
      statistic   = "p99"
      threshold   = var.p99_milliseconds
      periods     = 3
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = "AWS/Lambda"
  metric_name         = each.value.metric
  dimensions          = local.dimensions
  statistic           = each.value.statistic == "Sum" ? "Sum" : null
  extended_statistic  = each.value.statistic == "Sum" ? null : each.value.statistic
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.threshold
  period              = 300
  evaluation_periods  = each.value.periods
  treat_missing_data  = "notBreaching" # nobody called
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}

# Of the whole account: costs can be told apart by tag only once the account was asked to, and until
# then such a budget would stay at nothing, and silent.
resource "aws_budgets_budget" "this" {
  depends_on = [aws_sns_topic_policy.alarms]

  name         = var.name
  budget_type  = "COST"
  limit_amount = tostring(var.monthly_budget_usd)
  limit_unit   = "USD"
  time_unit    = "MONTHLY"

  dynamic "notification" {
    for_each = { ACTUAL = 80, FORECASTED = 100 }

    content {
      notification_type         = notification.key
      comparison_operator       = "GREATER_THAN"
      threshold                 = notification.value
      threshold_type            = "PERCENTAGE"
      subscriber_sns_topic_arns = [aws_sns_topic.alarms.arn]
    }
  }
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name
  dashboard_body = jsonencode({
    widgets = [for position, widget in [
      { title = "Requests, errors, throttles", lines = [["Invocations", "Sum"], ["Errors", "Sum"], ["Throttles", "Sum"]] },
      { title = "Duration in ms", lines = [["Duration", "p50"], ["Duration", "p90"], ["Duration", "p99"]] },
      { title = "Running at once", lines = [["ConcurrentExecutions", "Maximum"]] },
      ] : {
      type   = "metric"
      x      = 8 * position
      y      = 0
      width  = 8
      height = 6
      properties = {
        title  = widget.title
        region = var.region
        period = 300
        metrics = [for line in widget.lines : [
          "AWS/Lambda", line[0], "FunctionName", var.function_name, "Resource", local.dimensions.Resource, { stat = line[1] }
        ]]
      }
    }]
  })
}
