"""What the outer door lets in, worked out of the settings."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from backend.settings import Settings


@dataclass(frozen=True, slots=True)
class Edge:
    """`public_origin` is empty without a public address; loopback names are always answered."""

    public_origin: str = ""
    cors_origins: frozenset[str] = frozenset()
    num_proxies: int = 0
    per_second: int = 0

    @property
    def public_host(self) -> str:
        return urlsplit(self.public_origin).netloc

    def origin_for(self, host: str) -> str:
        """Return the address that somebody came by who named this host: the public one, or one of this machine."""
        return self.public_origin if self.public_origin and host.lower() == self.public_host else f"http://{host}"

    @property
    def is_secure(self) -> bool:
        """Tell whether people come over TLS."""
        return self.public_origin.startswith("https://")


def edge_of(settings: Settings) -> Edge:
    return Edge(
        public_origin=settings.public_url,
        cors_origins=frozenset(settings.cors_origins),
        num_proxies=settings.trusted_proxies,
        per_second=settings.rate_limit_per_second,
    )
