"""Find a Chromium, or install one: Playwright's own cache, then the system, then apt-get when root."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from playwright.sync_api import sync_playwright

# The same engine without the window of a browser: it needs a third less of the processor.
SHELL = "chromium-headless-shell"
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
ARGUMENTS = (
    "--no-sandbox",  # containers rarely allow it, and only our own pages are opened
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def in_playwrights_cache() -> str:
    """Return the browser that `playwright install` left, or nothing."""
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).is_file() else ""


def on_the_system() -> str:
    return next(filter(None, map(shutil.which, NAMES)), "")


def install() -> None:
    """Install a package of Debian's or Ubuntu's. Raise RuntimeError where that is not possible."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise RuntimeError(
            "No Chromium was found. Run `.venv/bin/playwright install chromium`, or install the package chromium."
        )
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], env=quiet, check=True, stdout=subprocess.DEVNULL)
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends"]
    if subprocess.run([*install, SHELL], env=quiet, check=False, capture_output=True).returncode:
        subprocess.run([*install, "chromium"], env=quiet, check=True, stdout=subprocess.DEVNULL)


def find() -> str:
    """Return the path of a Chromium, installing one if there is none."""
    if path := in_playwrights_cache() or on_the_system():
        return path
    install()
    if path := on_the_system():
        return path
    raise RuntimeError("A package of Chromium was installed and brought no program that is known here.")


if __name__ == "__main__":
    print(f"Chromium: {find()}")
