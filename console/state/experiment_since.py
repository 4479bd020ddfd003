"""Which rows changed colour since the run before, in words."""

from __future__ import annotations

from dataclasses import dataclass

from backend.experiments.types import Since
from console import routes
from console.state import formats

MOST_TURNED = 20


@dataclass(frozen=True)
class SinceLine:
    """Which rows changed colour since the run before; empty for none. `judges` were not asked the same in both."""

    name: str
    href: str
    green: str
    red: str
    added: str
    judges: str


def since_line(since: Since) -> SinceLine:
    green, red, added = (
        ", ".join(f"{one:04}" for one in rows[:MOST_TURNED]) for rows in (since.green, since.red, since.added)
    )
    return SinceLine(
        since.experiment_name,
        routes.to(routes.EXPERIMENT, since.experiment_id),
        f"{formats.counted(len(since.green), 'row')} turned green: {green}" if green else "",
        f"{formats.counted(len(since.red), 'row')} turned red: {red}" if red else "",
        f"{formats.counted(len(since.added), 'new row')}: {added}" if added else "",
        f"{formats.listed(since.judges)} judged otherwise there, so a row may have turned by that alone."
        if since.judges
        else "",
    )
