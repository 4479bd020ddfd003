"""Ask one judge or several the same, and keep what each said."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import combinations
from typing import Any

from backend.errors import DomainError
from backend.experiments.evaluators.base import Help, Judged, NotUnderstood, Said, Score, failed
from backend.ports.language_model import Message, ModelSettings

ROOM = ModelSettings(temperature=0.0, max_output_tokens=600)
# An answer has 600 tokens; every brace of a longer one would be tried as the beginning of an object.
MOST_READ = 20_000


async def ask_each(judges: Sequence[str], aid: Help, ask: Callable[[Questions], Awaitable[Score]]) -> Score:
    """Ask each judge, and keep what each said beside what they say together. Raise DomainError where none did.

    What was said before the work broke off counts, and is not asked again.
    """
    said: list[tuple[str, Score]] = []
    refused = None
    for place, model in enumerate(judges, 1):
        if told := aid.heard(str(place)):
            said.append((told["model"], _remembered(told)))
            continue
        judge = Questions(aid, model)
        try:
            score = await ask(judge)
        except DomainError as error:
            refused, score = error, failed(error)
        else:
            if place < len(judges):
                await aid.hear(str(place), {"model": judge.model, **score.as_json()})
        said.append((judge.model, score))
    heard = [score for _, score in said if not score.error]
    if refused and not heard:
        raise refused
    own = [Judged(model, one.value, one.label, one.reason, one.error, one.said) for model, one in said if len(said) > 1]
    return replace(together(heard), judges=tuple(own))


class Questions:
    """The questions to one judge; `model` says which one it is once it was asked."""

    def __init__(self, aid: Help, model: str) -> None:
        self._aid, self._named = aid, model
        self.model = model

    async def ask(self, messages: Sequence[Message], read: Callable[[dict[str, Any]], Score]) -> Score:
        """Ask, a second time where it cannot be understood."""
        for _ in range(2):
            said: Said = await self._aid.ask(self._named, messages, ROOM)
            self.model = said.model or self.model
            try:
                return _verdict(said.text, read)
            except ValueError:
                continue
        raise NotUnderstood(said.text)


def _remembered(told: dict[str, Any]) -> Score:
    return Score(told["value"], told["passed"], told.get("label", ""), told.get("reason", ""))


def _verdict(text: str, read: Callable[[dict[str, Any]], Score]) -> Score:
    """Return the one verdict in a text, whatever is said around it. Raise ValueError where there is none, or another.

    What stands within a verdict is a part of it, and a second one may be a quotation of what is judged.
    """
    found = list[Score]()
    for one in _objects(text[-MOST_READ:]):
        with suppress(ValueError):
            found.append(read(one))
    # A reason has to be the same only where there are words alone.
    if len({(one.value, one.label) if one.label or one.value is not None else one.reason for one in found}) != 1:
        raise ValueError("no verdict, or two")
    return found[-1]


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """Yield the JSON objects of a text that stand in no other. Raise ValueError for a number of thousands of digits.

    Reading goes on behind the place where a broken one breaks: what it quotes up to there is its own.
    """
    decoder, start = json.JSONDecoder(strict=False), text.find("{")
    while start >= 0:
        try:
            found, end = decoder.raw_decode(text, start)
        except json.JSONDecodeError as error:
            end = max(error.pos, start + 1)
        except RecursionError:  # it tells no place
            end = start + 1
        else:
            yield found
        start = text.find("{", end)


def together(said: list[Score]) -> Score:
    """Return what most judges say, or their mean; `agreement` is the share of pairs of judges that say the same.

    What is said in words alone is neither the same nor another.
    """
    if len(said) == 1:
        return said[0]
    pairs = list(combinations(said, 2))
    same = sum((one.value, one.label) == (other.value, other.label) for one, other in pairs)
    agreement = same / len(pairs) if any(one.label or one.value is not None for one in said) else None
    values = [one.value for one in said if one.value is not None]
    labels = Counter(one.label for one in said)
    reason = "\n".join(one.reason for one in said if one.reason)[:4_000]
    if said[0].passed is not None:
        share = sum(bool(one.passed) for one in said) / len(said)
        passed = share > 0.5  # noqa: PLR2004  # more than half
        label = next((one.label for one in said if one.passed is passed), "")
        return Score(float(passed), passed, label, reason, agreement=agreement)
    value = sum(values) / len(values) if values else None
    return Score(value, None, labels.most_common(1)[0][0], reason, agreement=agreement)
