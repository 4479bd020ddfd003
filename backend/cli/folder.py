"""The data directory."""

from __future__ import annotations

import os

from backend.cli.say import stop
from backend.settings import Settings


def make_folder(settings: Settings) -> None:
    """Make the data directory, and let this process and its children write for their owner only."""
    os.umask(0o077)  # a directory that somebody made beforehand may be open to all
    try:
        settings.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        stop(f"SIGNALBOX_DATA_DIR is {str(settings.folder)!r}, and cannot be used: {error.strerror}.")
    if not os.access(settings.folder, os.W_OK | os.X_OK):
        stop(f"SIGNALBOX_DATA_DIR is {str(settings.folder)!r}, and cannot be used: this user may not write there.")
