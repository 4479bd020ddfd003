"""In which conversations of a block a word stands: a list of places while it is short, else a bit for each."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

BLOCK = 16_384
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
    listed, found = bytearray(), 0
    for one in kept:
        if len(one) == BITMAP_BYTES:
            found |= int.from_bytes(one, "little")
        else:
            listed += one
    bits = bytearray(BITMAP_BYTES)
    for place in set(array("H", bytes(listed))):
        bits[place >> 3] |= 1 << (place & 7)
    return found | int.from_bytes(bits, "little")


def places_in(bits: int) -> list[int]:
    """Return which bits are set, lowest first."""
    found = []
    for byte, value in enumerate(bits.to_bytes(BITMAP_BYTES, "little")):
        if value:
            found += [byte * 8 + bit for bit in range(8) if value >> bit & 1]
    return found


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
