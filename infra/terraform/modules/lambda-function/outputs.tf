output "name" {
  description = "Name of the function."
  value       = aws_lambda_function.this.function_name
}

output "alias" {
  description = "Name of the alias that serves requests."
  value       = aws_lambda_alias.live.name
}

output "url" {
  description = "Function URL, without a trailing slash."
  value       = trimsuffix(aws_lambda_function_url.live.function_url, "/")
}

output "cors_origins" {
  description = "Origins that CORS allows."
  value       = aws_lambda_function_url.live.cors[0].allow_origins
}

output "log_group_name" {
  description = "Name of the function's log group."
  value       = aws_cloudwatch_log_group.this.name
}
