"""How far those agree who scored the same items, in words; and what that needs where it cannot be told."""

from __future__ import annotations

from dataclasses import dataclass

from backend.annotations.types import Agreement, Agreements
from backend.conversations.types import Channel
from backend.experiments.types import Drift
from backend.operator import Operator, Permission
from console import routes
from console.state import formats
from console.state.conversations_filters import log_address

TWO = 2
TOO_FEW = "too few items for an interval"
NEEDS_JUDGE = "Needs a judge: ask one about this queue from its items, or add answers that an experiment scored."
OF_EXPERIMENTS = log_address((), channel=Channel.EXPERIMENT.value)


@dataclass(frozen=True)
class AgreementLine:
    """How far two raters agree, in words."""

    id: str
    config: str
    raters: str
    kappa: str
    interval: str
    equal: str
    drift: str = ""
    drift_mark: str = ""


@dataclass(frozen=True)
class LackingLine:
    """An agreement that cannot be told yet: between whom, what it needs, and where to get that."""

    between: str
    needs: str
    act: str
    href: str


def agreement_line(one: Agreement) -> AgreementLine:
    known = one.kappa is not None
    told = f"{_signed(one.low)} to {_signed(one.high)}" if one.low is not None else TOO_FEW
    mark, drift = drift_words(one.drift, one.before)
    if one.drift is Drift.UNMEASURED:
        told = ""
    return AgreementLine(
        drift=drift,
        drift_mark=mark,
        id=f"{one.config}-{one.one}-{one.other}-{one.experiment_id}",
        config=one.config,
        raters=f"{one.one} and {one.other}",
        kappa=_signed(one.kappa) if known else "",
        interval=told if known or one.drift is Drift.UNMEASURED else "Not defined: one label alone was used",
        equal=f"{100 * one.share_equal:.0f} % of {formats.counted(one.num_items, 'item')} the same"
        if one.num_items
        else "",
    )


def drift_words(drift: Drift, kappa: float | None) -> tuple[str, str]:
    """Return the mark and the words for what a change of the judge did to its agreement; empty where none is told."""
    before = f" It was {_signed(kappa)}." if kappa is not None else ""
    if drift is Drift.UNMEASURED:
        return "wait", f"Not measured since the judge was changed.{before}"
    if drift is Drift.WORSE:
        return "fail", f"Worse than before the judge was changed.{before}"
    return ("ok", f"Not shown to be worse than before the judge was changed.{before}") if drift else ("", "")


def lacking_lines(found: Agreements, num_labels: int, queue_id: str, operator: Operator) -> list[LackingLine]:
    """Say what is needed where no two people, or no judge and a person, scored the same items."""
    lines: list[LackingLine] = []
    may_edit = operator.may(Permission.ANNOTATIONS_EDIT)
    if not found.people and num_labels < TWO:
        needs = "Needs two people on the same items; this queue asks one label of each."
        here = routes.to(routes.ANNOTATION_ITEMS, queue_id)
        lines.append(LackingLine("Between people", needs, "Ask for two labels", here if may_edit else ""))
    elif not found.people:
        needs = "Needs two people who labelled the same items."
        here = routes.MEMBERS if operator.may(Permission.MEMBERS_MANAGE) else ""
        lines.append(LackingLine("Between people", needs, "Invite a second person", here))
    if not found.judges:
        lines.append(LackingLine("Of a judge with people", NEEDS_JUDGE, "Answers of experiments", OF_EXPERIMENTS))
    return lines


def _signed(value: float | None) -> str:
    return f"{value:.2f}".replace("-", "\u2212")
