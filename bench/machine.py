"""How much of this machine's time others took: a virtual machine may lose a third of it, and every figure with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

STAT = Path("/proc/stat")
# The fields of the first line, proc(5): user, nice, system, idle, iowait, irq, softirq, steal.
IDLE, STOLEN = slice(3, 5), 7
WORTH_TELLING = 5


def taken_by_others() -> Callable[[], str]:
    """Begin to watch; the returned call says what was taken since, empty where it is little or not known."""
    before = _ticks()

    def words() -> str:
        spent = [now - then for now, then in zip(_ticks(), before, strict=True)]
        busy = sum(spent[: STOLEN + 1]) - sum(spent[IDLE])
        share = round(100 * spent[STOLEN] / busy) if busy else 0
        return f"others took {share} % of the time this machine asked for" if share >= WORTH_TELLING else ""

    return words


def _ticks() -> list[int]:
    if not STAT.exists():
        return [0] * (STOLEN + 1)
    return [int(one) for one in STAT.read_text().splitlines()[0].split()[1 : STOLEN + 2]]
