"""Datasets over the engines that check their schemas, read their files and write rows for them."""

from __future__ import annotations

import asyncio
import importlib
from typing import cast

from backend.bootstrap.engines import engine
from backend.bootstrap.rooms import Rooms
from backend.conversations.service import ConversationService
from backend.datasets.outside import FindAlike, Outside
from backend.datasets.service import DatasetService
from backend.ports.language_model import LanguageModel
from backend.ports.schemas import Schemas
from backend.providers.service import ProviderService
from backend.unit_of_work import Units


async def find_alike() -> FindAlike:
    """Load what stands on rapidfuzz, when it is first needed."""
    module = await asyncio.to_thread(importlib.import_module, "backend.datasets.likeness")
    return cast(FindAlike, module.Search)


def open_datasets(
    units: Units, rooms: Rooms, log: ConversationService, *, providers: ProviderService, models: LanguageModel
) -> DatasetService:
    schemas = cast(Schemas, engine("schemas.rust", "RustSchemas")())
    made = DatasetService(units, schemas, rooms.tables, Outside(find_alike, providers, models))
    log.moving.append(made.moved)
    return made
