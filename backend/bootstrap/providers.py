"""Providers over the models, the guarded client and the seal."""

from __future__ import annotations

import logging

from backend.bootstrap.models import ModelsAtFirstCall
from backend.bootstrap.rooms import Rooms
from backend.errors import InvalidInput
from backend.operator import Operator
from backend.ports.http import Http
from backend.ports.sealing import Sealer
from backend.providers.built_in import BuiltIn
from backend.providers.custom_models import read_file
from backend.providers.service import ProviderService
from backend.providers.types import EMBEDDED_EMBEDDING, WRITTEN_BY
from backend.settings import Settings
from backend.unit_of_work import Units

logger = logging.getLogger(__name__)


def open_providers(
    settings: Settings, units: Units, *, sealer: Sealer, http: Http, models: ModelsAtFirstCall, rooms: Rooms
) -> ProviderService:
    """Make the service; the models that ship with the product depend on SIGNALBOX_MODELS."""
    return ProviderService(
        units,
        sealer=sealer,
        http=http,
        language_model=models,
        built_in=BuiltIn(settings.models, {EMBEDDED_EMBEDDING: rooms.embedder}),
        embedder_of=models.embedder_of,
    )


async def take_custom_models(settings: Settings, providers: ProviderService, operator: Operator) -> None:
    """Make the providers of `custom_models.json` what the file says.

    A file that cannot be used changes nothing: the console must start, for it is where its sentence is read.
    """
    try:
        await providers.take_from_file(operator, read_file(settings.folder))
    except InvalidInput as error:
        problem = error.message if WRITTEN_BY in error.message else f"{WRITTEN_BY} cannot be used. {error.message}"
        providers.file_problem = f"{problem} {error.hint}".strip()
        logger.warning("%s", providers.file_problem)
