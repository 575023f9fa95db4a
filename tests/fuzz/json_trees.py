"""Changes to JSON documents that keep them JSON."""

import copy
from collections.abc import Callable
from random import Random
from typing import Any

from api.errors import MARK

VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 7, 10, 0.5, 7.0, 1e308, 2**63, float("nan"), float("inf")),
    *("", " ", "null", "7", MARK, "\0", "ÿ", "\ud800", "💯", "a" * 10_000, "%00", "\r\nx: y"),
    *([], {}, [[]], [None], {"": ""}, {"a": 1}, [0] * 1_000),
)
"""What replaces a part of a document."""


def mutate_tree(random: Random, document: Any) -> Any:
    """Return a document changed once to three times; the given one stays as it is."""
    document = {"": copy.deepcopy(document)}
    for _ in range(random.choice((1, 1, 2, 3))):
        holders = containers(document)
        random.choice(CHANGES)(random, random.choice(holders), random.choice(holders))
    return document.get("")


def containers(document: Any) -> list[Any]:
    """Return every object and list of a document that is not empty."""
    found = []
    if isinstance(document, dict | list) and document:
        found.append(document)
        children = document.values() if isinstance(document, dict) else document
        for child in children:
            found += containers(child)
    return found


def keys(holder: Any) -> list[Any]:
    return list(holder) if isinstance(holder, dict) else list(range(len(holder)))


def replace(random: Random, holder: Any, _: Any) -> None:
    """Replace a part by a value of any type."""
    holder[random.choice(keys(holder))] = copy.deepcopy(random.choice(VALUES))


def remove(random: Random, holder: Any, _: Any) -> None:
    """Remove a part, but never the last one of an object or list."""
    if len(holder) > 1:
        del holder[random.choice(keys(holder))]


def rename(random: Random, holder: Any, _: Any) -> None:
    """Give a part another name, perhaps in capitals."""
    if isinstance(holder, dict) and "" not in holder:
        name = random.choice(keys(holder))
        holder[random.choice((str(name).upper(), f"{name} ", MARK))] = holder.pop(name)


def move(random: Random, holder: Any, other: Any) -> None:
    """Put a copy of one part in the place of another."""
    part = copy.deepcopy(other[random.choice(keys(other))])
    holder[random.choice(keys(holder))] = part


def wrap(random: Random, holder: Any, _: Any) -> None:
    """Put a part into lists or objects."""
    name = random.choice(keys(holder))
    for _ in range(random.choice((1, 1, 100))):
        holder[name] = [holder[name]] if random.random() < 0.5 else {"image": holder[name]}


CHANGES: tuple[Callable[[Random, Any, Any], None], ...] = (
    *(replace, replace, replace, remove, remove),
    *(rename, move, wrap),
)
