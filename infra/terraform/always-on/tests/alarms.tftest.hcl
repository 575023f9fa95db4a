mock_provider "aws" {
  source = "../mocks"
}

variables {
  image_tag       = "server-0123abc"
  certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/0123"
  allowed_cidrs   = ["198.51.100.0/24"]
  alarm_email     = "somebody@example.com"
}

run "alarms" {
  override_resource {
    target = aws_lb.this
    values = {
      arn        = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/digit-recognizer/0123456789abcdef"
      arn_suffix = "app/digit-recognizer/0123456789abcdef"
    }
  }

  assert {
    condition = alltrue([for alarm in concat(values(aws_cloudwatch_metric_alarm.metric), values(aws_cloudwatch_metric_alarm.fraction)) : alltrue([
      startswith(alarm.alarm_name, "digit-recognizer-service-"),
      tolist(alarm.alarm_actions) == tolist([aws_sns_topic.alarms.arn]),
      tolist(alarm.ok_actions) == tolist([aws_sns_topic.alarms.arn]),
    ])])
    error_message = "Every alarm must notify the topic when it fires and when it clears, under a name that the root serverless does not use."
  }

  assert {
    condition = alltrue([for name in ["down", "errors", "failed", "p99-duration"] :
      aws_cloudwatch_metric_alarm.metric[name].dimensions.LoadBalancer == "app/digit-recognizer/0123456789abcdef"
    ])
    error_message = "The load balancer's metrics have the suffix of its ARN as dimension."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.metric["down"].comparison_operator == "LessThanThreshold" && aws_cloudwatch_metric_alarm.metric["down"].treat_missing_data == "breaching"
    error_message = "No healthy task, or none that is known, must raise the alarm."
  }

  assert {
    condition = alltrue([for alarm in [aws_cloudwatch_metric_alarm.metric["errors"], aws_cloudwatch_metric_alarm.metric["failed"], aws_cloudwatch_metric_alarm.metric["p99-duration"]] :
      alarm.treat_missing_data == "notBreaching" && alarm.comparison_operator == "GreaterThanThreshold"
    ])
    error_message = "No requests must raise no alarm."
  }

  # The fields that backend/recognizer/api/request_log.py writes.
  assert {
    condition = { for name, filter in aws_cloudwatch_log_metric_filter.fraction : name => [filter.pattern, filter.metric_transformation[0].value] } == {
      accuracy = ["{ ($.route = \"/predict\" || $.route = \"/feedback\") && $.correct >= 0 }", "$.correct"]
      rejected = ["{ ($.route = \"/predict\" || $.route = \"/feedback\") && $.rejected >= 0 }", "$.rejected"]
    }
    error_message = "The log's fields must become metrics."
  }

  assert {
    condition = alltrue([for name, metric in { accuracy = "correct", rejected = "rejected" } :
      [for query in aws_cloudwatch_metric_alarm.fraction[name].metric_query : query.metric[0].metric_name if length(query.metric) > 0] == [metric, metric]
    ])
    error_message = "The alarms must evaluate those metrics."
  }

  assert {
    condition     = aws_sns_topic_subscription.email[0].endpoint == "somebody@example.com"
    error_message = "The address must be subscribed."
  }
}

run "no_email" {
  command = plan

  variables {
    alarm_email = null
  }

  assert {
    condition     = length(aws_sns_topic_subscription.email) == 0
    error_message = "Without an address, nobody is subscribed."
  }
}
