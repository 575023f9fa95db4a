# What is worth looking at: whether it is up, fast and right, and what it costs. Charts show how that
# changes; tables, for which CloudWatch Logs Insights reads the log, what it is made of.

locals {
  # Metrics as a dashboard names them: namespace, name, dimensions.
  metrics = merge(
    { for name in ["Invocations", "Errors", "Throttles", "Duration", "ConcurrentExecutions"] :
      name => concat([local.function.namespace, name], flatten([for key, value in local.function.dimensions : [key, value]]))
    },
    { for name in ["ms", "decode_ms", "preprocess_ms", "model_ms", "confidence", "right", "refused", "failed", "cold_start", "memory_mb"] :
      name => concat([local.application.namespace, name], flatten([for key, value in local.application.dimensions : [key, value]]))
    },
    { IncomingBytes = ["AWS/Logs", "IncomingBytes", "LogGroupName", var.log_group_name] },
  )

  # US dollars for a GB during a second, and for a request; in us-east-1, in 2025.
  second_price  = { x86_64 = "0.0000166667", arm64 = "0.0000133334" }[var.architecture]
  request_price = "0.0000002"

  sections = [
    {
      title = "Is it up?"
      widgets = [
        {
          title  = "Alarms"
          alarms = concat(values(aws_cloudwatch_metric_alarm.this)[*].arn, values(aws_cloudwatch_metric_alarm.share)[*].arn)
        },
        {
          title = "The function"
          unit  = "in five minutes"
          lines = [["Invocations", "Sum", "called"], ["Errors", "Sum", "failed"], ["Throttles", "Sum", "turned away"]]
        },
        {
          title = "Pictures and feedback"
          unit  = "in five minutes"
          lines = [["ms", "SampleCount", "asked"], ["refused", "Sum", "refused"], ["failed", "Sum", "failed"]]
        },
        {
          title = "Requests by route and status"
          query = ["filter ispresent(route)", "stats count(*) as requests by route, status", "sort requests desc"]
        },
        {
          title = "Refused, by reason"
          view  = "bar"
          query = ["filter ispresent(reason)", "stats count(*) as requests by reason", "sort requests desc"]
        },
        {
          title = "The last that failed"
          query = ["fields @timestamp, route, status, error, reason, request_id", "filter failed = 1", "sort @timestamp desc", "limit 20"]
        },
      ]
    },
    {
      title = "Is it fast?"
      widgets = [
        {
          title = "Time of an answer"
          unit  = "ms"
          lines = [["ms", "p50", "p50"], ["ms", "p90", "p90"], ["ms", "p99", "p99"], ["Duration", "p99", "p99, as Lambda sees it"]]
        },
        {
          title = "Stages of reading a picture"
          unit  = "ms"
          lines = [for pair in setproduct(["decode", "preprocess", "model"], ["p50", "p99"]) : ["${pair[0]}_ms", pair[1], join(" ", pair)]]
        },
        {
          title = "Starts"
          unit  = "in five minutes"
          lines = [["cold_start", "Sum", "cold starts"], ["ConcurrentExecutions", "Maximum", "most at once"]]
        },
      ]
    },
    {
      title = "Is it right?"
      widgets = [
        {
          title  = "Share that is right, people say"
          unit   = "share of an hour's feedback"
          most   = 1
          period = 3600
          lines  = [["right", "Average", "right"]]
        },
        {
          title  = "Feedback"
          unit   = "in an hour"
          period = 3600
          lines  = [["right", "SampleCount", "all"], ["right", "Sum", "right"]]
        },
        {
          title = "How sure the digits are"
          unit  = "probability"
          most  = 1
          lines = [["confidence", "p10", "p10"], ["confidence", "p50", "p50"], ["confidence", "Average", "mean"]]
        },
        {
          title = "Right by the digit drawn, people say"
          query = ["filter ispresent(`right`)", "stats 100 * avg(`right`) as percent_right, count(*) as feedback by drawn", "sort drawn asc"]
        },
        {
          title = "Answers by verdict and digit"
          query = ["filter ispresent(verdict)", "stats count(*) as answers, avg(confidence) as mean_confidence by verdict, digit", "sort verdict asc, digit asc"]
        },
        {
          title = "Versions of the model"
          query = ["filter ispresent(verdict)", "stats count(*) as answers, earliest(@timestamp) as since, latest(@timestamp) as until by model", "sort until desc"]
        },
      ]
    },
    {
      title = "What does it cost?"
      widgets = [
        {
          title = "The function's time and requests, in US dollars"
          query = [
            "filter @type = \"REPORT\"",
            # Milliseconds and bytes: of a thousand, and of 1,024 million.
            "stats count(*) as requests, sum(@billedDuration) / 1000 as seconds, sum(@billedDuration * @memorySize) / 1024000000000 * ${local.second_price} + count(*) * ${local.request_price} as dollars by bin(1d) as day",
            "sort day desc",
          ]
        },
        {
          title = "Memory"
          unit  = "MB"
          lines = [["memory_mb", "Maximum", "most"]]
        },
        {
          title = "Log"
          unit  = "bytes in five minutes"
          lines = [["IncomingBytes", "Sum", "written"]]
        },
      ]
    },
  ]

  # On a grid of 24 columns: a section's title, then three widgets beside each other.
  heights = [for section in local.sections : 1 + 6 * ceil(length(section.widgets) / 3)]
  tops    = [for position in range(length(local.heights)) : sum(concat([0], slice(local.heights, 0, position)))]
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name
  dashboard_body = jsonencode({
    start = "-P1D"
    widgets = flatten([for row, section in local.sections : [
      {
        type       = "text"
        x          = 0
        y          = local.tops[row]
        width      = 24
        height     = 1
        properties = { markdown = "## ${section.title}" }
      },
      [for position, widget in section.widgets : {
        type   = can(widget.query) ? "log" : can(widget.alarms) ? "alarm" : "metric"
        x      = 8 * (position % 3)
        y      = local.tops[row] + 1 + 6 * floor(position / 3)
        width  = 8
        height = 6
        properties = merge(
          { title = widget.title },
          can(widget.alarms) ? { alarms = widget.alarms } : null,
          can(widget.query) ? {
            region = var.region
            view   = try(widget.view, "table")
            query  = join("\n| ", concat(["SOURCE '${var.log_group_name}'"], widget.query))
          } : null,
          can(widget.lines) ? {
            region  = var.region
            period  = try(widget.period, 300)
            yAxis   = { left = merge({ label = widget.unit, showUnits = false, min = 0 }, can(widget.most) ? { max = widget.most } : null) }
            metrics = [for line in widget.lines : concat(local.metrics[line[0]], [{ stat = line[1], label = line[2] }])]
          } : null,
        )
      }],
    ]])
  })
}
