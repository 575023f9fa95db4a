terraform {
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # Exact, because lock files are not committed: their checksums cover one platform only.
      version = "6.66.0"
    }
  }

  # `terraform init` gets bucket and region from -backend-config. S3 holds the lock; no DynamoDB table is needed.
  backend "s3" {
    key          = "always-on.tfstate"
    encrypt      = true
    use_lockfile = true
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = { project = var.name, root = "always-on" }
  }
}
