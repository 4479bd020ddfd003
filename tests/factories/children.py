"""The processes that engines started from here; a test's worker may have others, such as a database server."""

from __future__ import annotations

import contextlib

import psutil


def engine_children(*, recursive: bool = False) -> list[psutil.Process]:
    found = []
    for child in psutil.Process().children(recursive=recursive):
        with contextlib.suppress(psutil.NoSuchProcess):
            if any(part.startswith("backend.engines.") for part in child.cmdline()):
                found.append(child)
    return found
