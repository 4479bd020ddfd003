"""Letters over SMTP, taken and refused by a server on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from email import message_from_bytes, policy

import pytest

from backend.engines.mail.smtp import SmtpMail
from backend.ports.mail import Letter, Mail

LETTER = Letter(
    "piet@northlight.example", "Ines invites you\r\nBcc: all@evil.example", "Grüße: https://console.example\n"
)


class PostOffice:
    """Speaks as much SMTP as a letter needs; `refuses` makes it take none."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.refuses = False

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 ready\r\n")
        while line := await reader.readline():
            word = line.strip().upper()
            if word == b"DATA" and not self.refuses:
                writer.write(b"354 go on\r\n")
                self.taken.append(await reader.readuntil(b"\r\n.\r\n"))
            refused = self.refuses and word.startswith(b"RCPT")
            writer.write(b"550 no\r\n" if refused else b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            if word == b"QUIT":
                break
        writer.close()


@pytest.fixture
async def office() -> PostOffice:
    return PostOffice()


@pytest.fixture
async def mail(office: PostOffice) -> AsyncIterator[Mail]:
    server = await asyncio.start_server(office.talk, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    yield SmtpMail("127.0.0.1", port, user="", password="", sender="desk@alder-rowe.example", security="none")
    server.close()


async def test_a_letter_arrives_whole_and_its_subject_adds_no_header(office: PostOffice, mail: Mail) -> None:
    assert await mail.send(LETTER)
    message = message_from_bytes(office.taken[0].removesuffix(b".\r\n"), policy=policy.default)
    assert (message["To"], message["From"], message["Bcc"]) == (LETTER.to, "desk@alder-rowe.example", None)
    assert "Grüße: https://console.example" in message.get_body().get_content()  # type: ignore[union-attr]


async def test_a_refused_letter_is_told_and_raises_nothing(office: PostOffice, mail: Mail) -> None:
    office.refuses = True
    assert not await mail.send(LETTER)


async def test_a_server_that_is_not_there_is_told_and_raises_nothing() -> None:
    gone = SmtpMail("127.0.0.1", 1, user="", password="", sender="desk@alder-rowe.example", security="none")
    assert not await gone.send(LETTER)
