"""Run an experiment at a Signalbox elsewhere, over REST, and stay with it while its server comes and goes."""

from __future__ import annotations

import http.client
import json
import os
import ssl
import time
import uuid
from contextlib import suppress
from email.message import Message
from typing import Any, NamedTuple
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from pydantic import ValidationError

from backend.cli.answered import MOST_BYTES, Datasets, Gate, Made, Shape, TooLarge, plain, read, shown, within
from backend.cli.asking import Tell
from backend.cli.configured import is_loopback
from backend.cli.say import complain, stop
from backend.control import RESULT

KEY = "SIGNALBOX_API_KEY"
# Once it has answered, a server may be away so long: a new release takes minutes, and the experiment goes on by itself.
PATIENCE_SECONDS = 900
# From the call to the last byte of its answer.
TIMEOUT_SECONDS = 120
LOOK_SECONDS = 1
SLOWEST_SECONDS = 15
# What a proxy answers for a server that is away, and the server itself while it stops.
AWAY = frozenset({502, 503, 504})
OK, REDIRECT, UNKNOWN, LIMITED = 200, 300, 401, 429
ENDED = frozenset({"done", "failed", "cancelled"})
ALIEN = "not as the REST API of a Signalbox does."
GONE = (URLError, http.client.HTTPException, OSError)


class Answer(NamedTuple):
    """`body` is None where it was no JSON."""

    status: int
    headers: Message
    body: Any


class _Stays(HTTPRedirectHandler):
    """Follow no redirection: the key would go along."""

    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        return None


class Afar:
    """A Signalbox at an address."""

    def __init__(self, server: str, key: str, project: str, tell: Tell) -> None:
        parts = urlsplit(server)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            stop(f"{server!r} is no address like https://console.example.")
        if parts.scheme == "http" and not is_loopback(parts.hostname):
            complain(f"The key goes to {parts.hostname} unencrypted: name its https address.")
        if not key:
            stop(f"Put an API key of {server} into {KEY}: the page API keys makes one.")
        self._base, self._key = server.rstrip("/").removesuffix("/api"), key
        self._headers = {"X-API-Key": key, "Content-Type": "application/json", "Accept": "application/json"}
        if project:
            self._headers["X-Project-Id"] = project
        self._tell, self._open = tell, build_opener(_Stays).open
        self._has_answered = False

    def ask(self, method: str, path: str, shape: type[Shape], body: Any = None) -> dict[str, Any]:
        """Return what it answers; once it has answered, wait while it is away.

        Stop with a sentence if it refuses, or answers in another shape.
        """
        headers = self._headers
        if method == "POST":
            headers = {**headers, "Idempotency-Key": str(uuid.uuid4())}  # so that a second try is the first
        given = None if body is None else json.dumps(body).encode()
        request = Request(f"{self._base}{path}", given, headers, method=method)  # noqa: S310  # http or https, as looked at
        deadline, pause, is_away = time.monotonic() + PATIENCE_SECONDS, float(LOOK_SECONDS), False
        while True:
            try:
                answer = self._answer(request)
            except GONE as error:
                words = shown(_why(error), self._key)
                if not self._has_answered or isinstance(getattr(error, "reason", None), ssl.SSLError):
                    stop(f"Nothing answers at {self._base}: {words}.")
            else:
                if answer.status not in AWAY | {LIMITED} or not self._has_answered:
                    if is_away:
                        self._tell("It answers again.")
                    return self._taken(answer, shape)
                words = "it asks for a pause" if answer.status == LIMITED else f"it answers {answer.status}"
                pause = max(pause, _asked_pause(answer))
            if time.monotonic() + pause > deadline:
                stop(f"{self._base} has been away for {PATIENCE_SECONDS // 60} minutes: {words}.")
            if not is_away:
                self._tell(f"{self._base} is away, {words}; it is asked again until it answers.")
            is_away = True
            time.sleep(pause)
            pause = min(2 * pause, SLOWEST_SECONDS)

    def _answer(self, request: Request) -> Answer:
        deadline = time.monotonic() + TIMEOUT_SECONDS
        try:
            return within(TIMEOUT_SECONDS, lambda: self._answered(request, deadline))
        except TooLarge:
            stop(f"{self._base} answers with more than {MOST_BYTES // 10**6} MB, {ALIEN}")

    def _answered(self, request: Request, deadline: float) -> Answer:
        found: Any
        try:
            found = self._open(request, timeout=TIMEOUT_SECONDS)
        except HTTPError as refused:
            found = refused
        with found:
            sent = read(found, deadline)
        return Answer(found.status, found.headers, plain(sent, self._key))

    def _taken(self, answer: Answer, shape: type[Shape]) -> dict[str, Any]:
        if OK <= answer.status < REDIRECT:
            with suppress(ValidationError):
                taken = shape.model_validate(answer.body).model_dump()
                self._has_answered = True
                return taken
            stop(f"{self._base} answers {answer.status}, but {ALIEN}")
        if where := answer.headers.get("Location"):
            stop(f"{self._base} sends on to {shown(where, self._key)}: name that address.")
        detail = answer.body.get("detail") if isinstance(answer.body, dict) else None
        if not isinstance(detail, str | list):
            stop(f"{self._base} answers {answer.status}, but {ALIEN}")
        words = detail if isinstance(detail, str) else "; ".join(_problem(one) for one in detail)
        return stop(f"{words} ({KEY} is no key of {self._base}.)" if answer.status == UNKNOWN else words)


def _why(error: Exception) -> str:
    reason = getattr(error, "reason", None) or error
    if isinstance(reason, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({reason.verify_message}); name yours in SSL_CERT_FILE"
    return str(getattr(reason, "strerror", None) or reason or type(reason).__name__).rstrip(".")


def _asked_pause(answer: Answer) -> float:
    with suppress(TypeError, ValueError):
        return min(float(answer.headers.get("Retry-After", "")), PATIENCE_SECONDS / 2)
    return 0.0


def _problem(one: Any) -> str:
    """Say which field is wrong and how, as the framework tells it."""
    if not isinstance(one, dict):
        return str(one)
    place = ".".join(str(part) for part in one.get("loc", ()) if part != "body")
    return f"{place}: {one.get('msg', 'it cannot be used')}"


def carry(server: str, project: str, given: dict[str, Any], tell: Tell) -> None:
    """Make the experiment of a file, or take the one with the `id`, and tell of it as `run_experiment` does."""
    afar = Afar(server, os.environ.get(KEY, ""), project, tell)
    if "experiment" in given:
        found = afar.ask("POST", "/api/experiments", Made, _wish(afar, given["experiment"]))
    else:
        found = afar.ask("GET", _at(given["id"]), Made)
    tell(RESULT + json.dumps({"id": found["id"], "name": found["name"]}))
    if found["status"] == "draft":
        found = afar.ask("POST", f"{_at(found['id'])}/start", Made)
    _follow(afar, found, tell)
    tell(RESULT + json.dumps(afar.ask("GET", f"{_at(found['id'])}/gate", Gate)))


def _follow(afar: Afar, found: dict[str, Any], tell: Tell) -> None:
    """Return once it has ended, or is paused until somebody resumes it."""
    said = ""
    while True:
        if (line := _line(found)) != said and found["num_cells"]:
            tell(line)
            said = line
        if found["status"] in ENDED or (found["status"] == "paused" and not found["resumes_at"]):
            return
        time.sleep(LOOK_SECONDS)
        found = afar.ask("GET", _at(found["id"]), Made)


def _line(found: dict[str, Any]) -> str:
    ended = found["num_done"] + found["num_failed"]
    line = f"{ended:,} of {found['num_cells']:,} answers, {found['num_failed']:,} failed, ${found['cost']:.4f}"
    return f"{line}, paused until {found['resumes_at']}" if found["resumes_at"] else line


def _at(experiment_id: str) -> str:
    return f"/api/experiments/{quote(experiment_id, safe='')}"


def _wish(afar: Afar, given: Any) -> Any:
    """Return what the route takes: the file may name a dataset in place of its id."""
    if not isinstance(given, dict) or not given.get("dataset"):
        return given
    wish = dict(given)
    name = str(wish.pop("dataset"))
    listed = afar.ask("GET", f"/api/datasets?limit=500&text={quote(name)}", Datasets)["datasets"]
    exact = [one["id"] for one in listed if one["name"] == name]
    if not exact:
        stop(f"There is no dataset called {name}.")
    return {**wish, "dataset_id": exact[0]}
