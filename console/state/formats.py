"""How numbers, money and times are written, everywhere the same."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from typing import Protocol

# Every month has 28 days; the rest of the calendar is the browser's to know.
DAY = re.compile(r"20\d{2}-((0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)")
SECOND_MS, TEN_SECONDS_MS = 1_000, 10_000
LONG_MS = 90_000
MINUTE_MS = 60_000


class Spent(Protocol):
    """Tokens and money."""

    @property
    def tokens_in(self) -> int: ...
    @property
    def tokens_out(self) -> int: ...
    @property
    def cost(self) -> Decimal: ...
    @property
    def has_unpriced(self) -> bool: ...


def now() -> datetime:
    """Return this moment, aware, in UTC."""
    return datetime.now(UTC)


def start_of_day(zone: tzinfo, at: datetime) -> datetime:
    """Return when the day of this moment began in this zone."""
    return at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)


def day_of(text: str, zone: tzinfo) -> datetime | None:
    """Return when a day began that a browser writes as 2026-11-18, None where the text is no day."""
    return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=zone) if DAY.fullmatch(text) else None


def count(number: int) -> str:
    """Return a whole number with commas: 1,284."""
    return f"{number:,}"


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun: "1 passage", "12 passages"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(words: Sequence[str]) -> str:
    """Return names as a sentence has them: "a, b and c"."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def span(milliseconds: float) -> str:
    """Return a duration for summaries: 900 ms, 4.8 s, 3 min."""
    if milliseconds < SECOND_MS:
        return f"{milliseconds:.0f} ms"
    if milliseconds < LONG_MS:
        return f"{milliseconds / SECOND_MS:.1f} s"
    return f"{milliseconds / MINUTE_MS:.0f} min"


def roughly(milliseconds: float) -> str:
    """Return an estimate of a duration, without digits that it cannot know: 36 s."""
    return f"{milliseconds / SECOND_MS:.0f} s" if TEN_SECONDS_MS <= milliseconds < LONG_MS else span(milliseconds)


# Of a model for which nobody entered one: what it took is counted in tokens, and in no sum of money.
NO_PRICE = "no price"


def money(dollars: Decimal, *, single: bool = False) -> str:
    """Return US dollars: sums as $89.16, the price of a `single` call as $0.0121, nothing as $0."""
    if not dollars:
        return "$0"
    if single or dollars < Decimal("0.01"):
        return f"${dollars:.4f}" if dollars >= Decimal("0.0001") else "under $0.0001"
    return f"${dollars:,.2f}"


def price(dollars: Decimal) -> str:
    """Return dollars of any size with the digits that count: $13.80, $0.141, $0.0075, nothing as $0."""
    if not dollars:
        return "$0"
    if abs(dollars) >= 1:
        return f"${dollars:,.2f}"
    whole, _, digits = f"{dollars:.{2 - dollars.adjusted()}f}".partition(".")
    return f"${whole}.{digits.rstrip('0').ljust(2, '0')}"


def answer_price(dollars: Decimal, *, unpriced: bool = False) -> str:
    """Return what a thousand answers like this one cost, $0.048 per 1,000: answers stand beside each other."""
    return f"{price(dollars * 1_000)} per 1,000" if dollars else NO_PRICE if unpriced else "$0"


def cost(dollars: Decimal, tokens: int) -> str:
    """Return the cost that somebody reports: no price where none is told of tokens, empty where there are none."""
    return money(dollars, single=True) if dollars else NO_PRICE if tokens else ""


def spent(usage: Spent) -> str:
    """Return what one node, or one run, cost: no price where its model has none, empty where none was asked."""
    if usage.has_unpriced and not usage.cost:
        return NO_PRICE
    return money(usage.cost, single=True) if usage.tokens_in + usage.tokens_out else ""


def summed(dollars: Decimal, num_unpriced: int, what: str = "answer", *, single: bool = False) -> str:
    """Return a sum that says what it leaves out: $0.12, without 3 answers of unknown price."""
    if num_unpriced and not dollars:
        return NO_PRICE
    return ", ".join(filter(None, (money(dollars, single=single), without(num_unpriced, what))))


def without(num_unpriced: int, what: str = "answer") -> str:
    """Say of how many a sum of money knows no price; nothing of none."""
    return f"without {counted(num_unpriced, what)} of unknown price" if num_unpriced else ""


def day(moment: datetime, zone: tzinfo, at: datetime) -> str:
    """Return 14:31 today, 18 Nov this year, else 12 Nov 2025."""
    local, today = moment.astimezone(zone), at.astimezone(zone)
    if local.date() == today.date():
        return f"{local:%H:%M}"
    return f"{local.day} {local:%b}" if local.year == today.year else f"{local.day} {local:%b %Y}"


def clock(moment: datetime, zone: tzinfo, at: datetime) -> str:
    """Return 14:31:52 today, 12 Nov 16:02 this year, else 12 Nov 2025 16:02."""
    local, today = moment.astimezone(zone), at.astimezone(zone)
    if local.date() == today.date():
        return f"{local:%H:%M:%S}"
    return f"{day(moment, zone, at)} {local:%H:%M}"


def date(moment: datetime, zone: tzinfo) -> str:
    """Return the day of a page's head: Thu 19 Nov 2026."""
    local = moment.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %Y}"


def exact(moment: datetime, zone: tzinfo) -> str:
    """Return the whole time with its zone, for hover."""
    local = moment.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %Y %H:%M:%S %Z}"


def initials(name: str) -> str:
    """Return the first letters of the first and the last word: IH."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()
