mock_provider "aws" {
  source = "../mocks"
}

variables {
  name                        = "digit-recognizer"
  region                      = "eu-central-1"
  image                       = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/digit-recognizer:server-0123abc"
  image_repository_arn        = "arn:aws:ecr:eu-central-1:123456789012:repository/digit-recognizer"
  architecture                = "arm64"
  cpu                         = 512
  memory                      = 2048
  tasks                       = { min = 2, max = 6 }
  log_retention_in_days       = 30
  feedback_uri                = "s3://digit-recognizer-feedback-123456789012/feedback"
  store_inputs                = false
  certificate_arn             = "arn:aws:acm:eu-central-1:123456789012:certificate/0123"
  allowed_cidrs               = ["198.51.100.0/24"]
  vpc_id                      = "vpc-0123"
  public_subnet_ids           = ["subnet-01", "subnet-02"]
  private_subnet_ids          = ["subnet-03", "subnet-04"]
  endpoints_security_group_id = "sg-0123"
  s3_prefix_list_id           = "pl-0123"
  permissions_boundary_arn    = "arn:aws:iam::123456789012:policy/digit-recognizer-workload"
}

run "service" {
  module {
    source = "../modules/ecs-service"
  }

  # Each role has an ARN of its own, so that one cannot pass for the other.
  override_resource {
    target = aws_iam_role.task
    values = { arn = "arn:aws:iam::123456789012:role/digit-recognizer-task" }
  }

  override_resource {
    target = aws_iam_role.execution
    values = { arn = "arn:aws:iam::123456789012:role/digit-recognizer-execution" }
  }

  assert {
    condition     = aws_ecs_task_definition.this.task_role_arn == aws_iam_role.task.arn && aws_ecs_task_definition.this.execution_role_arn == aws_iam_role.execution.arn
    error_message = "The application has the rights of what starts it, or the other way round."
  }

  assert {
    condition     = aws_lb_target_group.this.health_check[0].path == "/health" && aws_lb_target_group.this.health_check[0].matcher == "200"
    error_message = "The load balancer does not ask for the tasks' health."
  }

  assert {
    condition     = aws_lb_listener.https.protocol == "HTTPS" && aws_lb_listener.https.certificate_arn == var.certificate_arn && startswith(aws_lb_listener.https.ssl_policy, "ELBSecurityPolicy-TLS13-1-2")
    error_message = "The load balancer listens without TLS, or with an old one."
  }

  assert {
    condition     = [for rule in aws_vpc_security_group_ingress_rule.load_balancer : "${rule.cidr_ipv4}:${rule.from_port}-${rule.to_port}"] == ["198.51.100.0/24:443-443"]
    error_message = "The load balancer lets others in than those who may call."
  }

  assert {
    condition     = aws_vpc_security_group_ingress_rule.tasks.referenced_security_group_id == aws_security_group.load_balancer.id && aws_vpc_security_group_ingress_rule.tasks.cidr_ipv4 == null
    error_message = "The tasks can be reached past the load balancer."
  }

  assert {
    condition     = aws_vpc_security_group_egress_rule.endpoints.cidr_ipv4 == null && aws_vpc_security_group_egress_rule.s3.cidr_ipv4 == null
    error_message = "The tasks may reach more than AWS's services."
  }

  assert {
    condition     = toset(aws_ecs_service.this.network_configuration[0].subnets) == toset(var.private_subnet_ids) && !aws_ecs_service.this.network_configuration[0].assign_public_ip
    error_message = "The tasks are in the open."
  }

  assert {
    condition     = aws_ecs_service.this.deployment_circuit_breaker[0].enable && aws_ecs_service.this.deployment_circuit_breaker[0].rollback
    error_message = "A version that does not start is not taken back."
  }

  assert {
    condition     = aws_appautoscaling_target.this.min_capacity == 2 && aws_appautoscaling_target.this.max_capacity == 6 && aws_appautoscaling_target.this.resource_id == "service/digit-recognizer/digit-recognizer"
    error_message = "The service does not scale between its bounds."
  }

  assert {
    condition = alltrue([for container in jsondecode(aws_ecs_task_definition.this.container_definitions) : alltrue([
      container.image == var.image,
      container.readonlyRootFilesystem,
      container.linuxParameters.tmpfs[*].containerPath == ["/tmp"],
      container.portMappings[*].containerPort == [tonumber(aws_lb_target_group.this.port)],
      container.logConfiguration.options["awslogs-group"] == aws_cloudwatch_log_group.this.name,
    ])])
    error_message = "The container is another than was asked for, can be written to, or keeps no log."
  }

  assert {
    condition = alltrue([for container in jsondecode(aws_ecs_task_definition.this.container_definitions) :
      { for setting in container.environment : setting.name => setting.value } == {
        AWS_DEFAULT_REGION  = var.region
        DIGITS_FEEDBACK     = var.feedback_uri
        DIGITS_STORE_INPUTS = "0"
      }
    ])
    error_message = "The container is told other settings, or keeps drawings without being asked to."
  }

  assert {
    condition     = aws_ecs_task_definition.this.runtime_platform[0].cpu_architecture == "ARM64"
    error_message = "The task runs on another processor."
  }

  assert {
    condition = aws_iam_role.task.name == "digit-recognizer-task" && aws_iam_role.task.permissions_boundary == var.permissions_boundary_arn && [
      for statement in jsondecode(aws_iam_role_policy.feedback.policy).Statement : [statement.Action, statement.Resource]
    ] == [[["s3:PutObject"], ["arn:aws:s3:::digit-recognizer-feedback-123456789012/feedback/*"]]] && aws_iam_role_policy.feedback.role == aws_iam_role.task.name
    error_message = "The application may do more than add feedback, or not that."
  }

  assert {
    condition = aws_iam_role.execution.permissions_boundary == var.permissions_boundary_arn && alltrue([
      for statement in jsondecode(aws_iam_role_policy.execution.policy).Statement : statement.Action == ["ecr:GetAuthorizationToken"] || !contains(statement.Resource, "*")
    ])
    error_message = "The role that starts tasks reaches whatever there is."
  }

  assert {
    condition     = aws_cloudwatch_log_group.this.retention_in_days == 30
    error_message = "Logs are kept for ever."
  }
}

run "a_single_task_is_refused" {
  command = plan

  module {
    source = "../modules/ecs-service"
  }

  variables {
    tasks = { min = 1, max = 6 }
  }

  expect_failures = [var.tasks]
}

run "sizes_that_fargate_does_not_have_are_refused" {
  command = plan

  module {
    source = "../modules/ecs-service"
  }

  variables {
    memory = 5120
  }

  expect_failures = [var.memory]
}

run "ink_is_kept_where_it_is_asked_for" {
  command = plan

  module {
    source = "../modules/ecs-service"
  }

  variables {
    store_inputs = true
  }

  assert {
    condition     = contains(jsondecode(aws_ecs_task_definition.this.container_definitions)[0].environment, { name = "DIGITS_STORE_INPUTS", value = "1" })
    error_message = "The service is not told to keep what was drawn."
  }
}
