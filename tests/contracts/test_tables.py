"""Files of rows as people, programs and attackers write them."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from backend.engines.parsing import grid, records
from backend.engines.parsing.isolated import IsolatedParser
from backend.engines.parsing.rows import read_rows
from backend.ports.parsing import ParsingFailed
from backend.ports.tables import Table
from tests.factories.workbooks import OFFICE, PARTS, SHEET, workbook

Write = Callable[[str | bytes], Path]


@pytest.fixture
def file(tmp_path: Path) -> Write:
    def write(content: str | bytes) -> Path:
        path = tmp_path / "rows"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def told(table: Table) -> tuple[Any, ...]:
    return table.kind, table.columns, list(zip(table.numbers, table.rows, strict=True))


async def test_a_file_is_read_in_a_process_of_its_own(file: Write) -> None:
    table = await IsolatedParser().read_table(file("message;plz\n\nÄ;01099\n"), "tickets.csv")
    assert told(table) == ("csv", ("message", "plz"), [(3, ("Ä", "01099"))])
    with pytest.raises(ParsingFailed, match="empty"):
        await IsolatedParser().read_table(file(""))


async def test_a_workbook_is_read_in_a_process_of_its_own(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", ["message", "days", "ok"], ["Größe", 30, True], [], ["=1+1", 2.5, False])
    table = await IsolatedParser().read_table(path)
    assert told(table) == (
        "xlsx", ("message", "days", "ok"), [(2, ("Größe", 30, True)), (4, ("=1+1", 2.5, False))],
    )  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_encodings_are_told_apart(file: Write, encoding: str) -> None:
    table = read_rows(file("message,expected\nGrößen?,später\n".encode(encoding)))
    assert table.rows == (("Größen?", "später"),)
    assert table.columns == ("message", "expected")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_and_quotes_are_read(file: Write, delimiter: str) -> None:
    line = delimiter.join(('"a ""b"" c"', f'"x{delimiter}\r\ny"', "1"))
    head = delimiter.join(("q", "a", "n"))
    table = read_rows(file(f"{head}\r\n{line}\r\n{line}\r\n"))
    assert told(table)[2] == [(2, ('a "b" c', f"x{delimiter}\r\ny", "1")), (4, ('a "b" c', f"x{delimiter}\r\ny", "1"))]


def test_columns_get_names_of_their_own(file: Write) -> None:
    table = read_rows(file("message,,message, x  y ,,\n1,2,3,4\n1,2,3,4,,5\n"))
    assert table.columns == ("message", "Column 2", "message (2)", "x y")
    assert [(fault.number, fault.words) for fault in table.faults] == [(3, "It has 6 cells, the head has 4.")]


@pytest.mark.parametrize(
    ("content", "kind", "rows"),
    [
        ('[{"q": "a", "n": [1]}, {"x": null, "q": "b"}]', "json", [(1, ("a", [1], None)), (2, ("b", None, None))]),
        ('{"items": [{"q": "a"}], "count": 1}', "json", [(1, ("a",))]),
        ('{\n"rows": [\n{"q": "a"}]}', "json", [(1, ("a",))]),
        ('{"q": "a"}\n\n{"q": "b"}\r\n', "jsonl", [(1, ("a",)), (3, ("b",))]),
        ('{"q": "a"}', "jsonl", [(1, ("a",))]),
        ('\ufeff  [{"q": "\\ud83d"}]', "json", [(1, ("\ufffd",))]),
    ],
)
def test_json_is_read_as_a_list_or_as_lines(file: Write, content: str, kind: str, rows: list[Any]) -> None:
    table = read_rows(file(content))
    assert (table.kind, told(table)[2]) == (kind, rows)


def test_a_bad_line_is_named_and_the_others_are_read(file: Write) -> None:
    table = read_rows(file('{"q": 1}\nnope\n5\n{"q": 1e999}\n{"q": 2}\n'))
    assert [fault.number for fault in table.faults] == [2, 3, 4]
    assert table.numbers == (1, 5)


@pytest.mark.parametrize("first", ['{"q": 1', "nope", "[1, 2]", '{"q": NaN}', "// all of them"])
def test_a_bad_first_line_is_a_bad_row_too(file: Write, first: str) -> None:
    table = read_rows(file(f'{first}\n{{"q": 1}}\n{{"q": [2}}\n{{"q": 3}}\n'))
    assert (table.kind, table.numbers) == ("jsonl", (2, 4))
    assert [fault.number for fault in table.faults] == [1, 3]


@pytest.mark.parametrize("head", ["payload", '"order data"'])
def test_a_column_of_objects_keeps_its_name(file: Write, head: str) -> None:
    table = read_rows(file(f'{head}\r\n{{"q": 1}}\r\n{{"q": 2}}\r\n'))
    assert told(table) == ("csv", (head.strip('"'),), [(2, ('{"q": 1}',)), (3, ('{"q": 2}',))])
    assert read_rows(file(f'{head}\n{{"q": 1, "a": 2}}\n')).kind == "jsonl", "a comma would part its cells"


def test_a_mark_that_is_written_twice_is_in_no_name(file: Write) -> None:
    for content in ("\ufeff\ufeffq,a\n1,2\n", '\ufeff\ufeff{"q": 1, "a": 2}\n', '\ufeff\ufeff[{"q": 1, "a": 2}]'):
        assert read_rows(file(content)).columns == ("q", "a")


@pytest.mark.parametrize("value", ['{"a": ' * 600 + "1" + "}" * 600, "[" * 600 + "]" * 600, "[" * 100_000])
def test_a_row_nested_too_deep_is_named_and_the_others_are_read(file: Write, value: str) -> None:
    table = read_rows(file(f'{{"q": 1}}\n{{"q": {value}}}\n'))
    assert (table.numbers, [fault.number for fault in table.faults]) == ((1,), [2])
    assert "nested too deep" in table.faults[0].words


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"message\n\0\n", "character zero"),
        (b"message\n\x81\n", "no encoding"),
        ("m\ngrün\n".encode() + "grün\n".encode("cp1252"), "Line 3 is not in UTF-8, as other lines are."),
        (b'm,e\nx,"open\nmore\n', "Line 2: a quote is opened and never closed."),
        (b'm\n"a"b\n', "Line 2: something follows a closing quote."),
        (b"message\n", "holds no rows"),
        (b"\n \n", "empty"),
        (b"[1, 2", "no JSON"),
        (b'{"a": 1, "b": 2', "no JSON"),
        (b'{"a": 1,\n"b": 2}', "no list of rows"),
        (b"[" * 100_000, "nested too deep"),
        (b'[{"a": NaN}]', "too large, or none"),
        (b'[{"a": 123456789012345678901234567890}]', "too large, or none"),
        (b"%PDF-1.7", "This is a PDF"),
        (b"\x89PNG....", "picture"),
        (b"\x1f\x8b....", "compressed"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel"),
        (b"PK\x03\x04garbage", "damaged"),
    ],
)
def test_what_is_no_file_of_rows_is_refused_in_words(file: Write, content: bytes, words: str) -> None:
    with pytest.raises(ParsingFailed, match=words):
        read_rows(file(content))


def test_huge_cells_and_too_many_rows_and_columns_are_refused(file: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ParsingFailed, match="Line 2: a cell has more than 1,000,000"):
        read_rows(file(f"m\n{'x' * (records.MAX_CELL_CHARACTERS + 1)}\n"))
    with pytest.raises(ParsingFailed, match="more than 500 columns"):
        read_rows(file(",".join(f"c{at}" for at in range(501))))
    monkeypatch.setattr(grid, "MAX_ROWS", 2)
    with pytest.raises(ParsingFailed, match="more than 2 rows"):
        read_rows(file("m\n1\n2\n3\n"))


def _archive(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**{name: part.encode() for name, part in PARTS.items()}, **members}.items():
            archive.writestr(name, content)
    return path


def test_a_bomb_of_a_workbook_is_refused_at_once(tmp_path: Path) -> None:
    path = _archive(tmp_path / "bomb.xlsx", **{"xl/worksheets/sheet1.xml": b"0" * 300_000_000})
    started = time.perf_counter()
    with pytest.raises(ParsingFailed, match="more than 100 times its size"):
        read_rows(path)
    assert time.perf_counter() - started < 20


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"xl/worksheets/sheet1.xml": b"<!DOCTYPE x [<!ENTITY a 'b'>]><worksheet>&a;</worksheet>"}, "entities"),
        ({"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row"}, "damaged|no rows"),
        ({"../../outside": b"x"}, "outside"),
    ],
)
def test_a_hostile_workbook_is_refused_in_words(tmp_path: Path, members: dict[str, bytes], words: str) -> None:
    with pytest.raises(ParsingFailed, match=words):
        read_rows(_archive(tmp_path / "a.xlsx", **members))


HEAD = '<row r="1"><c r="A1" t="inlineStr"><is><t>q</t></is></c></row>'
STRINGS = f'<sst xmlns="{SHEET}"><si><t>{"ab" * 500_000}</t></si></sst>'


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("".join(f'<row r="{at}"/>' for at in range(1, 1_048_577)), "holds no rows"),
        (HEAD + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', "more than 1,024 MB of memory"),
        (HEAD + '<row r="99999999999"><c r="ZZZZZZZ99999999999"><v>1</v></c></row>', "made its reader stop|damaged"),
        (HEAD + "".join(f'<row r="{at}"><c t="s"><v>0</v></c></row>' for at in range(2, 20_000)), "of memory"),
    ],
    ids=["empty rows", "the last cell", "no such cell", "one long text in every row"],
)
async def test_a_workbook_that_is_far_larger_than_its_file_ends_its_reader_alone(
    tmp_path: Path, rows: str, words: str
) -> None:
    sheet = f'<worksheet xmlns="{SHEET}"><sheetData>{rows}</sheetData></worksheet>'
    members = {"xl/worksheets/sheet1.xml": sheet.encode(), "xl/sharedStrings.xml": STRINGS.encode()}
    with pytest.raises(ParsingFailed, match=words):
        await IsolatedParser().read_table(_archive(tmp_path / "a.xlsx", **members))


def test_a_link_to_another_workbook_is_read_as_last_computed(tmp_path: Path) -> None:
    linked = '<row r="2"><c r="A2"><f>[1]One!A1</f><v>7</v></c></row>'
    link = (
        f'<Relationship Id="r1" Type="{OFFICE}/externalLinkPath" Target="http://127.0.0.1:9/" TargetMode="External"/>'
    )
    members = {
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{SHEET}"><sheetData>{HEAD}{linked}</sheetData></worksheet>',
        "xl/externalLinks/externalLink1.xml": f'<externalLink xmlns="{SHEET}"/>',
        "xl/externalLinks/_rels/externalLink1.xml.rels": f"<Relationships>{link}</Relationships>",
    }
    table = read_rows(_archive(tmp_path / "a.xlsx", **{name: part.encode() for name, part in members.items()}))
    assert table.rows == ((7,),)


def test_another_archive_is_no_workbook(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("word/document.xml", "x")
    with pytest.raises(ParsingFailed, match="no workbook"):
        read_rows(tmp_path / "a.zip")


def test_formulas_are_read_as_last_computed(tmp_path: Path) -> None:
    added = '<row r="2"><c><f>1+1</f><v>2</v></c><c><f>1/0</f></c><c t="e"><v>#DIV/0!</v></c></row>'
    table = read_rows(workbook(tmp_path / "a.xlsx", ["a", "b", "c"], xml=added))
    assert table.rows == ((2, "", ""),)
