"""End the process once everything that must be kept is closed."""

from __future__ import annotations

import logging
import os
import sys
from typing import NoReturn


def leave(code: int) -> NoReturn:
    """End at once. Python would take its objects apart one by one first: 3 to 6 s of a prompt that does not come."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
