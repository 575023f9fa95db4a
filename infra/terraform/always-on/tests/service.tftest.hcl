mock_provider "aws" {
  source = "../mocks"
}

variables {
  region          = "eu-central-1"
  image_tag       = "server-0123abc"
  certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/0123"
  allowed_cidrs   = ["198.51.100.0/24"]
}

run "ecs_service" {
  # Different ARNs, so that mixed-up roles are detected.
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
    error_message = "The task must use the task role, and ECS the execution role."
  }

  assert {
    condition     = aws_lb_target_group.this.health_check[0].path == "/health" && aws_lb_target_group.this.health_check[0].matcher == "200"
    error_message = "The load balancer must check /health."
  }

  assert {
    condition     = aws_lb_listener.https.protocol == "HTTPS" && aws_lb_listener.https.certificate_arn == var.certificate_arn && startswith(aws_lb_listener.https.ssl_policy, "ELBSecurityPolicy-TLS13-1-2")
    error_message = "The load balancer must listen on HTTPS with the given certificate and at least TLS 1.2."
  }

  assert {
    condition     = [for rule in aws_vpc_security_group_ingress_rule.load_balancer : "${rule.cidr_ipv4}:${rule.from_port}-${rule.to_port}"] == ["198.51.100.0/24:443-443"]
    error_message = "The load balancer must accept HTTPS from the allowed CIDR blocks only."
  }

  assert {
    condition     = aws_vpc_security_group_ingress_rule.tasks.referenced_security_group_id == aws_security_group.load_balancer.id && aws_vpc_security_group_ingress_rule.tasks.cidr_ipv4 == null
    error_message = "Tasks must accept connections from the load balancer only."
  }

  assert {
    condition     = aws_vpc_security_group_egress_rule.endpoints.cidr_ipv4 == null && aws_vpc_security_group_egress_rule.s3.cidr_ipv4 == null
    error_message = "Tasks may connect to VPC endpoints and S3 only."
  }

  assert {
    condition     = toset(aws_ecs_service.this.network_configuration[0].subnets) == toset(aws_subnet.private[*].id) && !aws_ecs_service.this.network_configuration[0].assign_public_ip
    error_message = "Tasks must run in the private subnets, without public IP addresses."
  }

  assert {
    condition     = aws_ecs_service.this.deployment_circuit_breaker[0].enable && aws_ecs_service.this.deployment_circuit_breaker[0].rollback && aws_ecs_service.this.wait_for_steady_state
    error_message = "A failed deployment must be rolled back, and the apply must wait until it is."
  }

  assert {
    condition     = aws_ecs_task_definition.this.skip_destroy
    error_message = "The task definition to roll back to must stay registered."
  }

  assert {
    condition     = aws_appautoscaling_target.this.min_capacity == 2 && aws_appautoscaling_target.this.max_capacity == 6 && aws_appautoscaling_target.this.resource_id == "service/digit-recognizer/digit-recognizer"
    error_message = "Autoscaling must use the given minimum and maximum."
  }

  assert {
    condition = alltrue([for container in jsondecode(aws_ecs_task_definition.this.container_definitions) : alltrue([
      container.image == "${data.aws_ecr_repository.images.repository_url}:server-0123abc",
      container.readonlyRootFilesystem,
      container.linuxParameters.tmpfs[*].containerPath == ["/tmp"],
      container.portMappings[*].containerPort == [tonumber(aws_lb_target_group.this.port)],
      container.logConfiguration.options["awslogs-group"] == aws_cloudwatch_log_group.this.name,
    ])])
    error_message = "The container must run the given image on a read-only file system and write to the log group."
  }

  assert {
    condition = alltrue([for container in jsondecode(aws_ecs_task_definition.this.container_definitions) :
      { for setting in container.environment : setting.name => setting.value } == {
        AWS_DEFAULT_REGION  = var.region
        DIGITS_FEEDBACK     = local.feedback_uri
        DIGITS_STORE_INPUTS = "0"
        FORWARDED_ALLOW_IPS = "10.0.0.0/20,10.0.16.0/20"
      }
    ])
    error_message = "The environment must hold the given settings, without storing model inputs by default, and trust the load balancer's subnets only."
  }

  assert {
    condition     = aws_ecs_task_definition.this.runtime_platform[0].cpu_architecture == "X86_64"
    error_message = "The task must run on the CPU architecture of the image."
  }

  assert {
    condition = aws_iam_role.task.name == "digit-recognizer-task" && aws_iam_role.task.permissions_boundary == local.permissions_boundary_arn && [
      for statement in jsondecode(aws_iam_role_policy.feedback.policy).Statement : [statement.Action, statement.Resource]
    ] == [[["s3:PutObject"], ["arn:aws:s3:::digit-recognizer-feedback-123456789012/feedback/*"]]] && aws_iam_role_policy.feedback.role == aws_iam_role.task.name
    error_message = "In S3, the task may only put objects under the feedback prefix."
  }

  assert {
    condition = aws_iam_role.execution.permissions_boundary == local.permissions_boundary_arn && alltrue([
      for statement in jsondecode(aws_iam_role_policy.execution.policy).Statement : statement.Action == ["ecr:GetAuthorizationToken"] || !contains(statement.Resource, "*")
    ])
    error_message = "The execution role must have the permissions boundary and no wildcard resources."
  }

  assert {
    condition     = aws_cloudwatch_log_group.this.retention_in_days == 30
    error_message = "The log group must have the given retention."
  }
}

run "single_task_is_invalid" {
  command = plan

  variables {
    tasks = { min = 1, max = 6 }
  }

  expect_failures = [var.tasks]
}

run "memory_size_unknown_to_fargate_is_invalid" {
  command = plan

  variables {
    memory = 5120
  }

  expect_failures = [var.memory]
}

run "store_inputs_sets_the_environment_variable" {
  command = plan

  variables {
    store_inputs = true
  }

  assert {
    condition     = contains(jsondecode(aws_ecs_task_definition.this.container_definitions)[0].environment, { name = "DIGITS_STORE_INPUTS", value = "1" })
    error_message = "DIGITS_STORE_INPUTS must be 1."
  }
}

# The service of the first run exists, so that the data source is read while planning already.
run "deployment_that_was_rolled_back_fails" {
  command = plan

  override_data {
    target = data.aws_ecs_service.deployed
    values = { task_definition = "arn:aws:ecs:eu-central-1:123456789012:task-definition/digit-recognizer:0" }
  }

  expect_failures = [data.aws_ecs_service.deployed]
}
