variable "name" {
  description = "Name of the function."
  type        = string
}

variable "image_uri" {
  description = "The image of the function's first version."
  type        = string
}

variable "architecture" {
  description = "Processor that the image is built for: x86_64 or arm64."
  type        = string

  validation {
    condition     = contains(["x86_64", "arm64"], var.architecture)
    error_message = "Lambda has x86_64 and arm64."
  }
}

variable "memory_size" {
  description = "Memory in MB, with which the share of a processor grows: 1,769 MB is a whole one."
  type        = number

  validation {
    condition     = var.memory_size >= 512 && var.memory_size <= 3008 && floor(var.memory_size) == var.memory_size
    error_message = "Give 512 (below which large pictures do not fit) to 3008 MB."
  }
}

variable "timeout" {
  description = "Seconds after which a request is given up."
  type        = number

  validation {
    condition     = var.timeout >= 3 && var.timeout <= 60 && floor(var.timeout) == var.timeout
    error_message = "Give 3 to 60 seconds: longer than a cold start, shorter than anyone waits."
  }
}

variable "reserved_concurrent_executions" {
  description = "The most requests that are answered at once, and so the most that an attack can cost."
  type        = number

  validation {
    condition     = var.reserved_concurrent_executions >= 1 && var.reserved_concurrent_executions <= 100 && floor(var.reserved_concurrent_executions) == var.reserved_concurrent_executions
    error_message = "Give 1 to 100: there is no such thing as unbounded here."
  }
}

variable "log_retention_in_days" {
  description = "Days for which logs are kept."
  type        = number

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365], var.log_retention_in_days)
    error_message = "CloudWatch keeps logs for 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180 or 365 days."
  }
}

variable "page_origin" {
  description = "Origin of the page, which alone may call from a browser: https:// and a host."
  type        = string

  validation {
    condition     = can(regex("^https://[a-z0-9.-]+$", var.page_origin))
    error_message = "Give one origin, https:// and a host, and no wildcard."
  }
}

variable "feedback_uri" {
  description = "Where feedback is kept: s3://bucket/prefix."
  type        = string

  validation {
    condition     = can(regex("^s3://[a-z0-9-]+(/[a-z0-9-]+)+$", var.feedback_uri))
    error_message = "Give a bucket and a prefix, such as s3://bucket/feedback."
  }
}

variable "store_inputs" {
  description = "Whether what was drawn is kept with feedback, where the one who drew it agrees."
  type        = bool
}

variable "permissions_boundary_arn" {
  description = "ARN of the policy that bounds what the function may be allowed."
  type        = string
}
