variable "name" {
  description = "Prefix of all names."
  type        = string
}

variable "region" {
  description = "Region in which the function and the service run."
  type        = string
}

variable "account_id" {
  description = "Number of this account."
  type        = string
}

variable "repository" {
  description = "The repository on GitHub, as owner/name."
  type        = string
}

variable "repository_ids" {
  description = "The numbers of the repository and its owner on GitHub; null for none."
  type        = object({ owner = number, repository = number })
}

variable "branch" {
  description = "The branch that is deployed."
  type        = string
}

variable "environment" {
  description = "The environment on GitHub behind which Terraform applies."
  type        = string
}

variable "image_repository_arn" {
  description = "ARN of the image repository."
  type        = string
}

variable "state_bucket_arn" {
  description = "ARN of the bucket with Terraform's states."
  type        = string
}

variable "feedback_bucket_arn" {
  description = "ARN of the bucket for feedback."
  type        = string
}

variable "distribution_id" {
  description = "Id of the page's CloudFront distribution; null until it is made."
  type        = string
}
