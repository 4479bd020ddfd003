"""State of a tab is kept in memory: what is pickled to a file runs when it is read."""

from __future__ import annotations

import pytest
from reflex.istate.manager import StateManager
from reflex.istate.manager.memory import StateManagerMemory

from rxconfig import config


@pytest.mark.security("Z7")
def test_state_is_kept_in_memory_and_in_no_file() -> None:
    assert str(config.state_manager_mode) == "memory"
    assert isinstance(StateManager.create(), StateManagerMemory)
