mock_provider "aws" {
  source = "../mocks"
}

variables {
  region          = "eu-central-1"
  image_tag       = "server-0123abc"
  certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/0123"
  allowed_cidrs   = ["198.51.100.0/24"]
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
    condition     = alltrue([for alarm in module.alarms.alarms : startswith(alarm.alarm_name, "digit-recognizer-service-")])
    error_message = "Every alarm must have a name that the root serverless does not use."
  }

  assert {
    condition = alltrue([for name in ["down", "errors", "failed", "p99-duration"] :
      module.alarms.alarms[name].dimensions.LoadBalancer == "app/digit-recognizer/0123456789abcdef"
    ])
    error_message = "The load balancer's metrics have the suffix of its ARN as dimension."
  }

  assert {
    condition     = module.alarms.alarms["down"].comparison_operator == "LessThanThreshold" && module.alarms.alarms["down"].treat_missing_data == "breaching"
    error_message = "No healthy task, or none that is known, must raise the alarm."
  }

  assert {
    condition = alltrue([for alarm in [module.alarms.alarms["errors"], module.alarms.alarms["failed"], module.alarms.alarms["p99-duration"]] :
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
      [for query in module.alarms.alarms[name].metric_query : query.metric[0].metric_name if length(query.metric) > 0] == [metric, metric]
    ])
    error_message = "The alarms must evaluate those metrics."
  }
}
