"""The words of letters."""

from __future__ import annotations

from backend.identity.types import Invitation, ResetLink
from backend.ports.mail import Letter

INVITATION_PATH, RESET_PATH = "/invitation", "/sign-in/reset"


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


def reset_letter(made: ResetLink, by: str, public_url: str) -> Letter:
    link = f"{public_url}{RESET_PATH}?token={made.token}"
    return Letter(
        made.email,
        "A new password for Signalbox",
        f"{by} made a link with which you set a new password.\n\n"
        f"It works once, until {made.expires_at:%H:%M} UTC, and ends your open sessions:\n\n{link}\n\n"
        "If you asked for none, leave it and tell them: your password stays as it is.\n",
    )
