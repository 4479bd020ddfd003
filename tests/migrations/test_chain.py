"""The chain of migrations, on both engines: there, back, and killed in the middle."""

from __future__ import annotations

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from alembic import command
from backend.bootstrap.migrations import alembic_config, upgrade, version_of
from tests.migrations.databases import tables
from tests.serving import ROOT

# Killed by itself in the N-th table, in the middle of the transaction.
KILLED = """
import os, signal, sys
from alembic.operations import Operations
import backend.bootstrap.migrations as migrations

made, plain = [], Operations.create_table

def create_table(self, *arguments, **options):
    made.append(plain(self, *arguments, **options))
    if len(made) == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)

Operations.create_table = create_table
migrations.upgrade(sys.argv[1])
"""
ONLY_BOOKKEEPING = {"alembic_version"}


def test_up_down_up_ends_with_the_same_tables(url: str) -> None:
    upgrade(url)
    first = tables(url)
    command.downgrade(alembic_config(url), "base")
    assert tables(url) <= ONLY_BOOKKEEPING
    upgrade(url)
    assert tables(url) == first
    assert len(first) > 10


def test_migrations_make_what_the_models_say(url: str) -> None:
    upgrade(url)
    command.check(alembic_config(url))  # raises with the differences


@pytest.mark.parametrize("table", [1, 5, 12])
def test_a_kill_in_the_middle_leaves_no_half_made_table(url: str, table: int) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED, url, str(table)], cwd=ROOT, check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert tables(url) <= ONLY_BOOKKEEPING
    assert version_of(url) == ""
    upgrade(url)
    assert version_of(url) != ""


def test_two_starts_at_once_migrate_once(empty_postgres: str) -> None:
    program = "import sys; from backend.bootstrap.migrations import upgrade; upgrade(sys.argv[1])"

    def start(_number: int) -> int:
        done = subprocess.run([sys.executable, "-c", program, empty_postgres], cwd=ROOT, check=False, timeout=60)
        return done.returncode

    with ThreadPoolExecutor(3) as starts:
        assert list(starts.map(start, range(3))) == [0, 0, 0]
    assert version_of(empty_postgres) != ""
