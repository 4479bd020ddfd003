"""A process that has a run wait, decides, or carries it to its end, to be killed: `... FOLDER begin|decide|finish`.

It says one line of JSON and then lives on, until a test ends it.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from pydantic import SecretStr

from backend import bootstrap
from backend.flows.types import Decision, RunWish
from backend.settings import Settings
from tests.factories.flows import document, form, node


async def main(folder: str, task: str) -> None:
    key = SecretStr("the key of the tests " * 2)
    settings = Settings(data_dir=Path(folder), models="scripted", secret_key=(key,))
    running = await bootstrap.start(settings)
    owner = await running.identity.ensure_owner()
    if task == "begin":
        nodes = [
            node("input", "input", form()),
            node("before", "template", {"template": "Pay {{ input.question }}"}),
            node("ask", "approval"),
            node("after", "template", {"template": "{{ ask.decision.by }}: {{ ask.approved }}"}),
            node("output", "output"),
        ]
        edges = [("input.question", "before.data"), ("before.text", "ask.value"), ("ask.approved", "after.data")]
        flow = document(nodes, [*edges, ("after.text", "output.value")])
        await running.flows.create(owner, "Pay", document=flow)
        await running.flows.publish(owner, "pay")
        result = await running.runs.run(owner, "pay", RunWish({"question": "$5"}))
        _say({"status": result.status.value})
    elif task == "decide":
        (asked,) = (await running.approvals.waiting(owner)).items
        await running.approvals.decide(owner, asked.id, Decision("approve", asked.hash))
        _say({"value": asked.value})
    else:
        while (run := (await running.runs.list(owner)).items[0]) and not run.status.is_final:
            await asyncio.sleep(0.02)
        detail = await running.runs.get(owner, run.id)
        attempts = {one.node: one.attempt for one in detail.nodes}
        _say({"status": run.status.value, "output": run.output, "attempts": attempts})
    await asyncio.Event().wait()


def _say(told: dict[str, object]) -> None:
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3]))
