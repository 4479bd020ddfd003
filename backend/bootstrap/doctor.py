"""Try each engine with a small real task, and say what is wrong and how to mend it."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from backend.bootstrap.doctor_models import ANSWER_SECONDS, Check, Unwell, model_checks
from backend.bootstrap.services import Services
from backend.control import ILL
from backend.errors import DomainError
from backend.ports.vectors import Point, VectorQuery

PATIENCE_SECONDS = 30
MIN_FREE_BYTES = 1_000_000_000
# No tenant has this id: what is written here is seen by nobody.
NOBODY = "doctor"
POINT = "00000000-0000-4000-8000-000000000000"
OPEN_WALL = "lets this role past row-level security"
WORDS = "a lamp that burns while a train may pass"


async def database(services: Services) -> str:
    await services.database.ping()
    if services.database.kind == "sqlite":
        return "sqlite answers"
    walled = "keeps tenants apart itself"
    passing = f"{OPEN_WALL}: give Signalbox a role that is no superuser"
    return f"{services.database.kind} answers and {walled if await services.database.is_walled() else passing}"


async def secrets(services: Services) -> str:
    if services.sealer.open(services.sealer.seal(WORDS, NOBODY), NOBODY) != WORDS:
        raise Unwell("what was sealed opens differently: look at SIGNALBOX_SECRET_KEY")
    return "sealing and opening work, and the key is the one of this database"


async def disk(services: Services) -> str:
    free = shutil.disk_usage(services.settings.folder).free
    if free < MIN_FREE_BYTES:
        raise Unwell(f"{services.settings.folder} has {free / 1e6:,.0f} MB left: make room, 1 GB at least")
    return f"{free / 1e9:,.0f} GB free in {services.settings.folder}"


async def objects(services: Services) -> str:
    with tempfile.TemporaryDirectory(dir=services.settings.folder) as folder:
        source = Path(folder) / "object"
        source.write_text(WORDS)
        key = f"{NOBODY}/object"
        await services.rooms.objects.put(key, source)
        read = b"".join([part async for part in services.rooms.objects.read(key)])
        await services.rooms.objects.delete(key)
    if read.decode() != WORDS:
        raise Unwell("a file came back changed: check the disk below the data directory")
    return "a file was stored, read and deleted"


async def embeddings(services: Services) -> str:
    vectors = await services.rooms.embedder.embed([WORDS])
    return f"the embedded model made a vector of {vectors.dimensions} numbers"


async def vectors(services: Services) -> str:
    index, vector = services.rooms.vectors, (await services.rooms.embedder.embed([WORDS])).row(0)
    await index.upsert(NOBODY, [Point(POINT, vector, WORDS, NOBODY, NOBODY, NOBODY)])
    hits = await index.search(NOBODY, VectorQuery(NOBODY, (NOBODY,), "hybrid", vector, WORDS, 1))
    await index.delete(NOBODY, project_id=NOBODY)
    if [hit.id for hit in hits] != [POINT]:
        raise Unwell("a text that was just stored is not found: restart Signalbox; if it stays, see the log")
    return "a text was stored, found and deleted"


async def python_code(services: Services) -> str:
    if not services.settings.python_evaluators:
        return "off (SIGNALBOX_PYTHON_EVALUATORS)"
    if why_off := await services.rooms.code.why_off():
        raise Unwell(why_off)
    return "it runs, and no wall of its fence stood open when each was tried from inside"


CHECKS: dict[str, Check] = {
    "database": database,
    "secrets": secrets,
    "disk": disk,
    "objects": objects,
    "embeddings": embeddings,
    "vectors": vectors,
    "python code": python_code,
}


async def _line(name: str, check: Check, services: Services, patience: float = PATIENCE_SECONDS) -> str:
    began = time.perf_counter()
    try:
        found = await asyncio.wait_for(check(services), patience)
    except TimeoutError:
        return f"{ILL}  {name}: no answer within {patience:g} s: restart Signalbox, and see the log if it stays"
    except Unwell as ill:
        return f"{ILL}  {name}: {ill}"
    except DomainError as refusal:
        return f"{ILL}  {name}: {refusal.message} {refusal.hint}".strip()
    except Exception as error:  # noqa: BLE001  # a doctor reports whatever it meets
        return f"{ILL}  {name}: {type(error).__name__}: {error}"
    return f"ok   {name}: {found} ({(time.perf_counter() - began) * 1000:,.0f} ms)"


async def examine(services: Services, _arguments: dict[str, Any]) -> AsyncIterator[str]:
    """Yield a line for each engine and each model: `ok` or `ILL`, the name, and what was found."""
    well = True
    for name, check in CHECKS.items():
        line = await _line(name, check, services)
        well = well and not (check is database and line.startswith(ILL))
        yield line
    if not well:
        return  # where the models are connected stands in the database
    asked = [_line(*one, services, ANSWER_SECONDS + 10) for one in await model_checks(services)]
    for answered in [asyncio.ensure_future(one) for one in asked]:
        yield await answered
