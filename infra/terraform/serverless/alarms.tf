# Alarms for conditions that need action. AWS bills each metric that an alarm evaluates, beyond the
# first ten: these alarms evaluate eight.

locals {
  # Only the alias, so that smoke tests of a new version raise no alarm.
  function = {
    namespace  = "AWS/Lambda"
    dimensions = { FunctionName = var.name, Resource = "${var.name}:${aws_lambda_alias.live.name}" }
  }

  # The metrics that the application writes into its log: backend/recognizer/api/cloudwatch.py.
  application = {
    namespace  = "DigitRecognizer"
    dimensions = { function_name = var.name }
  }

  # `runbook` is a heading of infra/operations.md.
  metric_alarms = {
    errors = {
      description = "The function crashed, timed out or ran out of memory; no request should cause that."
      runbook     = "function-errors"
      source      = local.function
      metric      = "Errors"
      statistic   = "Sum"
      threshold   = 0
      periods     = 1
    }
    failed = {
      description = "A request got a status of 500 or above: the application raised an exception, or could not store feedback."
      runbook     = "high-error-rate"
      source      = local.application
      metric      = "failed"
      statistic   = "Sum"
      threshold   = 0
      periods     = 1
    }
    throttles = {
      description = "More than 10 requests were throttled within 5 minutes, because all concurrent executions that it may have were in use."
      runbook     = "function-throttles"
      source      = local.function
      metric      = "Throttles"
      statistic   = "Sum"
      threshold   = 10
      periods     = 1
    }
    p99-duration = {
      description = "For 15 minutes, the p99 of the function's duration was above ${var.p99_milliseconds} ms."
      runbook     = "high-latency"
      source      = local.function
      metric      = "Duration"
      statistic   = "p99"
      threshold   = var.p99_milliseconds
      periods     = 3
    }
  }

  # Fractions mean little for a few requests: below `min_samples`, the alarm evaluates `default`.
  fraction_alarms = {
    accuracy = {
      description = "Over 24 hours, the fraction of feedback that confirms the prediction was below ${var.min_accuracy}."
      runbook     = "low-accuracy"
      metric      = "correct"
      period      = 86400
      min_samples = var.min_feedback
      default     = 1
      comparison  = "LessThanThreshold"
      threshold   = var.min_accuracy
    }
    rejected = {
      description = "Over 15 minutes, the fraction of requests rejected with an error code was above ${var.max_rejected}."
      runbook     = "high-rejection-rate"
      metric      = "rejected"
      period      = 900
      min_samples = 20
      default     = 0
      comparison  = "GreaterThanThreshold"
      threshold   = var.max_rejected
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "metric" {
  for_each = local.metric_alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = "${each.value.description} Runbook: infra/operations.md#${each.value.runbook}"
  namespace           = each.value.source.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.source.dimensions
  statistic           = each.value.statistic == "Sum" ? "Sum" : null
  extended_statistic  = each.value.statistic == "Sum" ? null : each.value.statistic
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.threshold
  period              = 300
  evaluation_periods  = each.value.periods
  treat_missing_data  = "notBreaching" # no requests
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}

resource "aws_cloudwatch_metric_alarm" "fraction" {
  for_each = local.fraction_alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = "${each.value.description} Runbook: infra/operations.md#${each.value.runbook}"
  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching" # no requests
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]

  metric_query {
    id          = "result"
    label       = each.key
    expression  = "IF(samples >= ${each.value.min_samples}, fraction, ${each.value.default})"
    return_data = true
  }

  # Each request is 0 or 1, so the average is the fraction.
  dynamic "metric_query" {
    for_each = { fraction = "Average", samples = "SampleCount" }

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
