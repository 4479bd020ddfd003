"""Who makes a link for a new password, and for whom."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlmodel import col, select

from backend.audit.models import AuditEventRow
from backend.errors import Forbidden, InvalidInput, NotFound
from backend.identity.models import PasswordRow
from backend.identity.permissions import Role
from backend.identity.types import Entered
from backend.operator import Operator
from backend.ports.mail import Letter
from tests.backend.identity.conftest import PASSWORD, Ways
from tests.factories.people import join, operator_of
from tests.tenancy import EVERYWHERE

NEW = "another four words here"


class Letters:
    """A mail server that takes everything."""

    def __init__(self) -> None:
        self.taken: list[Letter] = []

    async def send(self, letter: Letter) -> bool:
        self.taken.append(letter)
        return True


async def person(ways: Ways, name: str, role: Role, *, is_local: bool = True) -> Operator:
    owner = await ways.owner()
    made = await operator_of(ways.identity, await join(ways.units, owner, name, role))
    if is_local:
        hashed = await ways.service._parts.passwords.hash(PASSWORD)
        async with ways.units.write(EVERYWHERE) as work:
            work.session.add(PasswordRow(user_id=made.user_id, hash=hashed))
    return made


async def test_an_admin_makes_one_for_a_member_below_and_the_log_names_the_admin(ways: Ways) -> None:
    admin, lena = await person(ways, "Daniel", Role.ADMIN), await person(ways, "Lena", Role.VIEWER)
    made = await ways.service.make_reset_link(admin, lena.user_id)
    assert (made.email, made.mailed) == ("lena@alder-rowe.example", False)
    await ways.service.reset_password(made.token, NEW)
    assert isinstance(await ways.service.by_password(made.email, NEW), Entered)
    async with ways.units.read(EVERYWHERE) as session:
        [told] = await session.exec(select(AuditEventRow).where(col(AuditEventRow.action) == "account.reset-link"))
    assert (told.actor_id, told.target_id) == (admin.user_id, lena.user_id)
    assert made.token not in str(told.model_dump())


async def test_nobody_makes_one_for_somebody_above_them_or_for_themself(ways: Ways) -> None:
    owner, admin = await person(ways, "Ines", Role.OWNER), await person(ways, "Daniel", Role.ADMIN)
    editor = await person(ways, "Yuki", Role.EDITOR)
    for operator, whom in ((admin, owner), (admin, admin), (owner, owner), (editor, admin), (editor, editor)):
        with pytest.raises(Forbidden):
            await ways.service.make_reset_link(operator, whom.user_id)
    await ways.service.make_reset_link(owner, admin.user_id)


async def test_a_role_that_was_just_taken_makes_none(ways: Ways) -> None:
    admin, lena = await person(ways, "Daniel", Role.ADMIN), await person(ways, "Lena", Role.VIEWER)
    await ways.identity.change_role(await ways.owner(), admin.user_id, Role.EDITOR)
    with pytest.raises(Forbidden):
        await ways.service.make_reset_link(admin, lena.user_id)


async def test_a_key_and_support_make_none(ways: Ways) -> None:
    """Whoever has the link is that person: far more than the scopes of a key."""
    admin, lena = await person(ways, "Daniel", Role.ADMIN), await person(ways, "Lena", Role.VIEWER)
    key = await ways.identity.create_key(admin, "wide")
    with pytest.raises(Forbidden, match="A key makes no reset link"):
        await ways.service.make_reset_link(await ways.identity.by_key(key.secret), lena.user_id)
    with pytest.raises(Forbidden):
        await ways.service.make_reset_link(replace(admin, support_id="user_x"), lena.user_id)


async def test_who_has_no_password_or_is_nobody_here_gets_none(ways: Ways) -> None:
    admin = await person(ways, "Daniel", Role.ADMIN)
    piet = await person(ways, "Piet", Role.VIEWER, is_local=False)
    with pytest.raises(InvalidInput, match="signs in at a provider"):
        await ways.service.make_reset_link(admin, piet.user_id)
    with pytest.raises(NotFound):
        await ways.service.make_reset_link(admin, "user_of_nobody")


async def test_where_mail_is_set_up_the_letter_alone_has_the_link(ways: Ways) -> None:
    letters = Letters()
    ways.identity._mail, ways.identity._public_url = letters, "https://console.example"
    admin, lena = await person(ways, "Daniel", Role.ADMIN), await person(ways, "Lena", Role.VIEWER)
    made = await ways.service.make_reset_link(admin, lena.user_id)
    assert (made.token, made.mailed) == ("", True)
    [letter] = letters.taken
    assert (letter.to, "Daniel made a link" in letter.text) == ("lena@alder-rowe.example", True)
    token = letter.text.partition("https://console.example/sign-in/reset?token=")[2].split()[0]
    await ways.service.reset_password(token, NEW)
