variable "name" {
  description = "Name of the repository."
  type        = string
}

variable "function_arn" {
  description = "ARN of the Lambda function that may pull container images."
  type        = string
}

variable "retained_images" {
  description = "Number of the newest images of the server to retain, and half the number of all images to retain. It limits how far back a rollback can go."
  type        = number
  default     = 30

  validation {
    condition     = var.retained_images >= 5 && var.retained_images <= 500
    error_message = "retained_images must be 5 to 500."
  }
}
