variable "name" {
  description = "Name of the function."
  type        = string
}

variable "image_uri" {
  description = "URI of the container image for the first version."
  type        = string
}

variable "architecture" {
  description = "CPU architecture of the container image: x86_64 or arm64."
  type        = string

  validation {
    condition     = contains(["x86_64", "arm64"], var.architecture)
    error_message = "architecture must be x86_64 or arm64."
  }
}

variable "memory_size" {
  description = "Memory size in MB, 512 to 3008. CPU power is proportional to it: 1,769 MB equal one vCPU."
  type        = number

  validation {
    condition     = var.memory_size >= 512 && var.memory_size <= 3008 && floor(var.memory_size) == var.memory_size
    error_message = "memory_size must be a whole number from 512 to 3008 MB; less is not enough to decode large images."
  }
}

variable "timeout" {
  description = "Timeout of a request in seconds, 3 to 60."
  type        = number

  validation {
    condition     = var.timeout >= 3 && var.timeout <= 60 && floor(var.timeout) == var.timeout
    error_message = "timeout must be a whole number from 3 to 60 seconds; a shorter one could interrupt a cold start."
  }
}

variable "reserved_concurrent_executions" {
  description = "Maximum number of concurrent requests, 1 to 100. It limits the cost of an attack."
  type        = number

  validation {
    condition     = var.reserved_concurrent_executions >= 1 && var.reserved_concurrent_executions <= 100 && floor(var.reserved_concurrent_executions) == var.reserved_concurrent_executions
    error_message = "reserved_concurrent_executions must be a whole number from 1 to 100; unreserved concurrency (-1) is not allowed."
  }
}

variable "log_retention_in_days" {
  description = "Retention of the log group in days."
  type        = number

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365], var.log_retention_in_days)
    error_message = "log_retention_in_days must be one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180 or 365."
  }
}

variable "frontend_origin" {
  description = "Origin of the frontend, the only one that CORS allows: https:// and a host name."
  type        = string

  validation {
    condition     = can(regex("^https://[a-z0-9.-]+$", var.frontend_origin))
    error_message = "frontend_origin must be https:// and a host name, without wildcards."
  }
}

variable "feedback_uri" {
  description = "S3 URI under which feedback is stored: s3://bucket/prefix."
  type        = string

  validation {
    condition     = can(regex("^s3://[a-z0-9-]+(/[a-z0-9-]+)+$", var.feedback_uri))
    error_message = "feedback_uri must have a bucket and a prefix, such as s3://bucket/feedback."
  }
}

variable "store_inputs" {
  description = "Whether to store model inputs with feedback, if the user consents."
  type        = bool
}

variable "permissions_boundary_arn" {
  description = "ARN of the permissions boundary of the function's role."
  type        = string
}
