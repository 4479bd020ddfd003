"""The use cases of datasets."""

from __future__ import annotations

from backend.datasets.service.files import FileUseCases
from backend.datasets.service.generating import GeneratingUseCases
from backend.datasets.service.history import HistoryUseCases
from backend.datasets.service.keeping import KeepingUseCases

__all__ = ["DatasetService"]


class DatasetService(FileUseCases, GeneratingUseCases, KeepingUseCases, HistoryUseCases):
    """All that can be done with datasets; every act on rows makes one version, which never changes."""
