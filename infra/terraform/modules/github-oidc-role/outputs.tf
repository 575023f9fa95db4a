output "arn" {
  description = "ARN of the role."
  value       = aws_iam_role.this.arn
}

output "trust_policy" {
  description = "Trust policy, as JSON."
  value       = aws_iam_role.this.assume_role_policy
}

output "policies" {
  description = "Inline policies by name, as JSON."
  value       = { for name, policy in aws_iam_role_policy.this : name => policy.policy }
}
