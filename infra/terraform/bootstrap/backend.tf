# Bucket and region are passed to `terraform init` with -backend-config. S3 holds the lock, without a
# DynamoDB table.
terraform {
  backend "s3" {
    key          = "bootstrap.tfstate"
    encrypt      = true
    use_lockfile = true
  }
}
