terraform {
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # Exact, because lock files are not committed: their checksums cover one platform only.
      version = "6.66.0"
    }
  }

  # Bucket and region are passed to `terraform init` with -backend-config. S3 holds the lock, without a
  # DynamoDB table.
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
