locals {
  port = 8000

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
  #checkov:skip=CKV_AWS_158:Nothing that callers send is logged; CloudWatch's own key encrypts it.
  #checkov:skip=CKV_AWS_338:A year of logs would be kept for nobody.
  name              = "/ecs/${var.name}"
  retention_in_days = var.log_retention_in_days
}

# ECS starts the tasks with this role; the application itself has the one below.
resource "aws_iam_role" "execution" {
  name                 = "${var.name}-execution"
  description          = "What ECS may do to start the service: pull its image, write its log"
  permissions_boundary = var.permissions_boundary_arn
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
        Resource = ["*"] # the action knows no narrower one
      },
      {
        Effect   = "Allow"
        Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        Resource = [var.image_repository_arn]
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
  description          = "What the application may do: keep feedback"
  permissions_boundary = var.permissions_boundary_arn
  assume_role_policy   = local.trust
}

# Only to add: it can neither list nor read what it kept.
resource "aws_iam_role_policy" "feedback" {
  name = "feedback"
  role = aws_iam_role.task.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["s3:PutObject"]
      Resource = ["arn:aws:s3:::${trimprefix(var.feedback_uri, "s3://")}/*"]
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
  family                   = var.name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.cpu
  memory                   = var.memory
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task.arn

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = upper(var.architecture)
  }

  container_definitions = jsonencode([{
    name                   = "server"
    image                  = var.image
    essential              = true
    readonlyRootFilesystem = true
    # Uploads of more than a megabyte are put down there while they arrive.
    linuxParameters = { tmpfs = [{ containerPath = "/tmp", size = 256 }] }
    portMappings    = [{ containerPort = local.port, protocol = "tcp" }]
    stopTimeout     = 30 # the server finishes what is in flight, for up to 25 seconds
    environment = [
      # By which boto3 finds S3; there is no way to that of another region.
      { name = "AWS_DEFAULT_REGION", value = var.region },
      { name = "DIGITS_FEEDBACK", value = var.feedback_uri },
      { name = "DIGITS_STORE_INPUTS", value = var.store_inputs ? "1" : "0" },
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
  # Targets need a listener, and the first task its permissions.
  depends_on = [aws_lb_listener.https, aws_iam_role_policy.execution, aws_iam_role_policy.feedback]

  name                              = var.name
  cluster                           = aws_ecs_cluster.this.id
  task_definition                   = aws_ecs_task_definition.this.arn
  launch_type                       = "FARGATE"
  desired_count                     = var.tasks.min
  health_check_grace_period_seconds = 60
  propagate_tags                    = "SERVICE"

  network_configuration {
    subnets          = var.private_subnet_ids
    security_groups  = [aws_security_group.tasks.id]
    assign_public_ip = false
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.this.arn
    container_name   = "server"
    container_port   = local.port
  }

  # A version that does not become healthy is taken back.
  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  lifecycle {
    # Autoscaling decides how many.
    ignore_changes = [desired_count]
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
    target_value       = 60 # percent: room for what comes while the next task starts
    scale_in_cooldown  = 300
    scale_out_cooldown = 60

    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageCPUUtilization"
    }
  }
}
