"""Members, invitations, the matrix of roles, and the project of a tab."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from backend.bootstrap import Services
from backend.errors import Forbidden, NotFound
from backend.identity.models import PasswordRow
from backend.identity.permissions import Role
from backend.identity.types import PERMISSIONS
from backend.operator import Permission
from backend.paging import Page
from console.components.members.matrix import GROUPS
from console.door.events import HYDRATE, EventGate, SeatState
from console.door.outgoing import places, way_out
from console.state.bar import BarState
from console.state.invitations import InvitationsState
from console.state.members import MembersState
from console.state.resets import ResetsState
from tests.console.tab import Tab, refused, tab
from tests.factories.people import join
from tests.tenancy import EVERYWHERE

__all__ = ["tab"]


async def person(services: Services, name: str, role: Role) -> Tab:
    return Tab(await join(services.units, await services.identity.ensure_owner(), name, role))


def test_every_permission_has_one_row_in_the_matrix() -> None:
    drawn = [permission for _, rows in GROUPS for _, permission in rows]
    assert sorted(drawn) == sorted(Permission)
    assert PERMISSIONS[Role.OWNER] == frozenset(drawn)


@pytest.mark.parametrize("kind", [MembersState, InvitationsState, ResetsState, BarState])
async def test_an_anonymous_tab_reaches_no_handler(services: Services, kind: Any) -> None:
    await refused(kind, {"invite": [{}], "add_rule": [{}]})


async def test_a_viewer_sees_members_and_changes_none(services: Services) -> None:
    lena = await person(services, "Lena", Role.VIEWER)
    state = lena.state(MembersState)
    await state.load()
    assert (len(state.rows), state.may, state.roles, all(row.fixed for row in state.rows)) == (2, False, [], True)
    owner = await services.identity.ensure_owner()
    for handler, values in (
        (state.change_role, (owner.user_id, "viewer")),
        (state.change_here, (owner.user_id, "viewer")),
        (state.ask_transfer, (owner.user_id, "x")),
        (state.transfer, ()),
        (lena.state(InvitationsState).ask, ()),
        (lena.state(InvitationsState).invite, ({"email": "a@b.example", "role": "viewer"},)),
        (lena.state(InvitationsState).add_rule, ({"group": "a", "role": "viewer"},)),
    ):
        with pytest.raises(Forbidden):
            await handler(*values)
    await state.ask_remove(owner.user_id, "x")
    with pytest.raises(Forbidden):
        await state.remove()


async def test_an_owner_changes_a_role_and_the_list_shows_it(services: Services, tab: Tab) -> None:
    await person(services, "Lena", Role.VIEWER)
    state = tab.state(MembersState)
    await state.load()
    lena = next(row for row in state.rows if row.name == "Lena")
    assert (lena.role, lena.fixed, state.total) == ("viewer", False, "2 people")
    assert await state.change_role(lena.id, "editor") is None
    assert await state.change_here(lena.id, "reviewer") is None
    lena = next(row for row in state.rows if row.name == "Lena")
    assert (lena.role, lena.here, state.counts["editor"]) == ("editor", "reviewer", 1)
    await state.show(lena.id)
    assert (state.shown_role, state.shown_given) == ("reviewer", "editor"), "what counts in this project is marked"
    assert await state.change_here(lena.id, "") is None
    assert (state.shown_role, state.shown_given) == ("editor", "editor")
    own = next(row for row in state.rows if row.is_self)
    assert own.fixed
    assert await state.change_role(own.id, "viewer") is not None  # the refusal is told, the list is as it was
    assert next(row.role for row in state.rows if row.is_self) == "owner"


async def test_a_link_for_a_new_password_is_shown_once(services: Services, tab: Tab) -> None:
    lena = (await services.identity.by_session((await person(services, "Lena", Role.VIEWER)).cookie))[0]
    async with services.units.write(EVERYWHERE) as work:
        work.session.add(PasswordRow(user_id=lena.user_id, hash="of a password"))
    members, state = tab.at("/members").state(MembersState), tab.state(ResetsState)
    await members.load()
    assert [one.name for one in members.rows if one.has_password] == ["Lena"]
    await state.ask(lena.user_id, "Lena")
    assert (state.asking, state.link) == ("reset", "")
    await state.make()
    assert state.link.startswith("http://127.0.0.1:3000/sign-in/reset?token=")
    assert (state.asking, state.link_for, state.link_is_local) == ("shown", "lena@alder-rowe.example", True)
    await state.keep()
    assert (state.asking, state.link) == ("", "")


async def test_an_invitation_shows_its_link_once_where_no_mail_is_set_up(services: Services, tab: Tab) -> None:
    state = tab.at("/members").state(InvitationsState)
    await state.ask()
    await state.invite({"email": "piet@northlight.example", "role": "editor"})
    assert state.link.startswith("http://127.0.0.1:3000/invitation?token=")
    assert [(one.email, one.label) for one in state.waiting] == [("piet@northlight.example", "Editor")]
    await state.invite({"email": "piet@northlight.example", "role": "editor"})
    assert "waits already" in state.errors["email"]
    await state.invite({"email": "nobody", "role": "editor"})
    assert state.errors == {"email": "Write it as name@example.com."}
    await state.close()
    assert state.link == ""
    await state.revoke(state.waiting[0].id)
    assert state.waiting == []


async def gate(tab: Tab, path: str, name: str = min(HYDRATE)) -> Any:
    return await EventGate().preprocess(SimpleNamespace(), tab.at(path).root, SimpleNamespace(name=name, payload={}))


async def test_each_tab_keeps_its_project_and_an_address_names_another(services: Services, tab: Tab) -> None:
    owner = await services.identity.ensure_owner()
    other = await services.identity.create_project(owner, "Billing")
    assert await gate(tab, "/") is None
    seat = tab.state(SeatState)
    assert seat._project_id == owner.project_id
    await services.identity.enter(tab.cookie, other.id)  # as another tab of this session would
    assert await gate(tab, "/flows") is None
    assert (await tab.state(BarState)._operator(Permission.PROJECT_READ)).project_id == owner.project_id
    assert await gate(tab, f"/?project={other.id}") is None
    assert (await tab.state(BarState)._operator(Permission.PROJECT_READ)).project_id == other.id
    assert await gate(tab, "/flows", "any.handler") is None


async def test_an_address_of_a_foreign_project_is_not_found(services: Services, tab: Tab) -> None:
    assert await gate(tab, "/") is None
    before = tab.state(SeatState)._project_id
    update = await gate(tab, "/?project=proj_foreign")
    assert "/404" in str(update.events)
    assert tab.state(SeatState)._project_id == before


async def test_a_tab_of_a_closed_project_hears_nothing_more(services: Services, tab: Tab) -> None:
    owner = await services.identity.ensure_owner()
    other = await services.identity.create_project(owner, "Billing")
    assert await gate(tab, f"/?project={other.id}") is None
    places.put("closed", other.id, owner.user_id)
    assert await way_out(tab.cookie, "closed") == ""
    await services.identity.delete_project(owner, other.id)
    assert await way_out(tab.cookie, "closed") == "/"
    with pytest.raises(NotFound):
        await tab.state(BarState)._operator(Permission.PROJECT_READ)
    assert await gate(tab, "/flows", "any.handler") is not None
    assert await gate(tab, "/") is None
    assert tab.state(SeatState)._project_id == owner.project_id
    assert places.of(tab.root.router.session.client_token) == (owner.project_id, owner.user_id)


async def test_a_removed_member_hears_nothing_more(services: Services) -> None:
    lena = await person(services, "Lena", Role.VIEWER)
    assert await gate(lena, "/") is None
    owner = await services.identity.ensure_owner()
    user = (await services.identity.list_members(owner, Page(), "lena")).items[0]
    await services.identity.remove_member(owner, user.user_id)
    assert await gate(lena, "/flows", "any.handler") is not None
    assert "/sign-in" in str((await gate(lena, "/")).events)
    places.put("lenas", owner.project_id, user.user_id)
    assert await way_out(lena.cookie, "lenas") == "/"
    assert await way_out(lena.cookie, "never seen") == "/sign-in?out=1"
