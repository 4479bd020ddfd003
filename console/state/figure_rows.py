"""Figures of the log as words: what each metric reads, how it is written, and which way is worse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from backend.alerts.types import Alert, Measure
from backend.conversations.figure_types import Figures, least_of
from backend.conversations.types import ChatState, Outcome, Rating, Satisfaction
from console.state import formats

Value = float | None
TRUE_MINUS = "\u2212"
FEWEST_COMPARED = TEN = 10


@dataclass(frozen=True)
class Reading:
    """One number of the figures: its word in a legend, and how it is read."""

    name: str
    of: Callable[[Figures], Value]


@dataclass(frozen=True)
class Metric:
    """What a tile and a picture show. `readings` are drawn beside each other, `main` alone where lines are split.

    `worse` is the direction that is bad: 1 upwards, -1 downwards, 0 neither. `base` is how many conversations the
    figure is read from: a change against a handful of them would be noise. `behind` are the filters that show those,
    `about` what of each is counted, where that is not itself, and `unknown` what stands where there is no value.
    `range_at` is the range of the log that a point of a value leads to, by its key.
    """

    key: str
    title: str
    write: Callable[[float], str]
    readings: tuple[Reading, ...]
    note: Callable[[Figures], str]
    main: int = 0
    worse: int = 0
    is_share: bool = False
    base: Callable[[Figures], int] = lambda of: of.num
    behind: tuple[tuple[str, str], ...] = ()
    about: str = ""
    unknown: Callable[[Figures], str] = lambda _: ""
    range_at: Callable[[float], dict[str, str]] = lambda _: {}

    def title_of(self, *, is_one: bool) -> str:
        """Return what stands above the picture, of one reading or of all."""
        name = self.title if is_one else self.title.split(" p")[0]
        return f"{name}, {self.about}" if self.about else name


def percent(share: float) -> str:
    """Write a share to two digits of what it is away from nothing, or from all: 33 %, 8.3 %, 99.7 %, 0.25 %.

    More would say of a few conversations what only thousands can tell.
    """
    away = 100 * min(share, 1 - share)
    written = f"{100 * share:.{_decimals(away)}f}"
    return f"{written.rstrip('0').rstrip('.') if '.' in written else written} %"


def _decimals(value: float) -> int:
    """Return how many decimals write a number below a hundred to two digits, two at most."""
    return 0 if value >= TEN or not value else 1 if value >= 1 else 2


def dollars(value: float) -> str:
    return formats.money(Decimal(str(round(value, 9))))


def whole(value: float) -> str:
    return formats.count(round(value))


def _cost(of: Figures) -> Value:
    """Return what was spent, None where no model that took tokens has a price."""
    return float(of.cost) if of.cost or not of.num_unpriced else None


def _no_price(of: Figures) -> str:
    return formats.NO_PRICE if of.num_unpriced else ""


def _none(_: Figures) -> str:
    return ""


METRICS = {
    one.key: one
    for one in (
        Metric(
            "conversations", "Conversations", whole, (Reading("Conversations", lambda of: of.num),),
            lambda of: formats.counted(of.num_turns, "turn"),
        ),
        Metric(
            "failed", "Failed", percent, (Reading("Failed", lambda of: of.failed_share),),
            lambda of: formats.counted(of.num_failed, "conversation"), worse=1, is_share=True,
            behind=(("state", ChatState.FAILED.value),),
        ),
        Metric(
            "latency", "Latency p95", formats.span,
            (Reading("p50", lambda of: of.p50), Reading("p95", lambda of: of.p95), Reading("p99", lambda of: of.p99)),
            lambda of: f"mean turn, p50 {formats.span(of.p50)}" if of.p50 is not None else "", main=1, worse=1,
            about="mean turn of a conversation", behind=(("latency", "0.."),),
            range_at=lambda value: {"latency": f"{least_of(round(value))}.."},
        ),
        Metric(
            "cost", "Cost", dollars, (Reading("Cost", _cost),),
            lambda of: formats.without(of.num_unpriced, "conversation"), unknown=_no_price,
        ),
        Metric(
            "tokens", "Tokens", whole,
            (
                Reading("In", lambda of: of.tokens_in),
                Reading("Out", lambda of: of.tokens_out),
                Reading("Tokens", lambda of: of.tokens_in + of.tokens_out),
            ),
            lambda of: f"{formats.count(of.tokens_in)} in", main=2,
        ),
        Metric(
            "helpful", "Marked helpful", percent, (Reading("Helpful", lambda of: of.liked_share),),
            lambda of: f"{formats.count(of.num_liked)} of {formats.count(of.num_rated)}", worse=-1, is_share=True,
            base=lambda of: of.num_rated,
            behind=tuple(("rating", one.value) for one in Rating if one is not Rating.NONE),
        ),
        Metric(
            "satisfaction", "Satisfaction", lambda value: f"{value:.2f}",
            (Reading("Satisfaction", lambda of: of.satisfaction),),
            lambda of: f"of 5, from {formats.counted(of.num_satisfied, 'rating')}", worse=-1,
            base=lambda of: of.num_satisfied,
            behind=tuple(("satisfaction", one.value) for one in Satisfaction if one is not Satisfaction.UNKNOWN),
        ),
        Metric(
            "completed", "Tasks completed", percent, (Reading("Done", lambda of: of.completed_share),),
            lambda of: f"{formats.count(of.num_completed)} of {formats.count(of.num_judged)}", worse=-1, is_share=True,
            base=lambda of: of.num_judged,
            behind=tuple(("outcome", one.value) for one in Outcome if one is not Outcome.UNKNOWN),
        ),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Tile:
    """A figure with its change against the span before; `tone` is worse, better or empty."""

    key: str
    title: str
    value: str
    change: str
    tone: str
    note: str


def tile(metric: Metric, figures: Figures, before: Figures) -> Tile:
    read = metric.readings[metric.main].of
    now, then = read(figures), read(before)
    words, tone = _change(metric, now, then) if metric.base(before) >= FEWEST_COMPARED else ("", "")
    known = now is not None
    return Tile(
        metric.key, metric.title, said_of(metric, figures), words, tone,
        metric.note(figures) if known or metric.unknown(figures) else "No data yet",
    )  # fmt: skip


def said_of(metric: Metric, figures: Figures) -> str:
    """Return the main reading in words, or why there is none."""
    value = metric.readings[metric.main].of(figures)
    return metric.write(value) if value is not None else metric.unknown(figures)


def compared(before: Figures, span: str) -> str:
    """Say what the changes are held against, `span` in words; or that there was too little to hold them against."""
    if before.num >= FEWEST_COMPARED:
        return f"compared with {span}"
    had = formats.counted(before.num, "conversation") if before.num else "no conversations"
    return f"No comparison yet: {span} had {had}"


def alert_words(alert: Alert) -> str:
    """Return what an alert saw, and its threshold: "Latency p95 9.1 s, above 5.0 s"."""
    name, write = MEASURES[alert.rule.measure]
    value = f" {write(alert.value)}," if alert.value is not None else ""
    return f"{name}{value} {alert.rule.comparison.value} {write(alert.rule.threshold)}."


MEASURES: dict[Measure, tuple[str, Callable[[float], str]]] = {
    Measure.CONVERSATIONS: ("Conversations", whole),
    Measure.FAILED: ("Failed conversations", whole),
    Measure.FAILED_SHARE: ("Failed", percent),
    Measure.LATENCY_P50: ("Latency p50", formats.span),
    Measure.LATENCY_P95: ("Latency p95", formats.span),
    Measure.LATENCY_P99: ("Latency p99", formats.span),
    Measure.COST: ("Cost", dollars),
    Measure.TOKENS: ("Tokens", whole),
    Measure.HELPFUL_SHARE: ("Marked helpful", percent),
    Measure.SATISFACTION: ("Satisfaction", lambda value: f"{value:.2f}"),
    Measure.COMPLETED_SHARE: ("Tasks completed", percent),
}


def _change(metric: Metric, now: Value, then: Value) -> tuple[str, str]:
    """Return the change in words: of shares in points, of the rest as a part of what it was."""
    if now is None or then is None or not (metric.is_share or then):
        return "", ""
    change = 100 * (now - then) if metric.is_share else 100 * (now - then) / then
    shown = round(change, _decimals(abs(change)) if metric.is_share else 1)
    words = f"{'+' if shown > 0 else TRUE_MINUS if shown < 0 else ''}{abs(shown):g} {'pt' if metric.is_share else '%'}"
    toned = shown * metric.worse
    return words, "worse" if toned > 0 else "better" if toned < 0 else ""
