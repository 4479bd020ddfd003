"""Codes of an app beside the password, each good once."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from sqlalchemy import text

from backend.engines.credentials.totp import STEP_SECONDS, _totp
from backend.errors import Conflict, QuotaExceeded
from backend.identity.errors import OpeningNotValid, WrongCode
from backend.identity.service.passwords import SECOND_STEP
from backend.identity.types import Entered, SecondStep
from backend.operator import Operator
from tests.backend.identity.conftest import EMAIL, PASSWORD, Ways, aged
from tests.tenancy import EVERYWHERE


def code_of(secret: str, steps: int = 0) -> str:
    return _totp(secret).generate(time.time() + steps * STEP_SECONDS).decode()


async def with_second_step(ways: Ways) -> tuple[Operator, str, tuple[str, ...]]:
    owner = await ways.owner_with_password()
    secret, picture = await ways.service.begin_second_step(owner)
    assert picture.startswith("data:image/svg+xml")
    codes = await ways.service.confirm_second_step(owner, code_of(secret, -1))
    return owner, secret, codes


async def step(ways: Ways) -> str:
    found = await ways.service.by_password(EMAIL, PASSWORD)
    assert isinstance(found, SecondStep)
    return found.token


async def test_the_password_alone_opens_no_session_any_more(ways: Ways) -> None:
    _, secret, _ = await with_second_step(ways)
    token = await step(ways)
    with pytest.raises(WrongCode):
        await ways.service.by_code(token, "000000" if code_of(secret) != "000000" else "000001")
    entered = await ways.service.by_code(token, code_of(secret))
    await ways.identity.by_session(entered.token)


async def test_a_code_is_good_once(ways: Ways) -> None:
    _, secret, _ = await with_second_step(ways)
    code = code_of(secret)
    await ways.service.by_code(await step(ways), code)
    with pytest.raises(WrongCode):
        await ways.service.by_code(await step(ways), code)
    with pytest.raises(WrongCode):
        await ways.service.by_code(await step(ways), code_of(secret, -1))


async def test_a_recovery_code_is_good_once_and_kept_as_a_hash(ways: Ways) -> None:
    _, _, codes = await with_second_step(ways)
    assert len(set(codes)) == 10
    await ways.service.by_code(await step(ways), codes[0].upper().replace("-", " "))
    with pytest.raises(WrongCode):
        await ways.service.by_code(await step(ways), codes[0])
    async with ways.database.read(EVERYWHERE) as session:
        rows = (await (await session.connection()).execute(text("SELECT * FROM recovery_code"))).all()
    assert not any(code.replace("-", "") in str(rows) for code in codes)


async def test_guessing_codes_runs_into_the_limit(ways: Ways) -> None:
    _, secret, _ = await with_second_step(ways)
    token = await step(ways)
    for _ in range(4):  # showing the first code was a try too
        with pytest.raises(WrongCode):
            await ways.service.by_code(token, "12345")
    with pytest.raises(QuotaExceeded):
        await ways.service.by_code(token, code_of(secret))


async def test_the_second_step_cannot_be_made_up_or_kept(ways: Ways) -> None:
    _, secret, _ = await with_second_step(ways)
    token = await step(ways)
    for wrong in ("", "null", token[:-2], aged(token, SECOND_STEP, timedelta(minutes=11))):
        with pytest.raises(OpeningNotValid):
            await ways.service.by_code(wrong, code_of(secret))


async def test_the_secret_is_sealed_in_the_database(ways: Ways) -> None:
    _, secret, _ = await with_second_step(ways)
    async with ways.database.read(EVERYWHERE) as session:
        rows = (await (await session.connection()).execute(text("SELECT * FROM password"))).all()
    assert secret not in str(rows)


async def test_turning_it_off_needs_a_code(ways: Ways) -> None:
    owner, secret, _ = await with_second_step(ways)
    with pytest.raises(WrongCode):
        await ways.service.end_second_step(owner, "123")
    await ways.service.end_second_step(owner, code_of(secret))
    assert isinstance(await ways.service.by_password(EMAIL, PASSWORD), Entered)


async def test_it_is_asked_for_only_once_a_code_was_shown(ways: Ways) -> None:
    owner = await ways.owner_with_password()
    await ways.service.begin_second_step(owner)
    assert isinstance(await ways.service.by_password(EMAIL, PASSWORD), Entered)
    with pytest.raises(WrongCode):
        await ways.service.confirm_second_step(owner, "000")


async def test_it_goes_with_a_password(ways: Ways) -> None:
    with pytest.raises(Conflict):
        await ways.service.begin_second_step(await ways.owner())
