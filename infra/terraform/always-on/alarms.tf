# Alarms for conditions that need action, like those of the function in the root serverless. Response time,
# accuracy and rejections have the thresholds of the Prometheus alerts in infra/compose.

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
  # The metrics that the filters below make of the log.
  log = {
    namespace  = "DigitRecognizer"
    dimensions = {}
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
      threshold   = 0
    }
    failed = {
      description = "A request got a status of 500 or above: the application raised an exception, was overloaded, or could not store feedback."
      runbook     = "high-error-rate"
      source      = local.target
      metric      = "HTTPCode_Target_5XX_Count"
      statistic   = "Sum"
      threshold   = 0
    }
    p99-duration = {
      description = "For 15 minutes, the p99 of the response time was above 0.5 s."
      runbook     = "high-latency"
      source      = local.target
      metric      = "TargetResponseTime"
      statistic   = "p99"
      threshold   = 0.5
      periods     = 3
    }
    memory = {
      description = "For 15 minutes, a task used more than 85% of its memory."
      runbook     = "high-memory-usage"
      source      = local.service
      metric      = "MemoryUtilization"
      statistic   = "Maximum"
      threshold   = 85
      periods     = 3
    }
  }

  fraction_alarms = {
    accuracy = {
      description = "Over 24 hours, the fraction of feedback that confirms the prediction was below 0.8."
      runbook     = "low-accuracy"
      source      = local.log
      metric      = "correct"
      period      = 86400
      min_samples = 30
      default     = 1
      comparison  = "LessThanThreshold"
      threshold   = 0.8
    }
    rejected = {
      description = "Over 15 minutes, the fraction of requests rejected with an error code was above 0.5."
      runbook     = "high-rejection-rate"
      source      = local.log
      metric      = "rejected"
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
  pattern        = "{ ($.route = \"/predict\" || $.route = \"/feedback\") && $.${each.value.metric} >= 0 }"

  metric_transformation {
    namespace = local.log.namespace
    name      = each.value.metric
    value     = "$.${each.value.metric}"
  }
}

module "alarms" {
  source = "../modules/alarms"

  name            = "${var.name}-service"
  email           = var.alarm_email
  metric_alarms   = local.metric_alarms
  fraction_alarms = local.fraction_alarms
}
