"""Datasets over the engines that check their schemas and read their files."""

from __future__ import annotations

from typing import cast

from backend.bootstrap.engines import engine
from backend.bootstrap.rooms import Rooms
from backend.conversations.service import ConversationService
from backend.datasets.service import DatasetService
from backend.ports.schemas import Schemas
from backend.unit_of_work import Units


def open_datasets(units: Units, rooms: Rooms, log: ConversationService) -> DatasetService:
    made = DatasetService(units, cast(Schemas, engine("schemas.rust", "RustSchemas")()), rooms.tables)
    log.moving.append(made.moved)
    return made
