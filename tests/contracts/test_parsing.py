"""What comes out of files as people have them."""

from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from backend.engines.parsing.isolated import IsolatedParser
from backend.ports.parsing import Kind, Parser, Section
from tests.factories import documents


@pytest.fixture(params=["isolated"])
def parser() -> Parser:
    return IsolatedParser()


def under(sections: tuple[Section, ...], *path: str) -> list[Section]:
    return [section for section in sections if section.heading_path == path]


async def test_a_pdf_keeps_headings_paragraphs_pages_and_tables(parser: Parser, tmp_path: Path):
    document = await parser.parse(documents.handbook_pdf(tmp_path / "handbook.pdf"))
    assert (document.kind, document.title, document.num_pages) == ("pdf", "Support handbook", 3)
    (warranty,) = under(document.sections, "1. Warranty and returns")
    assert warranty.page == 1
    paragraphs = warranty.text.split("\n\n")
    assert len(paragraphs) == 2
    assert paragraphs[0].startswith(
        "The warranty of every device lasts twenty-four months from the day of delivery. The"
    )
    assert paragraphs[1].endswith("sends the parcel.")
    (parcel,) = under(document.sections, "1. Warranty and returns", "1.1 Who pays for the parcel")
    assert parcel.text.split("\n\n")[0] == "We pay for parcels inside the European Union."
    assert parcel.text.split("\n\n")[1:] == ["1 Germany: two days", "2 France: three days"]
    (prices,) = under(document.sections, "2. Prices")
    assert prices.rows
    assert prices.text.split("\n\n") == [
        "Plan: Starter; Seats: 3; Price: EUR 19",
        "Plan: Business; Seats: unlimited; Price: EUR 399",
    ]
    (escalation,) = under(document.sections, "3. Escalation")
    assert escalation.page == 2
    assert len(escalation.text.split("\n\n")) == 4
    assert under(document.sections, "4. Opening hours")[0].page == 3


async def test_running_titles_and_page_numbers_are_left_out(parser: Parser, tmp_path: Path):
    document = await parser.parse(documents.handbook_pdf(tmp_path / "handbook.pdf"))
    everything = "\n".join(section.text for section in document.sections)
    assert "confidential" not in everything
    assert "Page 2" not in everything


async def test_a_sentence_over_two_pages_stays_whole(parser: Parser, tmp_path: Path):
    story = [
        documents.text(f"Sentence {number} speaks of waiting lines and those in them. " * 9) for number in range(14)
    ]
    document = await parser.parse(documents.write_pdf(tmp_path / "long.pdf", story))
    assert document.num_pages == 2
    assert [section.page for section in document.sections] == [1, 2]
    for section in document.sections:
        assert section.text.endswith(".")
        assert section.text.startswith("Sentence")


async def test_a_word_document_keeps_headings_and_tables(parser: Parser, tmp_path: Path):
    document = await parser.parse(documents.handbook_docx(tmp_path / "guide.docx"))
    assert (document.kind, document.title, document.num_pages) == ("docx", "Employee guide", None)
    (holidays,) = under(document.sections, "Employee guide", "Holidays")
    assert holidays.text == "Every employee has thirty days of paid holiday a year.\n\nAsk your lead two weeks before."
    (sick,) = under(document.sections, "Employee guide", "Holidays", "Sick leave")
    assert sick.text == (
        "Call R&D before 9:00, if < 3 days:\n\n- Write to your team\n- Rest\n\n1. First step\n2. Second step"
    )
    (expenses,) = under(document.sections, "Employee guide", "Expenses")
    assert expenses.rows
    assert expenses.text.startswith("Kind: Hotel; Limit: EUR 150; Needs: receipt\n\nKind: Train")


WORD = """
    <w:p><w:r><w:t>Kept </w:t></w:r><w:del><w:r><w:delText>gone</w:delText></w:r></w:del>
      <w:ins><w:r><w:t>and added</w:t></w:r></w:ins><w:r><w:tab/><w:t>behind a tab</w:t></w:r></w:p>
    <w:sdt><w:sdtContent><w:p><w:r><w:t>in a control</w:t></w:r></w:p></w:sdtContent></w:sdt>
    <w:tbl><w:tr><w:tc><w:p><w:r><w:t>Area</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>City</w:t></w:r></w:p></w:tc></w:tr>
    <w:tr><w:tc><w:tcPr><w:vMerge w:val="restart"/></w:tcPr><w:p><w:r><w:t>North</w:t></w:r></w:p></w:tc>
      <w:tc><w:p><w:r><w:t>Oslo</w:t></w:r></w:p></w:tc></w:tr>
    <w:tr><w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p/></w:tc><w:tc><w:p><w:r><w:t>Bergen</w:t></w:r></w:p></w:tc></w:tr></w:tbl>
    <w:p><w:pPr><w:outlineLvl w:val="0"/></w:pPr><w:r><w:t>By its level alone</w:t></w:r></w:p>
    <w:p><w:r><w:t>Under it</w:t></w:r></w:p>
"""


async def test_word_keeps_what_is_not_struck_out(parser: Parser, tmp_path: Path):
    body = documents.body_xml("first").replace("</w:p></w:body>", f"</w:p>{WORD}</w:body>")
    document = await parser.parse(documents.docx_with(tmp_path / "changed.docx", {"word/document.xml": body}))
    assert document.sections == (
        Section((), "first\n\nKept and added behind a tab\n\nin a control"),
        Section((), "Area: North; City: Oslo\n\nArea: North; City: Bergen", rows=True),
        Section(("By its level alone",), "Under it"),
    )


async def test_a_table_with_rules_keeps_wrapped_cells_together(parser: Parser, tmp_path: Path):
    long = documents.text("A remark that is too long for its narrow column and goes on")
    table = [["Region", "Tickets", "Remark"], ["North", "12,004", long], ["South", "9,870", ""], ["East", "8", "Night"]]
    grid = [
        ("GRID", (0, 0), (-1, -1), 0.5, "black"),
        ("ALIGN", (1, 0), (1, -1), "RIGHT"),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
    ]
    story = [
        documents.text("Before."),
        documents.Table(table, [60, 60, 120], style=grid),
        documents.text("After the table."),
    ]
    document = await parser.parse(documents.write_pdf(tmp_path / "table.pdf", story))
    before, rows, after = document.sections
    assert before.text.endswith("Before.")
    assert rows.rows
    assert rows.text.split("\n\n") == [
        "Region: North; Tickets: 12,004; Remark: A remark that is too long for its narrow column and goes on",
        "Region: South; Tickets: 9,870",
        "Region: East; Tickets: 8; Remark: Night",
    ]
    assert after.text == "After the table."


MARKDOWN = """---
title: "Handbook"
---
Before any heading.

# Warranty #

Two years. <!-- not for readers -->

```sh
# no heading
```

Parcels
-------

| Country | Days |
|---------|-----:|
| DE      | 2    |
| FR \\| MC | 3    |

### Deep

*kept* as written
"""


async def test_markdown_is_cut_at_its_headings(parser: Parser, tmp_path: Path):
    path = tmp_path / "handbook.md"
    path.write_text(MARKDOWN)
    document = await parser.parse(path)
    assert (document.kind, document.title) == ("markdown", "Handbook")
    assert document.sections == (
        Section((), "Before any heading."),
        Section(("Warranty",), "Two years. \n\n```sh\n# no heading\n```"),
        Section(("Warranty", "Parcels"), "Country: DE; Days: 2\n\nCountry: FR | MC; Days: 3", rows=True),
        Section(("Warranty", "Parcels", "Deep"), "*kept* as written"),
    )


@pytest.mark.parametrize(
    ("markdown", "sections"),
    [
        ("# A\n## B\n## C\ntext", (Section(("A",), "B"), Section(("A", "C"), "text"))),
        ("text\n# Call 0800 1234", (Section((), "text"), Section((), "Call 0800 1234"))),
        ("# A\n# B\n", (Section((), "A"), Section((), "B"))),
    ],
)
async def test_a_heading_without_text_is_not_lost(parser: Parser, tmp_path: Path, markdown: str, sections):
    path = tmp_path / "bare.md"
    path.write_text(markdown)
    assert (await parser.parse(path)).sections == sections


async def test_numbered_running_titles_and_contents_are_left_out(parser: Parser, tmp_path: Path):
    path = tmp_path / "manual.pdf"
    canvas = Canvas(str(path), pagesize=(595, 842))
    for page in range(1, 5):
        canvas.setFont("Helvetica", 9)
        canvas.drawString(60, 810, f"Chapter {page}: The part named {'abcd'[page - 1] * 4}   {page + 10}")
        canvas.setFont("Helvetica", 11)
        if page == 1:
            canvas.drawString(60, 700, "Naming " + ". " * 40 + "17")
        for line in range(8):
            # The lines stand far apart, as in many manuals, and still are one paragraph.
            words = f"Line {line} of a paragraph that reads on and on over the width of it"
            canvas.drawString(60, 600 - 19 * line, words if line < 7 else f"{words}.")
        canvas.showPage()
    canvas.save()
    sections = (await parser.parse(path)).sections
    assert [section.page for section in sections] == [1, 2, 3, 4]
    assert all(section.text.startswith("Line 0") and "\n" not in section.text for section in sections)
    assert not any("Chapter" in section.text or "Naming" in section.text for section in sections)


HTML = """<!doctype html><html><head><meta name="x" content="y">
<title>Shipping &amp; delivery</title><style>.x{}</style></head><body>
<nav><a href="/">Home</a></nav><main><h1>Shipping</h1><p>We ship from <b>Berlin</b>.</p>
<script>alert("evil")</script><!-- secret --><h2>Costs</h2>
<table><tr><th>Country</th><th>Cost</th></tr><tr><td>DE</td><td>4,90 €</td></tr></table>
<h2>Times</h2><ul><li>Germany: 2 days</li></ul><p>Read <a href="https://x.y/z">more</a>.</p></main>
<footer>Imprint</footer></body></html>"""


async def test_a_web_page_gives_what_a_reader_sees(parser: Parser, tmp_path: Path):
    path = tmp_path / "page.html"
    path.write_text(HTML)
    document = await parser.parse(path)
    assert (document.kind, document.title) == ("html", "Shipping & delivery")
    assert document.sections == (
        Section(("Shipping",), "We ship from Berlin."),
        Section(("Shipping", "Costs"), "Country: DE; Cost: 4,90 €", rows=True),
        Section(("Shipping", "Times"), "- Germany: 2 days\n\nRead more (https://x.y/z)."),
    )


@pytest.mark.parametrize("delimiter", [",", ";", "|"])
async def test_a_row_of_a_table_names_its_columns(parser: Parser, tmp_path: Path, delimiter: str):
    path = tmp_path / "prices.csv"
    rows = [("Name", "Price", "Note"), ("Lamp", "19.90", '"bright' + delimiter + ' ""warm"""'), ("Chair", "49", "")]
    path.write_text("\r\n".join(delimiter.join(row) for row in rows), encoding="utf-8-sig")
    document = await parser.parse(path)
    assert document.sections == (
        Section((), f'Name: Lamp; Price: 19.90; Note: bright{delimiter} "warm"\n\nName: Chair; Price: 49', rows=True),
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
async def test_text_of_any_usual_encoding_is_read(parser: Parser, tmp_path: Path, encoding: str):
    path = tmp_path / "note.txt"
    path.write_bytes("Zürich “quoted” €\r\n\r\n\r\n\r\nsecond".encode(encoding))
    assert (await parser.parse(path)).sections == (Section((), "Zürich “quoted” €\n\nsecond"),)


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.md", "# x", "markdown"),
        ("a.csv", "a,b\n1,2", "csv"),
        ("a.txt", "plain", "text"),
        ("noname", "<!DOCTYPE html><p>x", "html"),
        ("noname", "just words", "text"),
        ("a.html", "<p>x</p>", "html"),
        ("a.unknown", "just words", "text"),
    ],
)
async def test_the_name_chooses_only_between_kinds_of_text(parser: Parser, tmp_path: Path, name, content, kind: Kind):
    path = tmp_path / "stored-under-an-id"
    path.write_text(content)
    assert await parser.detect(path, name) == kind


async def test_content_decides_what_no_name_tells(parser: Parser, tmp_path: Path):
    assert await parser.detect(documents.handbook_pdf(tmp_path / "doc_1")) == "pdf"
    assert await parser.detect(documents.handbook_docx(tmp_path / "doc_2")) == "docx"
