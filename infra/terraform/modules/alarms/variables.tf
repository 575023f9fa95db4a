variable "name" {
  description = "Prefix of the names of alarms and topic."
  type        = string
}

variable "email" {
  description = "Email address that the topic notifies once the subscription is confirmed; null for none."
  type        = string
}

variable "other_publishers" {
  description = "Service principals that may publish to the topic, besides CloudWatch."
  type        = list(string)
  default     = []
}

variable "metric_alarms" {
  description = "Alarms on a metric of a source. `runbook` is a heading of infra/operations.md, `period` is in seconds, and `missing` says what the alarm makes of missing data."
  type = map(object({
    description = string
    runbook     = string
    source      = object({ namespace = string, dimensions = map(string) })
    metric      = string
    statistic   = string
    comparison  = optional(string, "GreaterThanThreshold")
    threshold   = number
    period      = optional(number, 300)
    periods     = optional(number, 1)
    missing     = optional(string, "notBreaching") # no requests
  }))
}

variable "fraction_alarms" {
  description = "Alarms on the average of a metric that is 0 or 1, or on `default` if a period, in seconds, has fewer than `min_samples`."
  type = map(object({
    description = string
    runbook     = string
    source      = object({ namespace = string, dimensions = map(string) })
    metric      = string
    period      = number
    min_samples = number
    default     = number
    comparison  = string
    threshold   = number
  }))
}
