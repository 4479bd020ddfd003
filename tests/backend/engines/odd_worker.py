"""A worker that misbehaves on request."""

import os
import time
from pathlib import Path

import msgspec

from backend.engines.room.frames import Refused, Worker


class Echo(msgspec.Struct, tag=True):
    text: str


class Written(msgspec.Struct, tag=True):
    text: str


class Hang(msgspec.Struct, tag=True):
    seconds: float


class Refuse(msgspec.Struct, tag=True):
    pass


class Fail(msgspec.Struct, tag=True):
    pass


class Crash(msgspec.Struct, tag=True):
    pass


class Environment(msgspec.Struct, tag=True):
    pass


def hang(order: Hang) -> str:
    time.sleep(order.seconds)
    return "rested"


def refuse(_: Refuse) -> str:
    raise Refused("not like this")


def fail(_: Fail) -> float:
    return len("the-secret-place") / 0


def crash(_: Crash) -> None:
    os.kill(os.getpid(), 9)


def worker(folder: Path) -> Worker:
    written: list[str] = []

    def keep(name: str) -> None:
        if written:
            (folder / name).write_text(written[-1])

    return Worker(
        {
            Echo: lambda order: order.text,
            Written: lambda order: written.append(order.text),
            Hang: hang,
            Refuse: refuse,
            Fail: fail,
            Crash: crash,
            Environment: lambda _: str(dict(os.environ)),
        },
        idle=lambda: keep("flushed"),
        close=lambda: keep("closed"),
    )
