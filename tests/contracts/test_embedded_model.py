"""The model that ships with the product, for real: its child process, its file, and what it answers."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

import psutil
import pytest

from backend.engines.language_model.embedded import EmbeddedModel
from backend.engines.language_model.embedded_file import model_file
from backend.engines.language_model.embedded_process import Address
from backend.engines.language_model.embedded_text import NOT_COVERED
from backend.ports.grounding import NOT_FOUND_ANSWER, GroundPassage, lay_out
from backend.ports.language_model import (
    Adapted,
    Finished,
    Message,
    ModelEndpoint,
    ModelFailed,
    ModelSettings,
    TextDelta,
    Tool,
    Usage,
)

ENDPOINT = ModelEndpoint("embedded", "embedded:gemma-3-270m", "gemma-3-270m")
# What the search over the example's handbook finds for each question.
ROWS = json.loads(Path(__file__).with_name("handbook_passages.json").read_text())
REFUND = [Message("user", lay_out("How long does a refund take?", [
    GroundPassage(1, "Shipping", "Shipping is free above 40 euro."),
    GroundPassage(2, "Returns", "Goods go back within 30 days. A refund takes five working days."),
]))]  # fmt: skip
pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One assembled file for all tests: 253 MB."""
    return tmp_path_factory.mktemp("embedded")


@pytest.fixture
async def model(folder: Path):
    made = EmbeddedModel(folder / "models", folder / "engines.log")
    yield made
    await made.close()


async def ask(model: EmbeddedModel, messages: list[Message], **options) -> tuple[str, Finished]:
    async with aclosing(model.stream(ENDPOINT, messages, **options)) as events:
        heard = [event async for event in events]
    assert isinstance(heard[-1], Finished)
    return "".join(event.text for event in heard if isinstance(event, TextDelta)), heard[-1]


def grounded(row: dict) -> list[Message]:
    passages = [GroundPassage(place + 1, it["source"], it["text"]) for place, it in enumerate(row["passages"])]
    return [Message("user", lay_out(row["question"], passages))]


def says(answer: str, facts: list[str]) -> bool:
    return all(any(word.lower() in answer.lower() for word in fact.split("|")) for fact in facts)


async def test_it_says_the_facts_of_its_passages(model: EmbeddedModel):
    """A fourth of them, each right; tests/backend/demo asks through the flow of the example, until enough are right."""
    answerable = [row for row in ROWS if row["facts"]]
    assert len(answerable) == 16
    answers = {row["question"]: (await ask(model, grounded(row)))[0] for row in answerable[::4]}
    wrong = [f"{row['question']} -> {answers[row['question']]}" for row in answerable[::4]
             if not says(answers[row["question"]], row["facts"])]  # fmt: skip
    assert not wrong
    assert all(answer.endswith("]") for answer in answers.values())


async def test_it_says_so_when_the_passages_do_not_speak_of_it(model: EmbeddedModel):
    answers = [(await ask(model, grounded(row)))[0] for row in ROWS if not row["facts"]]
    assert answers.count(NOT_FOUND_ANSWER) >= 3, answers


async def test_it_says_that_it_was_not_asked(model: EmbeddedModel):
    text, finished = await ask(
        model, [Message("user", lay_out("Who is the mayor?", [GroundPassage(1, "A", "B c d.")]))]
    )
    assert text == NOT_FOUND_ANSWER
    assert finished.adapted == Adapted(because=NOT_COVERED)
    assert model.pid is None


async def test_an_answer_streams_with_its_figures_and_its_source(model: EmbeddedModel):
    text, finished = await ask(model, REFUND)
    assert text == finished.text
    assert "five working days" in text
    assert text.endswith("[2]")
    assert finished.adapted is not None
    read = "\nText: A refund takes five working days.\nQuestion: How long does a refund take?\nAnswer:"
    assert finished.adapted.given.endswith(read), "what it read, and not what it was sent"
    assert "<passage" not in finished.adapted.given
    assert finished.usage.input_tokens > 50
    assert finished.usage.output_tokens > 0


async def test_nothing_runs_before_the_first_question(folder: Path):
    model = EmbeddedModel(folder / "models", folder / "engines.log")
    assert model.pid is None
    await model.close()


async def test_it_ends_when_it_is_closed(model: EmbeddedModel):
    await ask(model, REFUND)
    pid = model.pid
    assert pid is not None
    await model.close()
    assert not psutil.pid_exists(pid)


async def test_a_crash_is_a_clear_error_and_the_next_question_is_answered(model: EmbeddedModel):
    await ask(model, REFUND)
    pid = model.pid
    assert pid is not None
    asking = asyncio.create_task(ask(model, [Message("user", "word " * 700)]))
    await asyncio.sleep(0.3)
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(ModelFailed) as failed:
        await asking
    assert failed.value.message == "The embedded model stopped in the middle of its answer."
    assert "five working days" in (await ask(model, REFUND))[0]
    assert model.pid not in (None, pid)


@pytest.mark.parametrize("options", [
    {"settings": ModelSettings(json_schema={"type": "object"})},
    {"tools": [Tool("look", "Look.", {"type": "object"}, lambda _arguments: None)]},
])  # fmt: skip
async def test_what_it_cannot_do_is_refused_in_words(model: EmbeddedModel, options: dict):
    with pytest.raises(ModelFailed, match="The embedded model cannot"):
        await ask(model, REFUND, **options)
    assert model.pid is None


async def test_the_child_asks_for_a_key_and_shows_none(model: EmbeddedModel):
    await ask(model, REFUND)
    assert model.pid is not None
    child = psutil.Process(model.pid)
    port = next(connection.laddr.port for connection in child.net_connections() if connection.status == "LISTEN")
    assert all(connection.laddr.ip == "127.0.0.1" for connection in child.net_connections())
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 15\r\n\r\n"
    writer.write(head + b'{"messages":[]}')
    assert b"401" in await reader.readline()
    writer.close()
    assert len(" ".join(child.cmdline())) < 300


def test_the_child_ends_with_its_parent(folder: Path):
    script = textwrap.dedent("""
        import asyncio, sys
        from contextlib import aclosing
        from pathlib import Path
        from backend.engines.language_model.embedded import EmbeddedModel
        from tests.contracts.test_embedded_model import ENDPOINT, REFUND
        async def main():
            model = EmbeddedModel(Path(sys.argv[1]) / "models", Path(sys.argv[1]) / "engines.log")
            async with aclosing(model.stream(ENDPOINT, REFUND)) as events:
                async for event in events: pass
            print(model.pid, flush=True)
            await asyncio.sleep(60)
        asyncio.run(main())
    """)
    parent = subprocess.Popen([sys.executable, "-c", script, str(folder)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    assert psutil.pid_exists(pid)
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 5
    while psutil.pid_exists(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not psutil.pid_exists(pid)


def test_a_torn_file_is_made_again_and_leaves_nothing_behind(folder: Path, tmp_path: Path):
    (tmp_path / "gemma-3-270m-q4_k_m.gguf").write_bytes(b"torn")
    (tmp_path / "gemma-3-270m-q4_k_m.99.part").write_bytes(b"left by a kill")
    path = model_file(tmp_path)
    assert path.stat().st_size > 250_000_000
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]
    made = path.stat().st_mtime_ns
    assert model_file(tmp_path).stat().st_mtime_ns == made


async def test_who_waits_for_a_turn_is_not_measured_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = EmbeddedModel(tmp_path, tmp_path / "engines.log")
    asked: list[int] = []

    async def address() -> Address:
        return Address("http://127.0.0.1:1/v1", "key")

    async def stream(*_: object, **__: object) -> AsyncGenerator[Finished]:
        asked.append(len(asked))
        others = len(asked)
        await asyncio.sleep(0)  # all others have come by then
        assert len(asked) == others
        yield Finished("so", Usage(), "stop", 1.0, 1.0)

    monkeypatch.setattr(model._process, "address", address)
    monkeypatch.setattr(model._asker, "stream", stream)
    said = await asyncio.gather(*(ask(model, [Message("user", "?")]) for _ in range(3)))
    assert (len(asked), {finished.text for _, finished in said}) == (3, {"so"})
    await model.close()
