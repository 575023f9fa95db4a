# terraform.tfvars sets those without a default, and any other that differs from its default here.

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
  description = "AWS region; the same in every root. The deploy scripts pass the region of the state bucket."
  type        = string

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

variable "alarm_email" {
  description = "Email address for alarms and the budget, notified once the subscription is confirmed; null for none."
  type        = string

  validation {
    condition     = var.alarm_email == null || can(regex("^[^@ ]+@[^@ ]+$", var.alarm_email))
    error_message = "alarm_email must be an email address."
  }
}

variable "reserved_concurrent_executions" {
  description = "Maximum number of concurrent requests, 1 to 100, which bounds the cost of an attack; null to let the account's quota bound it. AWS keeps 100 executions of the quota unreserved, so an account with a smaller quota can reserve none."
  type        = number

  validation {
    condition     = try(var.reserved_concurrent_executions >= 1 && var.reserved_concurrent_executions <= 100 && floor(var.reserved_concurrent_executions) == var.reserved_concurrent_executions, var.reserved_concurrent_executions == null)
    error_message = "reserved_concurrent_executions must be a whole number from 1 to 100, or null."
  }
}

variable "monthly_budget_usd" {
  description = "Monthly budget of the AWS account in USD; null for none. Notifications are sent at 80% of actual and 100% of forecasted costs."
  type        = number

  validation {
    condition     = try(var.monthly_budget_usd > 0, var.monthly_budget_usd == null)
    error_message = "monthly_budget_usd must be greater than 0, or null."
  }
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

variable "memory_size" {
  description = "Memory size of the function in MB, 512 to 3008. CPU power is proportional to it: 1,769 MB equal one vCPU."
  type        = number
  default     = 1024

  validation {
    condition     = var.memory_size >= 512 && var.memory_size <= 3008 && floor(var.memory_size) == var.memory_size
    error_message = "memory_size must be a whole number from 512 to 3008 MB; less is not enough to decode large images."
  }
}

variable "timeout" {
  description = "Timeout of a request in seconds, 3 to 60. The frontend's own timeout is 15 s."
  type        = number
  default     = 15

  validation {
    condition     = var.timeout >= 3 && var.timeout <= 60 && floor(var.timeout) == var.timeout
    error_message = "timeout must be a whole number from 3 to 60 seconds; a shorter one could interrupt a cold start."
  }
}

variable "warm_up" {
  description = "Whether to invoke the function every five minutes, so that its callers meet few cold starts and no inactive function."
  type        = bool
  default     = true
}

variable "public_function_url" {
  description = "Whether anyone may call the function's URL, as programs do. Otherwise it accepts CloudFront's requests only, and clients of CloudFront must send the header x-amz-content-sha256 with each POST: the SHA-256 of its body."
  type        = bool
  default     = true
}

variable "snap_start" {
  description = "Whether a new environment is restored from a snapshot of a started function (SnapStart) instead of starting. AWS bills every published version by its memory, about 3.90 USD per GB and month, and every restore."
  type        = bool
  default     = false
}

variable "store_inputs" {
  description = "Whether to store model inputs with feedback, as training data. The frontend asks each user for consent, and sends no model input without it."
  type        = bool
  default     = false
}

variable "log_retention_in_days" {
  description = "Retention of the log group in days."
  type        = number
  default     = 30

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365], var.log_retention_in_days)
    error_message = "log_retention_in_days must be one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180 or 365."
  }
}

variable "p99_milliseconds" {
  description = "Highest acceptable p99 of the function's duration in ms, which does not include the start of an environment."
  type        = number
  default     = 3000

  validation {
    condition     = var.p99_milliseconds > 0
    error_message = "p99_milliseconds must be greater than 0."
  }
}

variable "min_accuracy" {
  description = "Lowest acceptable fraction of a day's feedback that confirms the prediction, 0 to 1. It is lower than the accuracy in the model card, because users report errors more often than successes."
  type        = number
  default     = 0.8

  validation {
    condition     = var.min_accuracy >= 0 && var.min_accuracy <= 1
    error_message = "min_accuracy must be between 0 and 1."
  }
}

variable "min_feedback" {
  description = "Number of feedback submissions per day below which accuracy is not evaluated."
  type        = number
  default     = 30

  validation {
    condition     = var.min_feedback >= 1 && floor(var.min_feedback) == var.min_feedback
    error_message = "min_feedback must be a whole number of at least 1."
  }
}

variable "max_rejected" {
  description = "Highest acceptable fraction of requests to /predict and /feedback that are rejected, 0 to 1."
  type        = number
  default     = 0.5

  validation {
    condition     = var.max_rejected >= 0 && var.max_rejected <= 1
    error_message = "max_rejected must be between 0 and 1."
  }
}
