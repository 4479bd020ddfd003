"""One server for each data directory, and one program for each port."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import socket
import time
from pathlib import Path

from backend.cli.say import stop
from backend.settings import Settings

LOCK_FILE = "server.lock"
NUM_TRIES, TRY_SECONDS = 5, 0.02


def hold(settings: Settings) -> int | None:
    """Take the data directory and return the descriptor that holds it; None when another server has it.

    The kernel lets go when the holder ends, however it ends, so no stale lock can be left; the text inside is only
    for those who find it taken.
    """
    descriptor = os.open(settings.folder / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    for _ in range(NUM_TRIES):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            # A command that only looks (`is_held`) has it for microseconds; a server has it for good.
            time.sleep(TRY_SECONDS)
    else:
        os.close(descriptor)
        return None
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, json.dumps({"pid": os.getpid(), "address": settings.address}).encode(), 0)
    return descriptor


def is_held(folder: Path) -> bool:
    """Tell whether a server has this data directory."""
    try:
        descriptor = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def holder(folder: Path) -> str:
    """Return the address of the server that has this data directory."""
    try:
        return str(json.loads((folder / LOCK_FILE).read_text())["address"])
    except (ValueError, KeyError):
        return "an address that it has not written down yet"


def require_free_port(settings: Settings) -> None:
    """Stop with a sentence when the port cannot be had."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            stop(
                f"Port {settings.port} on {settings.host} is held by another program: end it, "
                "or set SIGNALBOX_PORT to a free port."
            )
        stop(f"SIGNALBOX_HOST and SIGNALBOX_PORT cannot be used: {settings.host}:{settings.port}: {error.strerror}.")
