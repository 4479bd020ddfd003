"""The move that every question before an act shares: it is about one row, and is answered once."""

from __future__ import annotations

import reflex as rx

from console.state.seat import Seated


class Asking(Seated, mixin=True):
    """`asking` says which question is open, empty for none; `asked_name` is how it names its row."""

    asking: rx.Field[str] = rx.field("")
    asked_id: rx.Field[str] = rx.field("")
    asked_name: rx.Field[str] = rx.field("")

    def _ask(self, about: str, row_id: str, name: str) -> None:
        self.asking, self.asked_id, self.asked_name = about, row_id, name

    def _answered(self, about: str) -> str:
        """Close the question and return the row that it was about; empty where another one was asked, or none."""
        found = self.asked_id if self.asking == about else ""
        self.asking = self.asked_id = ""
        return found
