"""What a fuzz run found: statistics, failures, and their files."""

import base64
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import NamedTuple

from api.requests import Request
from fuzz.cases import Case, make_case

MAX_SECONDS = 2.0
"""An answer that takes longer is a failure, if it does so twice."""

SLOW = f"the answer took more than {MAX_SECONDS:g} s"

MAX_GROWTH = 370_000_000
"""Bytes by which a process may grow: what the most expensive image takes (a WebP of 16 million
pixels, 16 bytes for each), room for its body, and 25 MB for each of two applications, which load
two models and use them for the first time."""

MAX_PRINTED = 20


class Slowest(NamedTuple):
    """The answer that took longest."""

    seconds: float = 0.0
    kind: str = ""
    seed: int = 0


@dataclass(frozen=True)
class Failure:
    """A case whose answer is wrong."""

    kind: str
    seed: int
    fault: str
    trace: str = ""


@dataclass
class Report:
    """Statistics of the cases sent."""

    cases: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    slowest: Slowest = field(default_factory=Slowest)
    memory: int = 0
    """Bytes by which the largest process grew."""
    failures: list[Failure] = field(default_factory=list)

    def add(self, other: "Report") -> None:
        """Include what another report counted."""
        self.cases += other.cases
        self.kinds += other.kinds
        self.codes += other.codes
        self.slowest = max(self.slowest, other.slowest)
        self.memory = max(self.memory, other.memory)
        self.failures += other.failures

    @property
    def passed(self) -> bool:
        return not self.failures and self.memory <= MAX_GROWTH

    def summary(self, seconds: float) -> str:
        """Return the report as text for people."""
        kinds = ", ".join(f"{kind} {count:,}" for kind, count in self.kinds.most_common())
        codes = "\n".join(f"  {count:>9,}  {code}" for code, count in self.codes.most_common())
        slowest = f"{self.slowest.seconds:.2f} s ({self.slowest.kind}, seed {self.slowest.seed})"
        lines = [
            f"{self.cases:,} cases in {seconds:.0f} s, {self.cases / seconds:,.0f} a second",
            f"kinds: {kinds}",
            f"answers:\n{codes}",
            f"slowest answer: {slowest}; at most {MAX_SECONDS:g} s",
            f"memory: grew by {self.memory // 1_000_000} MB; at most {MAX_GROWTH // 1_000_000} MB",
            f"failures: {len(self.failures):,}",
        ]
        faults = Counter(failure.fault for failure in self.failures)
        lines += [f"  {count:>9,}  {fault}" for fault, count in faults.most_common(MAX_PRINTED)]
        return "\n".join(lines)


def save(failure: Failure, folder: Path) -> Path:
    """Write a failure's case to a file, from which `read` makes it again."""
    case = make_case(failure.seed, failure.kind)
    document = {**asdict(failure), "event": case.event, "request": None}
    if case.request:
        body = base64.b64encode(case.request.body).decode()
        document["request"] = {**asdict(case.request), "body": body}
    folder.mkdir(exist_ok=True)
    path = folder / f"{failure.kind.replace(' ', '-')}-{failure.seed}.json"
    path.write_text(json.dumps(document, indent=1))
    return path


def read(paths: Sequence[Path]) -> list[Case]:
    """Return the cases in files that `save` wrote."""
    cases = []
    for path in paths:
        document = json.loads(path.read_text())
        request = document["request"]
        if request:
            request = Request(**{**request, "body": base64.b64decode(request["body"])})
        cases.append(Case(document["kind"], document["seed"], request, document["event"]))
    return cases
