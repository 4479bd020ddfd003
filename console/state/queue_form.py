"""The form of an annotation queue: a new one, or one that is changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import reflex as rx

from backend.annotations.types import ConfigKind, Good, Labeller, NewQueue, ScoreConfig
from backend.bootstrap import services
from backend.errors import Conflict, InvalidInput
from backend.operator import Operator, Permission
from backend.paging import MAX_LIMIT, Page
from console import routes, toasts
from console.state.annotation_scores import choices_of, good_of, score_of
from console.state.forms import Formed

MAX_SCORES = 8
FIRST_KIND = ConfigKind.BOOLEAN.value
EMPTY = {"name": "", "instructions": "", "num_labels": "1", "lock_minutes": "10"}


@dataclass(frozen=True)
class ScoreLine:
    """A question of the form: its number, and what it begins with."""

    at: str
    name: str = ""
    kind: str = FIRST_KIND
    choices: str = ""
    good: str = Good.YES.value


@dataclass(frozen=True)
class MemberBox:
    """Somebody who may be chosen."""

    value: str
    label: str
    chosen: bool


class QueueFormState(Formed, rx.State):
    """`is_fixed` says that something is labelled: then what is asked stays. `num_opened` draws the form anew."""

    opened: rx.Field[bool] = rx.field(default=False)
    is_new: rx.Field[bool] = rx.field(default=True)
    is_fixed: rx.Field[bool] = rx.field(default=False)
    entries: rx.Field[dict[str, str]] = rx.field(default_factory=lambda: dict(EMPTY))
    scores: rx.Field[list[ScoreLine]] = rx.field(default_factory=list)
    members: rx.Field[list[MemberBox]] = rx.field(default_factory=list)
    num_opened: rx.Field[int] = rx.field(0)
    _queue_id: str = ""
    _version: int = 0
    _kept: tuple[ScoreConfig, ...] = ()

    @rx.event
    async def open(self) -> None:
        """Show the form of a new queue."""
        operator = await self._operator(Permission.ANNOTATIONS_EDIT)
        self._queue_id, self._kept, self.is_new, self.is_fixed = "", (), True, False
        self.entries, self.scores = dict(EMPTY), [ScoreLine("0")]
        await self._show(operator, ())

    @rx.event
    async def change(self, queue_id: str) -> None:
        """Show the form of a queue as it stands."""
        operator = await self._operator(Permission.ANNOTATIONS_EDIT)
        queue = await services().annotations.queue(operator, queue_id)
        about = queue.about
        self._queue_id, self._version, self._kept = queue.id, queue.version, about.configs
        self.is_new, self.is_fixed = False, await services().annotations.is_labelled(operator, queue.id)
        self.entries = {
            "name": about.name, "instructions": about.instructions, "num_labels": str(about.num_labels),
            "lock_minutes": str(about.lock_minutes),
        }  # fmt: skip
        self.scores = [_line(str(at), one) for at, one in enumerate(about.configs)]
        await self._show(operator, about.people)

    async def _show(self, operator: Operator, people: tuple[Labeller, ...]) -> None:
        found = await services().identity.list_members(operator, Page(MAX_LIMIT))
        chosen = {one.id for one in people}
        self.members = [MemberBox(one.user_id, one.name or one.email, one.user_id in chosen) for one in found.items]
        gone = chosen - {one.user_id for one in found.items}
        self.members += [MemberBox(one.id, one.name, chosen=True) for one in people if one.id in gone]
        self.errors, self.opened = {}, True
        self.num_opened += 1

    @rx.event
    async def close(self) -> None:
        """Hide the form; nothing is kept."""
        await self._operator(Permission.ANNOTATIONS_READ)
        self.opened = False

    @rx.event
    async def add_score(self) -> None:
        """Ask for one more score."""
        await self._operator(Permission.ANNOTATIONS_EDIT)
        if len(self.scores) < MAX_SCORES and not self.is_fixed:
            self.scores = [*self.scores, ScoreLine(str(len(self.scores)))]

    @rx.event
    async def save(self, form: dict[str, Any]) -> Any:
        """Make the queue and go to it, or save the one that is changed."""
        operator = await self._operator(Permission.ANNOTATIONS_EDIT)
        async with self._checking(Conflict):
            about = self._about(form)
            if self._queue_id:
                await services().annotations.change_queue(operator, self._queue_id, about, version=self._version)
                self.opened = False
                return toasts.say("Saved.")
            made = await services().annotations.create_queue(operator, about)
            self.opened = False
            return rx.redirect(routes.to(routes.ANNOTATION_QUEUE, made.id))
        return None

    def _about(self, form: Mapping[str, Any]) -> NewQueue:
        people = tuple(Labeller(one.value, one.label) for one in self.members if form.get(f"person-{one.value}"))
        return NewQueue(
            name=str(form.get("name", "")),
            configs=tuple(self._score(line, form) for line in self.scores),
            instructions=str(form.get("instructions", "")),
            people=people,
            num_labels=_whole(form, "num_labels"),
            lock_minutes=_whole(form, "lock_minutes"),
        )

    def _score(self, line: ScoreLine, form: Mapping[str, Any]) -> ScoreConfig:
        """Return a score as typed; one that nobody touched stays as it is, with what the form cannot show.

        Of one that is fixed, which answer is good may be said anew.
        """
        kind = line.kind if self.is_fixed else str(form.get(f"kind-{line.at}", FIRST_KIND))
        good = str(form.get(f"good-{kind}-{line.at}", "" if kind != line.kind else line.good))
        if self.is_fixed:
            kept = self._kept[int(line.at)]
            return replace(kept, good=good_of(kept.kind, good))
        typed = ScoreLine(
            line.at,
            str(form.get(f"score-{line.at}", "")),
            kind,
            str(form.get(f"choices-{line.at}", "")),
            good,
        )
        at = int(line.at)
        if typed == line and at < len(self._kept):
            return self._kept[at]
        return score_of(typed.name, typed.kind, typed.choices, typed.good)


def _line(at: str, config: ScoreConfig) -> ScoreLine:
    return ScoreLine(at, config.name, config.kind.value, choices_of(config), config.good.value)


def _whole(form: Mapping[str, Any], name: str) -> int:
    text = str(form.get(name, "")).strip()
    if not text.isascii() or not text.isdigit():
        raise InvalidInput("This is a whole number.", fields={name: "This is a whole number."})
    return int(text)
