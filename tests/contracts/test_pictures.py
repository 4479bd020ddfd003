"""What comes out of a picture was drawn anew, and what is none ends in a sentence."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image, PngImagePlugin

from backend.engines.pictures.isolated import IsolatedPictures
from backend.errors import InvalidInput
from backend.ports.pictures import MAX_SENT_BYTES, SIDE_PIXELS

CANARY = b"canary-where-i-live"


def drawn(kind: str, size: tuple[int, int] = (400, 300), **options: object) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size, "red").save(written, kind, **options)
    return written.getvalue()


def with_text() -> bytes:
    """Return a PNG that says where it was taken, and has something behind its end."""
    texts = PngImagePlugin.PngInfo()
    texts.add_text("GPS", CANARY.decode())
    return drawn("PNG", pnginfo=texts) + CANARY


def claiming(width: int, height: int) -> bytes:
    """Return a PNG of a few bytes that says it is this large."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
async def test_a_picture_becomes_a_small_square(kind: str) -> None:
    found = Image.open(io.BytesIO(await IsolatedPictures().small(drawn(kind))))
    assert (found.format, found.size, found.mode) == ("PNG", (SIDE_PIXELS, SIDE_PIXELS), "RGB")
    red, green, blue = found.getpixel((64, 64))  # type: ignore[misc]
    assert red > 200
    assert green < 60
    assert blue < 60


async def test_nothing_comes_along_beside_the_pixels() -> None:
    sent = with_text()
    assert sent.count(CANARY) == 2
    assert CANARY not in await IsolatedPictures().small(sent)


async def test_a_picture_that_lies_on_its_side_stands_upright() -> None:
    sent = io.BytesIO()
    half = Image.new("RGB", (200, 200), "white")
    half.paste("black", (0, 0, 200, 100))
    exif = Image.Exif()
    exif[0x0112] = 3  # turned by half
    half.save(sent, "JPEG", exif=exif)
    found = Image.open(io.BytesIO(await IsolatedPictures().small(sent.getvalue()))).convert("L")
    assert found.getpixel((64, 16)) > 200  # type: ignore[operator]
    assert found.getpixel((64, 112)) < 60  # type: ignore[operator]


NONE: dict[str, bytes] = {
    "nothing": b"",
    "text": b"no picture",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "gif": drawn("GIF"),
    "tiff": drawn("TIFF"),
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
    "cut": drawn("PNG")[:60],
    "too many pixels": claiming(60_000, 60_000),
    "less than it says": claiming(2_000, 2_000),
    "too long": b"\x89PNG" + b"x" * MAX_SENT_BYTES,
}


@pytest.mark.parametrize("sent", NONE.values(), ids=NONE)
async def test_what_is_no_picture_is_refused(sent: bytes) -> None:
    with pytest.raises(InvalidInput):
        await IsolatedPictures().small(sent)
