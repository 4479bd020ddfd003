"""The words of letters."""

from __future__ import annotations

from backend.identity.types import Invitation
from backend.ports.mail import Letter

INVITATION_PATH = "/invitation"


def invitation_letter(invitation: Invitation, public_url: str) -> Letter:
    link = f"{public_url}{INVITATION_PATH}?token={invitation.token}"
    name = " ".join(invitation.organisation_name.split())
    return Letter(
        invitation.email,
        f"{invitation.invited_by} invites you to {name} on Signalbox",
        f"{invitation.invited_by} invites you to {name} as {invitation.role.value}.\n\n"
        f"Open this link to accept; it works once, until {invitation.expires_at:%d %B %Y}:\n\n{link}\n\n"
        "If you expected no invitation, leave it: nothing happens.\n",
    )
