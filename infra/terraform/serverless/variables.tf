variable "name" {
  description = "Prefix of all resource names; the same in every root."
  type        = string
  default     = "digit-recognizer"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,22}[a-z0-9]$", var.name))
    error_message = "name must have 3 to 24 lowercase letters, digits and hyphens, start with a letter and not end with a hyphen."
  }
}

variable "region" {
  description = "AWS region; the same in every root."
  type        = string
  default     = "eu-central-1"

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be an AWS region, such as eu-central-1."
  }
}

variable "image_tag" {
  description = "Tag of the container image for the function's first version. Ignored afterwards, because deployments choose the image."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$", var.image_tag)) && var.image_tag != "latest"
    error_message = "image_tag must be an immutable tag, such as a commit SHA, not latest."
  }
}

variable "architecture" {
  description = "CPU architecture of the container image: x86_64 or arm64."
  type        = string
  default     = "x86_64"
}

variable "memory_size" {
  description = "Memory size of the function in MB, 512 to 3008. CPU power is proportional to it: 1,769 MB equal one vCPU."
  type        = number
  default     = 1024
}

variable "timeout" {
  description = "Timeout of a request in seconds, 3 to 60. The frontend's own timeout is 15 s."
  type        = number
  default     = 15
}

variable "reserved_concurrent_executions" {
  description = "Maximum number of concurrent requests, 1 to 100. AWS requires that part of the account's quota stays unreserved; a new account, whose quota may be 10, must request an increase first."
  type        = number
  default     = 10
}

variable "log_retention_in_days" {
  description = "Retention of the log group in days."
  type        = number
  default     = 30
}

variable "store_inputs" {
  description = "Whether to store model inputs with feedback, as training data. The frontend asks each user for consent, and sends no model input without it."
  type        = bool
  default     = false
}

variable "domain" {
  description = "Custom domain of the frontend and the ARN of its certificate in us-east-1; null for CloudFront's domain. Its DNS record must point to the output distribution_domain_name."
  type        = object({ name = string, certificate_arn = string })
  default     = null

  validation {
    condition     = var.domain == null || can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.domain.name))
    error_message = "domain.name must be a host name, such as digits.example.com."
  }

  validation {
    condition     = var.domain == null || can(regex("^arn:aws:acm:us-east-1:[0-9]{12}:certificate/", var.domain.certificate_arn))
    error_message = "domain.certificate_arn must be an ACM certificate in us-east-1; CloudFront accepts no other region."
  }
}

variable "alarm_email" {
  description = "Email address for alarms and the budget, notified once the subscription is confirmed; null for none."
  type        = string
  default     = null

  validation {
    condition     = var.alarm_email == null || can(regex("^[^@ ]+@[^@ ]+$", var.alarm_email))
    error_message = "alarm_email must be an email address."
  }
}

variable "p99_milliseconds" {
  description = "Highest acceptable p99 of the function's duration in ms, cold starts included."
  type        = number
  default     = 3000
}

variable "min_accuracy" {
  description = "Lowest acceptable fraction of a day's feedback that confirms the prediction, 0 to 1. It is lower than the accuracy in the model card, because users report errors more often than successes."
  type        = number
  default     = 0.8
}

variable "min_feedback" {
  description = "Number of feedback submissions per day below which accuracy is not evaluated."
  type        = number
  default     = 30
}

variable "max_rejected" {
  description = "Highest acceptable fraction of requests to /predict and /feedback that are rejected, 0 to 1."
  type        = number
  default     = 0.5
}

variable "monthly_budget_usd" {
  description = "Monthly budget of the AWS account in USD. Notifications are sent at 80% of actual and 100% of forecasted costs."
  type        = number
  default     = 10
}
