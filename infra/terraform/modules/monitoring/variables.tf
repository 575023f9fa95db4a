variable "name" {
  description = "Prefix of all resource names."
  type        = string
}

variable "region" {
  description = "AWS region of the function."
  type        = string
}

variable "account_id" {
  description = "ID of the AWS account."
  type        = string
}

variable "function_name" {
  description = "Name of the monitored Lambda function."
  type        = string
}

variable "alias" {
  description = "Name of the alias that serves requests."
  type        = string
}

variable "log_group_name" {
  description = "Name of the function's log group."
  type        = string
}

variable "architecture" {
  description = "CPU architecture of the function, which determines its price: x86_64 or arm64."
  type        = string
}

variable "email" {
  description = "Email address for notifications, sent once the subscription is confirmed; null for none."
  type        = string
}

variable "p99_milliseconds" {
  description = "Highest acceptable p99 of the function's duration in ms, cold starts included."
  type        = number

  validation {
    condition     = var.p99_milliseconds > 0
    error_message = "p99_milliseconds must be greater than 0."
  }
}

variable "min_accuracy" {
  description = "Lowest acceptable fraction of a day's feedback that confirms the prediction, 0 to 1."
  type        = number

  validation {
    condition     = var.min_accuracy >= 0 && var.min_accuracy <= 1
    error_message = "min_accuracy must be between 0 and 1."
  }
}

variable "min_feedback" {
  description = "Number of feedback submissions per day below which accuracy is not evaluated."
  type        = number

  validation {
    condition     = var.min_feedback >= 1 && floor(var.min_feedback) == var.min_feedback
    error_message = "min_feedback must be a whole number of at least 1."
  }
}

variable "max_rejected" {
  description = "Highest acceptable fraction of requests to /predict and /feedback that are rejected, 0 to 1."
  type        = number

  validation {
    condition     = var.max_rejected >= 0 && var.max_rejected <= 1
    error_message = "max_rejected must be between 0 and 1."
  }
}

variable "monthly_budget_usd" {
  description = "Monthly budget of the AWS account in USD. Notifications are sent at 80% of actual and 100% of forecasted costs."
  type        = number

  validation {
    condition     = var.monthly_budget_usd > 0
    error_message = "monthly_budget_usd must be greater than 0."
  }
}
