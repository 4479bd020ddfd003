"""Previous and next: pages of 50."""

from __future__ import annotations

import reflex as rx

from console.components.ui.button import icon_button
from console.components.ui.data_table import table_foot
from console.components.ui.kinds import Flag, Handler, Text


def pager(words: Text, *, on_previous: Handler, on_next: Handler, has_previous: Flag, has_next: Flag) -> rx.Component:
    """Draw a table's foot with "Rows 1 to 50 of 1,284, newest first" and the two ways to go."""
    return table_foot(
        words,
        icon_button("chevron-left", "Previous page", on_previous, size="sm", disabled=_not(has_previous)),
        icon_button("chevron-right", "Next page", on_next, size="sm", disabled=_not(has_next)),
    )


def _not(flag: Flag) -> Flag:
    return (not flag) if isinstance(flag, bool) else ~flag
