mock_provider "aws" {
  source = "../mocks"
}

variables {
  name               = "digit-recognizer"
  region             = "eu-central-1"
  account_id         = "123456789012"
  function_name      = "digit-recognizer"
  alias              = "live"
  log_group_name     = "/aws/lambda/digit-recognizer"
  architecture       = "arm64"
  email              = null
  p99_milliseconds   = 3000
  min_accuracy       = 0.8
  min_feedback       = 30
  max_rejected       = 0.4
  monthly_budget_usd = 10
}

run "watch" {
  module {
    source = "../modules/monitoring"
  }

  assert {
    condition = {
      for alarm in aws_cloudwatch_metric_alarm.this : alarm.metric_name => coalesce(alarm.statistic, alarm.extended_statistic)
    } == { Errors = "Sum", Throttles = "Sum", Duration = "p99", failed = "Sum" }
    error_message = "Errors, throttles, failures and the p99 of the duration do not each have an alarm."
  }

  assert {
    condition = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : alarm.dimensions == (
      alarm.namespace == "AWS/Lambda"
      ? tomap({ FunctionName = "digit-recognizer", Resource = "digit-recognizer:live" })
      : tomap({ function = "digit-recognizer" })
    )])
    error_message = "An alarm watches something else than the alias, or than the application."
  }

  assert {
    condition = { for alarm in aws_cloudwatch_metric_alarm.share : one([for query in alarm.metric_query : query.metric[0].metric_name if query.id == "share"]) => [
      one([for query in alarm.metric_query : query.expression if coalesce(query.return_data, false)]), alarm.comparison_operator, alarm.threshold,
      ] } == {
      right   = ["IF(number >= 30, share, 1)", "LessThanThreshold", 0.8]
      refused = ["IF(number >= 20, share, 0)", "GreaterThanThreshold", 0.4]
    }
    error_message = "Accuracy and refusals are not judged by what was asked for, or by too few."
  }

  assert {
    condition = alltrue([for alarm in aws_cloudwatch_metric_alarm.share : {
      for query in alarm.metric_query : query.id => query.metric[0].stat if length(query.metric) == 1
    } == { share = "Average", number = "SampleCount" }])
    error_message = "A share is not an average, or is judged without its number."
  }

  # AWS counts the metrics of alarms, and asks nothing for ten.
  assert {
    condition     = length(aws_cloudwatch_metric_alarm.this) + sum([for alarm in aws_cloudwatch_metric_alarm.share : length([for query in alarm.metric_query : query if length(query.metric) == 1])]) <= 10
    error_message = "Alarms cost something."
  }

  assert {
    condition = alltrue([for alarm in concat(values(aws_cloudwatch_metric_alarm.this), values(aws_cloudwatch_metric_alarm.share)) :
      alarm.alarm_actions == toset([aws_sns_topic.alarms.arn]) && alarm.treat_missing_data == "notBreaching" && startswith(alarm.alarm_name, "digit-recognizer-")
    ])
    error_message = "An alarm tells nobody, or wakes somebody because nobody called, or is none that the apply role may make."
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
      for metric in try(widget.properties.metrics, []) : slice(metric, 2, length(metric) - 1) == {
        "AWS/Lambda"    = ["FunctionName", "digit-recognizer", "Resource", "digit-recognizer:live"]
        DigitRecogniser = ["function", "digit-recognizer"]
        "AWS/Logs"      = ["LogGroupName", "/aws/lambda/digit-recognizer"]
      }[metric[0]]
    ]]))
    error_message = "The dashboard shows something else than the alias, the application and its log."
  }

  assert {
    condition = length([for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : widget if widget.type == "log"]) == 7 && alltrue([
      for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : startswith(widget.properties.query, "SOURCE '/aws/lambda/digit-recognizer'\n| ") if widget.type == "log"
    ])
    error_message = "A table is made of another log than the function's."
  }

  assert {
    condition     = strcontains(aws_cloudwatch_dashboard.this.dashboard_body, " * 0.0000133334 ")
    error_message = "Seconds are not counted at the price of the function's processor."
  }

  # AWS asks nothing for a dashboard of fifty.
  assert {
    condition     = length(flatten([for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : [for metric in try(widget.properties.metrics, []) : metric[1]]])) <= 50
    error_message = "The dashboard costs something."
  }

  assert {
    condition = alltrue([for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets :
      widget.x + widget.width <= 24 && try(widget.properties.title, widget.properties.markdown) != "" && (widget.type != "metric" || try(widget.properties.yAxis.left.label, "") != "")
    ])
    error_message = "A widget has no title or no unit, or does not fit."
  }

  assert {
    condition     = length(distinct([for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : [widget.x, widget.y]])) == length(jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets)
    error_message = "One widget lies on another."
  }

  assert {
    condition = toset(flatten([for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : try(widget.properties.alarms, [])])) == toset(
      concat(values(aws_cloudwatch_metric_alarm.this)[*].arn, values(aws_cloudwatch_metric_alarm.share)[*].arn)
    )
    error_message = "The dashboard does not show every alarm."
  }

  assert {
    condition     = length(aws_sns_topic_subscription.email) == 0
    error_message = "Somebody is told who was not named."
  }
}

run "watch_with_an_address" {
  module {
    source = "../modules/monitoring"
  }

  variables {
    email = "somebody@example.com"
  }

  assert {
    condition     = aws_sns_topic_subscription.email[0].endpoint == "somebody@example.com" && aws_sns_topic_subscription.email[0].topic_arn == aws_sns_topic.alarms.arn
    error_message = "Who was named is not told."
  }
}
