"""Jinja in its sandbox: cheap templates here, costly ones in a child with 1 s and 256 MB."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
from jinja2 import nodes

from backend.engines.room.room import Room
from backend.engines.templates import reading, uses
from backend.engines.templates.environment import Sandbox, fill, parse, value_of
from backend.engines.templates.orders import Render, Rendered
from backend.ports.templates import TemplateFailed, TemplateVariable

WORKER = "backend.engines.templates.worker"
NUM_ROOMS = 2  # a template that uses its whole second delays its neighbour, not everybody
NUM_REMEMBERED = 512


@dataclass(frozen=True)
class _Read:
    """What is known of a source before it is filled."""

    is_cheap: bool
    expression: str
    names: frozenset[str]
    references: frozenset[str]
    variables: tuple[TemplateVariable, ...]


class JinjaTemplates:
    """The rooms start with the first costly template."""

    def __init__(self, folder: Path, log: Path) -> None:
        self._sandbox = Sandbox()
        self._rooms = [Room("The template engine", WORKER, folder, log, patience_seconds=30) for _ in range(NUM_ROOMS)]
        self._under_way = [0] * NUM_ROOMS
        self._read = lru_cache(NUM_REMEMBERED)(self._read_anew)

    async def render(self, source: str, values: Mapping[str, Any]) -> str:
        if "{" not in source:
            return source
        read = self._read(source)
        given = _plain(read, values)
        if read.is_cheap:
            return fill(self._sandbox, source, given)
        return str(await self._ask(Render(source, "", given)))

    async def evaluate(self, source: str, values: Mapping[str, Any]) -> Any:
        if "{" not in source:
            return source
        read = self._read(source)
        if not read.expression:
            return await self.render(source, values)
        given = _plain(read, values)
        if read.is_cheap:
            return value_of(self._sandbox, read.expression, given)
        return await self._ask(Render(source, read.expression, given))

    def check(self, source: str) -> None:
        self._read(source)

    def references(self, source: str) -> frozenset[str]:
        return self._read(source).references

    def variables(self, source: str) -> tuple[TemplateVariable, ...]:
        return self._read(source).variables

    async def close(self) -> None:
        for room in self._rooms:
            await room.close()

    def _read_anew(self, source: str) -> _Read:
        tree: nodes.Template = parse(self._sandbox, source)
        try:
            references = reading.references(tree)
            names = frozenset(name.partition(".")[0] for name in references)
            lone, variables = reading.lone_expression(tree, source), uses.variables(tree, references)
            return _Read(reading.is_cheap(tree), lone, names, references, variables)
        except RecursionError:
            raise TemplateFailed("The template is nested too deeply.") from None

    async def _ask(self, order: Render) -> Any:
        number = self._under_way.index(min(self._under_way))
        self._under_way[number] += 1
        try:
            answer = await self._rooms[number].call(order, Rendered)
        except (OverflowError, UnicodeEncodeError):
            raise TemplateFailed("A value holds half of a character, or a number beyond 2 ** 63.") from None
        finally:
            self._under_way[number] -= 1
        if answer.failure:
            raise TemplateFailed(answer.failure, line=answer.line)
        return answer.value


def _plain(read: _Read, values: Mapping[str, Any]) -> dict[str, Any]:
    """Copy what the template reads into plain JSON values: an object with methods of its own must not get in."""
    try:
        return {name: msgspec.to_builtins(values[name]) for name in read.names if name in values}
    except (TypeError, ValueError, RecursionError):
        raise TemplateFailed("A value is no plain data.") from None
