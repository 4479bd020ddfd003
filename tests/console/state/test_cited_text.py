"""An answer is cut at the numbers of its sources, and says what they said once they are gone."""

from __future__ import annotations

from dataclasses import replace

from backend.conversations.types import Citation
from console.state.cited_text import MAX_CHARACTERS
from console.state.conversations_rows import answer_parts, no_sources
from console.state.transcript import TranscriptState
from tests.backend.knowledge.conftest import Desk, desk
from tests.console.tab import Tab, spent, tab
from tests.factories.conversations import chat

__all__ = ["desk", "tab"]

PASSAGE = Citation(2, "chunk_2", "doc_1", "Returns.md")


def test_a_transcript_has_links_only_where_there_is_a_source() -> None:
    parts = answer_parts("Yes [2], see [7]. [2]", (PASSAGE,))
    texts = [("Yes ", ""), ("", "2"), (", see ", ""), ("", "7"), (". ", ""), ("", "2")]
    assert [(part.text, part.number) for part in parts] == texts
    assert [part.href for part in parts if part.number] == ["/documents/doc_1?chunk=chunk_2", "", parts[1].href]
    assert [(one.number, one.name) for one in no_sources(parts)] == [("7", "No passage stands behind this number")]


def test_a_long_text_is_drawn_in_part_and_says_how_much_is_left() -> None:
    whole = "x" * MAX_CHARACTERS
    assert [(part.text, part.left) for part in answer_parts(whole, ())] == [(whole, "")]
    cut = [(part.text, part.left) for part in answer_parts(f"{whole}{'y' * 1_234}", ())]
    assert cut == [(whole, ""), ("", " … 1,234 more characters; the REST API has them all.")]


async def test_an_answer_says_what_it_cited_once_the_document_is_gone(desk: Desk, tab: Tab) -> None:
    document = await desk.added("returns.md", "Returns within 14 days.")
    cited = replace(PASSAGE, document_id=document.id, text="Returns within 14 days.")
    reply = {"text": "Within 14 days [2].", "citations": (cited,)}
    turn = await chat(desk.services.conversations, desk.services.units, desk.operator, reply=reply)
    shown = tab.at(f"/conversations/{turn.conversation_id}").state(TranscriptState)

    async def drawn() -> tuple[str, str, str]:
        await spent(shown.load())
        [source], marker = shown.messages[1].sources, shown.messages[1].parts[1]
        return source.href, source.said, marker.href

    address = f"/documents/{document.id}?chunk=chunk_2"
    assert await drawn() == (address, "", address)
    await desk.knowledge.delete_document(desk.operator, document.id)
    assert await drawn() == ("", "Returns within 14 days.", "")
