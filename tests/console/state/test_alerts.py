"""Alerts as the socket drives them: made with a look back, muted, tried, read with what stands behind, deleted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from backend.alerts.standing import recovered
from backend.alerts.types import Comparison, Firing, Measure, NewAlert, Watched
from backend.bootstrap import Services
from backend.columns import utc_now
from backend.conversations.models import ConversationRow
from backend.conversations.types import Filters
from backend.errors import InvalidInput
from backend.ids import new_id
from backend.operator import Operator
from backend.paging import Page
from console.state.alert import AlertPageState
from console.state.alert_entries import FIRST, entries_of, first_entries, rule_from
from console.state.alert_form import AlertFormState
from console.state.alert_rows import firing_line, resolves
from console.state.alerts import AlertsState
from console.state.bar import BarState
from console.state.conversations_filters import asked_of, filters_of
from console.state.dashboards import DashboardsState
from console.state.figure_rows import METRICS
from console.state.home import HomeState
from tests.console.tab import Tab, refused, spent, tab
from tests.tenancy import EVERYWHERE

__all__ = ["tab"]
RULE = NewAlert(
    "Failing", Measure.FAILED_SHARE, Comparison.ABOVE, 0.5, min_count=2, looks=1, filters=Filters(models=("m",))
)


@pytest.fixture
async def person(services: Services) -> Operator:
    return await services.identity.ensure_owner()


async def put(services: Services, person: Operator, *states: str, model: str = "m") -> None:
    at = utc_now() - timedelta(minutes=5)
    async with services.units.write(EVERYWHERE) as work:
        for state in states:
            row = ConversationRow(
                id=new_id("conv"), project_id=person.project_id, title="T", started_at=at, last_message_at=at,
                channel="api", state=state, num_turns=1, latency_ms=900, model=model,
            )  # fmt: skip
            work.session.add(row)


@pytest.mark.parametrize("kind", [AlertsState, AlertPageState, AlertFormState])
async def test_no_handler_answers_a_tab_without_a_session(services: Services, kind: type) -> None:
    await refused(kind, {"save": [{}], "mute": [0]})


async def test_another_figure_leaves_what_is_typed_elsewhere(tab: Tab) -> None:
    form = tab.at("/alerts/edit").state(AlertFormState)
    await form.load()
    await spent(form.change("threshold", "7"))
    drawn, measured = form.drawn, form.num_measured
    await spent(form.change("measure", "latency_p95"))
    assert (form.drawn, form.num_measured, form.entries["threshold"]) == (drawn, measured + 1, "10")


async def test_an_alert_begins_with_the_figure_that_a_dashboard_shows(tab: Tab) -> None:
    board = tab.state(DashboardsState)
    await board.load()
    for metric in METRICS:
        await board.show_metric(metric)
        form = tab.at(board.watch_href).state(AlertFormState)
        await form.load()
        assert form.entries["measure"].removesuffix("_share").removesuffix("_p95") == metric
    form = tab.at("/alerts/edit?measure=none").state(AlertFormState)
    await form.load()
    assert form.entries["measure"] == "failed_share"


@pytest.fixture
def past_midnight(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look back from two o'clock where it is earlier: the hour after midnight begins on the day before."""
    two = utc_now().replace(hour=2, minute=0)
    monkeypatch.setattr("backend.alerts.service.previewing.utc_now", lambda: max(utc_now(), two))


@pytest.mark.usefixtures("past_midnight")
async def test_an_alert_is_made_by_its_form_and_read_with_its_history(
    services: Services, tab: Tab, person: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    await put(services, person, "failed", "failed", "answered")
    await put(services, person, *["answered"] * 6, model="other")
    listed = tab.state(AlertsState)
    await listed.load()
    assert listed.phase == "empty"
    form = tab.at("/alerts/edit?model=m").state(AlertFormState)
    await form.load()
    assert (form.phase, form.num_filters, form.unit, form.entries["threshold"]) == ("ready", 1, "", "10")
    await form.look_back()
    assert form.picture.words == "Too few conversations in the last 7 days to judge this rule."
    await spent(form.change("min_count", "2"))
    assert (form.unit, form.picture.words) == ("%", "In the last 7 days this would have fired once.")
    assert form.meaning == (
        "Fires above 10 % for 3 min, with 2 conversations or more in 1 h. "
        "Resolves at 9 % or less for 3 min, then cannot fire for 30 min."
    )
    assert len(form.picture.bands) == len(form.picture.spells) == 1
    last = [utc_now().astimezone(await form._zone()) - timedelta(days=back) for back in range(6, -1, -1)]
    days = [f"{day.day} {day:%b}" for day in last]
    # A day that is not an hour old has no point yet.
    assert [one.words for one in form.picture.drawing.times] in ([days] if last[-1].hour else [days, days[:-1]])
    await spent(form.toggle("model", "m"))
    assert form.num_filters == 0
    await spent(form.toggle("model", "m"))
    await spent(form.change("threshold", "much"))
    assert (form.unclear, form.meaning) == ("This is a number.", "")
    typed = {**form.entries, "name": "Failing", "threshold": "50", "looks": "1", "is_on": "on"}
    assert await form.save({**typed, "name": " "}) is None
    assert list(form.errors) == ["name"]
    assert await form.save(typed) is not None
    (made,) = (await services.alerts.list(person)).items
    assert made.rule == RULE
    await services.alerts.watch()
    await listed.load()
    (line,) = listed.rows
    assert (line.words, line.heavy, line.value) == ("Firing", True, "67 %")
    assert line.rule == "Failed above 50 % over 1 h, of 1 filter"
    page = tab.at(f"/alerts/{made.id}").state(AlertPageState)
    await page.load()
    await page.look_back()
    (firing,) = page.firings
    assert (page.phase, page.is_drawn, firing.value, firing.behind) == ("ready", True, "67 %, above 50 %", "3")
    asked = filters_of("", asked_of(dict(parse_qsl(urlsplit(firing.href).query))))
    behind = (await services.conversations.list(person, asked, Page())).items
    assert [one.state for one in behind] == ["failed", "failed"]

    async def fails(*_: object) -> None:
        raise InvalidInput("The search is not kept.")

    monkeypatch.setattr(services.conversations, "figures", fails)
    await services.alerts.watch(utc_now() + timedelta(minutes=2))
    await listed.load()
    assert "The search is not kept; checked again at " in listed.rows[0].note
    gone = tab.at("/alerts/alert_gone").state(AlertPageState)
    await gone.load()
    assert (gone.phase, gone.problem.words, gone.problem.is_missing) == ("failed", "There is no such alert.", True)


async def test_a_rule_that_somebody_changed_meanwhile_is_not_written_over(
    services: Services, tab: Tab, person: Operator
) -> None:
    made, other = await services.alerts.create(person, RULE), replace(RULE, name="Other")
    form = tab.at(f"/alerts/edit?alert={made.id}").state(AlertFormState)
    await form.load()
    await services.alerts.change(person, made.id, other, made.version)
    assert await form.save({**form.entries, "name": "Mine"}) is None
    assert ("Somebody else" in form.errors[""], (await services.alerts.get(person, made.id)).rule) == (True, other)


async def test_a_firing_alert_is_counted_in_the_bar_and_named_in_the_overview(
    services: Services, tab: Tab, person: Operator
) -> None:
    await put(services, person, "failed", "failed")
    made = await services.alerts.create(person, RULE)
    await services.alerts.watch()
    bar, home = tab.state(BarState), tab.state(HomeState)
    await bar.load()
    await home.load()
    assert bar.alerts == 1
    assert [(one.words, one.href) for one in home.needs if one.id == made.id] == [("Alert", f"/alerts/{made.id}")]
    page = tab.at(f"/alerts/{made.id}").state(AlertPageState)
    await page.load()
    await page.mute(60)
    assert page.line is not None
    assert page.line.muted.startswith("muted until")
    await bar.load()
    assert bar.alerts == 0


async def test_a_test_says_what_became_of_it(services: Services, tab: Tab, person: Operator) -> None:
    made = await services.alerts.create(person, RULE)
    page = tab.at(f"/alerts/{made.id}").state(AlertPageState)
    await page.load()
    await page.test()
    assert (page.tested, page.untold.partition(".")[0]) == ([], "This alert would tell nobody")


async def test_an_alert_is_deleted_once_it_was_asked_about(services: Services, tab: Tab, person: Operator) -> None:
    made = await services.alerts.create(person, RULE)
    listed = tab.state(AlertsState)
    await listed.load()
    assert await listed.delete() is None
    await listed.ask(made.id, "Failing")
    await listed.keep()
    assert await listed.delete() is None
    await listed.ask(made.id, "Failing")
    await listed.delete()
    assert (listed.rows, listed.phase) == ([], "empty")


async def test_a_look_back_without_a_firing_says_how_often_it_looked(
    services: Services, tab: Tab, person: Operator
) -> None:
    await put(services, person, "answered", "answered")
    form = tab.at("/alerts/edit").state(AlertFormState)
    await form.load()
    await spent(form.change("min_count", "1"))
    assert form.picture.words == (
        "Looked at every 15 min, this would not have fired in the last 7 days. What is shorter does not show here."
    )


async def test_the_secret_of_a_webhook_is_shown_once(services: Services, tab: Tab, person: Operator) -> None:
    form = tab.at("/alerts/edit").state(AlertFormState)
    await form.load()
    await spent(form.save({**form.entries, "name": "Failing", "webhook_url": "http://127.0.0.1:1/x"}))
    assert [*form.errors] == ["webhook_url"]
    typed = {**form.entries, "name": "Failing", "webhook_url": "https://hooks.example.com/x"}
    assert await form.save(typed) is not None
    (made,) = (await services.alerts.list(person)).items
    page = tab.at(f"/alerts/{made.id}").state(AlertPageState)
    await page.load()
    assert page.secret.startswith("whsec_")
    await page.forget_secret()
    await page.load()
    assert page.secret == ""


@pytest.mark.parametrize(
    ("minutes", "days", "words"),
    [
        (60, 2, "of 20 Nov 15:02 to 16:02, of 1 filter"),
        (60, 0, "of 15:02:09 to 16:02:09, of 1 filter"),
        (1440, 2, "of 19 Nov 16:02 to 20 Nov 16:02, of 1 filter"),
    ],
)
def test_a_firing_tells_what_was_looked_at_then(minutes: int, days: int, words: str) -> None:
    at = datetime(2026, 11, 20, 16, 2, 9, tzinfo=UTC)
    watched = Watched(RULE.measure, RULE.comparison, minutes, RULE.filters)
    firing = Firing("f", "a", "Failing", watched, 0.6, 0.5, 3, was_muted=False, started_at=at, ended_at=None)
    assert firing_line(firing, UTC, at + timedelta(days=days)).looked == words


@pytest.mark.parametrize(
    ("rule", "ends", "words"),
    [
        (NewAlert("n", Measure.CONVERSATIONS, Comparison.BELOW, 1, min_count=0), 2, "at 2 or more"),
        (NewAlert("n", Measure.FAILED, Comparison.ABOVE, 5), 4, "at 4 or less"),
        (NewAlert("n", Measure.LATENCY_P95, Comparison.ABOVE, 10_000), 9_000, "at 9.0 s or less"),
    ],
)
def test_a_rule_says_the_value_that_resolves_it(rule: NewAlert, ends: float, words: str) -> None:
    step = -1 if rule.comparison is Comparison.BELOW else 1
    assert (recovered(rule, ends), recovered(rule, ends + step)) == (True, False)
    assert resolves(rule).startswith(f"{words} for 3 min")


@pytest.mark.parametrize("measure", Measure)
def test_what_is_typed_is_what_is_kept(measure: Measure) -> None:
    comparison, threshold = FIRST[measure]
    rule = replace(RULE, measure=measure, comparison=comparison, threshold=threshold, emails=("a@b.example",))
    made = rule_from(entries_of(rule), rule.filters)
    assert (made.measure, made.comparison, made.emails) == (rule.measure, rule.comparison, rule.emails)
    assert made.threshold == pytest.approx(threshold)
    assert rule_from(first_entries(measure), Filters()).measure is measure


def test_a_number_that_is_none_is_refused_at_its_field() -> None:
    with pytest.raises(InvalidInput) as refusal:
        rule_from({**entries_of(RULE), "margin": "inf", "looks": ""}, Filters())
    assert sorted(refusal.value.fields) == ["looks", "margin"]
