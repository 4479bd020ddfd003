"""What the terminal reads: progress, and one clear sentence where something stops."""

from __future__ import annotations

import sys
from typing import NoReturn


def say(line: str) -> None:
    """Print one line at once, also into a pipe."""
    print(line, flush=True)


def complain(sentence: str) -> None:
    """Print one sentence on stderr, so that what a script reads on stdout stays clean."""
    print(sentence, file=sys.stderr, flush=True)


class Stopped(SystemExit):
    """Ends a command with exit code 1; `sentence` is what was said."""

    def __init__(self, sentence: str) -> None:
        super().__init__(1)
        self.sentence = sentence


def stop(sentence: str) -> NoReturn:
    """End the command with exit code 1 and one sentence on stderr."""
    complain(sentence)
    raise Stopped(sentence)
