"""The use cases of datasets."""

from __future__ import annotations

from backend.datasets.service.datasets import DatasetUseCases
from backend.datasets.service.history import HistoryUseCases
from backend.datasets.service.reading import ReadingUseCases
from backend.datasets.service.writing import WritingUseCases

__all__ = ["DatasetService"]


class DatasetService(DatasetUseCases, ReadingUseCases, WritingUseCases, HistoryUseCases):
    """All that can be done with datasets; every act on rows makes one version, which never changes."""
