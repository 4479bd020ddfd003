"""Where things lie in the tree of the code."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / ".web"
EXPORTED = WEB / "build" / "client"
