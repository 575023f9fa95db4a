variable "name" {
  description = "Name of the bucket, globally unique."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.name))
    error_message = "name must have 3 to 63 lowercase letters, digits and hyphens."
  }
}

variable "noncurrent_version_expiration_days" {
  description = "Days after which noncurrent versions are deleted. Until then, replaced and deleted objects can be restored."
  type        = number

  validation {
    condition     = var.noncurrent_version_expiration_days >= 1 && floor(var.noncurrent_version_expiration_days) == var.noncurrent_version_expiration_days
    error_message = "noncurrent_version_expiration_days must be a whole number of at least 1."
  }
}

variable "expiration_days" {
  description = "Days after which objects expire; null for never."
  type        = number
  default     = null

  validation {
    condition     = var.expiration_days == null || try(var.expiration_days >= 1 && floor(var.expiration_days) == var.expiration_days, false)
    error_message = "expiration_days must be a whole number of at least 1, or null."
  }
}

variable "statements" {
  description = "Statements of the bucket policy, in addition to the one that denies requests without TLS."
  type        = any
  default     = []
}
