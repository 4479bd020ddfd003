"""The lines that the build writes into the framework's own script."""

from __future__ import annotations

from pathlib import Path

import pytest
import reflex_base

from console.build import FEWER, GROUPS, NEW_WORDS, OLD_WORDS, make_fewer_files, say_new_version_in_our_words

TEMPLATE = Path(reflex_base.__file__).parent / ".templates" / "web" / "utils" / "state.js"


def test_the_banner_of_a_new_version_speaks_and_looks_like_ours():
    ours = say_new_version_in_our_words(TEMPLATE.read_text())
    assert OLD_WORDS not in ours
    assert NEW_WORDS in ours
    banner = ours[ours.index("const showNewVersionBanner") : ours.index("const handleStateMismatch")]
    assert 'banner.className = "banner wait over";' in banner
    assert "cssText" not in banner
    assert say_new_version_in_our_words(ours) == ours


def test_a_script_that_changed_stops_the_build():
    with pytest.raises(RuntimeError, match="showNewVersionBanner"):
        say_new_version_in_our_words("nothing that we know")


def test_shared_parts_are_asked_to_come_together():
    template = (Path(reflex_base.__file__).parent / "compiler" / "templates.py").read_text()
    assert template.count(GROUPS) == 1, "the place that we write to is there"
    ours = make_fewer_files(template)
    assert FEWER in ours
    assert make_fewer_files(ours) == ours
    with pytest.raises(RuntimeError, match="codeSplitting"):
        make_fewer_files("nothing that we know")
