"""Keep the rewritten asserts of all files before the workers want them.

Each worker imports every file, all at once: in a fresh clone each rewrote all of them, for 6 s.
"""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

import pytest
from _pytest.assertion import rewrite
from _pytest.assertion.rewrite import assertstate_key

AT_ONCE = 2


@contextmanager
def written_ahead(config: pytest.Config) -> Iterator[None]:
    """Write them beside what the caller does meanwhile. What fails here is said by the worker that imports it."""
    paths = [] if sys.dont_write_bytecode else sorted(_files(config))
    forking = multiprocessing.get_context("fork")
    writers = [forking.Process(target=_write, args=(config, paths[at::AT_ONCE])) for at in range(AT_ONCE)]
    for one in writers if paths else ():
        one.start()
    yield
    for one in writers if paths else ():
        one.join()


def _files(config: pytest.Config) -> Iterator[Path]:
    """Yield the files that the arguments name."""
    for name in config.args:
        path = Path(config.invocation_params.dir) / name.partition("::")[0]
        if path.is_dir():
            yield from chain(path.rglob("test_*.py"), path.rglob("conftest.py"))
        else:
            yield path


def _write(config: pytest.Config, paths: list[Path]) -> None:
    """Do what the import hook does, without running the file."""
    state = config.stash[assertstate_key]
    for path in paths:
        folder = rewrite.get_cache_dir(path)
        kept = folder / f"{path.stem}{rewrite.PYC_TAIL}"
        if rewrite.try_makedirs(folder) and rewrite._read_pyc(path, kept) is None:
            of, code = rewrite._rewrite_test(path, config)
            rewrite._write_pyc(state, code, of, kept)
