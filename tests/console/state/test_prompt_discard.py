"""Discard, and what it drops: one click beside Save does not cost what was written."""

from __future__ import annotations

from typing import Any

from backend.prompts.types import Prompt
from console.state.prompt_draft import PromptDraftState
from console.state.prompt_edit import PromptEditState
from tests.console.state.test_prompt_play import answer, opened, owner
from tests.console.tab import Tab, tab

__all__ = ["answer", "owner", "tab"]


async def discarded(tab: Tab, prompt: Prompt) -> tuple[Any, Any]:
    page, _ = await opened(tab, prompt)
    draft, edit = tab.state(PromptDraftState), tab.state(PromptEditState)
    await edit.edit({"text": "Say {{ question }}!", "messages": [], "revision": draft.revision})
    await edit.discard()
    await page.end(2)
    return draft, edit


async def test_what_was_discarded_comes_back(answer: Prompt, tab: Tab) -> None:
    draft, edit = await discarded(tab, answer)
    assert (draft.dirty, draft.dropped, draft._content.text) == (False, True, "Answer {{ question }} for {{ name }}.")
    open_before = draft.revision
    await edit.bring_back()
    assert (draft.dirty, draft.dropped, draft._content.text) == (True, False, "Say {{ question }}!")
    assert draft.revision > open_before, "the editor of the browser reads it only then"
    assert draft._saved.text == "Answer {{ question }} for {{ name }}.", "it is still a draft above what was saved"


async def test_other_edits_take_its_place(answer: Prompt, tab: Tab) -> None:
    draft, edit = await discarded(tab, answer)
    await edit.edit({"text": "Tell {{ question }}.", "messages": [], "revision": draft.revision})
    assert not draft.dropped
    assert await edit.bring_back() is None
    assert draft._content.text == "Tell {{ question }}."
