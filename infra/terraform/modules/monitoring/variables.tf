variable "name" {
  description = "Prefix of all names."
  type        = string
}

variable "region" {
  description = "Region of the function."
  type        = string
}

variable "account_id" {
  description = "Number of this account."
  type        = string
}

variable "function_name" {
  description = "Name of the function that is watched."
  type        = string
}

variable "alias" {
  description = "Name of the alias that callers reach."
  type        = string
}

variable "log_group_name" {
  description = "Name of the function's log group."
  type        = string
}

variable "architecture" {
  description = "Processor of the function, of which each has its price: x86_64 or arm64."
  type        = string
}

variable "email" {
  description = "Address that is told, after it has confirmed; null for none."
  type        = string
}

variable "p99_milliseconds" {
  description = "Milliseconds within which 99 of 100 requests should be answered, cold starts among them."
  type        = number

  validation {
    condition     = var.p99_milliseconds > 0
    error_message = "Give more than 0 milliseconds."
  }
}

variable "min_accuracy" {
  description = "Share of a day's feedback that should say that the answer was right."
  type        = number

  validation {
    condition     = var.min_accuracy >= 0 && var.min_accuracy <= 1
    error_message = "Give a share, 0 to 1."
  }
}

variable "min_feedback" {
  description = "How much feedback a day has to bring before its accuracy is judged."
  type        = number

  validation {
    condition     = var.min_feedback >= 1 && floor(var.min_feedback) == var.min_feedback
    error_message = "Give a whole number, at least 1."
  }
}

variable "max_rejected" {
  description = "Share of the requests for answers, and of feedback, that may be refused."
  type        = number

  validation {
    condition     = var.max_rejected >= 0 && var.max_rejected <= 1
    error_message = "Give a share, 0 to 1."
  }
}

variable "monthly_budget_usd" {
  description = "US dollars that the account may cost in a month before someone is told."
  type        = number

  validation {
    condition     = var.monthly_budget_usd > 0
    error_message = "Give more than 0 dollars."
  }
}
