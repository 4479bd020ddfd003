"""Look into a database from outside, on either engine."""

from __future__ import annotations

from sqlalchemy import Engine, create_engine, inspect, pool, text


def opened(url: str) -> Engine:
    return create_engine(url, poolclass=pool.NullPool)


def tables(url: str) -> set[str]:
    engine = opened(url)
    return set(inspect(engine).get_table_names())


def rows(url: str) -> dict[str, int]:
    """Return how many rows each table has."""
    with opened(url).connect() as connection:
        return {name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one() for name in tables(url)}


def version(url: str) -> str:
    with opened(url).connect() as connection:
        return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one())
