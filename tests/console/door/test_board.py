"""The picture beside the sign-in pages: fixed art, of nodes that there are."""

from __future__ import annotations

import re
from pathlib import Path

from backend.flows.nodes.registry import KINDS
from console import door

BOARD = Path(door.__file__).parent / "pages" / "board.html"


def test_the_picture_shows_kinds_of_node_that_there_are():
    names = re.findall(r'class="name">([^<]+)<', BOARD.read_text())
    assert len(names) > 10
    assert set(names) <= {kind.title for kind in KINDS.values()}
