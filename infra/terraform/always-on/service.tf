# ECS service on Fargate, with autoscaling.

locals {
  port                     = 8000
  permissions_boundary_arn = "arn:aws:iam::${local.account_id}:policy/${var.name}-workload" # created by the root bootstrap

  trust = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_158:The log contains neither images nor client addresses; CloudWatch encrypts it with an AWS-managed key.
  #checkov:skip=CKV_AWS_338:Logs of a whole year are not needed.
  name              = "/ecs/${var.name}"
  retention_in_days = var.log_retention_in_days
}

# ECS uses this role to start tasks; the application uses the task role below.
resource "aws_iam_role" "execution" {
  name                 = "${var.name}-execution"
  description          = "ECS: pull the container image, write the log"
  permissions_boundary = local.permissions_boundary_arn
  assume_role_policy   = local.trust
}

resource "aws_iam_role_policy" "execution" {
  name = "start"
  role = aws_iam_role.execution.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["ecr:GetAuthorizationToken"]
        Resource = ["*"] # the action supports no resource
      },
      {
        Effect   = "Allow"
        Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        Resource = [data.aws_ecr_repository.images.arn]
      },
      {
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = ["${aws_cloudwatch_log_group.this.arn}:*"]
      },
    ]
  })
}

resource "aws_iam_role" "task" {
  name                 = "${var.name}-task"
  description          = "Application: store feedback"
  permissions_boundary = local.permissions_boundary_arn
  assume_role_policy   = local.trust
}

# Write-only: the application can neither list nor read stored feedback.
resource "aws_iam_role_policy" "feedback" {
  name = "feedback"
  role = aws_iam_role.task.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["s3:PutObject"]
      Resource = ["arn:aws:s3:::${trimprefix(local.feedback_uri, "s3://")}/*"]
    }]
  })
}

resource "aws_ecs_cluster" "this" {
  name = var.name

  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

resource "aws_ecs_task_definition" "this" {
  # Later revisions do not deregister this one, which ECS may have to roll back to.
  skip_destroy = true

  family                   = var.name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.cpu
  memory                   = var.memory
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task.arn

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = "X86_64" # the image's (infra/deploy/push-image)
  }

  container_definitions = jsonencode([{
    name                   = "server"
    image                  = "${data.aws_ecr_repository.images.repository_url}:${var.image_tag}"
    essential              = true
    readonlyRootFilesystem = true
    # Uploads larger than 1 MB are buffered there.
    linuxParameters = { tmpfs = [{ containerPath = "/tmp", size = 256 }] }
    portMappings    = [{ containerPort = local.port, protocol = "tcp" }]
    stopTimeout     = 30 # the server completes requests in flight, for up to 25 s
    environment = [
      # For boto3: the VPC endpoint reaches S3 in this region only.
      { name = "AWS_DEFAULT_REGION", value = var.region },
      { name = "DIGITS_FEEDBACK", value = local.feedback_uri },
      { name = "DIGITS_STORE_INPUTS", value = var.store_inputs ? "1" : "0" },
      # For uvicorn: the load balancer's X-Forwarded-Proto and X-Forwarded-For are believed.
      { name = "FORWARDED_ALLOW_IPS", value = join(",", aws_subnet.public[*].cidr_block) },
    ]
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.this.name
        awslogs-region        = var.region
        awslogs-stream-prefix = "server"
      }
    }
  }])
}

resource "aws_ecs_service" "this" {
  # The target group needs a listener before tasks register, and the tasks need their permissions and the way to
  # ECR, CloudWatch Logs, S3 and the load balancer: a few that cannot start are enough for ECS to give up.
  depends_on = [
    aws_iam_role_policy.execution,
    aws_iam_role_policy.feedback,
    aws_lb_listener.https,
    aws_route_table_association.private,
    aws_vpc_endpoint.interface,
    aws_vpc_endpoint.s3,
    aws_vpc_security_group_egress_rule.endpoints,
    aws_vpc_security_group_egress_rule.load_balancer,
    aws_vpc_security_group_egress_rule.s3,
    aws_vpc_security_group_ingress_rule.endpoints,
    aws_vpc_security_group_ingress_rule.tasks,
  ]

  name                              = var.name
  cluster                           = aws_ecs_cluster.this.id
  task_definition                   = aws_ecs_task_definition.this.arn
  launch_type                       = "FARGATE"
  desired_count                     = var.tasks.min
  health_check_grace_period_seconds = 60
  propagate_tags                    = "SERVICE"

  network_configuration {
    subnets          = aws_subnet.private[*].id
    security_groups  = [aws_security_group.tasks.id]
    assign_public_ip = false
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.this.arn
    container_name   = "server"
    container_port   = local.port
  }

  # Roll back a deployment that does not become healthy. The apply waits for the end of either; the data source
  # below tells which one it was.
  wait_for_steady_state = true
  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  lifecycle {
    # Autoscaling changes it.
    ignore_changes = [desired_count]
  }
}

# A service that was rolled back is steady too, with the previous task definition:
# https://github.com/hashicorp/terraform-provider-aws/issues/20858
data "aws_ecs_service" "deployed" {
  depends_on = [aws_ecs_service.this]

  service_name = aws_ecs_service.this.name
  cluster_arn  = aws_ecs_cluster.this.arn

  lifecycle {
    postcondition {
      condition     = self.task_definition == aws_ecs_task_definition.this.arn
      error_message = "The deployment failed, and ECS rolled the service back to ${self.task_definition}. The log group /ecs/${var.name} and the service's events say why."
    }
  }
}

resource "aws_appautoscaling_target" "this" {
  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = "service/${aws_ecs_cluster.this.name}/${aws_ecs_service.this.name}"
  min_capacity       = var.tasks.min
  max_capacity       = var.tasks.max
}

resource "aws_appautoscaling_policy" "cpu" {
  name               = "${var.name}-cpu"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.this.service_namespace
  scalable_dimension = aws_appautoscaling_target.this.scalable_dimension
  resource_id        = aws_appautoscaling_target.this.resource_id

  target_tracking_scaling_policy_configuration {
    target_value       = 60 # percent: leaves capacity while another task starts
    scale_in_cooldown  = 300
    scale_out_cooldown = 60

    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageCPUUtilization"
    }
  }
}
