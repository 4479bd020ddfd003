"""Kill rooms and their parents, and look at what is left."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import msgspec
import psutil
import pytest

from backend.engines.room.room import Room
from backend.errors import InvalidInput, Unavailable
from tests.backend.engines.odd_worker import Crash, Echo, Environment, Fail, Hang, Refuse, Written
from tests.factories.children import engine_children

ROOT = Path(__file__).resolve().parents[3]
WORKER = "tests.backend.engines.odd_worker"


@pytest.fixture
async def room(tmp_path: Path):
    made = Room("The odd room", WORKER, tmp_path / "odd", tmp_path / "logs" / "engines.log", patience_seconds=30)
    yield made
    await made.close()


async def test_the_child_starts_with_the_first_call(room: Room):
    assert room.pid is None
    assert await room.call(Echo("hello"), str) == "hello"
    assert psutil.pid_exists(room.pid)


async def test_calls_side_by_side_get_their_own_answers(room: Room):
    texts = [str(number) * 1000 for number in range(200)]
    assert await asyncio.gather(*(room.call(Echo(text), str) for text in texts)) == texts
    assert len(engine_children()) == 1


async def test_a_refusal_is_invalid_input_in_the_workers_words(room: Room):
    with pytest.raises(InvalidInput, match="not like this"):
        await room.call(Refuse(), str)


async def test_a_fault_is_unavailable_and_its_story_is_in_the_log(room: Room, tmp_path: Path):
    await room.call(Echo("first"), str)
    pid = room.pid
    with pytest.raises(Unavailable, match=r"The odd room failed \(ZeroDivisionError\)"):
        await room.call(Fail(), str)
    assert "the-secret-place" in (tmp_path / "logs" / "engines.log").read_text()
    assert await room.call(Echo("after"), str) == "after"
    assert room.pid == pid


async def test_an_order_that_kills_every_child_ends_as_unavailable(room: Room):
    with pytest.raises(Unavailable, match="stopped twice"):
        await room.call(Crash(), str)
    assert await room.call(Echo("after"), str) == "after"


async def test_calls_under_way_are_repeated_when_the_child_is_killed(room: Room):
    await room.call(Echo("first"), str)
    killed = room.pid
    calls = [asyncio.create_task(room.call(Hang(0.2), str)) for _ in range(5)]
    await asyncio.sleep(0.3)
    os.kill(killed, signal.SIGKILL)
    assert await asyncio.gather(*calls) == ["rested"] * 5
    assert room.pid != killed


async def test_a_child_that_hangs_is_killed_and_started_again(tmp_path: Path):
    room = Room("The odd room", WORKER, tmp_path, tmp_path / "log", patience_seconds=0.5)
    with pytest.raises(Unavailable, match="did not answer"):
        await room.call(Hang(60), str)
    room._patience_seconds = 30
    assert await room.call(Echo("after"), str) == "after"
    await room.close()


async def test_a_caller_that_leaves_during_the_start_leaves_one_child(room: Room):
    calls = [asyncio.create_task(room.call(Echo("x"), str)) for _ in range(3)]
    await asyncio.sleep(0)
    calls[0].cancel()
    assert await asyncio.gather(*calls[1:]) == ["x", "x"]
    assert len(engine_children()) == 1


async def test_closing_lets_the_child_finish_and_flush(tmp_path: Path):
    room = Room("The odd room", WORKER, tmp_path / "odd", tmp_path / "log")
    await room.call(Written("kept"), type(None))
    child = psutil.Process(room.pid)
    await room.close()
    assert not child.is_running()
    assert (tmp_path / "odd" / "closed").read_text() == "kept"
    with pytest.raises(Unavailable, match="closed"):
        await room.call(Echo("late"), str)


async def test_an_idle_child_flushes(room: Room, tmp_path: Path):
    await room.call(Written("kept"), type(None))
    for _ in range(100):
        if (tmp_path / "odd" / "flushed").exists():
            break
        await asyncio.sleep(0.05)
    assert (tmp_path / "odd" / "flushed").read_text() == "kept"


async def test_the_servers_environment_stays_outside(room: Room, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SIGNALBOX_SECRET_KEY", "do-not-tell")
    assert "do-not-tell" not in await room.call(Environment(), str)


async def test_a_worker_that_cannot_start_is_unavailable(tmp_path: Path):
    room = Room("The odd room", "backend.no_such_worker", tmp_path, tmp_path / "log")
    with pytest.raises(Unavailable, match="stopped twice"):
        await room.call(Echo("x"), str)
    assert "no_such_worker" in (tmp_path / "log").read_text()
    await room.close()


PARENT = """
    import asyncio, sys
    from pathlib import Path
    from backend.engines.room.room import Room
    from tests.backend.engines.odd_worker import Echo, Hang

    async def main():
        room = Room("The odd room", "tests.backend.engines.odd_worker", Path(sys.argv[1]), Path(sys.argv[1], "log"))
        await room.call(Echo("x"), str)
        print(room.pid, flush=True)
        await room.call(Hang(60), str)

    asyncio.run(main())
"""


async def test_a_killed_parent_takes_its_child_along_even_at_work(tmp_path: Path):
    program = textwrap.dedent(PARENT)
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True, env={"PYTHONPATH": str(ROOT)}
    ) as parent:
        child = psutil.Process(int(parent.stdout.readline()))
        assert child.ppid() == parent.pid
        time.sleep(0.3)
        parent.kill()
    gone, left = psutil.wait_procs([child], timeout=10)
    assert (gone, left) == ([child], [])


def test_orders_travel_as_tagged_structs():
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(Echo("x"))) == {"type": "Echo", "text": "x"}
