"""Where toasts stand: bottom right, three at most, dressed as a panel."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_components_sonner.toast import ToastProps

# A dict, because the type asks for every field of a toast where the class asks for none.
BARE: dict[str, Any] = {"unstyled": True}


def toaster() -> rx.Component:
    return rx.toast.provider(
        position="bottom-right",
        visible_toasts=3,
        expand=True,
        close_button=False,
        rich_colors=False,
        toast_options=ToastProps(**BARE),
    )
