"""Calls to addresses that people typed: every one goes through a client that guards against inner addresses."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from backend.errors import InvalidInput, Unavailable

MAX_ANSWER_BYTES = 10_000_000
TOTAL_SECONDS = 30.0
WEB_PORTS = frozenset({80, 443})


class AddressRefused(InvalidInput):
    """The address may not be called. The same sentence stands for "private" and "unknown", so it maps no network."""


class CallFailed(Unavailable):
    """The other side did not answer, or not in time. The sentence names neither address nor port state."""


class AnswerTooBig(InvalidInput):
    """The answer passed the byte limit after decompression, and was dropped."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far one call may go.

    `ports` are those besides 80 and 443. `private_origins` are the exact origins, such as
    "http://127.0.0.1:11434", that may lie on this machine or in its network because an owner said so;
    metadata services, link-local and multicast addresses stay closed even then.
    """

    ports: frozenset[int] = frozenset()
    private_origins: frozenset[str] = frozenset()


PUBLIC = Reach()


@dataclass(frozen=True, slots=True)
class HttpCall:
    """One request. `headers` are names and values as sent; nothing is read from the environment."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    content: bytes = b""
    timeout_seconds: float = TOTAL_SECONDS
    max_bytes: int = MAX_ANSWER_BYTES
    max_redirects: int = 5


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What came back, decompressed. `url` is the last hop's; `headers` have lower-case names."""

    status: int
    url: str
    content: bytes
    headers: dict[str, str] = field(default_factory=dict)
    num_redirects: int = 0

    def text(self) -> str:
        """Return the content as text in the charset it names, else UTF-8; undecodable bytes are replaced."""
        _, _, charset = self.headers.get("content-type", "").partition("charset=")
        try:
            return self.content.decode(charset.split(";")[0].strip(" \"'") or "utf-8", errors="replace")
        except LookupError:
            return self.content.decode(errors="replace")


class Http(Protocol):
    """The one way out. Each hop of a redirect is checked as the first address was."""

    async def send(self, call: HttpCall, reach: Reach = PUBLIC) -> HttpAnswer:
        """Return the answer, of whatever status. Raise AddressRefused, CallFailed or AnswerTooBig."""
        ...

    async def check(self, url: str, reach: Reach = PUBLIC, *, must_exist: bool = True) -> None:
        """Raise AddressRefused unless `url` could be called now; for the moment when somebody saves it.

        With `must_exist` False a name that cannot be looked up passes: its call will be checked again anyway.
        """
        ...

    async def close(self) -> None: ...
