# Alarms for conditions that need action, and the budget. AWS bills each metric that an alarm evaluates, beyond
# the first ten: these alarms evaluate eight.

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
    }
    failed = {
      description = "A request got a status of 500 or above: the application raised an exception, or could not store feedback."
      runbook     = "high-error-rate"
      source      = local.application
      metric      = "failed"
      statistic   = "Sum"
      threshold   = 0
    }
    throttles = {
      description = "More than 10 requests were throttled within 5 minutes, because all concurrent executions that it may have were in use."
      runbook     = "function-throttles"
      source      = local.function
      metric      = "Throttles"
      statistic   = "Sum"
      threshold   = 10
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

  fraction_alarms = {
    accuracy = {
      description = "Over 24 hours, the fraction of feedback that confirms the prediction was below ${var.min_accuracy}."
      runbook     = "low-accuracy"
      source      = local.application
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
      source      = local.application
      metric      = "rejected"
      period      = 900
      min_samples = 20
      default     = 0
      comparison  = "GreaterThanThreshold"
      threshold   = var.max_rejected
    }
  }
}

module "alarms" {
  source = "../modules/alarms"

  name             = var.name
  email            = var.alarm_email
  other_publishers = ["budgets.amazonaws.com"]
  metric_alarms    = local.metric_alarms
  fraction_alarms  = local.fraction_alarms
}

# For the whole account: filtering by tag needs cost allocation tags, which have to be activated in
# the account first; until then, such a budget would stay at 0 and never notify.
resource "aws_budgets_budget" "account" {
  count      = var.monthly_budget_usd == null ? 0 : 1
  depends_on = [module.alarms] # the topic's policy

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
      subscriber_sns_topic_arns = [module.alarms.topic_arn]
    }
  }
}
