"""`make test`: all tests, and the few that failed a second time, alone.

A test shares two cores with three more workers, and what it waits for can come too late there. What fails alone too is
broken; what does not is named, so that it is mended.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Collection

import pytest

MOST = 4


class Noted:
    """Which tests failed."""

    def __init__(self) -> None:
        self.failed: dict[str, None] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed[report.nodeid] = None


def may_run_again(code: int, failed: Collection[str]) -> bool:
    """Tell whether no more went wrong than a few tests."""
    return code == pytest.ExitCode.TESTS_FAILED and 0 < len(failed) <= MOST


def main(arguments: list[str]) -> int:
    noted = Noted()
    code = int(pytest.main(arguments, plugins=[noted]))
    if not may_run_again(code, noted.failed):
        return code
    print(f"\nonce more, alone: {', '.join(noted.failed)}", flush=True)
    code = subprocess.run([sys.executable, "-m", "pytest", "-n0", *noted.failed], check=False).returncode
    if code == 0:
        print(f"\nUNSTEADY beside others, to be mended: {', '.join(noted.failed)}", flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
