mock_provider "aws" {
  source = "../mocks"
}

variables {
  name             = "digit-recognizer"
  email            = null
  other_publishers = ["budgets.amazonaws.com"]

  metric_alarms = {
    p99-duration = {
      description = "The p99 was high."
      runbook     = "high-latency"
      source      = { namespace = "AWS/Lambda", dimensions = { FunctionName = "digit-recognizer" } }
      metric      = "Duration"
      statistic   = "p99"
      threshold   = 3000
      periods     = 3
    }
    down = {
      description = "Nothing was healthy."
      runbook     = "server-down"
      source      = { namespace = "AWS/ApplicationELB", dimensions = {} }
      metric      = "HealthyHostCount"
      statistic   = "Maximum"
      comparison  = "LessThanThreshold"
      threshold   = 1
      period      = 60
      missing     = "breaching"
    }
  }

  fraction_alarms = {
    accuracy = {
      description = "The accuracy was low."
      runbook     = "low-accuracy"
      source      = { namespace = "DigitRecognizer", dimensions = { function_name = "digit-recognizer" } }
      metric      = "correct"
      period      = 86400
      min_samples = 30
      default     = 1
      comparison  = "LessThanThreshold"
      threshold   = 0.8
    }
  }
}

run "alarms" {
  module {
    source = "../modules/alarms"
  }

  assert {
    condition = { for name, alarm in aws_cloudwatch_metric_alarm.metric : name => [
      coalesce(alarm.statistic, "none"), coalesce(alarm.extended_statistic, "none"), alarm.comparison_operator, alarm.period, alarm.evaluation_periods, alarm.treat_missing_data,
      ] } == {
      p99-duration = ["none", "p99", "GreaterThanThreshold", 300, 3, "notBreaching"]
      down         = ["Maximum", "none", "LessThanThreshold", 60, 1, "breaching"]
    }
    error_message = "Alarms must have the given values, or those of most: no alarm without data, after one period of five minutes above the threshold."
  }

  assert {
    condition = { for query in aws_cloudwatch_metric_alarm.fraction["accuracy"].metric_query : query.id => try(
      [query.metric[0].metric_name, query.metric[0].dimensions, query.metric[0].period, query.metric[0].stat],
      [query.expression, query.return_data],
      ) } == {
      result   = ["IF(samples >= 30, fraction, 1)", true]
      fraction = ["correct", tomap({ function_name = "digit-recognizer" }), 86400, "Average"]
      samples  = ["correct", tomap({ function_name = "digit-recognizer" }), 86400, "SampleCount"]
    }
    error_message = "A fraction must be the average of a metric, and count only with enough samples."
  }

  assert {
    condition = { for name, alarm in output.alarms : name => [alarm.alarm_name, alarm.alarm_description] } == {
      p99-duration = ["digit-recognizer-p99-duration", "The p99 was high. Runbook: infra/operations.md#high-latency"]
      down         = ["digit-recognizer-down", "Nothing was healthy. Runbook: infra/operations.md#server-down"]
      accuracy     = ["digit-recognizer-accuracy", "The accuracy was low. Runbook: infra/operations.md#low-accuracy"]
    }
    error_message = "Every alarm must have the prefix, and end its description with its section of the runbook."
  }

  assert {
    condition     = alltrue([for alarm in output.alarms : [alarm.alarm_actions, alarm.ok_actions] == [toset([output.topic_arn]), toset([output.topic_arn])]])
    error_message = "Every alarm must notify the topic when it fires and when it clears."
  }

  assert {
    condition = [for statement in jsondecode(aws_sns_topic_policy.this.policy).Statement : [statement.Principal.Service, statement.Condition]] == [[
      ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"], { StringEquals = { "aws:SourceAccount" = "123456789012" } },
    ]]
    error_message = "Only CloudWatch and the given services, of this account, may publish to the topic."
  }

  assert {
    condition     = length(aws_sns_topic_subscription.email) == 0
    error_message = "Without an email address, the topic must have no subscription."
  }
}

run "email" {
  module {
    source = "../modules/alarms"
  }

  variables {
    email = "somebody@example.com"
  }

  assert {
    condition     = aws_sns_topic_subscription.email[0].endpoint == "somebody@example.com" && aws_sns_topic_subscription.email[0].topic_arn == output.topic_arn
    error_message = "The given email address must be subscribed to the topic."
  }
}
