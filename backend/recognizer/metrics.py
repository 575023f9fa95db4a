"""What is counted while the application runs, as text for Prometheus."""

from collections import Counter


class Metrics:
    """Counts since the start; `read` is the digit that was answered, or `none`."""

    def __init__(self) -> None:
        self._feedback: Counter[tuple[str, int]] = Counter()

    def count_feedback(self, read: int | None, digit: int) -> None:
        """Somebody said which digit was drawn, and the answer had been `read`."""
        self._feedback["none" if read is None else str(read), digit] += 1

    def text(self) -> str:
        """https://prometheus.io/docs/instrumenting/exposition_formats/"""
        lines = [
            "# HELP digits_feedback_total Answers that people judged: what was read and was drawn.",
            "# TYPE digits_feedback_total counter",
        ]
        for (read, digit), count in sorted(self._feedback.items()):
            lines.append(f'digits_feedback_total{{read="{read}",digit="{digit}"}} {count}')
        return "\n".join(lines) + "\n"
