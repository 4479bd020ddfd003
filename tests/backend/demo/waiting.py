"""Moves that several tests of the example make."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from backend.bootstrap import Services
from backend.demo.flow import NOT_FOUND
from backend.flows.types import RunResult
from backend.knowledge.types import Document
from backend.operator import Operator
from tests.backend.demo.judging import Added

PATIENCE_SECONDS = 60


async def added(services: Services, operator: Operator, file: Added, base_id: str = "") -> Document:
    """Add a person's document where the first screen puts it, or to another base, and wait until it is taken in."""
    first = await services.demo.first_run(operator)
    assert first.example.own_base is not None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / file.name
        path.write_text(file.text)
        taken = await services.knowledge.add_document(operator, base_id or first.example.own_base.id, file.name, path)
    return await finished(services, operator, taken.document.id)


async def finished(services: Services, operator: Operator, document_id: str) -> Document:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (document := await services.knowledge.get_document(operator, document_id)).status.in_work:
            await asyncio.sleep(0.05)
    return document


def says_nothing_found(result: RunResult) -> bool:
    """Tell whether the answer is that nothing was found, and cites nothing."""
    return NOT_FOUND in str((result.output or {}).get("answer", "")) and not result.citations
