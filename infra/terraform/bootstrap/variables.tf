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
  description = "AWS region; the same in every root. The deploy scripts pass the region of the state bucket."
  type        = string

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
  description = "IDs of the repository and its owner on GitHub. To get them: gh api repos/OWNER/NAME --jq '{owner: .owner.id, repository: .id}'."
  type        = object({ owner = number, repository = number })
  nullable    = false
}

variable "github_provider_arn" {
  description = "ARN of the OIDC provider for GitHub that the account has already; null to create one."
  type        = string
  default     = null
}

variable "feedback_expiration_days" {
  description = "Days after which feedback and its model inputs expire."
  type        = number
  default     = 365
}
