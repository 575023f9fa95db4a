"""What a server says on /metrics, as numbers."""

import httpx
from prometheus_client.parser import text_string_to_metric_families

Series = tuple[str, frozenset[tuple[str, str]]]


def metrics_of(client: httpx.Client) -> dict[Series, float]:
    """The value of each series: its name and labels."""
    response = client.get("/metrics")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain; version=")
    families = text_string_to_metric_families(response.text)
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }


def series(name: str, **labels: str) -> Series:
    """The key of one series."""
    return name, frozenset(labels.items())


def changes(
    before: dict[Series, float], after: dict[Series, float], prefix: str
) -> dict[Series, float]:
    """By how much those series changed whose names begin with a prefix, if they did."""
    return {
        key: value - before.get(key, 0)
        for key, value in after.items()
        if key[0].startswith(prefix) and value != before.get(key, 0)
    }
