variable "name" {
  description = "Prefix of all names."
  type        = string
}

variable "region" {
  description = "Region of the network."
  type        = string
}

variable "azs" {
  description = "Names of two availability zones."
  type        = list(string)

  validation {
    condition     = length(distinct(var.azs)) == 2 && length(var.azs) == 2
    error_message = "Give two different zones: one may fail."
  }
}

variable "cidr" {
  description = "Addresses of the network, a /16 to /24."
  type        = string

  validation {
    condition     = can(cidrnetmask(var.cidr)) && try(tonumber(split("/", var.cidr)[1]), 0) >= 16 && try(tonumber(split("/", var.cidr)[1]), 99) <= 24
    error_message = "Give a network such as 10.0.0.0/16, of size /16 to /24."
  }
}
