"""What every answer carries: the security headers, and a policy that runs no script but the bundle's own."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

from reflex.utils import prerequisites
from reflex_base import constants

Header = tuple[bytes, bytes]
INLINE = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)
PLAIN: tuple[Header, ...] = (
    (b"x-content-type-options", b"nosniff"),
    # With no-referrer a form posts "Origin: null", which no origin check can tell from a foreign one.
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
)
TRANSPORT: Header = (b"strict-transport-security", b"max-age=31536000")
# Inline styles stay: the framework writes them while it runs (dialogs, toasts, charts), where no hash can be known.
POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; script-src 'self'{scripts}; "
    "connect-src 'self'; font-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'none'"
)


def hashes_of(folder: Path) -> tuple[str, ...]:
    """Return the sources of the policy that allow the inline scripts of the exported pages, and those alone."""
    scripts = {script for page in folder.rglob("*.html") for script in INLINE.findall(page.read_text()) if script}
    digests = (hashlib.sha256(script.encode()).digest() for script in scripts)
    return tuple(sorted(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests))


@cache
def exported_hashes() -> tuple[str, ...]:
    """Read the export once: it does not change while it is served."""
    return hashes_of(prerequisites.get_web_dir() / constants.Dirs.STATIC)


@cache
def _policy(*, is_page: bool) -> bytes:
    # Only pages have inline scripts, so the list of hashes goes with them alone.
    scripts = "".join(f" {source}" for source in exported_hashes()) if is_page else ""
    return POLICY.format(scripts=scripts).encode()


def secured(given: list[Header], path: str, *, is_secure: bool) -> list[Header]:
    """Return the headers of an answer with what every answer carries; what the route said itself stays."""
    names = dict(given)
    # A "not modified" names no type, and its policy replaces the one that the browser kept with the page.
    is_page = names.get(b"content-type", b"text/html").startswith(b"text/html")
    added = [*PLAIN, (b"content-security-policy", _policy(is_page=is_page))]
    if is_secure:
        added.append(TRANSPORT)
    if path.startswith("/api/"):
        added.append((b"cache-control", b"no-store"))
    return [*given, *(header for header in added if header[0] not in names)]
