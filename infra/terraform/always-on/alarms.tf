# Alarms for conditions that need action, like those of the function in the root serverless. Their thresholds
# are those of the Prometheus alerts in infra/compose.

locals {
  target = {
    namespace  = "AWS/ApplicationELB"
    dimensions = { LoadBalancer = aws_lb.this.arn_suffix, TargetGroup = aws_lb_target_group.this.arn_suffix }
  }
  balancer = {
    namespace  = "AWS/ApplicationELB"
    dimensions = { LoadBalancer = aws_lb.this.arn_suffix }
  }
  service = {
    namespace  = "AWS/ECS"
    dimensions = { ClusterName = aws_ecs_cluster.this.name, ServiceName = aws_ecs_service.this.name }
  }

  # `runbook` is a heading of infra/operations.md.
  metric_alarms = {
    down = {
      description = "For 3 minutes, no task was healthy: clients get no response."
      runbook     = "server-down"
      source      = local.target
      metric      = "HealthyHostCount"
      statistic   = "Maximum"
      comparison  = "LessThanThreshold"
      threshold   = 1
      period      = 60
      periods     = 3
      missing     = "breaching"
    }
    errors = {
      description = "The load balancer could not get a response from a task."
      runbook     = "server-down"
      source      = local.balancer
      metric      = "HTTPCode_ELB_5XX_Count"
      statistic   = "Sum"
      comparison  = "GreaterThanThreshold"
      threshold   = 0
      period      = 300
      periods     = 1
      missing     = "notBreaching" # no requests
    }
    failed = {
      description = "A request got a status of 500 or above: the application raised an exception, or could not store feedback."
      runbook     = "high-error-rate"
      source      = local.target
      metric      = "HTTPCode_Target_5XX_Count"
      statistic   = "Sum"
      comparison  = "GreaterThanThreshold"
      threshold   = 0
      period      = 300
      periods     = 1
      missing     = "notBreaching"
    }
    p99-duration = {
      description = "For 15 minutes, the p99 of the response time was above 0.5 s."
      runbook     = "high-latency"
      source      = local.target
      metric      = "TargetResponseTime"
      statistic   = "p99"
      comparison  = "GreaterThanThreshold"
      threshold   = 0.5
      period      = 300
      periods     = 3
      missing     = "notBreaching"
    }
    memory = {
      description = "For 15 minutes, a task used more than 85% of its memory."
      runbook     = "high-memory-usage"
      source      = local.service
      metric      = "MemoryUtilization"
      statistic   = "Maximum"
      comparison  = "GreaterThanThreshold"
      threshold   = 85
      period      = 300
      periods     = 3
      missing     = "notBreaching"
    }
  }

  # Each request is 0 or 1, so the average is the fraction. Fractions mean little for a few requests: below
  # `min_samples`, the alarm evaluates `default`.
  fraction_alarms = {
    accuracy = {
      description = "Over 24 hours, the fraction of feedback that confirms the prediction was below 0.8."
      runbook     = "low-accuracy"
      field       = "correct"
      period      = 86400
      min_samples = 30
      default     = 1
      comparison  = "LessThanThreshold"
      threshold   = 0.8
    }
    rejected = {
      description = "Over 15 minutes, the fraction of requests rejected with an error code was above 0.5."
      runbook     = "high-rejection-rate"
      field       = "rejected"
      period      = 900
      min_samples = 20
      default     = 0
      comparison  = "GreaterThanThreshold"
      threshold   = 0.5
    }
  }
}

# The function's log becomes metrics by itself (backend/recognizer/api/cloudwatch.py); the server's needs
# filters. Its metrics have the same names, without the dimension `function_name`.
resource "aws_cloudwatch_log_metric_filter" "fraction" {
  for_each = local.fraction_alarms

  name           = "${var.name}-service-${each.key}"
  log_group_name = aws_cloudwatch_log_group.this.name
  pattern        = "{ ($.route = \"/predict\" || $.route = \"/feedback\") && $.${each.value.field} >= 0 }"

  metric_transformation {
    namespace = "DigitRecognizer"
    name      = each.value.field
    value     = "$.${each.value.field}"
  }
}

resource "aws_cloudwatch_metric_alarm" "metric" {
  for_each = local.metric_alarms

  alarm_name          = "${var.name}-service-${each.key}"
  alarm_description   = "${each.value.description} Runbook: infra/operations.md#${each.value.runbook}"
  namespace           = each.value.source.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.source.dimensions
  statistic           = each.value.statistic == "p99" ? null : each.value.statistic
  extended_statistic  = each.value.statistic == "p99" ? "p99" : null
  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  period              = each.value.period
  evaluation_periods  = each.value.periods
  treat_missing_data  = each.value.missing
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}

resource "aws_cloudwatch_metric_alarm" "fraction" {
  for_each = local.fraction_alarms

  alarm_name          = "${var.name}-service-${each.key}"
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

  dynamic "metric_query" {
    for_each = { fraction = "Average", samples = "SampleCount" }

    content {
      id = metric_query.key

      metric {
        namespace   = aws_cloudwatch_log_metric_filter.fraction[each.key].metric_transformation[0].namespace
        metric_name = aws_cloudwatch_log_metric_filter.fraction[each.key].metric_transformation[0].name
        period      = each.value.period
        stat        = metric_query.value
      }
    }
  }
}

resource "aws_sns_topic" "alarms" {
  #checkov:skip=CKV_AWS_26:Alarms contain no secrets, and CloudWatch cannot publish to a topic encrypted with the AWS-managed key.
  name = "${var.name}-service-alarms"
}

resource "aws_sns_topic_policy" "alarms" {
  arn = aws_sns_topic.alarms.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AllowAlarms"
      Effect    = "Allow"
      Principal = { Service = "cloudwatch.amazonaws.com" }
      Action    = "sns:Publish"
      Resource  = aws_sns_topic.alarms.arn
      Condition = { ArnLike = { "aws:SourceArn" = [for alarm in concat(values(aws_cloudwatch_metric_alarm.metric), values(aws_cloudwatch_metric_alarm.fraction)) : alarm.arn] } }
    }]
  })
}

resource "aws_sns_topic_subscription" "email" {
  count = var.alarm_email == null ? 0 : 1

  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = var.alarm_email
}
