output "name" {
  description = "Name of the function."
  value       = aws_lambda_function.this.function_name
}

output "alias" {
  description = "Name of the alias that callers reach."
  value       = aws_lambda_alias.live.name
}

output "url" {
  description = "The function's URL, without a slash at the end."
  value       = trimsuffix(aws_lambda_function_url.live.function_url, "/")
}

output "cors_origins" {
  description = "The origins from which browsers may call."
  value       = aws_lambda_function_url.live.cors[0].allow_origins
}

output "log_group_name" {
  description = "Name of the log group."
  value       = aws_cloudwatch_log_group.this.name
}
