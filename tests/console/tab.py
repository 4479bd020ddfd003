"""A tab as the server sees it: its tree of states, called as the socket calls them."""

from __future__ import annotations

from typing import Any, TypeVar

import pytest
import reflex as rx
from reflex.istate.data import HeaderData, ReflexURL, URLData
from reflex.state import State

from backend.api.access import SESSION_COOKIE
from backend.bootstrap import Services
from backend.errors import SignInNeeded

AnyState = TypeVar("AnyState", bound=rx.State)


class Tab:
    """One tab: its tree of states, signed in or not."""

    def __init__(self, cookie: str) -> None:
        self.cookie = cookie
        self.root: Any = State(_reflex_internal_init=True)
        self.root.rx_router_headers = HeaderData(cookie=f"{SESSION_COOKIE}={cookie}" if cookie else "")

    def at(self, path: str) -> Tab:
        self.root.rx_router_url = URLData.from_url(ReflexURL(f"http://127.0.0.1:3000{path}"))
        return self

    def state(self, kind: type[AnyState]) -> AnyState:
        found: AnyState = self.root.get_substate(kind.get_full_name().split("."))
        return found


async def call(handler: Any, *values: Any) -> Any:
    return await handler(*values)


async def refused(kind: type[rx.State], arguments: dict[str, list[Any]]) -> None:
    """Fail unless every handler of the state turns an anonymous tab away; `arguments` where empty texts do not do."""
    state = Tab("").at("/conversations/conv_1").state(kind)
    for name, handler in kind.event_handlers.items():
        if name == "setvar" or handler.fn.__module__.startswith("reflex"):
            continue
        num_wanted = handler.fn.__code__.co_argcount - 1
        with pytest.raises(SignInNeeded):
            await spent(handler.fn(state, *arguments.get(name, [""] * num_wanted)))


def lost_in_a_store(state: rx.State) -> list[str]:
    """Return the vars of a state and of all below it that a store outside the process, such as Redis, would lose."""
    kept = type(state)._deserialize(state._serialize())
    mine, theirs = state.__getstate__(), kept.__getstate__()
    lost = [f"{type(state).__name__}.{name}" for name, value in mine.items() if theirs.get(name) != value]
    return [*lost, *(name for each in state.substates.values() for name in lost_in_a_store(each))]


async def spent(said: Any) -> list[Any]:
    """Wait for a handler of any shape, and return what it yielded."""
    if hasattr(said, "__aiter__"):
        return [event async for event in said]
    return [await said]


@pytest.fixture
async def tab(services: Services) -> Tab:
    token = await services.identity.make_sign_in_link()
    return Tab(await services.identity.sign_in_by_link(token))
