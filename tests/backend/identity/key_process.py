"""A worker that asks who holds a key, again and again, and prints the moment at which it is refused.

`python -m tests.backend.identity.key_process URL SECRET`
"""

from __future__ import annotations

import asyncio
import sys
import time

from backend.engines.database.postgres import PostgresDatabase
from backend.errors import SignInNeeded
from backend.identity.service import IdentityService
from backend.unit_of_work import Units

PAUSE_SECONDS = 0.05


async def main(url: str, secret: str) -> None:
    database = PostgresDatabase(url)
    identity = IdentityService(Units(database))
    await identity.by_key(secret)
    print("known", flush=True)
    try:
        while True:
            await identity.by_key(secret)
            await asyncio.sleep(PAUSE_SECONDS)
    except SignInNeeded:
        print(time.time(), flush=True)
    await identity.settle()
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
