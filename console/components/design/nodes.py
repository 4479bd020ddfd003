"""Node states as the canvas draws them."""

from __future__ import annotations

from typing import Literal, NamedTuple

import reflex as rx

from console.components.design.section import section
from console.components.ui import plate, port, status


class Node(NamedTuple):
    """What one drawing of a node shows."""

    caption: str
    kind: str
    number: str
    title: str
    words: str
    state: str
    foot: str
    right: str = ""
    plate: Literal["", "live", "bad", "wt", "off"] = ""
    joined: bool = True
    breakpoint: bool = False


NODES = (
    Node("In the draft", "", "04", "Knowledge search", "Help centre, top 3", "", "Not run"),
    Node("Selected", "sel", "04", "Knowledge search", "Help centre, top 3", "", "Not run"),
    Node("Done", "", "04", "Knowledge search", "Help centre, 3 passages", "ok", "367 ms", "$0.0004"),
    Node("Running", "run", "07", "LLM answer", "support-answer v17", "run", "Writing", "2.1 s", "live"),
    Node("Waiting", "hold", "08", "Human approval", "refund over $200", "wait", "Waiting for a person", "10 min", "wt"),
    Node("Error", "err", "05", "HTTP", "HTTP 429, tried 3 times", "fail", "Failed", "6.2 s", "bad"),
    Node(
        "Skipped, with the reason",
        "skip",
        "05",
        "HTTP",
        "intent is returns_policy",
        "skip",
        "Skipped",
        "",
        "off",
        joined=False,
    ),
    Node("Not reached", "todo", "09", "Output", "message", "queued", "Waits on 07", "", "off", joined=False),
    Node("Breakpoint", "", "06", "Merge", "context", "", "Stops before this", breakpoint=True),
    Node("Draft problem", "", "02", "Classifier", "Output joins nothing", "warn", "1 problem"),
    Node("Keyboard focus", "kf", "03", "Condition", "intent is order?", "", "Not run"),
    Node("From the cache", "", "02", "Classifier", "returns_policy 0.94", "ok", "Cached", "$0"),
)


def nodes() -> rx.Component:
    return section(
        "Node states",
        rx.el.div(*(_figure(node) for node in NODES), class_name="ng"),
        hint="Plate number, title, one line, state. Ports sit on the edge: filled when joined or done, else hollow.",
    )


def _figure(node: Node) -> rx.Component:
    flag = rx.el.span(class_name="bp", role="img", aria_label="Breakpoint, the run stops before this node")
    return rx.el.figure(
        rx.el.article(
            rx.el.header(
                plate(node.number, node.plate),
                rx.el.b(node.title, class_name="ell"),
                flag if node.breakpoint else rx.fragment(),
            ),
            rx.el.div(node.words, class_name="nb ell"),
            rx.el.footer(
                status(node.state, node.foot) if node.state else rx.el.span(node.foot, class_name="t2"),
                rx.el.span(node.right, class_name="r t2") if node.right else rx.fragment(),
            ),
            port("message", joined=node.joined, class_name="in"),
            port("documents", joined=node.joined, class_name="out"),
            class_name=f"node {node.kind}",
            aria_label=f"{node.number} {node.title}",
        ),
        rx.el.figcaption(node.caption),
    )
