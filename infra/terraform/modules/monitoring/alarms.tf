# What is worth waking for. AWS counts an alarm once for each metric that it looks at, and asks nothing
# for the first ten: these are eight.

locals {
  # Of the alias, so that a version under test wakes nobody.
  function = {
    namespace  = "AWS/Lambda"
    dimensions = { FunctionName = var.function_name, Resource = "${var.function_name}:${var.alias}" }
  }

  # What the application says of itself in its log; backend/recognizer/metrics.py names it.
  application = {
    namespace  = "DigitRecogniser"
    dimensions = { function = var.function_name }
  }

  alarms = {
    errors = {
      description = "The function failed: nothing that a caller can send should make it."
      source      = local.function
      metric      = "Errors"
      statistic   = "Sum"
      threshold   = 0
      periods     = 1
    }
    failed = {
      description = "The application could not do what it was asked: it failed, or could not keep feedback."
      source      = local.application
      metric      = "failed"
      statistic   = "Sum"
      threshold   = 0
      periods     = 1
    }
    throttles = {
      description = "Callers were turned away, since all that may run at once was running."
      source      = local.function
      metric      = "Throttles"
      statistic   = "Sum"
      threshold   = 10
      periods     = 1
    }
    p99-duration = {
      description = "For a quarter of an hour, one answer in a hundred was slow."
      source      = local.function
      metric      = "Duration"
      statistic   = "p99"
      threshold   = var.p99_milliseconds
      periods     = 3
    }
  }

  # Shares, of which a few requests would say nothing: until there are enough, all is taken to be well.
  shares = {
    accuracy = {
      description = "In a day, people said too often that the answer was wrong."
      metric      = "right"
      period      = 86400
      enough      = var.min_feedback
      well        = 1
      comparison  = "LessThanThreshold"
      threshold   = var.min_accuracy
    }
    refused = {
      description = "For a quarter of an hour, too many requests were refused: a caller errs, or somebody tries what there is."
      metric      = "refused"
      period      = 900
      enough      = 20
      well        = 0
      comparison  = "GreaterThanThreshold"
      threshold   = var.max_rejected
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = each.value.source.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.source.dimensions
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

resource "aws_cloudwatch_metric_alarm" "share" {
  for_each = local.shares

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.description
  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching" # nobody called
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]

  metric_query {
    id          = "judged"
    label       = each.key
    expression  = "IF(number >= ${each.value.enough}, share, ${each.value.well})"
    return_data = true
  }

  # Each request counts as 0 or 1, of which the average is the share.
  dynamic "metric_query" {
    for_each = { share = "Average", number = "SampleCount" }

    content {
      id = metric_query.key

      metric {
        namespace   = local.application.namespace
        metric_name = each.value.metric
        dimensions  = local.application.dimensions
        period      = each.value.period
        stat        = metric_query.value
      }
    }
  }
}
