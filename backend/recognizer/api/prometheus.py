"""The request record as Prometheus metrics, summed over all workers of a server.

Workers are separate processes. They count into files in one folder; the worker that is scraped adds
them up (https://prometheus.github.io/client_python/multiprocess/).
"""

import multiprocessing
import os
from collections import defaultdict, deque
from collections.abc import Iterable
from functools import partial
from pathlib import Path

MULTIPROC_DIR: Path | None = None
"""The folder that this server's workers share; None for a single process."""

if multiprocessing.parent_process() is not None:
    from recognizer.api.metrics_folder import open_folder

    MULTIPROC_DIR = open_folder()
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(MULTIPROC_DIR)  # read when the library is imported

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

from recognizer.api.errors import STATUS_CODES
from recognizer.api.request_log import RequestRecord

CONTENT_TYPE = CONTENT_TYPE_LATEST

disable_created_metrics()  # type: ignore[no-untyped-call]  # they would double the series

RECENT_WINDOW = 100
"""Number of feedback records of each worker over which recent accuracy is measured."""

LATENCY_BUCKETS = (
    0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
)  # fmt: skip
"""Seconds."""

CONFIDENCE_BUCKETS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)


DIGITS_BUCKETS = (0, 1, 2, 3, 4, 6, 8, 12, 20)


class PrometheusMetrics:
    """A sink that counts request records, and renders the metrics."""

    def __init__(self, model_version: str) -> None:
        registry = CollectorRegistry()
        self.requests = Counter(
            "digits_requests",
            "Requests, by route and status.",
            ["route", "status"],
            registry=registry,
        )
        self.request_duration = Histogram(
            "digits_request_duration_seconds",
            "Time that a request took, by route.",
            ["route"],
            buckets=LATENCY_BUCKETS,
            registry=registry,
        )
        self.stage_duration = Histogram(
            "digits_predict_seconds",
            "Time that a prediction took, by stage.",
            ["stage"],
            buckets=LATENCY_BUCKETS,
            registry=registry,
        )
        self.predictions = Counter(
            "digits_predictions",
            "Predictions, by digit and verdict.",
            ["digit", "verdict"],
            registry=registry,
        )
        self.confidence = Histogram(
            "digits_confidence",
            "Confidence of the predictions that have digits.",
            buckets=CONFIDENCE_BUCKETS,
            registry=registry,
        )
        self.digits_per_image = Histogram(
            "digits_per_image",
            "Digits that were found in an image.",
            buckets=DIGITS_BUCKETS,
            registry=registry,
        )
        self.feedback = Counter(
            "digits_feedback",
            "Feedback, by what was drawn (a digit, a number or none) and whether the prediction "
            "was correct.",
            ["label", "correct"],
            registry=registry,
        )
        self.recent_feedback = Gauge(
            "digits_recent_feedback",
            f"The last {RECENT_WINDOW} feedback records of each worker, by whether the prediction "
            "was correct.",
            ["correct"],
            registry=registry,
            multiprocess_mode="livesum",
        )
        self.errors = Counter(
            "digits_errors", "Rejected requests, by error code.", ["code"], registry=registry
        )
        self.worker_starts = Counter(
            "digits_worker_starts", "Workers that served their first request.", registry=registry
        )
        self.recent: deque[bool] = deque(maxlen=RECENT_WINDOW)
        self.initialize_labels()
        self.registry = registry
        if MULTIPROC_DIR is not None:
            self.registry = CollectorRegistry()
            MultiProcessCollector(self.registry, str(MULTIPROC_DIR))  # type: ignore[no-untyped-call]
        self.registry.register(ProcessInfoCollector(model_version))

    def initialize_labels(self) -> None:
        """Set every label combination to 0; otherwise `rate()` misses the first increment."""
        for route, success in (("/predict", 200), ("/feedback", 204)):
            self.request_duration.labels(route)
            for status in (success, 500, *STATUS_CODES.values()):
                self.requests.labels(route, str(status))
        for stage in ("decode", "preprocess", "model"):
            self.stage_duration.labels(stage)
        for code in STATUS_CODES:
            self.errors.labels(code)
        for digit in "0123456789":
            for verdict in ("digit", "unsure"):
                self.predictions.labels(digit, verdict)
        for verdict in ("number", "unsure", "not_a_digit", "blank"):
            self.predictions.labels("none", verdict)
        for correct in ("true", "false"):
            for label in (*"0123456789", "number", "none"):
                self.feedback.labels(label, correct)
            self.recent_feedback.labels(correct)

    def __call__(self, record: RequestRecord) -> None:
        """Count one request."""
        self.requests.labels(record["route"], str(record["status"])).inc()
        self.request_duration.labels(record["route"]).observe(record["duration_ms"] / 1_000)
        if record["cold_start"]:
            self.worker_starts.inc()
        if "error_code" in record:
            self.errors.labels(record["error_code"]).inc()
        if "verdict" in record:
            self.stage_duration.labels("decode").observe(record["decode_ms"] / 1_000)
            self.stage_duration.labels("preprocess").observe(record["preprocess_ms"] / 1_000)
            self.stage_duration.labels("model").observe(record["model_ms"] / 1_000)
            self.predictions.labels(str(record.get("digit", "none")), record["verdict"]).inc()
            self.digits_per_image.observe(record["digits"])
        if "confidence" in record:
            self.confidence.observe(record["confidence"])
        if "correct" in record:
            self.count_feedback(record["label"], bool(record["correct"]))

    def count_feedback(self, label: int | str, correct: bool) -> None:
        """Count feedback on one prediction; a series for each number would be too many."""
        drawn = str(label) if isinstance(label, int) or label == "none" else "number"
        self.feedback.labels(drawn, str(correct).lower()).inc()
        self.recent.append(correct)
        for value in (True, False):
            self.recent_feedback.labels(str(value).lower()).set(self.recent.count(value))

    def render(self) -> bytes:
        """Return all metrics in Prometheus' text format."""
        return generate_latest(self.registry)


class ProcessInfoCollector(Collector):
    """Collector of model version, memory and processor time, read when scraped."""

    def __init__(self, model_version: str) -> None:
        self.model_version = model_version

    def collect(self) -> Iterable[Metric]:
        """Return the metrics, with sums over the workers if the system has /proc."""
        yield InfoMetricFamily(
            "digits_model", "The model that is loaded.", {"version": self.model_version}
        )
        sums: dict[str, float] = defaultdict(float)
        for worker in living_workers():
            for metric in ProcessCollector(pid=partial(int, worker), registry=None).collect():
                sums[metric.name] += metric.samples[0].value
        if sums:
            memory, processor = sums["process_resident_memory_bytes"], sums["process_cpu_seconds"]
            yield GaugeMetricFamily("process_resident_memory_bytes", "Memory in use.", memory)
            yield CounterMetricFamily("process_cpu_seconds", "Processor time.", processor)


def living_workers() -> list[int]:
    """Return the process IDs of living workers; remove the gauges of dead ones."""
    if MULTIPROC_DIR is None:
        return [os.getpid()]
    workers = {
        int(path.stem.removeprefix("counter_")) for path in MULTIPROC_DIR.glob("counter_*.db")
    }
    living = {worker for worker in workers if is_alive(worker)}
    for worker in workers - living:
        mark_process_dead(worker)  # type: ignore[no-untyped-call]
    return sorted(living)


def is_alive(pid: int) -> bool:
    """Return whether a process exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it exists and belongs to another user
        return True
    return True
