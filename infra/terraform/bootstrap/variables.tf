variable "name" {
  description = "Prefix of all resource names; the same in every root."
  type        = string
  default     = "digit-recognizer"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,22}[a-z0-9]$", var.name))
    error_message = "name must have 3 to 24 lowercase letters, digits and hyphens, start with a letter and not end with a hyphen."
  }
}

variable "region" {
  description = "AWS region; the same in every root."
  type        = string
  default     = "eu-central-1"

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be an AWS region, such as eu-central-1."
  }
}

variable "repository" {
  description = "GitHub repository whose workflows deploy, as owner/name."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.repository))
    error_message = "repository must be a single repository, as owner/name."
  }
}

variable "repository_ids" {
  description = "IDs of the repository and its owner, which the sub claim of GitHub's OIDC tokens contains for repositories created, renamed or transferred after 2026-07-15. To get them: gh api repos/OWNER/NAME --jq '{owner: .owner.id, repository: .id}'."
  type        = object({ owner = number, repository = number })
  default     = null
}

variable "branch" {
  description = "Branch that is deployed."
  type        = string
  default     = "main"

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9._/-]*$", var.branch))
    error_message = "branch must be a single branch, without wildcards."
  }
}

variable "environment" {
  description = "GitHub environment of the jobs that apply Terraform. Its deployment rules must allow the deployed branch only."
  type        = string
  default     = "production"

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9._-]*$", var.environment))
    error_message = "environment must be a single environment, without wildcards."
  }
}

variable "distribution_id" {
  description = "ID of the CloudFront distribution, an output of the root serverless. Without it, the frontend role cannot invalidate CloudFront's cache."
  type        = string
  default     = null

  validation {
    condition     = var.distribution_id == null || can(regex("^[A-Z0-9]{10,20}$", var.distribution_id))
    error_message = "distribution_id must be the ID of a CloudFront distribution, such as E1A2B3C4D5E6F7."
  }
}

variable "feedback_expiration_days" {
  description = "Days after which feedback and its model inputs expire."
  type        = number
  default     = 365
}
