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

variable "image_tag" {
  description = "Tag of the server's image: server- and a commit's SHA. A new one is a deploy."
  type        = string

  validation {
    condition     = can(regex("^server-[A-Za-z0-9_.-]{1,121}$", var.image_tag)) && var.image_tag != "server-latest"
    error_message = "Give the tag of one image of the server, such as server- and a commit's SHA."
  }
}

variable "architecture" {
  description = "Processor that the image is built for: x86_64 or arm64."
  type        = string
  default     = "x86_64"
}

variable "certificate_arn" {
  description = "ARN of the certificate, in this region, for the name under which the load balancer is called. The name's record is to point to the output load_balancer_dns_name."
  type        = string

  validation {
    condition     = can(regex("^arn:aws:acm:[a-z0-9-]+:[0-9]{12}:certificate/", var.certificate_arn))
    error_message = "Give the ARN of a certificate in ACM."
  }
}

variable "allowed_cidrs" {
  description = "Networks that may call, such as your office's; [\"0.0.0.0/0\"] for everybody."
  type        = list(string)

  validation {
    condition     = length(var.allowed_cidrs) > 0 && alltrue([for cidr in var.allowed_cidrs : can(cidrnetmask(cidr))])
    error_message = "Give at least one network, such as 198.51.100.0/24."
  }
}

variable "cidr" {
  description = "Addresses of the service's own network, a /16 to /24."
  type        = string
  default     = "10.0.0.0/16"
}

variable "cpu" {
  description = "Thousandths (of 1024) of a processor for each task: 256, 512, 1024, 2048 or 4096."
  type        = number
  default     = 512
}

variable "memory" {
  description = "Memory of each task in MB, in steps of 1024. Two large pictures may be decoded at once."
  type        = number
  default     = 2048
}

variable "tasks" {
  description = "The fewest tasks that run, one for each zone, and the most."
  type        = object({ min = number, max = number })
  default     = { min = 2, max = 6 }
}

variable "log_retention_in_days" {
  description = "Days for which logs are kept."
  type        = number
  default     = 30
}

variable "store_inputs" {
  description = "Whether what was drawn is kept with feedback, to learn from. People must agree first: the page asks each of them, and without their yes it sends no drawing."
  type        = bool
  default     = false
}
