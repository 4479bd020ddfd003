"""What the palette found on the server."""

from __future__ import annotations

import reflex as rx

from backend.activity.types import Found, Thing
from backend.bootstrap import services
from backend.operator import Permission
from console import routes
from console.state.seat import Seated

GROUPS = {
    Thing.FLOW: ("Flows", "flow", routes.FLOW),
    Thing.PROMPT: ("Prompts", "prompt", routes.PROMPT),
    Thing.KNOWLEDGE_BASE: ("Knowledge", "base", routes.KNOWLEDGE_BASE),
    Thing.DOCUMENT: ("Knowledge", "document", routes.DOCUMENT),
    Thing.DATASET: ("Datasets", "dataset", routes.DATASET),
    Thing.CONVERSATION: ("Conversations", "chat", routes.CONVERSATION),
    Thing.RUN: ("Runs", "run", routes.RUN),
}
# Only what wants attention carries its state; all is well needs no word.
WORDS = {
    "failed": ("fail", "Failed"),
    "running": ("run", "Running"),
    "queued": ("queued", "Queued"),
    "waiting": ("wait", "Waiting for a person"),
}


class PaletteState(Seated, rx.State):
    """A small state of its own: typing draws nothing else again."""

    results: rx.Field[list[dict[str, str]]] = rx.field(default_factory=list)
    for_query: rx.Field[str] = rx.field("")

    @rx.event(background=True, supersedes=True)
    async def search(self, query: str) -> None:
        """Look for what was typed; a newer search ends the one before."""
        async with self:
            operator = await self._operator(Permission.PROJECT_READ)
        found = await services().activity.find(operator, query)
        async with self:
            self.results = [_entry(one) for one in found]
            self.for_query = query


def _entry(found: Found) -> dict[str, str]:
    group, icon, route = GROUPS[found.thing]
    state, word = WORDS.get(found.status, ("", ""))
    return {
        "id": f"{found.thing}-{found.id}",
        "group": group,
        "icon": icon,
        "title": found.title,
        "note": _note(found),
        "state": state,
        "word": word,
        "href": routes.to(route, found.id),
    }


def _note(found: Found) -> str:
    if found.thing is Thing.DATASET:
        return f"v{found.version}" if found.version else ""
    if found.thing in (Thing.FLOW, Thing.PROMPT):
        return f"v{found.version}" if found.version else "draft"
    return found.where
