"""A server's metrics, parsed from /metrics."""

import httpx
from prometheus_client.parser import text_string_to_metric_families

Series = tuple[str, frozenset[tuple[str, str]]]


def metrics_of(client: httpx.Client) -> dict[Series, float]:
    """Scrape a server and return the value of each series by name and labels."""
    response = client.get("/metrics")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain; version=")
    return parse_metrics(response.text)


def parse_metrics(text: str) -> dict[Series, float]:
    """Return the value of each series in Prometheus' text format."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def series(name: str, **labels: str) -> Series:
    """Return the key of one series."""
    return name, frozenset(labels.items())


def changes(
    before: dict[Series, float], after: dict[Series, float], prefix: str
) -> dict[Series, float]:
    """Return the changes of the series that changed and have a name with a prefix."""
    return {
        key: value - before.get(key, 0)
        for key, value in after.items()
        if key[0].startswith(prefix) and value != before.get(key, 0)
    }
