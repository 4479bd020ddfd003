"""`signalbox experiment run FILE`: an experiment in a pipeline, here or at a server elsewhere."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from backend.cli.asking import Tell, perform
from backend.cli.say import Stopped, complain, say, stop
from backend.cli.verdicts import closing, fails, junit_of, lines_of
from backend.control import RESULT

experiment = typer.Typer(help="Experiments in a pipeline.", no_args_is_help=True)
WORSE, NOT_DONE = 1, 2
INTERRUPTED = "Interrupted"
Gate = Annotated[
    bool, typer.Option("--gate", help="Exit with 1 where a metric got worse or misses its target, 2 without a verdict.")
]
Junit = Annotated[Path | None, typer.Option(help="Write the verdicts as a JUnit file.")]
Server = Annotated[
    str, typer.Option(help="The address of a console elsewhere; the key stands in SIGNALBOX_API_KEY.", metavar="URL")
]
Project = Annotated[str, typer.Option(help="The id of the project, for a key of the organisation.")]


@experiment.callback()
def group() -> None:
    """Experiments in a pipeline."""


@experiment.command("run")
def run(
    file: Annotated[Path, typer.Argument(help="JSON as POST /api/experiments takes it.", exists=True, dir_okay=False)],
    *,
    gate: Gate = False,
    junit: Junit = None,
    server: Server = "",
    project: Project = "",
) -> None:
    """Run the experiment of a file to its end; exit code 2 where it does not get there, or cannot begin."""
    _pipe(lambda: {"experiment": _read(file)}, file.stem, gate=gate, junit=junit, server=server, project=project)


@experiment.command("wait")
def wait(
    experiment_id: Annotated[str, typer.Argument(help="The id that `run` told.")],
    *,
    gate: Gate = False,
    junit: Junit = None,
    server: Server = "",
    project: Project = "",
) -> None:
    """Go on with an experiment that `run` began and was cut off from; ends and exits as `run` does."""
    _pipe(lambda: {"id": experiment_id}, experiment_id, gate=gate, junit=junit, server=server, project=project)


def _carry(server: str, project: str, given: dict[str, Any], tell: Tell) -> None:
    if server:
        importlib.import_module("backend.cli.afar").carry(server, project, given, tell)
    else:
        perform("experiment run", given, tell)


def _pipe(
    given: Callable[[], dict[str, Any]], name: str, *, gate: bool, junit: Path | None, server: str, project: str
) -> None:
    """Carry what is given to its end, here or at the server, tell what came of it, and exit as it deserves."""
    found: dict[str, Any] = {"name": name, "status": "refused"}

    def note(line: str) -> None:
        if not line.startswith(RESULT):
            say(line)
            return
        told = json.loads(line.removeprefix(RESULT))
        if "status" not in told:  # it has only begun
            say(f"{told['name']}: {told['id']}")
        found.update(told)

    go_on = partial(_say_how_to_go_on, found, gate=gate, junit=junit, server=server, project=project)
    try:
        _carry(server, project, given(), note)
    except Stopped as stopped:
        found |= {"status": "refused", "said": stopped.sentence}
        go_on("Stopped")
    except KeyboardInterrupt:
        found |= {"status": "interrupted", "said": "It was interrupted."}
        go_on(INTERRUPTED)
    for line in lines_of(found):
        say(line)
    if junit is not None:
        junit.write_bytes(junit_of(found))
    if gate:
        say(closing(found))
    if code := _exit_code(found, gate=gate):
        raise typer.Exit(code)


def _exit_code(found: dict[str, Any], *, gate: bool) -> int:
    if found.get("status") != "done":
        return NOT_DONE
    if gate and any(fails(one) for one in found["metrics"]):
        return WORSE
    if gate and (found.get("unjudged") or not any(one["asked"] for one in found["metrics"])):
        return NOT_DONE
    return 0


def _say_how_to_go_on(
    found: dict[str, Any], how: str, *, gate: bool, junit: Path | None, server: str, project: str
) -> None:
    if "id" not in found:
        if how == INTERRUPTED:
            complain("Interrupted before it began.")
        return
    words = ["signalbox experiment wait", found["id"], *(["--gate"] if gate else [])]
    options = (("--junit", junit), ("--server", server), ("--project", project))
    words += [f"{name} {value}" for name, value in options if value]
    complain(f"{how}; no answer that came is lost. To go on: {' '.join(words)}")


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_text())
    except ValueError as error:
        stop(f"{file} is no JSON: {error}")
