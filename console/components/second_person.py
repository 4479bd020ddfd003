"""A wish that nobody can grant: who would have to be invited, by whom."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console import routes

NOBODY = "Nobody else in this project may approve it: that takes another reviewer or above. "
ASK = "Ask an administrator to invite one."


def nobody_else(is_alone: Any, may_invite: Any, *, inline: bool = False) -> rx.Component:
    """Say it beside the wish, with the way out; nothing where somebody else may approve."""
    invite = rx.el.a("Invite a member", href=routes.MEMBERS, class_name="u")
    said = (NOBODY, rx.cond(may_invite, invite, ASK))
    return rx.cond(is_alone, rx.el.span(" ", *said) if inline else rx.el.p(*said), rx.fragment())
