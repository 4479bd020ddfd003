"""Fill a small disk under the engines, make room again, and look at what is left."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = """
    import asyncio, sys, uuid
    from pathlib import Path

    import numpy as np

    from backend.engines.objects.directory import DirectoryObjects
    from backend.engines.vectors.edge import EdgeVectorIndex
    from backend.errors import Unavailable
    from backend.ports.vectors import Point

    disk, elsewhere = Path(sys.argv[1]), Path(sys.argv[2])
    rows = np.random.default_rng(0).normal(size=(250, 256)).astype(np.float32)

    def points(batch):
        ids = [str(uuid.uuid5(uuid.NAMESPACE_OID, f"{batch} {number}")) for number in range(250)]
        return [Point(one, row.tobytes(), "some words " * 30, "p", "k", "d") for one, row in zip(ids, rows)]

    async def main():
        index, objects = EdgeVectorIndex(disk / "vectors", elsewhere / "log"), DirectoryObjects(disk / "objects")
        acknowledged = 0
        try:
            for batch in range(400):
                await index.upsert("s", points(batch))
                acknowledged += 250
        except Unavailable as full:
            print("index:", full)
        (disk / "ballast").unlink()
        large = elsewhere / "large"
        with large.open("wb") as stream:
            stream.truncate(400 * 1024 * 1024)
        try:
            await objects.put("a/b", large)
        except Unavailable as full:
            print("objects:", full)
        print(await objects.exists("a/b"), list((disk / "objects" / ".unfinished").iterdir()))
        await index.upsert("s", points(400))
        print(await index.count("s", project_id="p") >= acknowledged + 250, acknowledged > 0)
        await index.close()

    asyncio.run(main())
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
def test_a_full_disk_is_told_loses_nothing_and_goes_on_once_there_is_room(tmp_path: Path):
    disk = tmp_path / "disk"
    disk.mkdir()
    (tmp_path / "program.py").write_text(textwrap.dedent(PROGRAM))
    mount = f"mount -t tmpfs -o size=300m disk {disk} && head -c 150M /dev/zero > {disk}/ballast"
    command = f"{mount} && {sys.executable} {tmp_path}/program.py {disk} {tmp_path}"
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", command],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.stdout.splitlines() == [
        "index: The disk is full.",
        "objects: The disk is full.",
        "False []",
        "True True",
    ], done.stderr
