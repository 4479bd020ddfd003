"""Migrate, or stop with a sentence. The server has a child do it: what that loads would stay in memory for nothing."""

from __future__ import annotations

from backend.bootstrap.migrations import Migrated, migrate
from backend.cli.configured import read_settings
from backend.cli.say import say, stop
from backend.errors import DomainError
from backend.settings import Settings


def migrate_or_stop(settings: Settings) -> Migrated:
    try:
        done = migrate(settings)
    except DomainError as refusal:
        stop(f"{refusal.message} {refusal.hint}".strip())
    if done.before != done.after:
        copied = f"; a copy of it lies in {done.copy}" if done.copy else ""
        say(f"Database brought to version {done.after}{copied}")
    return done


if __name__ == "__main__":
    migrate_or_stop(read_settings())
