variable "name" {
  description = "Name of the bucket, unique in all of S3."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.name))
    error_message = "A bucket's name has 3 to 63 lower-case letters, digits and hyphens."
  }
}

variable "noncurrent_version_expiration_days" {
  description = "Days for which a version that was replaced or deleted can still be brought back."
  type        = number

  validation {
    condition     = var.noncurrent_version_expiration_days >= 1 && floor(var.noncurrent_version_expiration_days) == var.noncurrent_version_expiration_days
    error_message = "Give whole days, at least 1."
  }
}

variable "expiration_days" {
  description = "Days after which objects are deleted; null for never."
  type        = number
  default     = null

  validation {
    condition     = var.expiration_days == null || try(var.expiration_days >= 1 && floor(var.expiration_days) == var.expiration_days, false)
    error_message = "Give whole days, at least 1."
  }
}

variable "statements" {
  description = "Statements of the bucket's policy, beside the one that refuses whatever comes without TLS."
  type        = any
  default     = []
}
