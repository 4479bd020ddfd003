"""Files that are broken, mislabelled, or made to do harm: each ends in words, and the next one is read."""

import asyncio
import os
import signal
import time
import zipfile
from pathlib import Path

import psutil
import pytest

from backend.engines.parsing.isolated import IsolatedParser
from backend.errors import Unavailable
from backend.ports.parsing import ParsingFailed
from tests.factories import documents
from tests.factories.children import engine_children
from tests.factories.documents import body_xml

ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
EXTERNAL = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


def cut(path: Path, share: float) -> Path:
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    return path


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def with_members(path: Path, names: list[str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", body_xml("x"))
        for name in names:
            archive.writestr(name, "x")
    return path


def with_link(path: Path) -> Path:
    link = zipfile.ZipInfo("word/link")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", body_xml("x"))
        archive.writestr(link, "/etc/passwd")
    return path


def document_xml(path: Path, xml: str | bytes, **others: bytes) -> Path:
    return documents.docx_with(path, {"word/document.xml": xml, **others})


def written_sheet(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
    return path


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
BAD = [
    ("empty.pdf", lambda path: written(path, b""), "empty"),
    ("blank.txt", lambda path: written(path, b" \n\n "), "no text"),
    ("encrypted.pdf", documents.encrypted_pdf, "password"),
    ("half.pdf", lambda path: cut(documents.handbook_pdf(path), 0.5), "cut off"),
    ("almost.pdf", lambda path: cut(documents.handbook_pdf(path), 0.98), "cut off"),
    ("scan.pdf", documents.scanned_pdf, "no text layer"),
    ("noise.pdf", lambda path: written(path, b"%PDF-1.7\n" + os.urandom(5000) + b"\n%%EOF"), "damaged"),
    ("text.pdf", lambda path: written(path, b"only words"), "name ends in .pdf, but the content is plain text"),
    ("picture.pdf", lambda path: written(path, documents.png()), "a picture"),
    ("program.txt", lambda path: written(path, b"\x7fELF" + bytes(100)), "a program"),
    ("binary.txt", lambda path: written(path, os.urandom(5000)), "no document"),
    ("really.docx", documents.handbook_pdf, "name ends in .docx, but the content is a PDF"),
    ("really.txt", documents.handbook_docx, "name ends in .txt, but the content is a Word document"),
    ("half.docx", lambda path: cut(documents.handbook_docx(path), 0.5), "damaged or cut off"),
    ("protected.docx", lambda path: written(path, OLE + "EncryptedPackage".encode("utf-16-le")), "password"),
    ("old.docx", lambda path: written(path, OLE), "old Office version"),
    ("rich.docx", lambda path: written(path, b"{\\rtf1 words}"), "rich text"),
    ("sheet.xlsx", written_sheet, "Excel"),
    ("bundle.zip", lambda path: written(path, documents.nested_zip_bomb()), "an archive"),
    ("broken.docx", lambda path: document_xml(path, "<w:document><w:body>"), "damaged|no text"),
    ("laughs.docx", lambda path: document_xml(path, body_xml("&b;", ENTITIES)), "entities"),
    ("outside.docx", lambda path: document_xml(path, body_xml("&a;", EXTERNAL)), "entities"),
    ("wide.docx", lambda path: document_xml(path, body_xml("&a;", EXTERNAL).encode("utf-16")), "entities"),
    ("climbing.docx", lambda path: with_members(path, ["../../evil"]), "leads outside"),
    ("absolute.docx", lambda path: with_members(path, ["/etc/passwd"]), "leads outside"),
    ("link.docx", with_link, "leads outside"),
    ("crowd.docx", lambda path: with_members(path, list(map(str, range(1200)))), "more than 1,000 parts"),
    ("ratio.docx", lambda path: document_xml(path, "x", a=bytes(50 << 20)), "100 times"),
    ("huge.docx", lambda path: document_xml(path, "x", a=bytes(520 << 20)), "520 MB"),
    ("pages.pdf", lambda path: documents.wordy_pdf(path, 100_000, 1), "100,000 pages"),
    ("quote.csv", lambda path: written(path, b'a,b\n"' + b"x" * 2_000_000), "quote is never closed"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "make", "words"), BAD, ids=[name for name, _, _ in BAD])
async def test_a_bad_file_fails_in_words(tmp_path: Path, name: str, make, words: str):
    path = make(tmp_path / name)
    started = time.monotonic()
    with pytest.raises(ParsingFailed, match=words) as raised:
        await IsolatedParser().parse(path, name)
    assert time.monotonic() - started < 30
    assert raised.value.message.endswith(".")
    assert str(tmp_path) not in raised.value.message


async def test_two_members_of_one_name_are_refused(tmp_path: Path):
    path = tmp_path / "twice.docx"
    with pytest.warns(UserWarning, match="Duplicate name"):
        with_members(path, ["word/document.xml"])
    with pytest.raises(ParsingFailed, match="two parts of one name"):
        await IsolatedParser().parse(path)


async def test_a_file_that_is_too_large_is_refused_unread(tmp_path: Path):
    path = tmp_path / "large.txt"
    with path.open("wb") as stream:
        stream.truncate(300 * 1024 * 1024)
    with pytest.raises(ParsingFailed, match="300 MB"):
        await IsolatedParser().parse(path)


async def test_a_memory_bomb_ends_and_the_next_document_is_read(tmp_path: Path):
    parser = IsolatedParser(memory_bytes=200 * 1024 * 1024)
    bomb = documents.giant_stream_pdf(tmp_path / "bomb.pdf", 600)
    with pytest.raises(ParsingFailed, match=r"memory|no text layer"):
        await parser.parse(bomb)
    assert (await parser.parse(documents.handbook_pdf(tmp_path / "good.pdf"))).num_pages == 3
    assert engine_children() == []


async def test_python_that_runs_out_of_memory_says_so(tmp_path: Path):
    path = written(tmp_path / "wide.csv", b"a,b\n" + b"1,2\n" * 8_000_000)
    with pytest.raises(ParsingFailed, match="more than 200 MB of memory"):
        await IsolatedParser(memory_bytes=200 * 1024 * 1024).parse(path)


async def test_a_document_that_takes_too_long_is_stopped(tmp_path: Path):
    path = documents.wordy_pdf(tmp_path / "wordy.pdf", 1000)
    started = time.monotonic()
    with pytest.raises(ParsingFailed, match="longer than 1 seconds"):
        await IsolatedParser(cpu_seconds=1).parse(path)
    assert time.monotonic() - started < 20
    assert engine_children() == []


async def _children(least: int) -> list[psutil.Process]:
    for _ in range(500):
        found = engine_children()
        if len(found) >= least:
            return found
        await asyncio.sleep(0.002)
    raise AssertionError("the children never came")


async def test_two_documents_are_read_at_once_and_no_more(tmp_path: Path):
    path = documents.wordy_pdf(tmp_path / "wordy.pdf", 5)
    parser = IsolatedParser(cpu_seconds=20)
    reading = [asyncio.create_task(parser.parse(path)) for _ in range(4)]
    most = 0
    while not all(task.done() for task in reading):
        most = max(most, len(engine_children()))
        await asyncio.sleep(0.01)
    assert most == 2
    assert len({task.result() for task in reading}) == 1


async def test_cancelling_ends_the_process(tmp_path: Path):
    path = documents.wordy_pdf(tmp_path / "wordy.pdf", 1000)
    reading = asyncio.create_task(IsolatedParser().parse(path))
    await _children(1)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert engine_children() == []


async def test_a_process_killed_from_outside_is_no_fault_of_the_document(tmp_path: Path):
    path = documents.wordy_pdf(tmp_path / "wordy.pdf", 1000)
    reading = asyncio.create_task(IsolatedParser().parse(path))
    (child,) = await _children(1)
    os.kill(child.pid, signal.SIGKILL)
    with pytest.raises(Unavailable):
        await reading


SLOW_TO_SEARCH = [
    ("comments.html", "<!---->" * 9000 + "x<!--" * 50_000),
    ("titles.html", "<p>x</p>" + "<title>" * 50_000 + "<footer>" * 50_000),
    ("links.html", "<html>" + "<a href='x'>[a](</a>" * 20_000 + "**a " * 50_000),
    ("links.md", "[a](" * 50_000 + "\n" + "<!--" * 50_000 + "\n" + "| a " * 20_000 + "|\n|" + "-|" * 20_000),
    ("rules.md", "|" + " :-" * 50_000 + "\n" + "|-" * 50_000 + "x\n" + "-" * 200_000 + "x\n###### " + " #" * 100_000),
    ("spaces.txt", "\n \t" * 500_000 + "x"),
    ("quotes.csv", '"' * 500_001),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content"), SLOW_TO_SEARCH, ids=[name for name, _ in SLOW_TO_SEARCH])
async def test_no_text_makes_a_search_through_it_quadratic(tmp_path: Path, name: str, content: str):
    """Each took a minute or more where a pattern looked for its end from every beginning."""
    path = written(tmp_path / name, content.encode())
    document = await IsolatedParser(cpu_seconds=10).parse(path, name)
    assert document.num_characters > 0


@pytest.mark.parametrize("wrapper", ["sdt", "smartTag"])
async def test_a_document_nested_too_deeply_is_damaged(tmp_path: Path, wrapper: str):
    run = "<w:r><w:t>x</w:t></w:r>"
    inner = f"<w:p>{run}</w:p>" if wrapper == "sdt" else run
    nested = f"<w:{wrapper}>" * 100_000 + inner + f"</w:{wrapper}>" * 100_000
    whole = body_xml("y").replace("</w:p></w:body>", f"{nested}</w:p></w:body>")
    path = documents.docx_with(tmp_path / "deep.docx", {"word/document.xml": whole}, zipfile.ZIP_STORED)
    with pytest.raises(ParsingFailed, match="damaged"):
        await IsolatedParser().parse(path)
