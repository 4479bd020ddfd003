"""Which variants the page of an experiment leads to production, and what became of those that went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo

import reflex as rx

from backend.experiments.types import Comparison, Whereabouts
from backend.operator import Operator
from console.state import formats
from console.state.experiment_promoted import PromotedLine, button_words, doubts, promoted_lines, with_followers


@dataclass(frozen=True)
class Promotable:
    """A variant on a button: `is_there` where people get it already or it waits for that.

    `doubts` say what speaks against it, empty where nothing does.
    """

    variant: str = ""
    words: str = ""
    is_there: bool = False
    doubts: str = ""


class Leading(rx.State, mixin=True):
    """A page that takes variants to production: `first` is the one that the advice names, else the one compared.

    `second` is the one compared where that is another one; without a variant there is no such button. `called` has the
    words for each variant.
    """

    called: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    promoted: rx.Field[list[PromotedLine]] = rx.field(default_factory=list)
    first: rx.Field[Promotable] = rx.field(default_factory=Promotable)
    second: rx.Field[Promotable] = rx.field(default_factory=Promotable)

    def _lead_to(self, said: Comparison, taken: str, variant: str, unreached: str) -> None:
        """Choose the variants of both buttons."""
        first, second = (taken, variant) if taken and taken != variant else (variant, "")
        self.first = Promotable(first, doubts=unreached or doubts(said, first))
        self.second = Promotable(second, doubts=unreached or doubts(said, second)) if second else Promotable()

    async def _say_where(self, operator: Operator, found: Sequence[Whereabouts], zone: tzinfo) -> None:
        """Say where the variants went and who gets them there, and on the buttons whether theirs did."""
        self.promoted = await with_followers(operator, found, promoted_lines(found, zone, formats.now()))
        self.first, self.second = (self._worded(one, found) for one in (self.first, self.second))

    def _worded(self, one: Promotable, found: Sequence[Whereabouts]) -> Promotable:
        words, is_there = button_words(found, one.variant, self.called.get(one.variant, one.variant))
        return replace(one, words=words, is_there=is_there)
