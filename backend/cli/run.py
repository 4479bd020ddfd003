"""`signalbox run`: set up what is missing, then become the server."""

from __future__ import annotations

import os
import platform
import signal
import sys
from typing import Annotated

import typer

from backend.cli.build import build_front_end
from backend.cli.children import end_with_parent
from backend.cli.configured import is_loopback, read_settings
from backend.cli.folder import make_folder
from backend.cli.holding import hold, holder, require_free_port
from backend.cli.paths import ROOT
from backend.cli.say import say, stop
from backend.settings import Settings

MACHINES = ("x86_64", "aarch64")


def require_platform() -> None:
    if platform.system() != "Linux" or platform.machine() not in MACHINES:
        stop(f"Signalbox runs on Linux x86_64 and aarch64; this is {platform.system()} {platform.machine()}.")


def require_loopback(settings: Settings) -> None:
    if not is_loopback(settings.host) and not settings.public_url.startswith("https://"):
        stop(
            f"SIGNALBOX_HOST is {settings.host!r}, which others reach, and passwords and sessions go over TLS only: "
            "put a reverse proxy with a certificate in front, and set SIGNALBOX_PUBLIC_URL to its https address."
        )


def server_environment(settings: Settings) -> dict[str, str]:
    """Return the environment of the server process: Reflex serves what was exported and compiles nothing."""
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "SIGNALBOX_DATA_DIR": str(settings.folder),  # absolute, because Reflex wants to stand in the root
        "REFLEX_ENV_MODE": "prod",
        "REFLEX_CHECK_LATEST_VERSION": "false",
        "__REFLEX_SKIP_COMPILE": "true",
        "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true",
    }


def run(
    bound_to_parent: Annotated[  # noqa: FBT002  # typer reads options so
        bool, typer.Option("--bound-to-parent", hidden=True, help="End when the program that started this ends.")
    ] = False,
) -> None:
    """Set up what is missing and serve the console and the REST API on one port."""
    if bound_to_parent:
        end_with_parent(signal.SIGTERM)
    require_platform()
    settings = read_settings()
    require_loopback(settings)
    make_folder(settings)
    held = hold(settings)
    if held is None:
        say(f"already running at {holder(settings.folder)}")
        return
    require_free_port(settings)
    build_front_end()
    os.set_inheritable(held, True)  # noqa: FBT003  # the lock goes on with the server
    command = [sys.executable, "-m", "backend.cli.server", str(held)]
    sys.stdout.flush()
    os.chdir(ROOT)
    os.execve(command[0], command, server_environment(settings))  # noqa: S606  # this process becomes the server
