"""What is typed to narrow the log: a time, a range of a number, a name and a value in metadata."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Any

import reflex as rx

from backend.conversations.facet_types import TOO_MANY, beyond
from backend.operator import Permission
from console import toasts
from console.state import formats
from console.state.conversations_filters import TIME, Pair
from console.state.conversations_metadata import METADATA, typed_metadata
from console.state.conversations_ranges import typed_range
from console.state.conversations_times import ANY, days_of, days_pair, span_of, span_pair, time_options
from console.state.filtered import Filtered
from console.state.forms import Choice


class Narrowed(Filtered, mixin=True):
    """Besides the boxes. `left_out` says what of an address could not be read, `time` which of `times` is chosen."""

    left_out: rx.Field[str] = rx.field("")
    metadata_names: rx.Field[list[Choice]] = rx.field(default_factory=list)
    metadata_columns: rx.Field[list[Choice]] = rx.field(default_factory=list)
    time: rx.Field[str] = rx.field(ANY)
    times: rx.Field[list[Choice]] = rx.field(default_factory=list)
    first_day: rx.Field[str] = rx.field("")
    last_day: rx.Field[str] = rx.field("")

    @rx.event
    async def narrow(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """Leave what lies between two numbers, in the place of the range of the same that stood."""
        await self._operator(Permission.CONVERSATIONS_READ)
        one = typed_range(*(str(form.get(name, "")) for name in ("of", "least", "most")))
        if one is None:
            return None
        return await self._choose(*(pair for pair in self._chosen if pair[0] != one.of), (one.of.value, one.span))

    @rx.event
    async def narrow_metadata(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """Leave those whose metadata has a name, or a value of it; its values are counted beside the list then."""
        await self._operator(Permission.CONVERSATIONS_READ)
        value = typed_metadata(*(str(form.get(name, "")) for name in ("name", "value")))
        if not value:
            return None
        chosen = [*dict.fromkeys((*self._chosen, (METADATA, value)))]
        if beyond(value for key, value in chosen if key == METADATA):
            return toasts.refuse(TOO_MANY)
        return await self._choose(*chosen)

    @rx.event
    async def narrow_time(self, name: str) -> rx.event.EventSpec | None:
        """Leave what was last spoken in within a span of days that has a name; any time for the empty one."""
        await self._operator(Permission.CONVERSATIONS_READ)
        pair = span_pair(name, await self._zone(), formats.now())
        return await self._choose_time(pair) if pair or name == ANY else None

    @rx.event
    async def narrow_days(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """Leave what was last spoken in from one day to another, both whole."""
        await self._operator(Permission.CONVERSATIONS_READ)
        first, last = (str(form.get(name, "")) for name in ("first", "last"))
        pair = days_pair(first, last, await self._zone(), formats.now())
        return await self._choose_time(pair) if pair else None

    async def _choose_time(self, pair: Pair | None) -> rx.event.EventSpec | None:
        kept = [one for one in self._chosen if one[0] != TIME]
        return await self._choose(*kept, *([pair] if pair else []))

    def _show_time(self, zone: tzinfo, at: datetime) -> None:
        self.time, self.times = span_of(self._chosen, zone, at), time_options(self._chosen, zone, at)
        self.first_day, self.last_day = days_of(self._chosen, zone)

    async def _choose(self, *pairs: Pair) -> rx.event.EventSpec | None:
        operator = await self._operator(Permission.CONVERSATIONS_READ)
        self._chosen, self.num_filters = pairs, len(pairs)
        await self._read(operator)
        return self._at_address()
