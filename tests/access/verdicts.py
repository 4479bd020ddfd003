"""What each route and each handler says to whom, found out from the code and by calling it."""

from __future__ import annotations

import ast
import functools
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import httpx
from fastapi import FastAPI

from backend.api.app import ROUTERS, create_api
from backend.bootstrap import Services, services
from backend.errors import Forbidden, NotFound, SignInNeeded
from backend.experiments.outside import JOB as EXPERIMENT
from backend.flows.agent_tools import ToolConfig
from backend.flows.nodes.registry import KINDS
from backend.flows.service.runs import JOB as RUN
from backend.flows.types import RunWish
from backend.identity.permissions import PERMISSIONS, Role
from backend.ids import new_id
from backend.knowledge.parts import INGEST, PURGE_BASE, PURGE_DOCUMENT
from backend.operator import Operator, Permission
from backend.privacy.service import JOB as REMOVE
from backend.trace_ids import caller_address
from tests.factories.people import join

ROOT = Path(__file__).resolve().parents[2]
FILE = Path(__file__).with_name("verdicts.txt")
SCOPE = Permission.FLOWS_READ
ACTORS = ("anonymous", "removed", *(role.value for role in reversed(Role)), f"key:{SCOPE.value}")
NOTHING = "nothing_1"
Verdicts = dict[str, tuple[str, ...]]
Act = Callable[[Operator], Awaitable[Any]]


def routes() -> Iterator[tuple[str, str]]:
    for router in ROUTERS:
        for route in router.routes:
            for method in sorted(getattr(route, "methods", ())):
                yield method, str(getattr(route, "path", ""))


def address(path: str, ids: dict[str, str] | None = None) -> str:
    """Put ids into the path, unknown ones where none is given."""
    parts = [part.strip("{}") if part.startswith("{") else "" for part in path.split("/")]
    known = {part: (ids or {}).get(part, "1" if part == "number" else "nothing_1") for part in parts if part}
    return path.format(**known)


@functools.cache
def _api() -> FastAPI:
    return create_api()


async def ask(headers: dict[str, str], method: str, path: str) -> httpx.Response:
    caller_address.set(new_id("address"))  # else the refusals of one run would look like guessing
    transport = httpx.ASGITransport(_api(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
        return await client.request(method, path)


async def _credentials(services: Services, owner: Operator, actor: str, number: int) -> dict[str, str]:
    """Return the headers of somebody new, for a call may end what they were."""
    if actor == "anonymous":
        return {}
    if actor.startswith("key:"):
        key = await services.identity.create_key(owner, f"narrow {number}", scopes=[SCOPE])
        return {"X-API-Key": key.secret}
    role = Role.VIEWER if actor == "removed" else Role(actor)
    token = await join(services.units, owner, f"{actor}{number}", role)
    if actor == "removed":
        person = (await services.identity.by_session(token))[0]
        await services.identity.remove_member(owner, person.user_id)
    return {"Cookie": f"signalbox_session={token}"}


async def of_routes(services: Services) -> Verdicts:
    """Call every route as everybody, with ids that nothing has and no body: `in` is all but a refusal."""
    owner = await services.identity.ensure_owner()
    found: Verdicts = {}
    # Reading ends nobody, and nothing more can end who was removed.
    lasting = {actor: await _credentials(services, owner, actor, 20_000) for actor in ACTORS}
    for number, (method, path) in enumerate(routes()):
        said = []
        for actor in ACTORS:
            lasts = method == "GET" or actor == "removed"
            who = lasting[actor] if lasts else await _credentials(services, owner, actor, number)
            status = (await ask(who, method, address(path))).status_code
            said.append("in" if status < 500 and status not in {401, 403, 429} else str(status))
        found[f"{method} {path}"] = tuple(said)
    return found


def of_handlers() -> Verdicts:
    """Read from every handler of a State which permission it asks for."""
    found: Verdicts = {}
    for path in sorted((ROOT / "console").rglob("*.py")):
        for state in ast.walk(ast.parse(path.read_text())):
            if isinstance(state, ast.ClassDef):
                for method in state.body:
                    if isinstance(method, ast.AsyncFunctionDef) and not method.name.startswith("_"):
                        asked = _asked(method)
                        if asked is not None:
                            found[f"{state.name}.{method.name}"] = _said(asked)
    return found


def _asked(method: ast.AsyncFunctionDef) -> set[Permission] | None:
    """Return the permissions that a handler names; None where it asks neither for one nor for a person."""
    words = ast.unparse(method)
    if "self._operator(" not in words and "self._person(" not in words:
        return None
    calls = [node for node in ast.walk(method) if isinstance(node, ast.Call)]
    named = [ast.unparse(call.args[0]) for call in calls if ast.unparse(call.func) == "self._operator" and call.args]
    return {Permission[name.removeprefix("Permission.")] for name in named if name.startswith("Permission.")}


def _said(asked: set[Permission]) -> tuple[str, ...]:
    roles = tuple("in" if asked <= PERMISSIONS[role] else "403" for role in reversed(Role))
    return "401", "401", *roles, "401"  # a key opens no page


def jobs_and_tools() -> dict[str, Act]:
    """Return everything that works in somebody's name without their call, and the act that has it work.

    Both are found in the code: a kind of job or of tool that has no act here has no row, and its test fails.
    """
    acts: dict[str, Act] = {
        f"job {EXPERIMENT}": lambda operator: services().experiments.resume(operator, NOTHING),
        f"job {RUN}": lambda operator: services().runs.enqueue(operator, NOTHING, RunWish({})),
        f"job {INGEST}": lambda operator: services().knowledge.retry(operator, NOTHING),
        f"job {PURGE_DOCUMENT}": lambda operator: services().knowledge.delete_document(operator, NOTHING),
        f"job {REMOVE}": lambda operator: services().privacy.remove(operator, NOTHING),
        f"job {PURGE_BASE}": lambda operator: services().knowledge.delete(operator, NOTHING),
    }
    tools = [get_args(one.model_fields["type"].annotation)[0] for one in get_args(get_args(ToolConfig)[0])]
    for name in (*(f"node {kind}" for kind in KINDS), *(f"tool {tool}" for tool in tools)):
        acts[name] = lambda operator: services().runs.run(operator, NOTHING, RunWish({}))
    return acts


async def of_jobs_and_tools(running: Services) -> Verdicts:
    """Let everybody ask for each; what a run may then do is the same for all (backend/flows/engine/loader.py)."""
    owner = await running.identity.ensure_owner()
    found: Verdicts = {}
    for number, (name, act) in enumerate(jobs_and_tools().items()):
        said = []
        for actor in ACTORS:
            try:
                headers = await _credentials(running, owner, actor, 10_000 + number)
                await act(await _operator_of(running, headers))
            except SignInNeeded:
                said.append("401")
            except Forbidden:
                said.append("403")
            except NotFound:
                said.append("in")
        found[name] = tuple(said)
    return found


async def _operator_of(running: Services, headers: dict[str, str]) -> Operator:
    if key := headers.get("X-API-Key"):
        return await running.identity.by_key(key)
    return (await running.identity.by_session(headers.get("Cookie", "").partition("=")[2]))[0]


def read() -> Verdicts:
    lines = FILE.read_text().splitlines()[1:]
    rows = (line.rsplit(maxsplit=len(ACTORS)) for line in lines if line)
    return {name: tuple(said) for name, *said in rows}


def written(verdicts: Verdicts) -> str:
    rows = [("what", ACTORS), *sorted(verdicts.items())]
    return "".join(f"{name:<75} {' '.join(f'{one:<14}' for one in said).rstrip()}\n" for name, said in rows)
