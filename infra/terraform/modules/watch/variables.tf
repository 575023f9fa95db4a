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

variable "monthly_budget_usd" {
  description = "US dollars that the account may cost in a month before someone is told."
  type        = number

  validation {
    condition     = var.monthly_budget_usd > 0
    error_message = "Give more than 0 dollars."
  }
}
