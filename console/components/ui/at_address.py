"""What stands on a page only while it is about the thing that the browser's address names."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex.vars import VarData

# The server hears of another address only some hundred milliseconds behind the browser, so the browser compares.
_HERE = rx.Var(
    '(addressHere.pathname.replace(/\\/+$/, "").split("/").pop() ?? "")',
    _var_data=VarData(
        imports={"react-router": "useLocation"},
        hooks={"const addressHere = useLocation()": None},
    ),
).to(str)


def at_address(shown: rx.Var[Any], drawn: rx.Component, skeleton: rx.Component, *, also: str = "") -> rx.Component:
    """Draw `drawn` where the address ends in `shown`, or in `also`; never another thing's words."""
    is_here = (shown == _HERE) | (also == _HERE) if also else shown == _HERE
    return rx.cond(is_here, drawn, skeleton)
