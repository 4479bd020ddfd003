"""What is being edited of a prompt. It has no handlers: the page, the editor and the playground share it."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.operator import Operator
from backend.prompts.types import Content
from console.state.prompt_rows import HoleLine, hole_lines, parameters_of, seed_of


class PromptDraftState(rx.State):
    """The browser owns the open text: `seed` is read when `revision` rises. `_content` is what was sent of it.

    `dropped` where edits were discarded that can still be brought back.
    """

    seed: rx.Field[dict[str, Any]] = rx.field(default_factory=dict)
    revision: rx.Field[int] = rx.field(0)
    dirty: rx.Field[bool] = rx.field(False)
    dropped: rx.Field[bool] = rx.field(False)
    parameters: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    holes: rx.Field[list[HoleLine]] = rx.field(default_factory=list)
    wrong: rx.Field[str] = rx.field("")
    line: rx.Field[int] = rx.field(0)
    _prompt_id: str = ""
    _content: Content = Content()
    _saved: Content = Content()
    _base: int = 0
    _dropped: Content = Content()

    def _drop(self) -> None:
        """Discard what was edited, and keep it for whoever meant something else."""
        self._dropped, self.dropped, self.dirty = self._content, True, False

    def _reopen(self, content: Content) -> None:
        """Open another content as an edit of what is open."""
        saved = self._saved
        self._seed(content, self._base)
        self._saved = saved

    def _compare(self) -> None:
        """Note whether it is edited; what is edited now takes the place of what was discarded."""
        self.dirty = self._content != self._saved
        self.dropped = self.dropped and not self.dirty

    def _seed(self, content: Content, number: int) -> None:
        """Open a version in the editor."""
        self._content = self._saved = content
        self._base, self.dirty = number, False
        self.seed, self.parameters = seed_of(content), parameters_of(content)
        self.revision += 1

    async def _look(self, operator: Operator) -> None:
        """Find the holes of what is being edited, and what is wrong with it."""
        found = await services().prompts.holes(operator, self._content, self._prompt_id)
        self.holes, self.wrong, self.line = hole_lines(found), found.problem, found.line or 0
