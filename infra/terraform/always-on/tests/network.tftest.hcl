mock_provider "aws" {
  source = "../mocks"
}

variables {
  region          = "eu-central-1"
  image_tag       = "server-0123abc"
  certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/0123"
  allowed_cidrs   = ["198.51.100.0/24"]
}

run "vpc" {
  assert {
    condition     = tolist(aws_subnet.public[*].availability_zone) == tolist(["eu-central-1a", "eu-central-1b"]) && tolist(aws_subnet.private[*].availability_zone) == tolist(["eu-central-1a", "eu-central-1b"])
    error_message = "Public and private subnets must be in both availability zones."
  }

  assert {
    condition     = length(distinct(concat(aws_subnet.public[*].cidr_block, aws_subnet.private[*].cidr_block))) == 4
    error_message = "Subnets must not overlap."
  }

  assert {
    condition     = alltrue([for association in aws_route_table_association.private : association.route_table_id == aws_route_table.private.id]) && aws_route.internet.route_table_id != aws_route_table.private.id && length(aws_route_table.private.route) == 0
    error_message = "Private subnets must have no route to the internet."
  }

  assert {
    condition     = toset(values(aws_vpc_endpoint.interface)[*].service_name) == toset(["com.amazonaws.eu-central-1.ecr.api", "com.amazonaws.eu-central-1.ecr.dkr", "com.amazonaws.eu-central-1.logs"]) && alltrue([for endpoint in aws_vpc_endpoint.interface : endpoint.private_dns_enabled]) && tolist(aws_vpc_endpoint.s3.route_table_ids) == tolist([aws_route_table.private.id])
    error_message = "Private subnets must reach ECR, CloudWatch Logs and S3 through VPC endpoints."
  }

  assert {
    condition     = length(aws_default_security_group.this.ingress) == 0 && length(aws_default_security_group.this.egress) == 0
    error_message = "The default security group must have no rules."
  }
}
