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

variable "repository" {
  description = "The repository on GitHub whose workflows deploy, as owner/name."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.repository))
    error_message = "Name one repository as owner/name."
  }
}

variable "repository_ids" {
  description = "The numbers of the repository and its owner, which GitHub's claim holds for repositories made, renamed or moved since 15 July 2026: gh api repos/OWNER/NAME --jq '{owner: .owner.id, repository: .id}'."
  type        = object({ owner = number, repository = number })
  default     = null
}

variable "branch" {
  description = "The branch that is deployed."
  type        = string
  default     = "main"

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9._/-]*$", var.branch))
    error_message = "Name one branch, without wildcards."
  }
}

variable "environment" {
  description = "The environment on GitHub behind which Terraform applies; its rules must admit only the branch that is deployed."
  type        = string
  default     = "production"

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9._-]*$", var.environment))
    error_message = "Name one environment, without wildcards."
  }
}

variable "distribution_id" {
  description = "Id of the page's CloudFront distribution, an output of the serverless root. Until it is given, the frontend's role cannot invalidate."
  type        = string
  default     = null

  validation {
    condition     = var.distribution_id == null || can(regex("^[A-Z0-9]{10,20}$", var.distribution_id))
    error_message = "Give the id of one distribution, such as E1A2B3C4D5E6F7."
  }
}

variable "feedback_expiration_days" {
  description = "Days for which feedback is kept, and with it the drawings that people agreed to."
  type        = number
  default     = 365
}
