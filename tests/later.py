"""Load a vendor when it is used: every worker imports every file of tests, and one of them runs it."""

from __future__ import annotations

import importlib
from typing import Any


class Later:
    """Stands for a module; the first name that is asked of it loads it."""

    def __init__(self, module: str) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Any:
        return getattr(importlib.import_module(self._module), name)
