# The dashboard: availability, latency, accuracy and cost. Charts show metrics over time; tables are
# CloudWatch Logs Insights queries on the function's log.

locals {
  # Metrics in the dashboard's notation: namespace, name, dimensions.
  metrics = merge(
    { for name in ["Invocations", "Errors", "Throttles", "Duration", "ConcurrentExecutions"] :
      name => concat([local.function.namespace, name], flatten([for key, value in local.function.dimensions : [key, value]]))
    },
    { for name in ["duration_ms", "decode_ms", "preprocess_ms", "model_ms", "confidence", "correct", "rejected", "failed", "cold_start", "memory_mb"] :
      name => concat([local.application.namespace, name], flatten([for key, value in local.application.dimensions : [key, value]]))
    },
    { IncomingBytes = ["AWS/Logs", "IncomingBytes", "LogGroupName", aws_cloudwatch_log_group.function.name] },
  )

  # USD per GB-second and per request; us-east-1, 2025, x86_64.
  gb_second_price = "0.0000166667"
  request_price   = "0.0000002"

  # Series of a chart: metric, statistic, label.
  sections = [
    {
      title = "Availability"
      widgets = [
        {
          title  = "Alarms"
          alarms = values(module.alarms.alarms)[*].arn
        },
        {
          title  = "Lambda function"
          unit   = "count per 5 minutes"
          series = [["Invocations", "Sum", "invocations"], ["Errors", "Sum", "errors"], ["Throttles", "Sum", "throttles"]]
        },
        {
          title  = "Requests to /predict and /feedback"
          unit   = "count per 5 minutes"
          series = [["duration_ms", "SampleCount", "all"], ["rejected", "Sum", "rejected"], ["failed", "Sum", "failed"]]
        },
        {
          title = "Requests by route and status"
          query = ["filter ispresent(route)", "stats count(*) as requests by route, status", "sort requests desc"]
        },
        {
          title = "Rejected requests by error code"
          view  = "bar"
          query = ["filter ispresent(error_code)", "stats count(*) as requests by error_code", "sort requests desc"]
        },
        {
          title = "Latest failed requests"
          query = ["fields @timestamp, route, status, exception, error_code, request_id", "filter failed = 1", "sort @timestamp desc", "limit 20"]
        },
      ]
    },
    {
      title = "Latency"
      widgets = [
        {
          title  = "Response time"
          unit   = "ms"
          series = [["duration_ms", "p50", "p50"], ["duration_ms", "p90", "p90"], ["duration_ms", "p99", "p99"], ["Duration", "p99", "p99, measured by Lambda"]]
        },
        {
          title  = "Time by stage"
          unit   = "ms"
          series = [for pair in setproduct(["decode", "preprocess", "model"], ["p50", "p99"]) : ["${pair[0]}_ms", pair[1], join(" ", pair)]]
        },
        {
          title  = "Cold starts and concurrency"
          unit   = "count per 5 minutes"
          series = [["cold_start", "Sum", "cold starts"], ["ConcurrentExecutions", "Maximum", "maximum concurrency"]]
        },
      ]
    },
    {
      title = "Accuracy"
      widgets = [
        {
          title  = "Accuracy according to feedback"
          unit   = "fraction of feedback per hour"
          max    = 1
          period = 3600
          series = [["correct", "Average", "correct"]]
        },
        {
          title  = "Feedback"
          unit   = "count per hour"
          period = 3600
          series = [["correct", "SampleCount", "all"], ["correct", "Sum", "correct"]]
        },
        {
          title  = "Confidence"
          unit   = "probability"
          max    = 1
          series = [["confidence", "p10", "p10"], ["confidence", "p50", "p50"], ["confidence", "Average", "mean"]]
        },
        {
          title = "Accuracy by label"
          query = ["filter ispresent(correct)", "stats 100 * avg(correct) as percent_correct, count(*) as feedback by label", "sort label asc"]
        },
        {
          title = "Predictions by verdict and digit"
          query = ["filter ispresent(verdict)", "stats count(*) as predictions, avg(confidence) as mean_confidence by verdict, digit", "sort verdict asc, digit asc"]
        },
        {
          title = "Predictions by model version"
          query = ["filter ispresent(verdict)", "stats count(*) as predictions, earliest(@timestamp) as first_seen, latest(@timestamp) as last_seen by model_version", "sort last_seen desc"]
        },
      ]
    },
    {
      title = "Cost"
      widgets = [
        {
          title = "Lambda compute and requests, in USD"
          query = [
            "filter @type = \"REPORT\"",
            # @billedDuration is in ms, @memorySize in bytes, 1,024,000,000 per GB.
            "stats count(*) as requests, sum(@billedDuration) / 1000 as seconds, sum(@billedDuration * @memorySize) / 1024000000000 * ${local.gb_second_price} + count(*) * ${local.request_price} as usd by bin(1d) as day",
            "sort day desc",
          ]
        },
        {
          title  = "Memory"
          unit   = "MB"
          series = [["memory_mb", "Maximum", "maximum"]]
        },
        {
          title  = "Log volume"
          unit   = "bytes per 5 minutes"
          series = [["IncomingBytes", "Sum", "ingested"]]
        },
      ]
    },
  ]

  # On a grid of 24 columns: the title of a section, then rows of three widgets, each 8×6.
  section_heights = [for section in local.sections : 1 + 6 * ceil(length(section.widgets) / 3)]
  section_tops    = [for index in range(length(local.section_heights)) : sum(concat([0], slice(local.section_heights, 0, index)))]
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name
  dashboard_body = jsonencode({
    start = "-P1D"
    widgets = flatten([for row, section in local.sections : [
      {
        type       = "text"
        x          = 0
        y          = local.section_tops[row]
        width      = 24
        height     = 1
        properties = { markdown = "## ${section.title}" }
      },
      [for index, widget in section.widgets : {
        type   = can(widget.query) ? "log" : can(widget.alarms) ? "alarm" : "metric"
        x      = 8 * (index % 3)
        y      = local.section_tops[row] + 1 + 6 * floor(index / 3)
        width  = 8
        height = 6
        properties = merge(
          { title = widget.title },
          can(widget.alarms) ? { alarms = widget.alarms } : null,
          can(widget.query) ? {
            region = var.region
            view   = try(widget.view, "table")
            query  = join("\n| ", concat(["SOURCE '${aws_cloudwatch_log_group.function.name}'"], widget.query))
          } : null,
          can(widget.series) ? {
            region  = var.region
            period  = try(widget.period, 300)
            yAxis   = { left = merge({ label = widget.unit, showUnits = false, min = 0 }, can(widget.max) ? { max = widget.max } : null) }
            metrics = [for series in widget.series : concat(local.metrics[series[0]], [{ stat = series[1], label = series[2] }])]
          } : null,
        )
      }],
    ]])
  })
}
