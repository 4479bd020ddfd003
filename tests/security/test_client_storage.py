"""Rights live on the server: nothing that a state holds is kept in, and so written by, a browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import reflex as rx

from console.pages import PAGES


def _states(kind: type[rx.State] = rx.State) -> Iterator[type[rx.State]]:
    for one in kind.get_substates():
        yield one
        yield from _states(one)


@pytest.mark.security("Z5")
def test_no_var_of_a_state_is_kept_in_a_browser() -> None:
    assert PAGES  # their modules define the states
    ours = {state for state in _states() if state.__module__.startswith("console.")}
    assert len(ours) > 50
    kept = [f"{one.__name__}.{name}" for one in ours for name in one.get_fields() if one._is_client_storage(name)]
    assert kept == []
