"""Where `signalbox` begins. `run` is on its way to becoming another process, so it loads nothing but itself."""

from __future__ import annotations

import importlib
import sys

import typer


def main() -> None:
    try:
        if sys.argv[1:2] == ["run"]:
            only = typer.Typer(name="signalbox run", add_completion=False, pretty_exceptions_enable=False)
            only.command()(importlib.import_module("backend.cli.run").run)
            only(sys.argv[2:], prog_name="signalbox run")
        else:
            importlib.import_module("backend.cli.app").app()
    except KeyboardInterrupt:
        # Ctrl-C during set-up; what was started ends with this process.
        sys.exit(130)
