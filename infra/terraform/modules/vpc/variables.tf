variable "name" {
  description = "Prefix of all resource names."
  type        = string
}

variable "region" {
  description = "AWS region of the VPC."
  type        = string
}

variable "azs" {
  description = "Names of two availability zones."
  type        = list(string)

  validation {
    condition     = length(distinct(var.azs)) == 2 && length(var.azs) == 2
    error_message = "azs must contain two different availability zones, so that one may fail."
  }
}

variable "cidr" {
  description = "CIDR block of the VPC, /16 to /24."
  type        = string

  validation {
    condition     = can(cidrnetmask(var.cidr)) && try(tonumber(split("/", var.cidr)[1]), 0) >= 16 && try(tonumber(split("/", var.cidr)[1]), 99) <= 24
    error_message = "cidr must be a CIDR block of size /16 to /24, such as 10.0.0.0/16."
  }
}
