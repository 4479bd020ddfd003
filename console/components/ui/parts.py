"""The React parts that Python cannot express: focus, keys and the top layer. Sources: assets/ui/*.jsx."""

from __future__ import annotations

from typing import Any

import reflex as rx


class Roving(rx.Component):
    """A box in which arrows, Home and End move the focus among the children that `pick` selects, and press them."""

    library = "$/public/ui/roving.jsx"
    tag = "Roving"
    role: rx.Var[str]
    label: rx.Var[str]
    pick: rx.Var[str]


class MenuRoot(rx.Component):
    """A trigger ([data-trigger]) and a list ([role=menu]) that opens over everything."""

    library = "$/public/ui/menu.jsx"
    tag = "MenuRoot"
    align: rx.Var[str]


class Modal(rx.Component):
    """A native dialog: the page behind is inert, Esc closes, focus starts at [data-safe] and returns."""

    library = "$/public/ui/modal.jsx"
    tag = "Modal"
    open: rx.Var[bool]
    labelled_by: rx.Var[str]
    described_by: rx.Var[str]
    on_close: rx.EventHandler[rx.event.no_args_event_spec]


class Countdown(rx.Component):
    """A bar that runs for some seconds, fires once at the end, and answers Ctrl Z."""

    library = "$/public/ui/countdown.jsx"
    tag = "Countdown"
    seconds: rx.Var[float]
    on_end: rx.EventHandler[rx.event.no_args_event_spec]
    on_undo: rx.EventHandler[rx.event.no_args_event_spec]


class ListKeys(rx.Component):
    """A list whose rows ([data-row]) answer arrows, J K, Enter, Space, Shift with arrows, Ctrl A, R and Del.

    With a `place`, which says what it shows, it stands where it was left when its page is drawn again.
    """

    library = "$/public/ui/list_keys.jsx"
    tag = "ListKeys"
    place: rx.Var[str]


class Suggest(rx.Component):
    """A field and below it what it may mean ([role=option] with data-value): arrows, Enter, Esc."""

    library = "$/public/ui/suggest.jsx"
    tag = "Suggest"


class Tips(rx.Component):
    """The one tooltip of the page: it speaks for whatever carries data-tip."""

    library = "$/public/ui/tips.jsx"
    tag = "Tips"


class CopyButton(rx.Component):
    """A small button that copies a text and says so."""

    library = "$/public/ui/copy.jsx"
    tag = "CopyButton"
    text: rx.Var[str]
    label: rx.Var[str]


class SaveButton(rx.Component):
    """A button that asks our own REST API for a file with a body, which keeps it out of addresses, and saves it."""

    library = "$/public/ui/save.jsx"
    tag = "SaveButton"
    path: rx.Var[str]
    asked: rx.Var[dict[str, str]]
    project: rx.Var[str]
    name: rx.Var[str]
    label: rx.Var[str]


class EnterSends(rx.Component):
    """A box in which Enter sends the form of a text area, and Shift with Enter breaks the line."""

    library = "$/public/ui/enter_sends.jsx"
    tag = "EnterSends"


class PressKeys(rx.Component):
    """A box in which a key presses the button that carries it as data-press."""

    library = "$/public/ui/press_keys.jsx"
    tag = "PressKeys"


class Every(rx.Component):
    """Ticks while the page is in sight, and at once when it comes into sight again."""

    library = "$/public/ui/every.jsx"
    tag = "Every"
    seconds: rx.Var[float]
    on_tick: rx.EventHandler[rx.event.no_args_event_spec]


class Entries(rx.Component):
    """Tells what stands in the form of an id, `seconds` after it changed last."""

    library = "$/public/ui/entries.jsx"
    tag = "Entries"
    form: rx.Var[str]
    seconds: rx.Var[float]
    on_entries: rx.EventHandler[rx.event.passthrough_event_spec(dict[str, Any])]
