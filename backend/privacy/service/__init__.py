"""The use cases of deletion, export and retention, a file per group."""

from __future__ import annotations

from backend.privacy.service.asking import AskingUseCases
from backend.privacy.service.base import JOB
from backend.privacy.service.due import DUE, DueUseCases
from backend.privacy.service.exporting import ExportUseCases
from backend.privacy.service.finding import FindingUseCases


class PrivacyService(AskingUseCases, DueUseCases, ExportUseCases, FindingUseCases):
    """Everything that is done with all of a person's data, or with what is too old."""


__all__ = ["DUE", "JOB", "PrivacyService"]
