"""What the keepers of passwords and one-time codes promise."""

from __future__ import annotations

import asyncio

import pytest

from backend.engines.credentials.argon2_passwords import Argon2Passwords
from backend.engines.credentials.totp import TotpCodes

# The secret of RFC 6238, appendix B, and its codes cut to six digits.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
RFC_CODES = [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037")]


async def test_a_password_is_kept_as_argon2id_and_found_again() -> None:
    passwords = Argon2Passwords()
    kept = await passwords.hash("correct horse battery")
    assert kept.startswith("$argon2id$")
    assert "horse" not in kept
    assert await passwords.matches(kept, "correct horse battery")
    assert not await passwords.matches(kept, "correct horse batterY")


async def test_nobody_has_no_password() -> None:
    passwords = Argon2Passwords(memory_kib=1024)
    assert not await passwords.matches(None, "")
    assert not await passwords.matches("", "")
    assert not await passwords.matches("no hash at all", "x")


async def test_a_hash_of_weaker_settings_is_stale() -> None:
    weak = await Argon2Passwords(memory_kib=1024).hash("x")
    assert Argon2Passwords().is_stale(weak)
    assert not Argon2Passwords(memory_kib=1024).is_stale(weak)


async def test_the_loop_goes_on_while_passwords_are_checked() -> None:
    """Ten checks take most of a second; on the loop they would leave it ten turns."""
    passwords = Argon2Passwords()
    kept = await passwords.hash("x")
    checks = asyncio.gather(*(passwords.matches(kept, "y") for _ in range(10)))
    num_turns = 0
    while not checks.done():
        await asyncio.sleep(0.001)
        num_turns += 1
    assert not any(await checks)
    assert num_turns > 50


@pytest.mark.parametrize(("seconds", "code"), RFC_CODES)
def test_the_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    assert TotpCodes().step_of(RFC_SECRET, code, seconds) == seconds // 30


def test_a_code_holds_for_its_neighbours_and_no_longer() -> None:
    seconds, code = RFC_CODES[1]
    starts = seconds // 30 * 30
    for moment, is_right in [(-31, False), (-30, True), (0, True), (59, True), (60, False)]:
        assert (TotpCodes().step_of(RFC_SECRET, code, starts + moment) is not None) == is_right


@pytest.mark.parametrize("code", ["", "28708", "2870822", "abcdef", "٢٨٧٠٨٢", "-87082", "null"])
def test_what_is_no_code_is_none(code: str) -> None:
    assert TotpCodes().step_of(RFC_SECRET, code, 59) is None


def test_a_new_secret_is_random_and_its_picture_is_drawn_here() -> None:
    codes = TotpCodes()
    secret = codes.new_secret()
    assert len(secret) == 32
    assert secret != codes.new_secret()
    address = codes.address(secret, "ines@alder.example")
    assert address.startswith("otpauth://totp/Signalbox:ines")
    assert codes.picture(address).startswith("data:image/svg+xml")
