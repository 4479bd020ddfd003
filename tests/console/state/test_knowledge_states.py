"""The states of the knowledge pages, called as the socket calls them."""

from __future__ import annotations

from typing import Any

import pytest

from backend.bootstrap import Services
from backend.errors import SignInNeeded
from console.state.document import DocumentPassageState, DocumentState
from console.state.knowledge import KnowledgeState
from console.state.knowledge_base import KnowledgeBaseState
from console.state.knowledge_documents import KnowledgeDocumentsState
from console.state.knowledge_form import KnowledgeFormState
from console.state.knowledge_search import KnowledgeSearchState
from tests.backend.knowledge.conftest import Desk, desk
from tests.console.tab import Tab, tab
from tests.factories.samples import MARKDOWN, handbook

__all__ = ["desk", "tab"]


async def test_no_handler_answers_a_tab_without_a_session(services: Services) -> None:
    anonymous = Tab("").at("/knowledge/kb_1")
    for kind in (
        KnowledgeState,
        KnowledgeFormState,
        KnowledgeBaseState,
        KnowledgeDocumentsState,
        KnowledgeSearchState,
        DocumentState,
        DocumentPassageState,
    ):
        state = anonymous.state(kind)
        for name in kind.event_handlers:
            if name == "setvar" or kind.event_handlers[name].fn.__module__.startswith("reflex"):
                continue
            arguments = {"type_name": [""], "save": [{}], "ask": [{}], "step": [1]}.get(name)
            num_wanted = kind.event_handlers[name].fn.__code__.co_argcount - 1
            with pytest.raises(SignInNeeded):
                await kind.event_handlers[name].fn(state, *(arguments or [""] * num_wanted))


async def test_the_list_goes_on_below_its_first_page_and_says_that_there_is_more(desk: Desk, tab: Tab) -> None:
    for number in range(52):
        await desk.knowledge.create(desk.operator, f"Base {number}")
    state = tab.state(KnowledgeState)
    await state.load()
    assert (len(state.rows), state.has_more, state.total) == (50, True, "The newest 50 knowledge bases")
    await state.more()
    assert (len({row.id for row in state.rows}), state.has_more, state.total) == (53, False, "53 knowledge bases")


async def test_the_list_shows_bases_and_is_empty_without(desk: Desk, tab: Tab) -> None:
    state = tab.state(KnowledgeState)
    await state.load()
    assert (state.phase, [row.name for row in state.rows]) == ("ready", ["Help centre"])
    await desk.knowledge.delete(desk.operator, desk.base.id)
    await state.load()
    assert state.phase == "empty"


async def test_a_base_that_is_not_there_is_drawn_as_failed(desk: Desk, tab: Tab) -> None:
    state = tab.at("/knowledge/kb_gone").state(KnowledgeBaseState)
    await state.load()
    assert (state.phase, state.problem.words) == ("failed", "There is no such knowledge base.")


async def test_a_form_tells_errors_at_their_fields_and_stays_open(desk: Desk, tab: Tab) -> None:
    state = tab.state(KnowledgeFormState)
    await state.open_new()
    assert [model.value for model in state.models] == [desk.base.embedding_model]
    bad = {"name": " ", "description": "", "chunk_size": "ten", "chunk_overlap": "5"}
    assert await state.save(bad) is None
    assert state.opened
    assert set(state.errors) == {"name", "chunk_size"}
    good = {"name": "Made here", "description": "", "chunk_size": "500", "chunk_overlap": "50"}
    assert await state.save(good) is not None
    assert not state.opened
    assert "Made here" in [base.name for base in (await desk.knowledge.list(desk.operator)).items]


async def test_a_stale_form_does_not_overwrite(desk: Desk, tab: Tab) -> None:
    state = tab.state(KnowledgeFormState)
    await state.open_edit(desk.base.id)
    values: dict[str, Any] = {"description": "", "chunk_size": 500, "chunk_overlap": 50}
    await desk.knowledge.update(desk.operator, desk.base.id, version=1, name="By someone else", **values)
    with pytest.raises(Exception, match="Someone else"):
        await state.save({"name": "Mine", **{key: str(value) for key, value in values.items()}})
    assert (await desk.knowledge.get(desk.operator, desk.base.id)).name == "By someone else"


async def test_deleting_a_base_needs_its_name_on_the_server_too(desk: Desk, tab: Tab) -> None:
    state = tab.at(f"/knowledge/{desk.base.id}").state(KnowledgeBaseState)
    await state.load()
    assert await state.delete() is None
    assert (await desk.knowledge.get(desk.operator, desk.base.id)).id == desk.base.id
    await state.type_name("Help centre")
    assert await state.delete() is not None
    assert (await desk.knowledge.list(desk.operator)).items == []


async def test_documents_are_paged_filtered_and_selected(desk: Desk, tab: Tab) -> None:
    for number in range(52):
        await desk.add(f"{number}.txt", f"Document number {number}.")
    state = tab.at(f"/knowledge/{desk.base.id}").state(KnowledgeDocumentsState)
    await state.load()
    assert (len(state.rows), state.has_next, state.has_previous) == (50, True, False)
    assert state.foot == "Rows 1 to 50 of 52, newest first"
    await state.next_page()
    assert state.foot == "Rows 51 to 52 of 52, newest first"
    await state.toggle_all()
    assert len(state.selected) == 2
    await state.previous_page()
    assert (len(state.rows), state.selected) == (50, [])
    await state.search("51.txt")
    assert [row.name for row in state.rows] == ["51.txt"]
    await state.pick_status("failed")
    assert (state.rows, state.phase) == ([], "ready")
    await state.loosen()
    assert len(state.rows) == 50


async def test_selected_documents_are_deleted_and_brought_back(desk: Desk, tab: Tab) -> None:
    for name in ("a", "b", "c"):
        await desk.add(f"{name}.txt", f"Document {name}.")
    state = tab.at(f"/knowledge/{desk.base.id}").state(KnowledgeDocumentsState)
    await state.load()
    await state.toggle(state.rows[0].id)
    await state.toggle(state.rows[2].id)
    await state.delete_selected()
    assert (state.undo_words, state.selected) == ("c.txt and 1 more deleted", [])
    await state.refresh()
    assert [row.name for row in state.rows] == ["b.txt"]
    await state.undo()
    await state.refresh()
    assert [row.name for row in state.rows] == ["c.txt", "b.txt", "a.txt"]


async def test_an_older_document_is_replaced_now_or_once_the_new_one_is_ready(desk: Desk, tab: Tab) -> None:
    older, newer = await desk.added("a.txt", "One."), await desk.added("a.txt", "Two.")
    state = tab.at(f"/knowledge/{desk.base.id}").state(KnowledgeDocumentsState)
    await state.load()
    await state.replace(newer.id)
    await state.refresh()
    assert ([row.id for row in state.rows], state.undo_words) == ([newer.id], "The older a.txt deleted")
    await state.undo()
    await state.refresh()
    assert [row.id for row in state.rows] == [newer.id, older.id]
    waiting = await desk.add("a.txt", "Three.")
    await state.replace(waiting.id)
    await state.refresh()
    assert [row.note for row in state.rows] == ["Replaces the older ones", "", ""]
    assert state.undo_words == ""


async def test_the_search_test_shows_three_columns(desk: Desk, tab: Tab) -> None:
    await desk.added("returns.md", MARKDOWN)
    tab.at(f"/knowledge/{desk.base.id}")
    await tab.state(KnowledgeBaseState).load()
    state = tab.state(KnowledgeSearchState)
    await state.ask({"query": "send back furniture"})
    assert state.phase == "ready"
    assert state.fused[0].document == "returns.md"
    assert len(state.left) == len(state.dense)
    await state.pick_take("1")
    assert [line.taken for line in state.fused] == [True, False]
    await state.ask({"query": ""})
    assert (state.phase, state.problem.words) == ("failed", "Type what to look for.")


async def test_a_long_document_is_walked_window_by_window(desk: Desk, tab: Tab) -> None:
    document = await desk.added("handbook.md", handbook(260))
    state = tab.at(f"/documents/{document.id}?passage=201").state(DocumentState)
    chosen = tab.state(DocumentPassageState)
    await state.load()
    assert (state.phase, chosen.chosen.title, len(state.passages)) == ("ready", "Passage 201", 100)
    assert (state.has_before, state.has_after) == (True, False)
    await chosen.jump(0)
    assert (chosen.chosen.ordinal, state.passages[0].ordinal, state.has_after) == (0, 0, True)
    await chosen.step(-1)
    assert chosen.chosen.ordinal == 0
    await chosen.jump(10_000)
    assert chosen.chosen.ordinal == 259


async def test_a_citation_opens_its_chunk(desk: Desk, tab: Tab) -> None:
    document = await desk.added("returns.md", MARKDOWN)
    second = (await desk.knowledge.list_chunks(desk.operator, document.id)).items[1]
    await tab.at(f"/documents/{document.id}?chunk={second.id}").state(DocumentState).load()
    assert tab.state(DocumentPassageState).chosen.ordinal == 1
