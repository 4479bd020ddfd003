"""Where a link leads that names a thing and no project."""

from __future__ import annotations

from backend.addresses.types import Named
from backend.bootstrap import services
from backend.operator import Operator
from console import routes

# The address of each kind of thing, without its id.
AREAS = {
    routes.to(route, ""): named
    for route, named in (
        (routes.FLOW, Named.FLOW),
        (routes.RUN, Named.RUN),
        (routes.CONVERSATION, Named.CONVERSATION),
        (routes.KNOWLEDGE_BASE, Named.KNOWLEDGE_BASE),
        (routes.DOCUMENT, Named.DOCUMENT),
        (routes.PROMPT, Named.PROMPT),
        (routes.DATASET, Named.DATASET),
        (routes.EXPERIMENT, Named.EXPERIMENT),
        (routes.EXPERIMENT_REVIEW, Named.EXPERIMENT),
    )
}


async def project_of(operator: Operator, path: str) -> str:
    """Return the project of the person's own that the address leads into; empty where it names nothing of theirs."""
    area, _, row_id = path.rstrip("/").rpartition("/")
    named = AREAS.get(f"{area}/")
    return await services().addresses.project_of(operator, named, row_id) if named and row_id else ""
