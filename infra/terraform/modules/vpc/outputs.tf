output "vpc_id" {
  description = "ID of the VPC."
  value       = aws_vpc.this.id
}

output "public_subnet_ids" {
  description = "IDs of the public subnets."
  value       = aws_subnet.public[*].id
}

output "public_subnet_cidrs" {
  description = "CIDR blocks of the public subnets."
  value       = aws_subnet.public[*].cidr_block
}

output "private_subnet_ids" {
  description = "IDs of the private subnets."
  value       = aws_subnet.private[*].id
}

output "endpoints_security_group_id" {
  description = "ID of the VPC endpoints' security group."
  value       = aws_security_group.endpoints.id
}

output "s3_prefix_list_id" {
  description = "ID of the prefix list of S3."
  value       = aws_vpc_endpoint.s3.prefix_list_id
}
