"""The process that draws one picture anew and ends. It gives up the network, files and most memory first."""

from __future__ import annotations

import io
import sys
from pathlib import Path

from PIL import Image, ImageOps

from backend.engines.room.cage import die_with, forbid_files_but, forbid_network_and_programs, limit
from backend.ports.pictures import SIDE_PIXELS

CPU_SECONDS, MEMORY_BYTES = 5, 512 * 1024 * 1024
MAX_PIXELS = 20_000_000
KINDS = ("PNG", "JPEG", "WEBP")
LIBRARIES = (Path("/usr"), Path("/lib"), Path("/lib64"), Path("/etc/ld.so.cache"))


def small(sent: bytes) -> bytes:
    """Return the middle of the picture, upright, on white, without anything that came beside the pixels."""
    with Image.open(io.BytesIO(sent), formats=KINDS) as picture:
        width, height = picture.size
        if width * height > MAX_PIXELS:
            raise ValueError(f"{width} x {height} pixels are too many")
        picture.draft("RGB", (2 * SIDE_PIXELS, 2 * SIDE_PIXELS))  # a JPEG is decoded smaller at once
        upright = ImageOps.exif_transpose(picture).convert("RGBA")
    square = ImageOps.fit(upright, (SIDE_PIXELS, SIDE_PIXELS))
    drawn = Image.new("RGB", square.size, "white")
    drawn.paste(square, mask=square)
    written = io.BytesIO()
    drawn.save(written, "PNG", optimize=True)
    return written.getvalue()


def main(parent_pid: str) -> None:
    die_with(int(parent_pid))
    limit(cpu_seconds=CPU_SECONDS, memory_bytes=MEMORY_BYTES)
    Image.preinit()
    Image.init()  # its plug-ins are files, which cannot be read any more below
    forbid_network_and_programs()
    forbid_files_but((*LIBRARIES, Path(sys.prefix), Path(sys.base_prefix)))
    sys.stdout.buffer.write(small(sys.stdin.buffer.read()))


if __name__ == "__main__":
    main(*sys.argv[1:])
