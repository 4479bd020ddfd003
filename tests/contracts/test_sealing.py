"""What every sealer promises."""

from __future__ import annotations

import pytest

from backend.engines.sealing.fernet import FernetSealer
from backend.ports.sealing import SealBroken

OLD, NEW = "an old key of enough characters 1", "a new key of enough characters 22"


def test_what_was_sealed_opens_in_its_place() -> None:
    sealer = FernetSealer([NEW])
    token = sealer.seal("sk-é 🔑", "proj_a:prov_1")
    assert sealer.open(token, "proj_a:prov_1") == "sk-é 🔑"


def test_the_token_tells_nothing_and_differs_each_time() -> None:
    sealer = FernetSealer([NEW])
    tokens = {sealer.seal("the-secret", "proj_a:prov_1") for _ in range(5)}
    assert len(tokens) == 5
    assert not any("the-secret" in token or "proj_a" in token for token in tokens)


def test_a_token_does_not_open_in_another_row() -> None:
    sealer = FernetSealer([NEW])
    with pytest.raises(SealBroken, match="wrong place"):
        sealer.open(sealer.seal("the-secret", "proj_a:prov_1"), "proj_b:prov_1")


def test_an_old_key_behind_a_new_one_still_opens() -> None:
    token = FernetSealer([OLD]).seal("the-secret", "place")
    assert FernetSealer([NEW, OLD]).open(token, "place") == "the-secret"
    with pytest.raises(SealBroken):
        FernetSealer([NEW]).open(token, "place")


def test_the_newest_key_seals() -> None:
    token = FernetSealer([NEW, OLD]).seal("the-secret", "place")
    assert FernetSealer([NEW]).open(token, "place") == "the-secret"


def test_every_key_knows_its_signature_and_the_newest_signs() -> None:
    old, new = FernetSealer([OLD]), FernetSealer([NEW, OLD])
    assert new.is_signed("words", old.sign("words"))
    assert new.sign("words") == FernetSealer([NEW]).sign("words")
    assert not old.is_signed("words", new.sign("words"))
    assert not old.is_signed("other words", old.sign("words"))
    assert not old.is_signed("words", "²")


@pytest.mark.parametrize("token", ["", "x", "gAAAA"])
def test_a_damaged_token_is_refused(token: str) -> None:
    with pytest.raises(SealBroken):
        FernetSealer([NEW]).open(token, "place")


def test_resealing_leaves_a_token_that_the_old_key_alone_does_not_open() -> None:
    old = FernetSealer([OLD]).seal("the-secret", "place")
    both = FernetSealer([NEW, OLD])
    resealed = both.reseal(old)
    assert resealed
    assert FernetSealer([NEW]).open(resealed, "place") == "the-secret"
    with pytest.raises(SealBroken):
        FernetSealer([OLD]).open(resealed, "place")
    assert both.reseal(resealed) is None
    with pytest.raises(SealBroken):
        FernetSealer([NEW]).reseal(old)
