mock_provider "aws" {
  source = "../mocks"
}

variables {
  name               = "digit-recognizer"
  region             = "eu-central-1"
  account_id         = "123456789012"
  function_name      = "digit-recognizer"
  alias              = "live"
  email              = null
  p99_milliseconds   = 3000
  monthly_budget_usd = 10
}

run "watch" {
  module {
    source = "../modules/watch"
  }

  assert {
    condition = {
      for alarm in aws_cloudwatch_metric_alarm.this : alarm.metric_name => coalesce(alarm.statistic, alarm.extended_statistic)
    } == { Errors = "Sum", Throttles = "Sum", Duration = "p99" }
    error_message = "Errors, throttles and the p99 of the duration do not each have an alarm."
  }

  assert {
    condition = alltrue([for alarm in aws_cloudwatch_metric_alarm.this :
      alarm.dimensions == tomap({ FunctionName = "digit-recognizer", Resource = "digit-recognizer:live" })
    ])
    error_message = "An alarm watches something else than the alias."
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_actions == toset([aws_sns_topic.alarms.arn])])
    error_message = "An alarm tells nobody."
  }

  assert {
    condition     = aws_budgets_budget.this.limit_amount == "10" && toset([for told in aws_budgets_budget.this.notification : told.notification_type if contains(told.subscriber_sns_topic_arns, aws_sns_topic.alarms.arn)]) == toset(["ACTUAL", "FORECASTED"])
    error_message = "The budget tells nobody."
  }

  assert {
    condition = alltrue([for statement in jsondecode(aws_sns_topic_policy.alarms.policy).Statement :
      toset(statement.Principal.Service) == toset(["budgets.amazonaws.com", "cloudwatch.amazonaws.com"]) && statement.Condition.StringEquals["aws:SourceAccount"] == var.account_id
    ])
    error_message = "Alarms or the budget may not publish, or others may."
  }

  assert {
    condition = alltrue(flatten([for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : [
      for metric in widget.properties.metrics : slice(metric, 2, 6) == ["FunctionName", "digit-recognizer", "Resource", "digit-recognizer:live"]
    ]]))
    error_message = "The dashboard shows something else than the alias."
  }

  assert {
    condition     = length(aws_sns_topic_subscription.email) == 0
    error_message = "Somebody is told who was not named."
  }
}

run "watch_with_an_address" {
  module {
    source = "../modules/watch"
  }

  variables {
    email = "somebody@example.com"
  }

  assert {
    condition     = aws_sns_topic_subscription.email[0].endpoint == "somebody@example.com" && aws_sns_topic_subscription.email[0].topic_arn == aws_sns_topic.alarms.arn
    error_message = "Who was named is not told."
  }
}
