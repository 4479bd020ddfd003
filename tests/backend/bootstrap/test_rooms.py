"""Making the engines is cheap: nothing heavy is imported, no process starts, and closing ends what did."""

import subprocess
import sys
from pathlib import Path

from backend.bootstrap.rooms import open_rooms
from backend.settings import Settings
from tests.factories.children import engine_children

ROOT = Path(__file__).resolve().parents[3]
HEAVY = {"qdrant_edge", "qdrant_client", "wordllama", "kreuzberg", "pypdfium2", "semantic_text_splitter", "numpy"}
PROGRAM = """
import sys
from backend.bootstrap.rooms import open_rooms
from backend.settings import Settings
open_rooms(Settings())
print(*sys.modules)
"""


def test_no_heavy_library_comes_into_the_web_process(tmp_path: Path):
    environment = {"PYTHONPATH": str(ROOT), "SIGNALBOX_DATA_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    loaded = set(done.stdout.split())
    assert "jinja2" in loaded
    assert loaded & HEAVY == set()
    assert list(tmp_path.iterdir()) == []


async def test_processes_start_at_first_use_and_end_with_closing(tmp_path: Path):
    rooms = open_rooms(Settings(data_dir=tmp_path))
    assert engine_children() == []
    assert len(await rooms.embedder.embed(["words"])) == 1
    assert await rooms.vectors.count("space", project_id="prj_1") == 0
    assert await rooms.templates.render("{% for a in [1] %}{{ a }}{% endfor %}", {}) == "1"
    assert len(engine_children()) == 3
    await rooms.close()
    assert engine_children() == []
    assert (tmp_path / "logs").is_dir()
