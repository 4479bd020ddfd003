"""Hand letters to a server over SMTP; the library blocks, so each letter takes a thread."""

from __future__ import annotations

import asyncio
import logging
import smtplib
import ssl
from email.message import EmailMessage

from backend.ports.mail import Letter

TIMEOUT_SECONDS = 15
logger = logging.getLogger(__name__)


class SmtpMail:
    """`security` is starttls, tls or none."""

    def __init__(self, host: str, port: int, *, user: str, password: str, sender: str, security: str) -> None:
        self._host, self._port = host, port
        self._user, self._password = user, password
        self._sender, self._security = sender, security

    async def send(self, letter: Letter) -> bool:
        """Return whether the server took the letter; the log has why it did not."""
        message = EmailMessage()
        message["From"], message["To"] = self._sender, letter.to
        message["Subject"] = " ".join(letter.subject.split())
        message.set_content(letter.text)
        try:
            await asyncio.to_thread(self._send, message)
        except (OSError, smtplib.SMTPException):
            logger.warning("a letter was not taken by the mail server", exc_info=True)
            return False
        return True

    def _send(self, message: EmailMessage) -> None:
        context = ssl.create_default_context()
        if self._security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=TIMEOUT_SECONDS, context=context)
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=TIMEOUT_SECONDS)
        with server:
            if self._security == "starttls":
                server.starttls(context=context)
            if self._user:
                server.login(self._user, self._password)
            server.send_message(message)
