variable "name" {
  description = "Name of the role."
  type        = string
}

variable "description" {
  description = "What the role is for, in a sentence."
  type        = string
}

variable "provider_arn" {
  description = "ARN of GitHub's OIDC provider in this account."
  type        = string
}

variable "repository" {
  description = "The repository whose workflows may take the role, as owner/name."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.repository))
    error_message = "Name one repository as owner/name."
  }
}

variable "repository_ids" {
  description = "The numbers of the repository and its owner, for the newer form of the sub claim; null for none."
  type        = object({ owner = number, repository = number })
  default     = null
}

variable "context" {
  description = "The end of the sub claim: ref:refs/heads/<branch>, environment:<name> or pull_request."
  type        = string

  validation {
    condition     = can(regex("^(ref:refs/heads/[^*?:]+|environment:[^*?:]+|pull_request)$", var.context))
    error_message = "Give one branch, one environment or pull_request, without wildcards."
  }
}

variable "statements" {
  description = "What the role may do: names of policies, each with its list of statements."
  type        = any
}
