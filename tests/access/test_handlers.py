"""Every handler of the console, called with what another organisation has: nothing is told, nothing is changed."""

from __future__ import annotations

import asyncio
import inspect
import itertools
import json
import re
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
import reflex as rx
from reflex.event import EventHandler

from backend.errors import DomainError
from backend.identity.tokens import hash_of
from console import routes
from console.pages import PAGES
from tests.access.test_isolation import rows_of, unknown
from tests.access.world import WAYS, Side, World
from tests.console.tab import Tab

pytestmark = pytest.mark.asyncio(loop_scope="module")
SECONDS = 20
# A busy machine takes half a minute for one.
NUM_PARTS = 2
# A form names its fields as its handler reads them.
FIELDS = ("name", "question", "id", "flow_id", "document_id", "user_id", "email", "role", "group", "comment", "value")
ADDRESSES = {
    routes.FLOW: "flow_id",
    routes.RUN: "run_id",
    routes.CONVERSATION: "conversation_id",
    routes.KNOWLEDGE_BASE: "knowledge_base_id",
    routes.DOCUMENT: "document_id",
    routes.PROMPT: "prompt_id",
}
# Addresses in memory, and ids of what a handler makes.
NEW_EACH_TIME = re.compile(r"0x[0-9a-f]+|_[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Another name of an id, and what one handler alone takes.
NO_PAGES = {"name", "chat", "view_id", "comment_id"}
# Samples for those who build the console; they have no rows behind them.
NO_ROWS = {"DesignState"}


def states(kind: type[rx.State] = rx.State) -> Iterator[type[rx.State]]:
    for one in kind.get_substates():
        if one.__module__.startswith("console.state"):
            yield one
        yield from states(one)


def handlers() -> list[tuple[type[rx.State], str, EventHandler]]:
    assert PAGES  # their modules define the states
    return [
        (state, name, handler)
        for state in sorted(set(states()), key=lambda one: one.__name__)
        for name, handler in sorted(state.event_handlers.items())
        if state.__name__ not in NO_ROWS and handler.fn.__module__.startswith("console.")
    ]


def arguments(handler: EventHandler, value: str) -> list[Any]:
    """Return an argument for each parameter: the id wherever a text fits."""
    found: list[Any] = []
    for name, parameter in list(inspect.signature(handler.fn).parameters.items())[1:]:
        kind = str(parameter.annotation)
        if kind.startswith("dict"):
            found.append(dict.fromkeys(FIELDS, value))
        elif kind.startswith("list"):
            found.append([{"op": "rename", "node": value, "title": value}])
        elif kind in {"int", "float", "bool"}:
            found.append({"int": 1, "float": 0.0, "bool": True}[kind])
        else:
            found.append("viewer" if name == "role" else value)
    return found


def shared_out(keys: Iterable[str], world: World, number: int) -> Iterator[str]:
    """Yield a third of the ids for each way to sign in: every handler is called in each, and with every id in one."""
    for at, key in enumerate(keys):
        if (at + number) % len(WAYS) == WAYS.index(world.way):
            yield key


async def outcome(cookie: str, state: type[rx.State], handler: EventHandler, value: str, path: str) -> tuple[str, str]:
    """Call a handler in a fresh tab; return all that the browser would hear of it, without the id itself."""
    tab = Tab(cookie).at(path)
    said: list[str] = []
    try:
        async with asyncio.timeout(SECONDS):
            told = handler.fn(tab.state(state), *arguments(handler, value))
            if hasattr(told, "__aiter__"):
                said += [str(one) async for one in told]
            else:
                said.append(str(await told))
    except DomainError as error:
        said.append(f"{type(error).__name__} {error.message}")
    except Exception as error:  # noqa: BLE001  # a form that makes no sense: the page says that something failed
        said.append(type(error).__name__)
    drawn = json.dumps(tab.state(state).dict(), default=str, sort_keys=True)
    return NEW_EACH_TIME.sub("", " ".join(said).replace(value, "ID")), drawn.replace(value, "ID")


@pytest.fixture
def tabs_that_look_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what watches go round once: no browser holds a socket here."""
    turns = itertools.cycle([True, False])

    async def is_open(_token: str) -> bool:
        return next(turns)

    for name, module in list(sys.modules.items()):
        if name.startswith("console.state") and hasattr(module, "is_open"):
            monkeypatch.setattr(module, "is_open", is_open)


@pytest.mark.security("4", "7", "28", "Z2")
@pytest.mark.usefixtures("tabs_that_look_twice")
@pytest.mark.parametrize("part", range(NUM_PARTS))
async def test_no_handler_tells_or_changes_anything_of_another_organisation(
    world: World, ours: Side, theirs: Side, part: int
) -> None:
    before = await rows_of(world.services, ours)
    lost, cookie = unknown(ours.ids), theirs.sessions["owner"]
    places = {key: routes.to(route, "{}") for route, key in ADDRESSES.items()}
    num_called = 0
    for number, (state, name, handler) in enumerate(handlers()[part::NUM_PARTS]):
        takes = len(inspect.signature(handler.fn).parameters) > 1
        for key in shared_out(sorted(ours.ids.keys() - NO_PAGES) if takes else places, world, number):
            path = places.get(key, "/")
            foreign = await outcome(cookie, state, handler, ours.ids[key], path.format(ours.ids[key]))
            known = await outcome(cookie, state, handler, lost[key], path.format(lost[key]))
            assert ours.word not in "".join(foreign), (state.__name__, name, key)
            assert foreign[0] == known[0], (state.__name__, name, key)
            num_called += 1
    assert num_called > 100
    assert await rows_of(world.services, ours) == before


# A person's own: whether the first steps are still shown, and what was seen of them.
OF_READERS = {"demo"}


def without(rows: dict[str, list[Any]], tables: set[str]) -> dict[str, list[Any]]:
    return {name: found for name, found in rows.items() if name not in tables}


@pytest.mark.security("28", "36", "Z2")
@pytest.mark.usefixtures("tabs_that_look_twice")
@pytest.mark.parametrize("part", range(NUM_PARTS))
async def test_a_viewer_changes_nothing_whatever_they_call(world: World, ours: Side, part: int) -> None:
    before = without(await rows_of(world.services, ours), OF_READERS)
    places = {key: routes.to(route, "{}") for route, key in ADDRESSES.items()}
    num_denied = 0
    for number, (state, _, handler) in enumerate(handlers()[part::NUM_PARTS]):
        takes = len(inspect.signature(handler.fn).parameters) > 1
        for key in shared_out(sorted(ours.ids) if takes else places, world, number):
            path = places.get(key, "/").format(ours.ids[key])
            said, _ = await outcome(ours.sessions["viewer"], state, handler, ours.ids[key], path)
            num_denied += "Forbidden" in said
    assert num_denied > 20
    assert without(await rows_of(world.services, ours), OF_READERS) == before


@pytest.mark.security("Z6")
@pytest.mark.usefixtures("tabs_that_look_twice")
async def test_no_state_holds_a_secret_of_those_who_may_see_most(world: World, ours: Side) -> None:
    """What an owner's browser is sent after each page was loaded: no value, hash, key, token or path of the server."""
    settings, num_drawn = world.services.settings, 0
    canaries = {
        *ours.keys.values(), *ours.sessions.values(), f"sk-{ours.word}-key", f"{ours.word}-secret-value",
        *(hash_of(one) for one in (*ours.keys.values(), *ours.sessions.values())), "$argon2", "gAAAA",
        str(settings.folder), settings.secret_key[0].get_secret_value() if settings.secret_key else "no key",
    }  # fmt: skip
    places = {key: routes.to(route, "{}") for route, key in ADDRESSES.items()}
    for state, name, handler in handlers():
        if len(inspect.signature(handler.fn).parameters) > 1 or not name.startswith(("load", "open", "read", "show")):
            continue
        for key, path in {**places, "": "/"}.items():
            told = await outcome(ours.sessions["owner"], state, handler, "x", path.format(ours.ids.get(key, "")))
            found = [canary for canary in canaries if canary in "".join(told)]
            assert not found, (state.__name__, name, found)
            num_drawn += ours.word in told[1]
    assert num_drawn > 10
