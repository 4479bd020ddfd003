"""A page that is loaded anew stands without the dialogs that were open in its tab before.

A dialog that is left by a link closes itself (assets/ui/modal.jsx); a tab that is loaded anew cannot, and its state is
still here. They are closed with the first event of the page, before anybody can open one on it.
"""

from __future__ import annotations

from collections.abc import Iterator

from reflex.state import BaseState

# By these fields dialogs stand open: none, and the default of each says that nothing is asked.
OPENED_BY = frozenset(
    {
        "asking", "choice", "creating", "deciding", "deleting", "detail", "dialog", "naming", "opened", "promoting",
        "removing", "renaming", "ruling", "saving", "secret",
    }
)  # fmt: skip


def close_left_open(root: BaseState) -> None:
    """Close every dialog of a tab."""
    for state in _tree(root):
        for name in OPENED_BY & state.base_vars.keys():
            setattr(state, name, state.get_fields()[name].default_value())


def _tree(state: BaseState) -> Iterator[BaseState]:
    yield state
    for child in state.substates.values():
        yield from _tree(child)
