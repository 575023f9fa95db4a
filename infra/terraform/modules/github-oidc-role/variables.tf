variable "name" {
  description = "Name of the role."
  type        = string
}

variable "description" {
  description = "Description of the role."
  type        = string
}

variable "provider_arn" {
  description = "ARN of the OIDC provider for GitHub."
  type        = string
}

variable "repository" {
  description = "GitHub repository whose workflows may assume the role, as owner/name."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.repository))
    error_message = "repository must be a single repository, as owner/name."
  }
}

variable "repository_ids" {
  description = "IDs of the repository and its owner, for the newer form of the sub claim; null to omit it."
  type        = object({ owner = number, repository = number })
  default     = null
}

variable "context" {
  description = "Last part of the sub claim: ref:refs/heads/<branch>, environment:<name> or pull_request."
  type        = string

  validation {
    condition     = can(regex("^(ref:refs/heads/[^*?:]+|environment:[^*?:]+|pull_request)$", var.context))
    error_message = "context must be a single branch, a single environment or pull_request, without wildcards."
  }
}

variable "statements" {
  description = "Inline policies of the role: lists of statements by policy name."
  type        = any
}
