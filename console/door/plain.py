"""What the plain pages share: they need no script, no socket and no state."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from backend.api.access import session_cookie
from backend.bootstrap import services
from backend.identity.types import Entered
from backend.operator import Operator
from backend.trace_ids import caller_address
from console import routes

MAX_FIELDS = 4
MAX_FIELD_BYTES = 1_000
pages = Environment(loader=FileSystemLoader(Path(__file__).parent / "pages"), autoescape=True)
# In this order: most browsers name Chrome and Safari too.
BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def page(name: str, status: int = 200, **values: object) -> HTMLResponse:
    html = pages.get_template(name).render(**values)
    return HTMLResponse(html, status, {"cache-control": "no-store"})


def local(target: str) -> str:
    """Return the path to go to after sign-in, never an address elsewhere."""
    parts = urlsplit(target)
    plain = target.startswith("/") and not target.startswith(("//", "/\\")) and not parts.netloc
    return target if plain and target.isprintable() and "%2f%2f" not in target.lower() else routes.OVERVIEW


def origin(request: Request) -> str:
    """Return the address that this browser came by: the public one, or one of this machine; the edge let no other."""
    return services().edge.origin_for(request.headers.get("host", "").lower())


def is_on_this_machine(request: Request) -> bool:
    """Tell whether the browser runs where Signalbox runs, and came by a loopback name."""
    peer = caller_address.get() or (request.client.host if request.client else "")
    try:
        near = ipaddress.ip_address(peer).is_loopback
    except ValueError:
        near = False
    host = request.url.hostname or ""
    return near and (host in {"localhost", "::1"} or host.startswith("127."))


def browser_of(request: Request) -> str:
    return request.headers.get("user-agent", "")


def secure_name(name: str) -> str:
    return f"__Host-{name}" if services().edge.is_secure else name


def give_cookie(answer: Response, name: str, value: str, lifetime: timedelta) -> None:
    seconds = int(lifetime.total_seconds())
    secure = services().edge.is_secure
    answer.set_cookie(name, value, max_age=seconds, httponly=True, samesite="lax", secure=secure, path="/")


def take_cookie(answer: Response, name: str) -> None:
    answer.delete_cookie(name, path="/", secure=services().edge.is_secure, httponly=True, samesite="lax")


def let_in(entered: Entered, target: str) -> Response:
    """Start the session under a cookie that no page reads, and go on."""
    answer = RedirectResponse(local(target), 303, {"cache-control": "no-store"})
    give_cookie(answer, session_cookie(), entered.token, entered.lifetime)
    return answer


def token_of(request: Request) -> str:
    return request.cookies.get(session_cookie(), "")


def initials(name: str) -> str:
    parts = name.split()
    return "".join(part[0] for part in (parts[:1] + parts[-1:] if len(parts) > 1 else parts[:1])).upper()


def moment(at: datetime | None, zone: str) -> str:
    """Write a time in a zone: the hour of today, else with its day."""
    if at is None:
        return ""
    here = at.astimezone(ZoneInfo(zone))
    is_today = here.date() == datetime.now(UTC).astimezone(ZoneInfo(zone)).date()
    return f"{here:%H:%M}" if is_today else f"{here.day} {here:%b %H:%M}"


def ago(at: datetime) -> str:
    """Say roughly how long ago something was, where no zone is known."""
    minutes = int((datetime.now(UTC) - at).total_seconds() // 60)
    if minutes < 1:
        return "a moment ago"
    return f"{minutes} min ago" if minutes < 90 else f"{minutes // 60} h ago"  # noqa: PLR2004  # the first of hours


def browser_words(agent: str) -> str:
    """Say in a word or two which browser this was; what it says of itself is a riddle, and a lie in part."""
    browser = next((name for mark, name in BROWSERS if mark in agent), "")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    return " on ".join(word for word in (browser or agent[:40].partition("/")[0], system) if word) or "Unknown browser"


async def who(request: Request) -> Operator:
    """Return who is signed in. Raise SignInNeeded."""
    return (await services().identity.by_session(token_of(request)))[0]


async def field(request: Request, name: str) -> str:
    """Return a field of the form as text; a file, or nothing, is the empty text."""
    # Anybody may post here: few short fields, and nothing that is kept on disk.
    form = await request.form(max_files=0, max_fields=MAX_FIELDS, max_part_size=MAX_FIELD_BYTES)
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


pages.filters.update(ago=ago, browser=browser_words, moment=moment)
