"""Kill a parent whose children of every kind are at work, and count what is left."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import psutil

from tests.factories import documents

ROOT = Path(__file__).resolve().parents[3]
PARENT = """
    import asyncio, sys
    from pathlib import Path

    import psutil

    from backend.engines.embeddings.wordllama import WordLlamaEmbedder, texts_room
    from backend.engines.parsing.isolated import IsolatedParser
    from backend.engines.templates.jinja import JinjaTemplates
    from backend.engines.vectors.edge import EdgeVectorIndex

    LOOPS = "{% for a in rows %}" * 6 + "{% endfor %}" * 6

    async def main():
        folder = Path(sys.argv[1])
        index = EdgeVectorIndex(folder / "vectors", folder / "log")
        await index.count("s", project_id="p")
        await WordLlamaEmbedder(texts_room(folder / "texts", folder / "log")).embed(["words"])
        templates, parser = JinjaTemplates(folder / "templates", folder / "log"), IsolatedParser()
        await templates.render("{% for a in [1] %}{% endfor %}", {})
        reading = asyncio.create_task(parser.parse(folder / "slow.pdf"))
        filling = asyncio.create_task(templates.render(LOOPS, {"rows": list(range(1000))}))
        while len(found := psutil.Process().children(recursive=True)) < 5:
            await asyncio.sleep(0.005)
        print(*(child.pid for child in found), flush=True)
        await asyncio.sleep(60)

    asyncio.run(main())
"""


def test_no_child_of_any_kind_outlives_a_killed_parent(tmp_path: Path):
    documents.wordy_pdf(tmp_path / "slow.pdf", 1000)
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(PARENT), str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": str(ROOT)},
    ) as parent:
        children = [psutil.Process(int(pid)) for pid in parent.stdout.readline().split()]
        os.kill(parent.pid, signal.SIGKILL)
    assert len(children) == 5  # index, texts, templates, a fork of it, a document
    _, left = psutil.wait_procs(children, timeout=10)
    assert left == []
