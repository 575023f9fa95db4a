variable "name" {
  description = "Prefix of all names."
  type        = string
}

variable "bucket_name" {
  description = "Name of the bucket with the page's files."
  type        = string
}

variable "api_source" {
  description = "Where the page may call its API, as Content-Security-Policy writes it."
  type        = string

  validation {
    condition     = startswith(var.api_source, "https://")
    error_message = "The API is called over HTTPS."
  }
}

variable "domain" {
  description = "An own domain and its certificate in us-east-1, where CloudFront looks for it; null for CloudFront's."
  type        = object({ name = string, certificate_arn = string })
}
