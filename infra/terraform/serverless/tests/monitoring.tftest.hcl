mock_provider "aws" {
  source = "../mocks"
}

variables {
  region                         = "eu-central-1"
  image_tag                      = "0123abc"
  alarm_email                    = null
  reserved_concurrent_executions = 10
  monthly_budget_usd             = 10
  max_rejected                   = 0.4
}

run "alarms" {

  assert {
    condition = {
      for alarm in module.alarms.alarms : alarm.metric_name => coalesce(alarm.statistic, alarm.extended_statistic) if alarm.metric_name != null
    } == { Errors = "Sum", Throttles = "Sum", Duration = "p99", failed = "Sum" }
    error_message = "Errors, throttles, failed requests and the p99 duration must each have an alarm."
  }

  assert {
    condition = alltrue([for alarm in module.alarms.alarms : alarm.dimensions == (
      alarm.namespace == "AWS/Lambda"
      ? tomap({ FunctionName = "digit-recognizer", Resource = "digit-recognizer:live" })
      : tomap({ function_name = "digit-recognizer" })
    ) if alarm.metric_name != null])
    error_message = "Every alarm must evaluate metrics of the alias or of the application."
  }

  assert {
    condition = { for alarm in module.alarms.alarms : one([for query in alarm.metric_query : query.metric[0].metric_name if query.id == "fraction"]) => [
      one([for query in alarm.metric_query : query.expression if coalesce(query.return_data, false)]), alarm.comparison_operator, alarm.threshold,
      ] if alarm.metric_name == null } == {
      correct  = ["IF(samples >= 30, fraction, 1)", "LessThanThreshold", 0.8]
      rejected = ["IF(samples >= 20, fraction, 0)", "GreaterThanThreshold", 0.4]
    }
    error_message = "The accuracy and rejection alarms must use the given thresholds and a minimum number of samples."
  }

  assert {
    condition     = sum([for alarm in module.alarms.alarms : max(1, length([for query in alarm.metric_query : query if length(query.metric) == 1]))]) <= 10
    error_message = "Alarms must evaluate at most ten metrics; AWS bills each further one."
  }

  assert {
    condition     = alltrue([for alarm in module.alarms.alarms : alarm.treat_missing_data == "notBreaching" && startswith(alarm.alarm_name, "digit-recognizer-")])
    error_message = "Every alarm must ignore missing data and have a name that the apply role's policy covers."
  }

  assert {
    condition = { for alarm in module.alarms.alarms :
      alarm.alarm_name => regex("\\. Runbook: infra/operations\\.md#([a-z-]+)$", alarm.alarm_description)[0]
      } == {
      digit-recognizer-errors       = "function-errors"
      digit-recognizer-failed       = "high-error-rate"
      digit-recognizer-throttles    = "function-throttles"
      digit-recognizer-p99-duration = "high-latency"
      digit-recognizer-accuracy     = "low-accuracy"
      digit-recognizer-rejected     = "high-rejection-rate"
    }
    error_message = "Every alarm must name its section of the runbook."
  }
}

run "notifications" {

  assert {
    condition     = aws_budgets_budget.account[0].limit_amount == "10" && toset([for notification in aws_budgets_budget.account[0].notification : notification.notification_type if contains(notification.subscriber_sns_topic_arns, module.alarms.topic_arn)]) == toset(["ACTUAL", "FORECASTED"])
    error_message = "The budget must notify the topic of actual and forecasted costs."
  }
}

run "no_budget" {
  command = plan

  variables {
    monthly_budget_usd = null
  }

  assert {
    condition     = length(aws_budgets_budget.account) == 0
    error_message = "Without an amount, no budget may be created."
  }
}

run "dashboard" {

  assert {
    condition = alltrue(flatten([for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : [
      for metric in try(widget.properties.metrics, []) : slice(metric, 2, length(metric) - 1) == {
        "AWS/Lambda"    = ["FunctionName", "digit-recognizer", "Resource", "digit-recognizer:live"]
        DigitRecognizer = ["function_name", "digit-recognizer"]
        "AWS/Logs"      = ["LogGroupName", "/aws/lambda/digit-recognizer"]
      }[metric[0]]
    ]]))
    error_message = "The dashboard must show metrics of the alias, of the application and of its log only."
  }

  assert {
    condition = length([for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : widget if widget.type == "log"]) == 7 && alltrue([
      for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : startswith(widget.properties.query, "SOURCE '/aws/lambda/digit-recognizer'\n| ") if widget.type == "log"
    ])
    error_message = "The dashboard must have seven tables that query the function's log."
  }

  assert {
    condition     = strcontains(aws_cloudwatch_dashboard.this.dashboard_body, " * 0.0000166667 ")
    error_message = "The cost must be computed with the price of the function's architecture."
  }

  assert {
    condition     = length(flatten([for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : [for metric in try(widget.properties.metrics, []) : metric[1]]])) <= 50
    error_message = "The dashboard must show at most 50 metrics; AWS bills larger dashboards."
  }

  assert {
    condition = alltrue([for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets :
      widget.x + widget.width <= 24 && try(widget.properties.title, widget.properties.markdown) != "" && (widget.type != "metric" || try(widget.properties.yAxis.left.label, "") != "")
    ])
    error_message = "Every widget must fit the grid and have a title, every chart also a unit."
  }

  assert {
    condition     = length(distinct([for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : [widget.x, widget.y]])) == length(jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets)
    error_message = "Widgets must not overlap."
  }

  assert {
    condition = toset(flatten([for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : try(widget.properties.alarms, [])])) == toset(
      values(module.alarms.alarms)[*].arn
    )
    error_message = "The dashboard must show every alarm."
  }
}
