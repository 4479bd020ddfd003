"""An answer is cut at the numbers of its sources."""

from __future__ import annotations

from backend.conversations.types import Citation
from console.state.conversations_rows import answer_parts, no_sources

PASSAGE = Citation(2, "chunk_2", "doc_1", "Returns.md")


def test_a_transcript_has_links_only_where_there_is_a_source() -> None:
    parts = answer_parts("Yes [2], see [7]. [2]", (PASSAGE,))
    texts = [("Yes ", ""), ("", "2"), (", see ", ""), ("", "7"), (". ", ""), ("", "2")]
    assert [(part.text, part.number) for part in parts] == texts
    assert [part.href for part in parts if part.number] == ["/documents/doc_1?chunk=chunk_2", "", parts[1].href]
    assert [(one.number, one.name) for one in no_sources(parts)] == [("7", "No passage stands behind this number")]
