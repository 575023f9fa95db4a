output "arn" {
  description = "ARN of the role."
  value       = aws_iam_role.this.arn
}

output "trust" {
  description = "The trust policy, as JSON."
  value       = aws_iam_role.this.assume_role_policy
}

output "policies" {
  description = "The policies by name, as JSON."
  value       = { for name, policy in aws_iam_role_policy.this : name => policy.policy }
}
