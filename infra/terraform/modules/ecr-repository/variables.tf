variable "name" {
  description = "Name of the repository."
  type        = string
}

variable "function_arn" {
  description = "ARN of the only Lambda function whose image is pulled from here."
  type        = string
}

variable "retained_images" {
  description = "How many of the newest images of the function, and of the server, stay: as far back as one can roll back."
  type        = number
  default     = 30

  validation {
    condition     = var.retained_images >= 5 && var.retained_images <= 500
    error_message = "Keep 5 to 500 images."
  }
}
