"""The statements of deletion, export and retention, a file per group."""

from __future__ import annotations

from backend.privacy.repository.beside import Beside
from backend.privacy.repository.choices import Choices
from backend.privacy.repository.copies import Copies
from backend.privacy.repository.erasing import Erasing, Reached
from backend.privacy.repository.finding import Finding
from backend.privacy.repository.jobs import PrivacyJobs, retentions
from backend.privacy.repository.members import Members
from backend.privacy.repository.people import People

__all__ = [
    "Beside",
    "Choices",
    "Copies",
    "Erasing",
    "Finding",
    "Members",
    "People",
    "PrivacyJobs",
    "Reached",
    "retentions",
]
