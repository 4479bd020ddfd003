"""What waits for a second person on another page: a flow to publish, a label of a prompt to move."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from backend.overview.types import SecondPerson
from console import routes
from console.state import formats


@dataclass(frozen=True)
class WishRow:
    """Who asks for what since when, and the page on which it is decided."""

    id: str
    what: str
    by: str
    href: str


def wish_rows(found: SecondPerson, zone: tzinfo, now: datetime) -> list[WishRow]:
    """Return all that waits, newest first."""
    rows = [
        (one.asked_at, one.id, f"Publish {one.flow_name} v{one.version}", one.asked_by, routes.FLOW, one.flow_id)
        for one in found.publishing
    ]
    rows += [
        (
            one.asked_at,
            one.id,
            f"{one.prompt_name}: {one.label} to v{one.version}",
            one.asked_by,
            routes.PROMPT,
            one.prompt_id,
        )
        for one in found.labels
    ]
    rows.sort(reverse=True)
    return [
        WishRow(wish, what, f"{by} asks, {formats.day(at, zone, now)}", routes.to(page, about))
        for at, wish, what, by, page, about in rows
    ]
