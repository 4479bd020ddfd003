"""Coming from an older release, and from a newer one."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from alembic import command
from backend import bootstrap
from backend.bootstrap.migrations import COPIES, NewerDatabase, alembic_config, database_url, migrate
from backend.bootstrap.versions import is_current, newest_version
from backend.engines.database.copies import KEPT, copy_aside, stamped_version
from backend.errors import Unavailable
from backend.settings import SQLITE_FILE, Settings
from tests.migrations.databases import opened, rows, version

RELEASED = sorted((Path(__file__).parent / "released").glob("*.sql"))
KEY = "the key of the stored databases and long enough"


@pytest.fixture
def folder(tmp_path: Path) -> Settings:
    """Settings of an empty data directory."""
    return Settings(data_dir=tmp_path)


def restore(script: Path, settings: Settings) -> None:
    with closing(sqlite3.connect(settings.folder / SQLITE_FILE)) as connection:
        connection.executescript(script.read_text())


@pytest.mark.skipif(not RELEASED, reason="no release was made yet")
@pytest.mark.parametrize("script", RELEASED, ids=lambda script: script.stem)
async def test_a_stored_database_of_a_release_keeps_its_rows(script: Path, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, secret_key=KEY, models="none")  # type: ignore[arg-type]  # as the environment gives it
    restore(script, settings)
    url = database_url(settings)
    ahead = "UPDATE conversation SET last_message_at = '2150-01-01 00:00:00.000000'"
    with closing(sqlite3.connect(settings.folder / SQLITE_FILE)) as connection:
        connection.executescript(f"{ahead}; UPDATE message SET created_at = '2150-01-01 00:00:00.000000'")
    before = rows(url)
    assert before["user_account"] == 1
    assert before["api_key"] >= 1
    migrate(settings)
    command.check(alembic_config(url))
    after = rows(url)
    assert {name: after[name] for name in before} == before
    with opened(url).connect() as connection:
        told = connection.execute(text("SELECT channel FROM conversation ORDER BY id")).scalars()
        assert list(told) == ["example", "example", "example", "api"], "what came with it is marked, a call is not"
        said = connection.execute(text("SELECT max(last_message_at), max(created_at) FROM conversation, message"))
        assert max(said.one()) < "2100", "what was dated ahead would outlive every retention"
    started = await bootstrap.start(settings, serving=False)  # refuses unless the old secrets can be opened
    owner = await started.identity.ensure_owner()
    await bootstrap.stop(started)
    assert owner.name
    assert rows(url)["user_account"] == 1


def test_an_older_file_is_copied_before_it_is_changed(folder: Settings) -> None:
    url = database_url(folder)
    command.upgrade(alembic_config(url), "0001")
    with closing(sqlite3.connect(folder.folder / SQLITE_FILE)) as connection:
        connection.execute("INSERT INTO organisation VALUES ('org_1', 'Kept', '2026-01-01')")
        connection.commit()
    done = migrate(folder)
    assert done.before == "0001"
    assert done.copy is not None
    assert done.copy.parent == folder.folder / COPIES
    copied = f"sqlite:///{done.copy}"
    assert version(copied) == "0001"
    assert rows(copied)["organisation"] == 1
    assert rows(url)["organisation"] == 1
    assert version(url) == done.after


def test_a_current_file_is_neither_copied_nor_changed(folder: Settings) -> None:
    migrate(folder)
    again = migrate(folder)
    assert again.before == again.after
    assert again.copy is None
    assert not (folder.folder / COPIES).exists()


def test_the_last_three_copies_are_kept(folder: Settings) -> None:
    migrate(folder)
    copies = folder.folder / COPIES
    for number in range(KEPT + 2):
        copy_aside(folder.folder / SQLITE_FILE, copies, f"copy-{number}.db")
    assert sorted(path.name for path in copies.iterdir()) == ["copy-2.db", "copy-3.db", "copy-4.db"]


def test_a_newer_database_stops_the_start_and_stays_as_it_is(folder: Settings) -> None:
    migrate(folder)
    with closing(sqlite3.connect(folder.folder / SQLITE_FILE)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    with pytest.raises(NewerDatabase, match="has version 9999"):
        migrate(folder)
    assert version(database_url(folder)) == "9999"


def test_a_postgres_that_is_down_is_said_without_its_password() -> None:
    settings = Settings(database="postgresql+psycopg://person:hidden-word@127.0.0.1:9/box")
    with pytest.raises(Unavailable) as refused:
        migrate(settings)
    assert "127.0.0.1:9" in refused.value.message
    assert "hidden-word" not in refused.value.message


def test_the_quick_look_agrees_with_the_chain(folder: Settings) -> None:
    assert not is_current(folder)
    assert stamped_version(folder.folder / SQLITE_FILE) == ""
    done = migrate(folder)
    assert newest_version() == done.after
    assert is_current(folder)
    command.downgrade(alembic_config(database_url(folder)), "0001")
    assert not is_current(folder)


def test_only_asking_tells_on_postgres() -> None:
    assert not is_current(Settings(database="postgresql+psycopg://host/box"))
