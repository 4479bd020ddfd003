"""What travels between a room and its child: 4 bytes of length, then MessagePack.

The orders themselves are tagged structs of the worker: msgspec picks the class by its tag and refuses a frame with a
wrong field or type. Vectors travel as raw float32 bytes, 1 KB for 256 numbers instead of 2.3 KB as a list.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

LENGTH = struct.Struct("<I")
MAX_FRAME_BYTES = 64 * 1024 * 1024
NOTHING = msgspec.Raw(b"\xc0")


class Call(msgspec.Struct, array_like=True):
    """What goes to the child; `order` is packed by itself, so that the frame knows no worker."""

    number: int
    order: msgspec.Raw


class Answer(msgspec.Struct, array_like=True):
    """What comes back: a result, or words for the caller (`refusal`), or the name of a fault that the log explains."""

    number: int
    result: msgspec.Raw = NOTHING
    refusal: str = ""
    fault: str = ""


class Refused(Exception):
    """A worker's no to an order that can never work; its words reach the caller."""


def _nothing() -> None:
    return None


@dataclass(frozen=True)
class Worker:
    """What a child does: a function per order, and what to do when nobody asks and at the end."""

    handlers: dict[type, Callable[[Any], Any]]
    idle: Callable[[], None] = _nothing
    close: Callable[[], None] = _nothing
