"""What a text follows, and through it: whoever needs a second person shall not serve what one person moves alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence

from backend.errors import Conflict
from backend.prompts.composing import Find, Found, references
from backend.prompts.types import LATEST, Reference, Served


async def taken_in(find: Find, refs: Sequence[Reference]) -> AsyncIterator[tuple[Reference, Found | None]]:
    """Yield what the references take in, and those in turn, each once."""
    waiting, met = list(reversed(refs)), set(refs)
    while waiting:
        ref = waiting.pop()
        found = await find(*ref)
        yield ref, found
        further = [one for one in references(found.content) if one not in met] if found else []
        met.update(further)
        waiting += reversed(further)


async def refuse_loose(find: Find, served: Served, protected: Collection[str]) -> None:
    """Raise Conflict where a text that two people approve would follow what one of them changes alone."""
    async for (slug, ref), _ in taken_in(find, served.takes_in):
        if ref.version is not None or ref.label in protected:
            continue
        if ref.label == LATEST:
            words, hint = f"{slug} as it was saved last", "Take in a version of it, or a protected label."
        else:
            words = f"{slug} under {ref.label}, which one person moves alone"
            hint = f"Take in a version of it, or let whoever manages the project protect {ref.label} first."
        raise Conflict(f"{served.name} would take in {words}.", hint=hint)


async def takes_in(find: Find, served: Served, slug: str) -> bool:
    """Whether the text takes in any version of the prompt of this slug, itself or through another."""
    return any([one == slug async for (one, _), _ in taken_in(find, served.takes_in)])
