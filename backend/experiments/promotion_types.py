"""Where variants go and went; `types` hands it on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Kind = Literal["prompt", "flow"]


@dataclass(frozen=True, slots=True)
class Promotion:
    """What becomes of a variant: a flow's new `version`, or a prompt's with its `label`.

    `ran` is the version of the prompt that was asked; `version` is another one where that lacks the model or the
    parameters which it was asked with, and `is_new` where it is made for that. `waits_for` is the id of the approval
    that a protected label waits for, empty where it moved at once. `fingerprint` is of the content that people would
    get.
    """

    kind: Kind
    id: str
    name: str
    version: int
    label: str = ""
    waits_for: str = ""
    ran: int = 0
    is_new: bool = False
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Promoted:
    """A promotion as it is kept: by whom and when the label moved or was asked to, or the flow was published."""

    kind: Kind
    id: str
    name: str
    version: int
    label: str
    waits_for: str
    by: str
    at: datetime


Stands = Literal["there", "waits", "declined", "left", "gone"]


@dataclass(frozen=True, slots=True)
class WishEnd:
    """How a wish ended that was not approved: refused, withdrawn or overtaken."""

    state: str
    by: str
    at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """What became of a promotion by now.

    `declined` is a wish that was refused, taken back or overtaken, which `end` says: in what way, by whom, when, why;
    `left` means that `now` stands there instead (None for nothing), `gone` that the prompt or the flow was deleted.
    """

    variant: str
    promoted: Promoted
    stands: Stands
    now: int | None = None
    end: WishEnd | None = None
