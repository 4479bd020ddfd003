"""Which rows pass or fail since the run before, in words."""

from __future__ import annotations

from dataclasses import dataclass

from backend.experiments.types import Since
from console import routes
from console.state import formats

MOST_TURNED = 20


@dataclass(frozen=True)
class SinceLine:
    """Which rows were fixed, which broken, and which are new; empty for none.

    `by` is the evaluator that tells. `judges` were not asked the same in both.
    """

    name: str
    href: str
    fixed: str
    broken: str
    added: str
    judges: str
    by: str = ""


def since_line(since: Since) -> SinceLine:
    fixed, broken, added = (
        ", ".join(f"{one:04}" for one in rows[:MOST_TURNED]) for rows in (since.green, since.red, since.added)
    )
    return SinceLine(
        since.experiment_name,
        routes.to(routes.EXPERIMENT, since.experiment_id),
        f"{formats.counted(len(since.green), 'row')} fixed: {fixed}" if fixed else "",
        f"{formats.counted(len(since.red), 'row')} broken: {broken}" if broken else "",
        f"{formats.counted(len(since.added), 'new row')}: {added}" if added else "",
        _judges(since),
        since.deciding,
    )


def _judges(since: Since) -> str:
    """Say who was asked otherwise, and that rows may have turned by it, where some did by what is judged."""
    if not since.judges:
        return ""
    names = formats.listed(since.judges)
    if since.deciding in since.judges and (since.green or since.red):
        return f"{names} judged otherwise there, so a row may have turned by that alone."
    return f"{names} {'asks' if len(since.judges) == 1 else 'ask'} otherwise now."
