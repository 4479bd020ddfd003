"""A worker on Postgres beside others, to be killed by tests: `python -m ... FOLDER NAME DATABASE`.

It says by which name it runs flows once it works.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from pydantic import SecretStr

from backend import bootstrap
from backend.settings import Settings


async def main(folder: str, name: str, database: str) -> None:
    key = (SecretStr("the key of the tests " * 2),)
    settings = Settings(data_dir=Path(folder), models="scripted", secret_key=key, database=database)
    made = await bootstrap.start(settings, executor_id=name)
    print(made.runs._worker, flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))
