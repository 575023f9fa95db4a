output "vpc_id" {
  description = "Id of the network."
  value       = aws_vpc.this.id
}

output "public_subnet_ids" {
  description = "Ids of the subnets that the internet reaches."
  value       = aws_subnet.public[*].id
}

output "private_subnet_ids" {
  description = "Ids of the subnets that it does not."
  value       = aws_subnet.private[*].id
}

output "endpoints_security_group_id" {
  description = "Id of the security group of the endpoints."
  value       = aws_security_group.endpoints.id
}

output "s3_prefix_list_id" {
  description = "Id of the list of S3's addresses."
  value       = aws_vpc_endpoint.s3.prefix_list_id
}
