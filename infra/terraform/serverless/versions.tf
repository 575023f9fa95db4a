terraform {
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # Exactly, since no lock file is kept: the checksums in one are of the platform that wrote it.
      version = "6.66.0"
    }
  }

  # Bucket and region are given to init; S3 itself locks, without a table beside it.
  backend "s3" {
    key          = "serverless.tfstate"
    encrypt      = true
    use_lockfile = true
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = { project = var.name, root = "serverless" }
  }
}
