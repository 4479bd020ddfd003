"""The server process, begun without looks for garbage: what it loads stays, and they took a fifth of the start."""

from __future__ import annotations

import gc
import importlib

if __name__ == "__main__":
    gc.disable()  # until the server is ready
    importlib.import_module("backend.cli.serve").main()
