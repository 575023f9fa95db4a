# ARNs of resources that the other roots create later; the names must match theirs.
locals {
  function_arn        = "arn:aws:lambda:${var.region}:${var.account_id}:function:${var.name}"
  frontend_bucket_arn = "arn:aws:s3:::${var.name}-page-${var.account_id}"
  topic_arn           = "arn:aws:sns:${var.region}:${var.account_id}:${var.name}-alarms"
  alarms_arn          = "arn:aws:cloudwatch:${var.region}:${var.account_id}:alarm:${var.name}-*"
  dashboard_arn       = "arn:aws:cloudwatch::${var.account_id}:dashboard/${var.name}"
  budget_arn          = "arn:aws:budgets::${var.account_id}:budget/${var.name}"

  # With and without the suffix, because some actions require it and others do not accept it.
  log_group_arns = flatten([for group in ["/aws/lambda/${var.name}", "/ecs/${var.name}"] : [
    "arn:aws:logs:${var.region}:${var.account_id}:log-group:${group}",
    "arn:aws:logs:${var.region}:${var.account_id}:log-group:${group}:*",
  ]])

  workload_role_arns = [for role in ["function", "execution", "task"] :
    "arn:aws:iam::${var.account_id}:role/${var.name}-${role}"
  ]

  # Without the state of the root bootstrap: no workflow may change permissions.
  state_arns = [for root in ["serverless", "always-on"] : "${var.state_bucket_arn}/${root}.tfstate"]
}
