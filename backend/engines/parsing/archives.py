"""Look through a ZIP-based document before any parser opens it."""

from __future__ import annotations

import re
import stat
import zipfile
from pathlib import Path, PurePosixPath

from backend.ports.parsing import ParsingFailed

MAX_MEMBERS = 1_000
MAX_RATIO = 100
MAX_UNPACKED_BYTES = 500 * 1024 * 1024
SMALL_BYTES = 1024 * 1024  # repetitive XML may well shrink a hundredfold; a bomb that small does no harm
BLOCK_BYTES = 1 << 20
ENCRYPTED = 0x1
DECLARATION = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
OVERLAP_BYTES = 32


def check_archive(path: Path) -> None:
    """Raise ParsingFailed for a bomb, for names that lead outside, and for XML that declares entities."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _check_names(members)
            _check_sizes(members, path.stat().st_size)
            for member in members:
                _read_through(archive, member)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, OSError, ValueError, NotImplementedError, RuntimeError):
        raise ParsingFailed("The file is damaged or cut off.", hint="Add it again from the original.") from None


def _check_names(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MAX_MEMBERS:
        raise ParsingFailed(f"The file holds more than {MAX_MEMBERS:,} parts.")
    names = [member.filename for member in members]
    if len(set(names)) < len(names):
        raise ParsingFailed("The file holds two parts of one name.")
    for member in members:
        parts = PurePosixPath(member.filename.replace("\\", "/")).parts
        mode = member.external_attr >> 16
        is_odd = mode and stat.S_IFMT(mode) not in {0, stat.S_IFREG, stat.S_IFDIR}
        if not parts or parts[0] == "/" or ".." in parts or ":" in parts[0] or is_odd:
            raise ParsingFailed("The file holds a part whose name leads outside of it.")
        if member.flag_bits & ENCRYPTED:
            raise ParsingFailed(
                "The document is protected with a password.", hint="Remove the password and add it again."
            )


def _check_sizes(members: list[zipfile.ZipInfo], packed_bytes: int) -> None:
    unpacked = sum(member.file_size for member in members)
    if unpacked > MAX_UNPACKED_BYTES:
        raise ParsingFailed(
            f"The file unpacks to {unpacked // 2**20:,} MB; at most {MAX_UNPACKED_BYTES // 2**20} are read."
        )
    if unpacked > SMALL_BYTES and unpacked > MAX_RATIO * packed_bytes:
        raise ParsingFailed(f"The file unpacks to more than {MAX_RATIO} times its size.")


def _read_through(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Read a member to its end, which checks its sum, and look for declarations in XML."""
    is_xml = member.filename.endswith((".xml", ".rels"))
    tail = b""
    with archive.open(member) as stream:
        while block := stream.read(BLOCK_BYTES):
            plain = (tail + block).replace(b"\0", b"")  # UTF-16 spells the same letters with zeros between
            if is_xml and DECLARATION.search(plain):
                raise ParsingFailed("The document declares entities, which no word processor writes.")
            tail = block[-OVERLAP_BYTES:]
