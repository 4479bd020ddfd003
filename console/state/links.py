"""Links that are shown once, to copy."""

from __future__ import annotations

from urllib.parse import urlsplit

import reflex as rx

from console.state.seat import Seated

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Linked(Seated, mixin=True):
    """`link` is shown once, for `link_for`, where no letter went out; a local one works on this machine alone."""

    link: rx.Field[str] = rx.field("")
    link_for: rx.Field[str] = rx.field("")
    link_is_local: rx.Field[bool] = rx.field(False)

    def _show(self, path: str, token: str, email: str) -> None:
        at = f"{self.router.url.scheme}://{self.router.url.netloc}"
        self.link, self.link_for = f"{at}{path}?token={token}", email
        self.link_is_local = urlsplit(at).hostname in LOOPBACK
