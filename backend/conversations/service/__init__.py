"""The use cases of the log, a file per group."""

from __future__ import annotations

from backend.conversations.service.exporting import ExportUseCases
from backend.conversations.service.importing import ImportUseCases
from backend.conversations.service.indexing import IndexingUseCases
from backend.conversations.service.judging import JudgingUseCases
from backend.conversations.service.measuring import MeasuringUseCases
from backend.conversations.service.opening import OpeningUseCases
from backend.conversations.service.remarks import RemarkUseCases
from backend.conversations.service.reporting import ReportingUseCases
from backend.conversations.service.showing import ShowingUseCases
from backend.conversations.service.tracing import TracingUseCases
from backend.conversations.service.turns import TurnUseCases
from backend.conversations.service.views import ViewUseCases


class ConversationService(
    TurnUseCases,
    TracingUseCases,
    OpeningUseCases,
    JudgingUseCases,
    RemarkUseCases,
    ImportUseCases,
    ReportingUseCases,
    ViewUseCases,
    ExportUseCases,
    IndexingUseCases,
    MeasuringUseCases,
    ShowingUseCases,
):
    """Everything that is done with conversations."""


__all__ = ["ConversationService"]
