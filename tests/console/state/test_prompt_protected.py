"""The switch that protects a label: it holds for the whole project, and says so."""

from __future__ import annotations

from backend.prompts.types import Prompt
from console.state.prompt_labels import PromptLabelsState
from tests.console.state.test_prompt_play import answer, opened, owner
from tests.console.tab import Tab, tab

__all__ = ["answer", "owner", "tab"]


async def test_both_ways_are_told(answer: Prompt, tab: Tab) -> None:
    await opened(tab, answer)
    labels = tab.state(PromptLabelsState)
    await labels.load()
    held = str(await labels.protect("production", protected=True))
    assert "production waits for a second person" in held
    assert "every prompt of this project" in held
    assert labels.protected == ["production"]
    free = str(await labels.protect("production", protected=False))
    assert "production moves without a second person again" in free
    assert labels.protected == []
