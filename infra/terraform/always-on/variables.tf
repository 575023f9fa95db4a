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

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be an AWS region, such as eu-central-1."
  }
}

variable "image_tag" {
  description = "Tag of the server's container image: server- and the commit SHA. Applying with another tag deploys that image."
  type        = string

  validation {
    condition     = can(regex("^server-[A-Za-z0-9_.-]{1,121}$", var.image_tag)) && var.image_tag != "server-latest"
    error_message = "image_tag must be an immutable tag of a server image: server- and, for example, a commit SHA; not server-latest."
  }
}

variable "certificate_arn" {
  description = "ARN of the ACM certificate, in this region, for the service's domain name. The DNS record of that name must point to the output load_balancer_dns_name."
  type        = string

  validation {
    condition     = can(regex("^arn:aws:acm:[a-z0-9-]+:[0-9]{12}:certificate/", var.certificate_arn))
    error_message = "certificate_arn must be the ARN of an ACM certificate."
  }
}

variable "allowed_cidrs" {
  description = "CIDR blocks that may access the load balancer, such as an office network; [\"0.0.0.0/0\"] for public access."
  type        = list(string)

  validation {
    condition     = length(var.allowed_cidrs) > 0 && alltrue([for cidr in var.allowed_cidrs : can(cidrnetmask(cidr))])
    error_message = "allowed_cidrs must contain at least one CIDR block, such as 198.51.100.0/24."
  }
}

variable "cidr" {
  description = "CIDR block of the VPC, /16 to /24."
  type        = string
  default     = "10.0.0.0/16"

  validation {
    condition     = can(cidrnetmask(var.cidr)) && try(tonumber(split("/", var.cidr)[1]), 0) >= 16 && try(tonumber(split("/", var.cidr)[1]), 99) <= 24
    error_message = "cidr must be a CIDR block of size /16 to /24, such as 10.0.0.0/16."
  }
}

variable "cpu" {
  description = "CPU units of each task (1024 equal one vCPU): 256, 512, 1024, 2048 or 4096."
  type        = number
  default     = 512

  validation {
    condition     = contains([256, 512, 1024, 2048, 4096], var.cpu)
    error_message = "cpu must be 256, 512, 1024, 2048 or 4096."
  }
}

variable "memory" {
  description = "Memory of each task in MB, a multiple of 1024. It must be enough to decode two large images at once."
  type        = number
  default     = 2048

  validation {
    condition     = var.memory >= 1024 && var.memory <= 8192 && var.memory % 1024 == 0 && var.memory >= 2 * var.cpu && var.memory <= 8 * var.cpu
    error_message = "memory must be a multiple of 1024 from 1024 to 8192 MB, and two to eight times cpu."
  }
}

variable "tasks" {
  description = "Minimum (at least one per availability zone) and maximum number of tasks."
  type        = object({ min = number, max = number })
  default     = { min = 2, max = 6 }

  validation {
    condition     = var.tasks.min >= 2 && var.tasks.max >= var.tasks.min && var.tasks.max <= 20
    error_message = "tasks.min must be at least 2, one per availability zone, and tasks.max from tasks.min to 20."
  }
}

variable "log_retention_in_days" {
  description = "Retention of the log group in days."
  type        = number
  default     = 30

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365], var.log_retention_in_days)
    error_message = "log_retention_in_days must be one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180 or 365."
  }
}

variable "store_inputs" {
  description = "Whether to store model inputs with feedback, as training data. The frontend asks each user for consent, and sends no model input without it."
  type        = bool
  default     = false
}

variable "alarm_email" {
  description = "Email address for alarms, notified once the subscription is confirmed; null for none."
  type        = string
  default     = null

  validation {
    condition     = var.alarm_email == null || can(regex("^[^@ ]+@[^@ ]+$", var.alarm_email))
    error_message = "alarm_email must be an email address."
  }
}
