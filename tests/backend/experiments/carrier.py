"""A process that carries one experiment out, to be killed and stopped by tests: `python -m ... FOLDER ID RATE`.

Rows are made up as the test made them; the model server is the test's own.
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import replace
from pathlib import Path

from pydantic import SecretStr

from backend import bootstrap
from backend.bootstrap.experiments import put_together
from backend.experiments.outside import Row, Rows
from backend.operator import Operator
from backend.settings import Settings


async def main(folder: str, experiment_id: str, database: str) -> None:
    settings = Settings(
        data_dir=Path(folder),
        models="scripted",
        secret_key=(SecretStr("the key of the tests " * 2),),
        **({"database": database} if database else {}),
    )
    made = await bootstrap.start(settings, serving=False)
    rows = [Row(**one) for one in json.loads((Path(folder) / "rows.json").read_text())]

    async def opened(_operator: Operator, dataset_id: str, version: int | None, _split: str) -> Rows:
        return Rows(dataset_id, "Questions", version or 1, rows)

    carried = put_together(replace(made.experiments._outside, rows=opened))
    print("ready", flush=True)
    await carried.executor.execute(experiment_id)
    await bootstrap.stop(made)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))
