"""Removals, as a tab sees them."""

from __future__ import annotations

import pytest

from backend.bootstrap import Services
from backend.columns import utc_now
from backend.conversations.reports import Report, Told
from backend.conversations.types import Role
from backend.masking.types import Kind, MaskingRules
from backend.paging import Page
from backend.privacy.types import JobState
from console.components.ui.status import STATES
from console.state.home import HomeState
from console.state.home_needs import SummaryLine
from console.state.privacy import PrivacyState
from console.state.privacy_rows import JOB_MARKS, PersonLine
from tests.console.tab import Tab, spent, tab
from tests.factories.conversations import chat

__all__ = ["tab"]


async def test_a_removal_is_followed_until_it_ends(
    services: Services, tab: Tab, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = await services.identity.ensure_owner()
    await chat(services.conversations, services.units, owner, ask={"person": "maren@example.org"})
    privacy = tab.at("/settings/privacy").state(PrivacyState)
    await spent(PrivacyState.find.fn(privacy, "MAREN"))
    assert privacy.people == [PersonLine("maren@example.org", "", "1 conversation")]
    await spent(PrivacyState.find.fn(privacy, "maren@example.org"))
    assert privacy.people == [], "nothing is left to choose"
    await spent(PrivacyState.look.fn(privacy, {"user": "maren@example.org"}))
    assert (privacy.project, privacy.going[:14]) == (owner.project_id, "1 conversation")
    counted = privacy.going
    await spent(PrivacyState.typed.fn(privacy, " maren@example.org"))
    assert privacy.going == counted
    await spent(PrivacyState.typed.fn(privacy, "maren@example.or"))
    assert (privacy.person, privacy.going) == ("maren@example.org", "")
    await spent(PrivacyState.look.fn(privacy, {"user": "maren@example.org"}))
    await spent(PrivacyState.remove.fn(privacy))
    assert (privacy.is_at_work, [one.state for one in privacy.removals]) == (True, ["Queued"])
    [job] = (await services.privacy.jobs(owner, Page())).items

    async def refuse() -> None:
        raise OSError

    monkeypatch.setattr(services.database, "scrub", refuse)
    await services.privacy.execute(job.id)
    await spent(PrivacyState.tick.fn(privacy))
    [line] = privacy.work
    assert (privacy.is_at_work, line.state, line.percent, line.words) == (False, "Failed", 100, "1 of 1 conversation")
    assert line.error
    home = tab.state(HomeState)
    await home.load()
    [need] = home.needs
    assert (need.words, need.cause, need.href) == ("Removal failed", line.error, "/settings/privacy")
    assert SummaryLine("fail", "1 removal failed", "#needs") in home.summary
    monkeypatch.undo()
    await spent(PrivacyState.again.fn(privacy, job.id))
    assert (privacy.is_at_work, [one.state for one in privacy.work]) == (True, ["Queued"])
    await services.privacy.execute(job.id)
    await spent(PrivacyState.tick.fn(privacy))
    assert (privacy.is_at_work, privacy.work, [one.state for one in privacy.removals]) == (False, [], ["Done"])


async def test_a_part_of_a_name_is_counted_where_it_means_one_person(services: Services, tab: Tab) -> None:
    owner = await services.identity.ensure_owner()
    for person in ("maren@example.org", "marek@example.org"):
        await chat(services.conversations, services.units, owner, ask={"person": person})
    privacy = tab.at("/settings/privacy").state(PrivacyState)

    async def look(user: str) -> tuple[str, str, list[str]]:
        await spent(PrivacyState.look.fn(privacy, {"user": user}))
        assert bool(privacy.going) != bool(privacy.unfound or privacy.errors)
        return privacy.person if privacy.going else "", privacy.unfound, [one.id for one in privacy.meant]

    assert await look("Maren") == ("maren@example.org", "", [])
    assert privacy.chosen == "maren@example.org", "the field holds whom it counts"
    assert await look("mare") == (
        "", "Nobody has the ID “mare”. It may mean one of these:", ["marek@example.org", "maren@example.org"],
    )  # fmt: skip
    assert privacy.errors == {}
    await spent(PrivacyState.pick.fn(privacy, "marek@example.org"))
    assert (privacy.person, bool(privacy.going), privacy.unfound, privacy.meant) == ("marek@example.org", True, "", [])
    person, words, meant = await look("nobody")
    assert (person, words[:35], meant, privacy.errors) == ("", "Nothing of “nobody” is in this proj", [], {})
    await look("")
    assert privacy.errors == {"user": "Say whom it is about."}
    await look("mare")
    await spent(PrivacyState.typed.fn(privacy, "mar"))
    assert (privacy.unfound, privacy.meant) == ("", [])


async def test_what_was_masked_is_drawn_by_day_way_and_kind(services: Services, tab: Tab) -> None:
    owner = await services.identity.ensure_owner()
    await services.masking.set_rules(owner, MaskingRules(frozenset({Kind.EMAIL})))
    said = (Told(Role.USER, "ada@example.org, then bob@example.org"),)
    await services.conversations.report(owner, Report("s", "a", "A", transcript=None, messages=said))
    privacy = tab.at("/settings/privacy").state(PrivacyState)
    await privacy.load()
    lines = [(one.day, one.way, one.kind, one.num) for one in privacy.counts]
    assert lines == [(utc_now().date().isoformat(), "Told over REST", "e-mail", "2")]


def test_each_state_of_a_removal_has_a_mark_that_is_drawn() -> None:
    assert {*JOB_MARKS} == {one.value for one in JobState}
    assert {*JOB_MARKS.values()} <= {*STATES}
