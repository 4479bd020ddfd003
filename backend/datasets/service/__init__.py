"""The use cases of datasets."""

from __future__ import annotations

from backend.datasets.service.datasets import DatasetUseCases
from backend.datasets.service.files import FileUseCases
from backend.datasets.service.history import HistoryUseCases

__all__ = ["DatasetService"]


class DatasetService(FileUseCases, DatasetUseCases, HistoryUseCases):
    """All that can be done with datasets; every act on rows makes one version, which never changes."""
