"""What the server tells the browser to do: show a toast, say or leave for another address, bring something into view.

The framework's own ways (`rx.toast`, `rx.call_script`) send a text to be evaluated, which the content security policy
refuses. console/build.py lets `_tell` through to assets/ui/told.jsx instead.
"""

from __future__ import annotations

import inspect

import reflex as rx
from reflex_base.event import server_side


def _tell(what: str, words: str, more: str, href: str = "", link: str = "") -> rx.event.EventSpec:
    return server_side("_tell", inspect.signature(_tell), what=what, words=words, more=more, href=href, link=link)


def say(words: str, more: str = "", href: str = "", link: str = "") -> rx.event.EventSpec:
    """Return the event that shows good news: it leaves after 6 s, after 10 with a link, and waits under the pointer.

    `link` are words that lead to `href`, an address of ours.
    """
    return _tell("say", words, more, href, link)


def warn(words: str, more: str = "") -> rx.event.EventSpec:
    """Return the event that shows bad news, which stays. Never the only place of a failure."""
    return _tell("warn", words, more)


def refuse(words: str, more: str = "") -> rx.event.EventSpec:
    """Return the event that shows why an act was refused: it stays, until an act on the same page goes well."""
    return _tell("refuse", words, more)


def leave(address: str) -> rx.event.EventSpec:
    """Return the event that loads another address of ours anew, past the pages of the bundle."""
    return _tell("leave", address, "")


def reveal(identifier: str) -> rx.event.EventSpec:
    """Return the event that brings the element of this id into view."""
    return _tell("reveal", identifier, "")


def address(path: str) -> rx.event.EventSpec:
    """Return the event that puts another query into the address of the page, where that is still the same page."""
    return _tell("address", path, "")


def point(identifier: str) -> rx.event.EventSpec:
    """Return the event that unfolds the element of this id, brings it into view and puts the focus into it."""
    return _tell("point", identifier, "")
