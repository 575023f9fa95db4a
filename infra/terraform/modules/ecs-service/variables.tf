variable "name" {
  description = "Prefix of all resource names."
  type        = string
}

variable "region" {
  description = "AWS region of the service."
  type        = string
}

variable "image" {
  description = "URI of the server's container image, including the tag."
  type        = string
}

variable "image_repository_arn" {
  description = "ARN of the ECR repository of the container image."
  type        = string
}

variable "architecture" {
  description = "CPU architecture of the container image: x86_64 or arm64."
  type        = string

  validation {
    condition     = contains(["x86_64", "arm64"], var.architecture)
    error_message = "architecture must be x86_64 or arm64."
  }
}

variable "cpu" {
  description = "CPU units of each task (1024 equal one vCPU)."
  type        = number

  validation {
    condition     = contains([256, 512, 1024, 2048, 4096], var.cpu)
    error_message = "cpu must be 256, 512, 1024, 2048 or 4096."
  }
}

variable "memory" {
  description = "Memory of each task in MB."
  type        = number

  validation {
    condition     = var.memory >= 1024 && var.memory <= 8192 && var.memory % 1024 == 0 && var.memory >= 2 * var.cpu && var.memory <= 8 * var.cpu
    error_message = "memory must be a multiple of 1024 from 1024 to 8192 MB, and two to eight times cpu."
  }
}

variable "tasks" {
  description = "Minimum and maximum number of tasks."
  type        = object({ min = number, max = number })

  validation {
    condition     = var.tasks.min >= 2 && var.tasks.max >= var.tasks.min && var.tasks.max <= 20
    error_message = "tasks.min must be at least 2, one per availability zone, and tasks.max from tasks.min to 20."
  }
}

variable "log_retention_in_days" {
  description = "Retention of the log group in days."
  type        = number

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365], var.log_retention_in_days)
    error_message = "log_retention_in_days must be one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180 or 365."
  }
}

variable "alarm_email" {
  description = "Email address for alarms, notified once the subscription is confirmed; null for none."
  type        = string
}

variable "certificate_arn" {
  description = "ARN of the ACM certificate for the service's domain name."
  type        = string
}

variable "allowed_cidrs" {
  description = "CIDR blocks that may access the load balancer."
  type        = list(string)
}

variable "vpc_id" {
  description = "ID of the VPC."
  type        = string
}

variable "public_subnet_ids" {
  description = "IDs of the load balancer's subnets."
  type        = list(string)
}

variable "public_subnet_cidrs" {
  description = "CIDR blocks of the load balancer's subnets."
  type        = list(string)
}

variable "private_subnet_ids" {
  description = "IDs of the tasks' subnets."
  type        = list(string)
}

variable "endpoints_security_group_id" {
  description = "ID of the VPC endpoints' security group."
  type        = string
}

variable "s3_prefix_list_id" {
  description = "ID of the prefix list of S3."
  type        = string
}

variable "feedback_uri" {
  description = "S3 URI under which feedback is stored: s3://bucket/prefix."
  type        = string

  validation {
    condition     = can(regex("^s3://[a-z0-9-]+(/[a-z0-9-]+)+$", var.feedback_uri))
    error_message = "feedback_uri must have a bucket and a prefix, such as s3://bucket/feedback."
  }
}

variable "store_inputs" {
  description = "Whether to store model inputs with feedback, if the user consents."
  type        = bool
}

variable "permissions_boundary_arn" {
  description = "ARN of the permissions boundary of the service's roles."
  type        = string
}
