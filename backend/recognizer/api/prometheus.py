"""What was counted, for Prometheus: across all workers of one server.

Workers are processes of their own. They count into files of one folder, which whichever worker is
asked adds up (https://prometheus.github.io/client_python/multiprocess/).
"""

import hashlib
import multiprocessing
import os
import tempfile
from collections import defaultdict, deque
from collections.abc import Iterable
from functools import partial
from pathlib import Path


def shared_folder() -> Path | None:
    """Where the workers of this server count; None where it is a single process."""
    if multiprocessing.parent_process() is None:
        return None
    # The one thing that only processes of the same parent know.
    family = hashlib.sha256(multiprocessing.current_process().authkey).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"digits-metrics-{family}"


FOLDER = shared_folder()
if FOLDER is not None:
    FOLDER.mkdir(mode=0o700, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(FOLDER)  # read when the library is imported

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

from recognizer.metrics import Line
from recognizer.refusals import STATUS

CONTENT_TYPE = CONTENT_TYPE_LATEST

disable_created_metrics()  # type: ignore[no-untyped-call]  # one more series for each that there is

RECENT = 100
"""Feedbacks of each worker over which accuracy is told."""

SECONDS = (0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

CONFIDENCES = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)


class Prometheus:
    """Counts requests by their lines in the log, and says what it counted."""

    def __init__(self, model: str) -> None:
        registry = CollectorRegistry()
        self.requests = Counter(
            "digits_requests", "Requests answered.", ["route", "status"], registry=registry
        )
        self.seconds = Histogram(
            "digits_predict_seconds",
            "Seconds that reading a picture took, by stage; `all` is the whole answer.",
            ["stage"],
            buckets=SECONDS,
            registry=registry,
        )
        self.predictions = Counter(
            "digits_predictions", "Pictures read.", ["digit", "verdict"], registry=registry
        )
        self.confidence = Histogram(
            "digits_confidence",
            "How sure the answers were that are digits.",
            buckets=CONFIDENCES,
            registry=registry,
        )
        self.feedback = Counter(
            "digits_feedback",
            "What people said of the answers, by the digit that was drawn.",
            ["digit", "right"],
            registry=registry,
        )
        self.recent_feedback = Gauge(
            "digits_recent_feedback",
            f"The last {RECENT} of what people said (of each worker): how many were right, or not.",
            ["right"],
            registry=registry,
            multiprocess_mode="livesum",
        )
        self.refused = Counter(
            "digits_refused", "Requests refused, by reason.", ["reason"], registry=registry
        )
        self.cold_starts = Counter(
            "digits_cold_starts", "Processes that answered their first request.", registry=registry
        )
        self.recent: deque[bool] = deque(maxlen=RECENT)
        self.start_from_zero()
        self.registry = registry
        if FOLDER is not None:
            self.registry = CollectorRegistry()
            MultiProcessCollector(self.registry, str(FOLDER))  # type: ignore[no-untyped-call]
        self.registry.register(Host(model))

    def start_from_zero(self) -> None:
        """Show what has not happened yet as 0: nobody can tell a rate from the first that did."""
        for route, done in (("/predict", 200), ("/feedback", 204)):
            for status in (done, 500, *STATUS.values()):
                self.requests.labels(route, str(status))
        for stage in ("decode", "preprocess", "model", "all"):
            self.seconds.labels(stage)
        for reason in STATUS:
            self.refused.labels(reason)
        for digit in "0123456789":
            for verdict in ("digit", "unsure"):
                self.predictions.labels(digit, verdict)
            for right in ("true", "false"):
                self.feedback.labels(digit, right)
        for verdict in ("not_a_digit", "blank"):
            self.predictions.labels("none", verdict)
        for right in ("true", "false"):
            self.recent_feedback.labels(right)

    def __call__(self, line: Line) -> None:
        """Count one request."""
        self.requests.labels(line["route"], str(line["status"])).inc()
        if line["cold_start"]:
            self.cold_starts.inc()
        if "reason" in line:
            self.refused.labels(line["reason"]).inc()
        if line["route"] == "/predict":
            self.seconds.labels("all").observe(line["ms"] / 1_000)
        if "verdict" in line:
            self.seconds.labels("decode").observe(line["decode_ms"] / 1_000)
            self.seconds.labels("preprocess").observe(line["preprocess_ms"] / 1_000)
            self.seconds.labels("model").observe(line["model_ms"] / 1_000)
            self.predictions.labels(str(line.get("digit", "none")), line["verdict"]).inc()
        if "confidence" in line:
            self.confidence.observe(line["confidence"])
        if "right" in line:
            self.count_feedback(line["drawn"], bool(line["right"]))

    def count_feedback(self, drawn: int, right: bool) -> None:
        """Count what somebody said of an answer."""
        self.feedback.labels(str(drawn), str(right).lower()).inc()
        self.recent.append(right)
        for value in (True, False):
            self.recent_feedback.labels(str(value).lower()).set(self.recent.count(value))

    def text(self) -> bytes:
        """All of it, in Prometheus' text format."""
        return generate_latest(self.registry)


class Host(Collector):
    """What is not counted but looked up: the model's version, memory and processor time."""

    def __init__(self, model: str) -> None:
        self.model = model

    def collect(self) -> Iterable[Metric]:
        """The metrics; those of processes are sums over the workers, where there is a /proc."""
        yield InfoMetricFamily("digits_model", "The model.", {"version": self.model})
        sums: dict[str, float] = defaultdict(float)
        for worker in living_workers():
            for metric in ProcessCollector(pid=partial(int, worker), registry=None).collect():
                sums[metric.name] += metric.samples[0].value
        if sums:
            memory, processor = sums["process_resident_memory_bytes"], sums["process_cpu_seconds"]
            yield GaugeMetricFamily("process_resident_memory_bytes", "Memory in use.", memory)
            yield CounterMetricFamily("process_cpu_seconds", "Processor time.", processor)


def living_workers() -> list[int]:
    """Process ids of this server's workers; gauges of those that ended are cleared away."""
    if FOLDER is None:
        return [os.getpid()]
    workers = {int(path.stem.removeprefix("counter_")) for path in FOLDER.glob("counter_*.db")}
    living = {worker for worker in workers if alive(worker)}
    for worker in workers - living:
        mark_process_dead(worker)  # type: ignore[no-untyped-call]
    return sorted(living)


def alive(process: int) -> bool:
    """Whether there is such a process."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it is, and it is somebody else's
        return True
    return True
