variable "name" {
  description = "Prefix of all names."
  type        = string
}

variable "region" {
  description = "Region of the service."
  type        = string
}

variable "image" {
  description = "The server's image, with its tag."
  type        = string
}

variable "image_repository_arn" {
  description = "ARN of the repository that the image comes from."
  type        = string
}

variable "architecture" {
  description = "Processor that the image is built for: x86_64 or arm64."
  type        = string

  validation {
    condition     = contains(["x86_64", "arm64"], var.architecture)
    error_message = "Fargate has x86_64 and arm64."
  }
}

variable "cpu" {
  description = "Thousandths (of 1024) of a processor for each task."
  type        = number

  validation {
    condition     = contains([256, 512, 1024, 2048, 4096], var.cpu)
    error_message = "Give 256, 512, 1024, 2048 or 4096."
  }
}

variable "memory" {
  description = "Memory of each task in MB."
  type        = number

  validation {
    condition     = var.memory >= 1024 && var.memory <= 8192 && var.memory % 1024 == 0 && var.memory >= 2 * var.cpu && var.memory <= 8 * var.cpu
    error_message = "Give 1024 to 8192 MB in steps of 1024, two to eight for each unit of cpu."
  }
}

variable "tasks" {
  description = "The fewest tasks that run, and the most."
  type        = object({ min = number, max = number })

  validation {
    condition     = var.tasks.min >= 2 && var.tasks.max >= var.tasks.min && var.tasks.max <= 20
    error_message = "Run at least two tasks, one for each zone, and at most 20."
  }
}

variable "log_retention_in_days" {
  description = "Days for which logs are kept."
  type        = number

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365], var.log_retention_in_days)
    error_message = "CloudWatch keeps logs for 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180 or 365 days."
  }
}

variable "certificate_arn" {
  description = "ARN of the certificate for the name under which the load balancer is called."
  type        = string
}

variable "allowed_cidrs" {
  description = "Networks that may call."
  type        = list(string)
}

variable "vpc_id" {
  description = "Id of the network."
  type        = string
}

variable "public_subnet_ids" {
  description = "Ids of the load balancer's subnets."
  type        = list(string)
}

variable "private_subnet_ids" {
  description = "Ids of the tasks' subnets."
  type        = list(string)
}

variable "endpoints_security_group_id" {
  description = "Id of the security group of the endpoints to AWS services."
  type        = string
}

variable "s3_prefix_list_id" {
  description = "Id of the list of S3's addresses."
  type        = string
}

variable "feedback_uri" {
  description = "Where feedback is kept: s3://bucket/prefix."
  type        = string

  validation {
    condition     = can(regex("^s3://[a-z0-9-]+(/[a-z0-9-]+)+$", var.feedback_uri))
    error_message = "Give a bucket and a prefix, such as s3://bucket/feedback."
  }
}

variable "store_inputs" {
  description = "Whether what was drawn is kept with feedback, where the one who drew it agrees."
  type        = bool
}

variable "permissions_boundary_arn" {
  description = "ARN of the policy that bounds what the service may be allowed."
  type        = string
}
