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
    """Which tests failed, each with what went wrong: one set-up that fails takes the tests of a whole file along."""

    def __init__(self) -> None:
        self.failed: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            test = report.nodeid
            self.failed.setdefault(test, test.partition("::")[0] if report.when == "setup" else test)


def may_run_again(code: int, wrong: Collection[str]) -> bool:
    """Tell whether no more went wrong than a few things."""
    return code == pytest.ExitCode.TESTS_FAILED and 0 < len(set(wrong)) <= MOST


def main(arguments: list[str]) -> int:
    noted = Noted()
    code = int(pytest.main(arguments, plugins=[noted]))
    if not may_run_again(code, noted.failed.values()):
        return code
    print(f"\nonce more, alone: {', '.join(noted.failed)}", flush=True)
    code = subprocess.run([sys.executable, "-m", "pytest", "-n0", *noted.failed], check=False).returncode
    if code == 0:
        print(f"\nUNSTEADY beside others, to be mended: {', '.join(noted.failed)}", flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
