variable "name" {
  description = "Prefix of all resource names."
  type        = string
}

variable "region" {
  description = "AWS region of the function and the service."
  type        = string
}

variable "account_id" {
  description = "ID of the AWS account."
  type        = string
}

variable "repository" {
  description = "GitHub repository, as owner/name."
  type        = string
}

variable "repository_ids" {
  description = "IDs of the GitHub repository and its owner; null to omit them."
  type        = object({ owner = number, repository = number })
}

variable "branch" {
  description = "Branch that is deployed."
  type        = string
}

variable "environment" {
  description = "GitHub environment of the jobs that apply Terraform."
  type        = string
}

variable "image_repository_arn" {
  description = "ARN of the ECR repository."
  type        = string
}

variable "state_bucket_arn" {
  description = "ARN of the bucket for Terraform state."
  type        = string
}

variable "feedback_bucket_arn" {
  description = "ARN of the bucket for feedback."
  type        = string
}

variable "distribution_id" {
  description = "ID of the CloudFront distribution; null until it exists."
  type        = string
}
