"""A question to the example flow, and its answer as it is written."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.demo.types import SLUG
from backend.flows.types import RunWish, Trigger
from backend.operator import Operator, Permission
from console import routes
from console.problems import Caught, caught
from console.state import formats
from console.state.cited_text import Part
from console.state.conversations_rows import Source, answer_parts, citation_of, source_line
from console.state.first_run import FirstRunState
from console.state.seat import Seated

FRAME_SECONDS = 0.04
MAX_QUESTION_CHARACTERS = 2_000
FIRST_QUESTION = "Within how many days can I return an opened sofa?"


@dataclass(frozen=True)
class PlateLine:
    """A node of the flow on the track: off, live, done (empty) or bad."""

    id: str
    plate: str
    title: str
    state: str


class AskState(Seated, rx.State):
    """Small and apart: it changes at every frame while tokens come. `asked` is what the answer below answers."""

    question: rx.Field[str] = rx.field(FIRST_QUESTION)
    is_asking: rx.Field[bool] = rx.field(default=False)
    asked: rx.Field[str] = rx.field("")
    answered: rx.Field[bool] = rx.field(default=False)
    text: rx.Field[str] = rx.field("")
    parts: rx.Field[list[Part]] = rx.field(default_factory=list)
    sources: rx.Field[list[Source]] = rx.field(default_factory=list)
    track: rx.Field[list[PlateLine]] = rx.field(default_factory=list)
    error: rx.Field[str] = rx.field("")
    hint: rx.Field[str] = rx.field("")
    when: rx.Field[str] = rx.field("")
    run_href: rx.Field[str] = rx.field("")
    spoken: rx.Field[str] = rx.field("")

    @rx.event
    async def send(self, form: dict[str, Any]) -> Any:
        """Ask what stands in the field; Enter does it too."""
        operator = await self._operator(Permission.FLOWS_RUN)
        question = str(form.get("question", self.question))[:MAX_QUESTION_CHARACTERS].strip()
        self.question = await services().masking.as_kept(operator, question)
        return AskState.ask(question)

    @rx.event
    async def recall(self) -> None:
        """Bring the last question and its answer back, where this tab has none."""
        operator = await self._operator(Permission.PROJECT_READ)
        last = None if self.asked else await services().demo.last_asked(operator)
        if last is None:
            return
        answer = last.answer
        self._begin(last.question, formats.clock(answer.created_at, await self._zone(), formats.now()))
        self.question, self.is_asking, self.answered = last.question, False, True
        self.error = answer.error
        self.parts = answer_parts(answer.text, answer.citations)
        self.sources = [source_line(citation) for citation in answer.citations]
        self._link({"run_id": answer.run_id})

    @rx.event(background=True)
    async def ask(self, question: str) -> Any:
        """Run the published example flow and draw what it says, at most 25 times a second.

        Where words are masked, its record is drawn alone: a state may lie in Redis.
        """
        async with self:
            operator = await self._operator(Permission.FLOWS_RUN)
            if self.is_asking or not question:
                return
            zone = await self._zone()
            self._begin(self.question, formats.clock(formats.now(), zone, formats.now()))
        async with self._until_answered():
            first = await services().demo.first_run(operator)
            async with self:
                self._lay_track(first.example.flow.nodes if first.example.flow else ())
            wish = RunWish(input={"question": question[:MAX_QUESTION_CHARACTERS]}, trigger=Trigger.CONSOLE)
            events = await services().runs.stream(operator, SLUG, wish)
            masks = await services().masking.is_on(operator)
            await self._follow(_of_record(operator, events) if masks else events)
        yield FirstRunState.load

    @asynccontextmanager
    async def _until_answered(self) -> AsyncIterator[None]:
        """Say a failure where the answer would stand, and open the field again however the asking ends."""
        found = Caught()
        try:
            with caught() as found:
                yield
        finally:
            async with self:
                self.is_asking, self.answered = False, True
                if problem := found.problem:
                    self.error, self.hint = problem.words, problem.more

    async def _follow(self, events: Any) -> None:
        """Take tokens in bundles; everything else is drawn at once."""
        waiting, last = "", time.monotonic()
        async with aclosing(events):
            async for event in events:
                if event["event"] == "token":
                    waiting += event["text"]
                    if time.monotonic() - last < FRAME_SECONDS:
                        continue
                async with self:
                    self.text += waiting
                    self._hear(event)
                waiting, last = "", time.monotonic()

    def _begin(self, question: str, when: str) -> None:
        self.is_asking, self.asked = True, question
        self.text = self.error = self.hint = self.run_href = self.spoken = ""
        self.parts, self.sources, self.track = [], [], []
        self.when = when

    def _lay_track(self, nodes: Any) -> None:
        self.track = [PlateLine(node.id, f"{node.plate:02}", node.title, "off") for node in nodes]

    def _hear(self, event: dict[str, Any]) -> None:
        """Move the track on, or close the answer."""
        match event["event"]:
            case "node.started":
                self._mark(event["node"], "live")
            case "node.done":
                self._mark(event["node"], "" if event["status"] == "done" else "bad")
            case "run.done":
                self._close(event)
            case "run.waiting":
                self.error = "It is waiting for a person."
                self._link(event)
            case "run.failed":
                self.error = event["error"]
                self._mark(event.get("node", ""), "bad")
                self._link(event)

    def _mark(self, node: str, state: str) -> None:
        self.track = [replace(line, state=state) if line.id == node else line for line in self.track]

    def _close(self, event: dict[str, Any]) -> None:
        """Draw the whole answer with its sources: the stream may have shown less than the output holds."""
        citations = tuple(citation_of(values) for values in event.get("citations", ()))
        output = event.get("output") or {}
        answer = str(output.get("answer", "") or next(iter(output.values()), "")) or self.text
        self.spoken = answer
        self.text, self.parts = "", answer_parts(answer, citations)
        self.sources = [source_line(citation) for citation in citations]
        self._link(event)

    def _link(self, event: dict[str, Any]) -> None:
        if run_id := event.get("run_id", ""):
            self.run_href = routes.to(routes.RUN, run_id)


async def _of_record(operator: Operator, events: AsyncGenerator[dict[str, Any]]) -> AsyncGenerator[dict[str, Any]]:
    """Yield what happens without the words, and the last word as it is kept."""
    async with aclosing(events):
        async for event in events:
            if event["event"] in {"run.done", "run.failed"}:
                run = (await services().runs.get(operator, event["run_id"])).run
                yield {**event, "output": run.output, "citations": run.citations} | (
                    {"error": run.error} if run.status.is_final else {}
                )
            elif event["event"] != "token":
                yield event
