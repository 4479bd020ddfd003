"""A worker on Postgres beside others that asks models as it is told: `python -m ... FOLDER NAME DATABASE`.

It says that it is ready; then each line that it reads is a model, which it asks once, and says how that ended.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import aclosing
from pathlib import Path

from pydantic import SecretStr

from backend import bootstrap
from backend.ports.language_model import Message, ModelFailed
from backend.settings import Settings


async def main(folder: str, name: str, database: str) -> None:
    key = (SecretStr("the key of the tests " * 2),)
    settings = Settings(data_dir=Path(folder), models="scripted", secret_key=key, database=database)
    made = await bootstrap.start(settings, executor_id=name)
    operator = await made.identity.ensure_owner()
    print("ready", flush=True)
    while model := (await asyncio.to_thread(sys.stdin.readline)).strip():
        endpoint = await made.providers.resolve(operator, model)
        try:
            async with aclosing(made.language_model.stream(endpoint, [Message("user", "Why?")])) as events:
                async for _ in events:
                    pass
        except ModelFailed as failed:
            print(failed.message, flush=True)
        else:
            print("answered", flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))
