"""`signalbox scripted-model`: a model server for demonstrations and tests, with good and bad days on demand."""

from __future__ import annotations

import asyncio
import importlib
from typing import Annotated

import typer

from backend.cli.say import say, stop

DEFAULT_PORT = 4000


async def _serve(port: int, key: str, latency_seconds: float, tokens_per_second: float | None) -> None:
    module = importlib.import_module("backend.engines.language_model.scripted_server")
    server = module.ScriptedServer(key=key, latency_seconds=latency_seconds, tokens_per_second=tokens_per_second)
    try:
        base_url = await server.start(port)
    except OSError as error:
        stop(f"Port {port} cannot be had: {error.strerror}. Choose another with --port.")
    say(f"The scripted model answers at {base_url}")
    await server.serve_forever()


def scripted_model(
    port: Annotated[int, typer.Option(help="The port on loopback; 0 takes a free one.")] = DEFAULT_PORT,
    key: Annotated[str, typer.Option(help="The key that callers must send; empty for none.")] = "",
    latency: Annotated[float, typer.Option(help="Seconds before the first token.")] = 0.0,
    tokens_per_second: Annotated[float, typer.Option(help="How fast it streams; 0 is as fast as it goes.")] = 0.0,
) -> None:
    """Serve a model that speaks the OpenAI protocol; the name of the model says which day it has."""
    asyncio.run(_serve(port, key, latency, tokens_per_second or None))
