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

    `judges` were not asked the same in both.
    """

    name: str
    href: str
    fixed: str
    broken: str
    added: str
    judges: str


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
        f"{formats.listed(since.judges)} judged otherwise there, so a row may have turned by that alone."
        if since.judges
        else "",
    )
