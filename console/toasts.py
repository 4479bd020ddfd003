"""What the corner says about results of acts elsewhere. Never the only place of a failure."""

from __future__ import annotations

import reflex as rx

GOOD_NEWS_MS = 6000
# Bad news stays until it is closed.
BAD_NEWS_MS = 1_000_000


def say(words: str, more: str = "") -> rx.event.EventSpec:
    """Return the event that shows good news: it leaves after 6 s and waits under the pointer."""
    return rx.toast.success(words, description=more, duration=GOOD_NEWS_MS)


def warn(words: str, more: str = "") -> rx.event.EventSpec:
    """Return the event that shows bad news."""
    return rx.toast.error(words, description=more, duration=BAD_NEWS_MS, close_button=True)
