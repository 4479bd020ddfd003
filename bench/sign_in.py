"""How long the server takes to let somebody in: with a password, argon2 included, and at a provider on this machine."""

from __future__ import annotations

import json
import logging
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
from oidc_provider_mock import User, run_server_in_thread

from bench.table import Figure, main
from tests.serving import Server

TIMES, WARM_UP = 30, 3
TARGET_MS = 300
OWNER = User(sub="owner-1", claims={"name": "Ines Alder", "email": "ines@alder.example", "email_verified": True})
FORM = {"email": "ines@alder.example", "password": "four words apart here"}


class Clock:
    """Sums what the server took to answer; what a browser or a provider's page takes is not in it."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    def begin(self) -> None:
        self.waits.append(0.0)

    def get(self, client: httpx.Client, address: str) -> httpx.Response:
        return self._timed(client.build_request("GET", address), client)

    def post(self, client: httpx.Client, address: str, form: dict[str, str]) -> httpx.Response:
        return self._timed(client.build_request("POST", address, data=form), client)

    def _timed(self, request: httpx.Request, client: httpx.Client) -> httpx.Response:
        began = time.perf_counter()
        answer = client.send(request)
        self.waits[-1] += (time.perf_counter() - began) * 1e3
        assert answer.status_code == 303, answer.text
        return answer

    def median(self) -> float:
        return statistics.median(self.waits[WARM_UP:])


def by_password(server: Server) -> float:
    clock = Clock()
    for _ in range(WARM_UP + TIMES):
        with httpx.Client(base_url=server.base_url) as client:
            clock.begin()
            clock.post(client, "/sign-in", FORM)
            assert client.cookies
    return clock.median()


def at_the_provider(server: Server, link: str) -> float:
    """Begin and finish; the first sign-in joins the owner's account to the provider."""
    clock = Clock()
    for number in range(WARM_UP + TIMES):
        with httpx.Client(base_url=server.base_url) as client:
            clock.begin()
            out = clock.get(client, "/sign-in/with/mock" + (f"?link={link}" if not number else ""))
            back = httpx.post(out.headers["location"], data={"sub": OWNER.sub}).headers["location"]
            clock.get(client, back)
            assert client.cookies
    return clock.median()


def link_of(server: Server) -> str:
    return server.run("sign-in-link").stdout.split()[-1].partition("token=")[2]


def figures() -> Iterator[Figure]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # the provider would tell of every call
    with tempfile.TemporaryDirectory() as folder, run_server_in_thread(user_claims=[OWNER]) as mock:
        provider = {"id": "mock", "kind": "oidc", "issuer": f"http://localhost:{mock.server_port}"}
        settings = json.dumps([{**provider, "client_id": "signalbox", "client_secret": "secret"}])
        with Server(Path(folder) / "data", SIGNALBOX_SIGN_IN=settings, SIGNALBOX_MODELS="none") as server:
            first = {"token": link_of(server), **FORM}
            assert httpx.post(f"{server.base_url}/sign-in/link", data=first).status_code == 303
            yield Figure("sign-in with a password, server time, p50", by_password(server), "ms", TARGET_MS)
            through = at_the_provider(server, link_of(server))
            yield Figure("sign-in at a provider on loopback, server time, p50", through, "ms", TARGET_MS)


if __name__ == "__main__":
    main(figures)
