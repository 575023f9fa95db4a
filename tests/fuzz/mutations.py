"""Small changes to bytes, most of them made for image files.

Each is a pure function of a random generator, the bytes to change, and other bytes from which it
may borrow.
"""

from collections.abc import Callable
from random import Random
from typing import Literal

from fuzz.containers import join, split

Mutation = Callable[[Random, bytes, bytes], bytes]

LIES = (
    *(0, 1, 2, 7, 8, 16, 127, 128, 255, 256, 4_000, 4_001, 16_383, 0x7FFF, 0x8000, 0xFFFF),
    *(0x10000, 16_000_000, 16_000_001, 2**24 - 1, 2**31 - 1, 2**31, 2**32 - 8, 2**32 - 1),
)
"""Integers near which programs err: signs, sizes of integers, this project's limits."""

MAX_LENGTH = 4_100_000
"""Bytes: a little more than the largest image accepted."""


def mutate(random: Random, content: bytes, other: bytes) -> bytes:
    """Change bytes one to five times, mostly once or twice."""
    for _ in range(random.choice((1, 1, 1, 2, 2, 3, 5))):
        content = random.choice(MUTATIONS)(random, content, other)[:MAX_LENGTH]
    return content


def place(random: Random, content: bytes) -> int:
    """Choose a position; half of them in the first 64 bytes, which describe the rest."""
    end = len(content) if random.random() < 0.5 else min(len(content), 64)
    return random.randrange(end) if end else 0


def span(random: Random, content: bytes) -> tuple[int, int]:
    """Choose where a part of the bytes begins and ends; most are short."""
    start = place(random, content)
    return start, start + random.choice((1, 2, 4, 8, 16, 64, 256, len(content)))


def flip_bits(random: Random, content: bytes, other: bytes) -> bytes:  # noqa: ARG001
    changed = bytearray(content)
    for _ in range(random.choice((1, 1, 2, 8)) if content else 0):
        changed[place(random, content)] ^= 1 << random.randrange(8)
    return bytes(changed)


def set_bytes(random: Random, content: bytes, _: bytes) -> bytes:
    start, end = span(random, content)
    length = len(content[start:end])
    filling = random.choice((bytes(length), b"\xff" * length, random.randbytes(length)))
    return content[:start] + filling + content[start + length :]


def insert_bytes(random: Random, content: bytes, _: bytes) -> bytes:
    start = place(random, content)
    return content[:start] + random.randbytes(random.choice((1, 2, 4, 300))) + content[start:]


def remove_bytes(random: Random, content: bytes, _: bytes) -> bytes:
    start, end = span(random, content)
    return content[:start] + content[end:]


def repeat_bytes(random: Random, content: bytes, _: bytes) -> bytes:
    start, end = span(random, content)
    part = content[start:end]
    times = min(random.choice((1, 1, 10, 1_000)), MAX_LENGTH // (len(part) or 1))
    return content[:end] + part * times + content[end:]


def truncate(random: Random, content: bytes, _: bytes) -> bytes:
    return content[: random.randrange(len(content) + 1)]


def extend(random: Random, content: bytes, other: bytes) -> bytes:
    return content + random.choice((other, bytes(1_000), random.randbytes(100)))


def splice(random: Random, content: bytes, other: bytes) -> bytes:
    return content[: place(random, content)] + other[place(random, other) :]


def lie(random: Random, content: bytes, _: bytes) -> bytes:
    """Replace an integer, such as a width, a length or an offset."""
    return with_lie(random, content, place(random, content))


def swap_pieces(random: Random, content: bytes, _: bytes) -> bytes:
    pieces = split(content)
    first, second = (random.randrange(len(pieces) or 1) for _ in range(2))
    if pieces:
        pieces[first], pieces[second] = pieces[second], pieces[first]
    return join(pieces)


def drop_piece(random: Random, content: bytes, _: bytes) -> bytes:
    pieces = split(content)
    if pieces:
        del pieces[random.randrange(len(pieces))]
    return join(pieces)


def repeat_piece(random: Random, content: bytes, _: bytes) -> bytes:
    pieces = split(content)
    if pieces:
        index = random.randrange(len(pieces))
        most = MAX_LENGTH // (len(pieces[index]) or 1)
        pieces[index:index] = [pieces[index]] * min(random.choice((1, 2, 20, 200)), most)
    return join(pieces)


def borrow_piece(random: Random, content: bytes, other: bytes) -> bytes:
    pieces, others = split(content), split(other)
    if others:
        pieces.insert(random.randrange(len(pieces) + 1), random.choice(others))
    return join(pieces)


def lie_in_piece(random: Random, content: bytes, _: bytes) -> bytes:
    """Replace an integer at the beginning of a piece, and mend the checksums."""
    pieces = split(content)
    if pieces:
        index = random.randrange(len(pieces))
        start = random.randrange(min(24, len(pieces[index])))
        pieces[index] = with_lie(random, pieces[index], start)
    return join(pieces)


def flip_bits_in_piece(random: Random, content: bytes, other: bytes) -> bytes:
    """Flip bits in a piece, and mend the checksums."""
    pieces = split(content)
    if pieces:
        index = random.randrange(len(pieces))
        pieces[index] = flip_bits(random, pieces[index], other)
    return join(pieces)


def with_lie(random: Random, content: bytes, start: int) -> bytes:
    """Return bytes with another integer of one, two or four bytes at a position."""
    size = random.choice((1, 2, 2, 4, 4))
    order: Literal["big", "little"] = random.choice(("big", "little"))
    number: int = random.choice(LIES) % 256**size
    return content[:start] + number.to_bytes(size, order) + content[start + size :]


MUTATIONS: tuple[Mutation, ...] = (
    flip_bits,
    set_bytes,
    insert_bytes,
    remove_bytes,
    repeat_bytes,
    truncate,
    extend,
    splice,
    lie,
    swap_pieces,
    drop_piece,
    repeat_piece,
    borrow_piece,
    lie_in_piece,
    lie_in_piece,
    flip_bits_in_piece,
    flip_bits_in_piece,
)
