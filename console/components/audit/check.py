"""Whether the chain holds: the verdict first, then what was found, then the act."""

from __future__ import annotations

import reflex as rx

from console.components.ui import button, meter, panel, status
from console.state.audit_check import AuditCheckState as Check


def check() -> rx.Component:
    walking = rx.el.span(
        meter(Check.percent, "Verifying the chain", width="160px"),
        rx.el.span("Verifying, ", Check.walked, class_name="t12 t2", role="status"),
        class_name="row",
    )
    verdict = rx.match(
        Check.state,
        ("ok", status("ok", Check.words)),
        ("fail", status("fail", Check.words, weight=True)),
        rx.el.span(Check.words, class_name="t2"),
    )
    return panel(
        "Chain",
        rx.el.div(
            rx.cond(Check.walking, walking, verdict),
            rx.cond(
                Check.breaches,
                rx.el.ul(rx.foreach(Check.breaches, rx.el.li), class_name="breaches"),
                rx.fragment(),
            ),
            rx.el.p(
                "Each event carries a hash of itself and of the event before it. Verify checks the chain and "
                "finds anything edited, removed or added outside Signalbox.",
                class_name="t12 t2",
            ),
            class_name="chain",
        ),
        acts=button("Verify", Check.verify, busy=Check.walking),
    )
