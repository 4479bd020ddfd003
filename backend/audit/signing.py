"""The end of a chain, signed with a key that does not stand in the database.

Whoever may write every row can make a chain that holds in itself; its end they cannot sign.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import cast

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit.models import AuditHeadRow
from backend.ports.sealing import Sealer

# Under this name a session carries what signs; without it, as in a tool that has no key, no end is signed or held.
SIGNER = "audit.signer"


@dataclass(frozen=True, slots=True)
class End:
    """The last event that was signed: its number and its hash."""

    sequence: int
    hash: str


def signer_of(session: AsyncSession) -> Sealer | None:
    return cast(Sealer | None, session.info.get(SIGNER))


def signed(signer: Sealer, organisation_id: str, end: End) -> str:
    """Return the end and its signature as one text; of another organisation it is worth nothing."""
    return f"{end.sequence}.{end.hash}.{signer.sign(_told(organisation_id, end))}"


def end_of(signer: Sealer, head: AuditHeadRow) -> End | None:
    """Return the end that stands signed; None where nobody with a key of ours has signed it."""
    sequence, _, rest = head.signed_end.partition(".")
    hashed, _, signature = rest.partition(".")
    if not (sequence.isascii() and sequence.isdigit()):
        return None
    end = End(int(sequence), hashed)
    return end if signer.is_signed(_told(head.organisation_id, end), signature) else None


def holds(signer: Sealer, head: AuditHeadRow) -> bool:
    """Tell whether the end that the chain goes on from is the one that was signed."""
    return end_of(signer, head) == End(head.sequence, head.hash)


def _told(organisation_id: str, end: End) -> str:
    return json.dumps([organisation_id, end.sequence, end.hash])
