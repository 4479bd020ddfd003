"""In which conversations of a block a word stands: a list of places while it is short, else a bit for each."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from importlib import import_module
from itertools import compress, count
from typing import Any

BLOCK = 16_384
FLAGS = bytes.maketrans(b"01", b"\0\1")
BITMAP_BYTES = BLOCK // 8
MAX_LISTED = BITMAP_BYTES // 2 - 1


def block_of(number: int) -> tuple[int, int]:
    """Return the block of a conversation's number, and its place there."""
    return divmod(number, BLOCK)


def written(places: Iterable[int]) -> bytes:
    """Return the bytes that are kept; a bitmap is told from a list by its length."""
    ordered = sorted(set(places))
    if len(ordered) <= MAX_LISTED:
        kept = array("H", ordered)
        return kept.tobytes()
    bits = bytearray(BITMAP_BYTES)
    for place in ordered:
        bits[place >> 3] |= 1 << (place & 7)
    return bytes(bits)


def bits_of_all(kept: Iterable[bytes]) -> int:
    """Return the places of all as the bits of one number: `&` and `|` of thousands of them take microseconds."""
    maps, lists = list[bytes](), list[bytes]()
    for one in kept:
        (maps if len(one) == BITMAP_BYTES else lists).append(one)
    return bits_of_maps(b"".join(maps)) | bits_of_lists(b"".join(lists))


def bits_of_maps(maps: bytes) -> int:
    """Return the places in bitmaps that stand behind one another."""
    found = 0
    for start in range(0, len(maps), BITMAP_BYTES):
        found |= int.from_bytes(maps[start : start + BITMAP_BYTES], "little")
    return found


def bits_of_lists(lists: bytes) -> int:
    """Return the places in lists that stand behind one another: "er" is in a million, most of them again and again."""
    np: Any = import_module("numpy")  # at the first search: a start, and who never searches, go without it

    is_there = np.zeros(BLOCK, dtype=np.uint8)
    is_there[np.frombuffer(lists, dtype=np.uint16)] = 1
    return int.from_bytes(np.packbits(is_there, bitorder="little").tobytes(), "little")


def bits_of_numbers(numbers: Iterable[int]) -> dict[int, int]:
    """Return the bits of the numbers in each block."""
    found: dict[int, list[int]] = {}
    for number in numbers:
        block, place = block_of(number)
        found.setdefault(block, []).append(place)
    return {block: bits_of_all([written(places)]) for block, places in found.items()}


def in_one_row(bits: Mapping[int, int]) -> bytes:
    """Return the bits of all blocks behind one another, that of number 0 first."""
    blocks = range(max(bits, default=-1) + 1)
    return b"".join(bits.get(block, 0).to_bytes(BITMAP_BYTES, "little") for block in blocks)


def places_in(bits: int) -> list[int]:
    """Return which bits are set, lowest first."""
    return list(compress(count(), flags_of(bits)))


def flags_of(bits: int) -> bytes:
    """Return a byte for each bit, 0 or 1, the lowest first."""
    return f"{bits:b}".encode().translate(FLAGS)[::-1]


def changed(kept: bytes, *, add: Iterable[int] = (), remove: Iterable[int] = ()) -> bytes:
    """Return the bytes with places put in and taken out; empty where none is left."""
    if len(kept) != BITMAP_BYTES:
        listed, new = array("H", kept), sorted(add)
        if new and not remove and len(listed) + len(new) <= MAX_LISTED and (not listed or listed[-1] < new[0]):
            return kept + array("H", new).tobytes()
        return written((set(listed) | set(new)) - set(remove))
    bits = bytearray(kept)
    for place in add:
        bits[place >> 3] |= 1 << (place & 7)
    for place in remove:
        bits[place >> 3] &= ~(1 << (place & 7)) & 0xFF
    return bytes(bits) if any(bits) else b""
