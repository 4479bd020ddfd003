"""Code that scores, and who lets it run; `types` hands it on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

CodeState = Literal["waiting", "approved", "refused", "withdrawn"]


@dataclass(frozen=True, slots=True)
class CodeApproval:
    """A wish that a text may run as code, and what became of it. `fingerprint` is the SHA-256 of the text, in hex.

    `is_author` says of whoever reads it that they asked for this text, now or before. `name` is the evaluator's.
    """

    id: str
    fingerprint: str
    code: str
    name: str
    experiment_id: str
    experiment_name: str
    state: CodeState
    asked_by: str
    asked_by_id: str
    asked_at: datetime
    is_author: bool = False
    decided_by: str = ""
    decided_at: datetime | None = None
    reason: str = ""


def fingerprint_of(code: str) -> str:
    """Return by what an approval knows a text: every character of it."""
    return hashlib.sha256(code.encode()).hexdigest()
