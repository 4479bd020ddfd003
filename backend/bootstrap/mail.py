"""The way out for letters, where one is configured."""

from __future__ import annotations

from typing import cast

from backend.bootstrap.engines import engine
from backend.ports.mail import Mail
from backend.settings import Settings


def open_mail(settings: Settings) -> Mail | None:
    """Return the mail of the settings, None where they name no server."""
    if not settings.smtp_host:
        return None
    made = engine("mail.smtp", "SmtpMail")(
        settings.smtp_host,
        settings.smtp_port,
        user=settings.smtp_user,
        password=settings.smtp_password.get_secret_value(),
        sender=settings.smtp_from or settings.smtp_user,
        security=settings.smtp_security,
    )
    return cast(Mail, made)
