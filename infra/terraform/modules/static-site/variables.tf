variable "name" {
  description = "Prefix of all resource names."
  type        = string
}

variable "bucket_name" {
  description = "Name of the bucket that holds the website's files."
  type        = string
}

variable "api_source" {
  description = "Source of the API in the Content-Security-Policy (connect-src)."
  type        = string

  validation {
    condition     = startswith(var.api_source, "https://")
    error_message = "api_source must start with https://."
  }
}

variable "domain" {
  description = "Custom domain and the ARN of its certificate in us-east-1; null for CloudFront's domain."
  type        = object({ name = string, certificate_arn = string })
}
