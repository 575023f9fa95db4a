variable "name" {
  description = "Prefix of all names; the same in every root."
  type        = string
  default     = "digit-recognizer"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,22}[a-z0-9]$", var.name))
    error_message = "Use 3 to 24 lower-case letters, digits and hyphens, a letter first and no hyphen last."
  }
}

variable "region" {
  description = "Region in which all of it runs; the same in every root."
  type        = string
  default     = "eu-central-1"

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "Name a region such as eu-central-1."
  }
}

variable "image_tag" {
  description = "Tag of the image that the function begins with. Once it is there, deploys choose the image, and this is not looked at."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$", var.image_tag)) && var.image_tag != "latest"
    error_message = "Give the tag of one image, such as a commit's SHA; latest is a different one every day."
  }
}

variable "architecture" {
  description = "Processor that the image is built for: x86_64 or arm64."
  type        = string
  default     = "x86_64"
}

variable "memory_size" {
  description = "Memory of the function in MB, 512 to 3008. The share of a processor grows with it: 1,769 MB is a whole one."
  type        = number
  default     = 1024
}

variable "timeout" {
  description = "Seconds after which a request is given up, 3 to 60. The page waits for 15."
  type        = number
  default     = 15
}

variable "reserved_concurrent_executions" {
  description = "The most requests that are answered at once, 1 to 100. AWS insists that some of the account's quota stays unreserved; a new account, whose quota may be 10 in all, has to ask for more first."
  type        = number
  default     = 10
}

variable "log_retention_in_days" {
  description = "Days for which logs are kept."
  type        = number
  default     = 30
}

variable "store_inputs" {
  description = "Whether what was drawn is kept with feedback, to learn from. People must agree first: the page asks each of them, and without their yes it sends no drawing."
  type        = bool
  default     = false
}

variable "domain" {
  description = "An own domain for the page, and the ARN of its certificate in us-east-1; null for CloudFront's. The domain's record is to point to the output distribution_domain_name."
  type        = object({ name = string, certificate_arn = string })
  default     = null

  validation {
    condition     = var.domain == null || can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.domain.name))
    error_message = "Give the host alone, such as digits.example.com."
  }

  validation {
    condition     = var.domain == null || can(regex("^arn:aws:acm:us-east-1:[0-9]{12}:certificate/", var.domain.certificate_arn))
    error_message = "CloudFront takes certificates from us-east-1 alone."
  }
}

variable "alarm_email" {
  description = "Address that alarms and the budget are sent to, after it has confirmed; null for none."
  type        = string
  default     = null

  validation {
    condition     = var.alarm_email == null || can(regex("^[^@ ]+@[^@ ]+$", var.alarm_email))
    error_message = "Give an e-mail address."
  }
}

variable "p99_milliseconds" {
  description = "Milliseconds within which 99 of 100 requests should be answered, cold starts among them."
  type        = number
  default     = 3000
}

variable "min_accuracy" {
  description = "Share of a day's feedback that should say that the answer was right. People tell of errors sooner, so this lies below what the model card says."
  type        = number
  default     = 0.8
}

variable "min_feedback" {
  description = "How much feedback a day has to bring before its accuracy is judged."
  type        = number
  default     = 30
}

variable "max_rejected" {
  description = "Share of the requests for answers, and of feedback, that may be refused."
  type        = number
  default     = 0.5
}

variable "monthly_budget_usd" {
  description = "US dollars that the account may cost in a month before someone is told."
  type        = number
  default     = 10
}
