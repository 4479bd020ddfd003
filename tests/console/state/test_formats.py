"""Numbers, money and times read the same everywhere."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from backend.privacy.types import Going
from backend.written import figure
from console.state import formats
from console.state.privacy_rows import told_of

NOW = datetime(2026, 11, 19, 13, 32, 8, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("milliseconds", "words"), [(0, "0 ms"), (999, "999 ms"), (4_800, "4.8 s"), (89_900, "89.9 s"), (180_000, "3 min")]
)
def test_spans_grow_their_unit(milliseconds: int, words: str) -> None:
    assert formats.span(milliseconds) == words


@pytest.mark.parametrize(
    ("dollars", "words"),
    [("0", "$0"), ("89.16", "$89.16"), ("1284.5", "$1,284.50"), ("0.0042", "$0.0042"), ("0.00001", "under $0.0001")],
)
def test_money_is_exact_where_it_is_small(dollars: str, words: str) -> None:
    assert formats.money(Decimal(dollars)) == words


@pytest.mark.parametrize(
    ("value", "words"), [(100.0, "100"), (16.84, "17"), (0.000005, "0.000005"), (12345.0, "12000")]
)
def test_a_figure_is_written_out(value: float, words: str) -> None:
    assert figure(value, 2) == words


def test_a_single_call_shows_four_places() -> None:
    assert formats.money(Decimal("0.0121"), single=True) == "$0.0121"


@pytest.mark.parametrize(
    ("moment", "short", "clock"),
    [
        (datetime(2026, 11, 19, 8, 5, 9, tzinfo=UTC), "09:05", "09:05:09"),
        (datetime(2026, 11, 18, 23, 30, tzinfo=UTC), "00:30", "00:30:00"),
        (datetime(2026, 11, 12, 15, 2, tzinfo=UTC), "12 Nov", "12 Nov 16:02"),
        (datetime(2025, 11, 12, 15, 2, tzinfo=UTC), "12 Nov 2025", "12 Nov 2025 16:02"),
    ],
)
def test_a_time_says_no_more_than_it_must(moment: datetime, short: str, clock: str) -> None:
    assert formats.day(moment, BERLIN, NOW) == short
    assert formats.clock(moment, BERLIN, NOW) == clock


def test_hover_tells_the_zone() -> None:
    assert formats.exact(NOW, BERLIN) == "Thu 19 Nov 2026 14:32:08 CET"


def test_a_number_takes_its_noun() -> None:
    assert formats.counted(1, "passage") == "1 passage"
    assert formats.counted(1_284, "passage") == "1,284 passages"


@pytest.mark.parametrize(
    ("dollars", "words"),
    [("0", "$0"), ("13.8", "$13.80"), ("1234.5", "$1,234.50"), ("0.14", "$0.14"), ("0.1412", "$0.141"),
     ("0.0075", "$0.0075"), ("0.000096", "$0.000096"), ("0.5", "$0.50")],
)  # fmt: skip
def test_a_price_keeps_the_digits_that_count(dollars: str, words: str) -> None:
    assert formats.price(Decimal(dollars)) == words


def test_an_answer_is_priced_by_the_thousand_whatever_it_costs() -> None:
    assert formats.answer_price(Decimal("0.0121")) == "$12.10 per 1,000"
    assert formats.answer_price(Decimal("0.000048")) == "$0.048 per 1,000"
    assert formats.answer_price(Decimal(0)) == "$0"


def test_one_of_a_thing_is_no_plural() -> None:
    assert told_of(Going(num_conversations=1, num_cells=1)) == "1 conversation, 1 answer of an experiment"
    assert told_of(Going(num_messages=2, num_cells=1_200)) == "2 messages, 1,200 answers of experiments"
