"""Asked before something is published: whoever stands above may refuse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class Publishing:
    """What is about to be published. `fingerprint` is of its content, `version` the number whose texts it has.

    `label` is the one of a prompt that is about to move, empty for a flow.
    """

    kind: Literal["flow", "prompt"]
    project_id: str
    subject_id: str
    name: str
    fingerprint: str
    version: int | None = None
    label: str = ""


class PublishGate(Protocol):
    """One rule that what is published must keep."""

    async def check(self, publishing: Publishing) -> None:
        """Raise Conflict, in words, where it must not be published."""
        ...
