"""The look of the console: every piece audited, all of it within reach of the keyboard, nothing that runs by itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.conftest import Console, new_context, sign_in
from tests.journeys.drawing import echo, make
from tests.journeys.hostile_words import ATTACKS, LINKS, Watch
from tests.journeys.looking import HEIGHTS, WIDER, open_page, violations, wait_until_hydrated
from tests.serving import Server

PAGES = ("/design", "/about", "/activity", "/dashboards", "/alerts", "/settings/privacy", "/nothing-stands-here")
LONG = "A name that somebody pasted from a ticket and that no column of any table was made for, 客户, خدمة"
FOCUS = "() => { const e = document.activeElement; return e === document.body ? '' : e.outerHTML.slice(0, 120); }"
RING = "() => getComputedStyle(document.activeElement).boxShadow + getComputedStyle(document.activeElement).outline"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_pleases_an_auditor(console: Console, path: str) -> None:
    console.open(path)
    console.look(path.strip("/").replace("/", "-"))


def test_long_names_push_nothing_out_of_a_page(console: Console) -> None:
    flow = make(console, LONG, echo())
    run = console.api.post(f"/api/flows/{flow}/run", json={"input": {"question": LONG}, "version": "draft"}).json()
    base = console.api.post("/api/knowledge-bases", json={"name": LONG, "description": LONG}).json()["id"]
    added = console.api.post(
        f"/api/knowledge-bases/{base}/documents", files={"files": (f"{'x' * 250}.md", b"# Long\n\nA text.\n")}
    )
    document = added.json()["documents"][0]["id"]
    for path in (
        "/",
        "/flows",
        f"/flows/{flow}",
        "/runs",
        f"/runs/{run['run_id']}",
        "/conversations",
        "/knowledge",
        f"/knowledge/{base}",
        f"/documents/{document}",
        "/models",
        "/activity",
    ):
        page = console.open(path)
        expect(page.locator("main .skeleton, main [aria-busy=true]")).to_have_count(0)
        for width in (1440, 390):
            page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
            assert page.evaluate(WIDER) == [], (path, width)
    console.api.delete(f"/api/knowledge-bases/{base}")


def test_the_keyboard_reaches_everything_and_one_sees_where_it_is(console: Console) -> None:
    page = console.open("/about")
    reached: list[str] = []
    for _ in range(80):
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUS)
        if not at or at in reached:
            break
        reached.append(at)
        assert page.evaluate(RING) != "nonenone", at
    pressable = page.locator("a[href]:visible, button:visible:enabled, input:visible:enabled")
    assert len(reached) >= pressable.count() - 1
    assert "Skip to content" in reached[0]


def test_the_skip_link_leads_past_the_rail(console: Console) -> None:
    page = console.open("/about")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.id") == "main"


def test_the_palette_opens_and_goes_to_a_page(console: Console) -> None:
    page = console.open("/about")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Search or run a command")).to_be_focused()
    page.keyboard.type("acti")
    expect(page.get_by_role("option", name="Activity")).to_have_attribute("aria-selected", "true")
    assert violations(page) == []
    page.keyboard.press("Enter")
    page.wait_for_url("**/activity")


def test_the_palette_finds_what_the_server_has(console: Console) -> None:
    made = console.api.post("/api/knowledge-bases", json={"name": "Timetables of the north"})
    assert made.status_code in {200, 201}, made.text
    page = console.open("/about")
    page.get_by_role("button", name="Search or run a command").click()
    page.keyboard.type("north")
    page.get_by_role("option", name="Timetables of the north").click()
    page.wait_for_url(f"**/knowledge/{made.json()['id']}")


def test_a_palette_without_a_match_says_so_and_escape_gives_the_focus_back(console: Console) -> None:
    page = console.open("/about")
    opener = page.get_by_role("button", name="Search or run a command")
    opener.focus()
    page.keyboard.press("Control+k")
    page.keyboard.type("zzzz")
    expect(page.get_by_text("Nothing matches “zzzz”.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()


def test_keys_lead_to_pages_and_the_question_mark_shows_them_all(console: Console) -> None:
    page = console.open("/about")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    expect(page.get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()  # while it closes, keys are its own
    page.keyboard.type("ga")
    page.wait_for_url("**/approvals")


def test_single_keys_stay_letters_in_a_field_and_can_be_switched_off(console: Console) -> None:
    page = console.open("/design")
    page.locator("#k1").fill("")
    page.locator("#k1").type("ga?/")
    expect(page.locator("#k1")).to_have_value("ga?/")
    page.locator("#k1").blur()
    page.keyboard.press("?")
    page.get_by_role("switch", name="Single keys").click()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()


def test_a_confirm_starts_on_the_safe_button_and_waits_for_the_name(console: Console) -> None:
    page = console.open("/design")
    opener = page.get_by_role("button", name="Delete collection")
    opener.click()
    dialog = page.get_by_role("dialog", name="Delete collection Help centre?")
    expect(dialog.get_by_role("button", name="Keep it")).to_be_focused()
    act = dialog.get_by_role("button", name="Delete collection")
    expect(act).to_be_disabled()
    dialog.get_by_label("Type Help centre to confirm").fill("Help centre")
    expect(act).to_be_enabled()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


def test_an_act_can_be_taken_back_by_a_key(console: Console) -> None:
    page = console.open("/design")
    page.get_by_role("button", name="Delete with undo").click()
    expect(page.get_by_text("14 documents moved to Deleted")).to_be_visible()
    page.keyboard.press("Control+z")
    expect(page.get_by_text("14 documents moved to Deleted")).to_be_hidden()


def test_bad_news_stays_and_good_news_leaves(console: Console) -> None:
    page = console.open("/design")
    page.get_by_role("button", name="Bad news").click()
    page.get_by_role("button", name="Refusal").click()
    refusal = page.get_by_text("production already stands on v42.")
    expect(refusal).to_be_visible()
    page.get_by_role("button", name="Good news").click()
    expect(refusal).to_be_hidden()  # an act went well since
    expect(page.get_by_text("Export stopped at 24 of 38.").last).to_be_visible()
    good = page.locator("[data-sonner-toast]", has_text="v43 is in production.")
    expect(good).to_have_css("opacity", "1")  # it fades in
    assert violations(page) == []
    page.mouse.move(10, 300)
    expect(good).to_be_hidden(timeout=10_000)
    page.get_by_role("button", name="Close toast").click()
    expect(page.locator("[data-sonner-toast]")).to_have_count(0)


def test_a_tab_whose_session_ended_is_led_to_the_door(console: Console) -> None:
    link = console.server.ask("sign-in-link")
    console.context.clear_cookies()
    page = sign_in(console.context, link)
    open_page(page, f"{console.base_url}/design")
    other = console.context.new_page()
    open_page(other, f"{console.base_url}/about")
    other.get_by_role("button", name="Signed in as").click()
    other.get_by_role("menuitem", name="Sign out").click()
    other.wait_for_url("**/sign-in**")
    page.wait_for_url("**/sign-in**")  # by itself: its socket is closed


def test_rows_are_moved_along_and_chosen_by_keyboard(console: Console) -> None:
    page = console.open("/design")
    rows = page.locator("[data-row]")
    rows.first.focus()
    page.keyboard.press("j")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("Space")
    expect(rows.nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")
    expect(rows.first).to_be_focused()


def test_arrows_move_between_tabs_and_a_menu_closes_on_escape(console: Console) -> None:
    page = console.open("/design")
    page.get_by_role("tab", name="Prompt").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Retries")).to_have_attribute("aria-selected", "true")
    trigger = page.get_by_role("button", name="Open a menu")
    trigger.click()
    expect(page.get_by_role("menuitem", name="Run again").last).to_be_focused()
    page.keyboard.press("Escape")
    expect(trigger).to_be_focused()


def test_the_theme_is_kept_from_page_to_page(console: Console) -> None:
    page = console.open("/about")
    page.get_by_role("button", name="Signed in as").click()
    page.get_by_role("menuitemradio", name="Dark").click()
    expect(page.locator("html")).to_have_class("dark")
    console.open("/activity")
    expect(page.locator("html")).to_have_class("dark")


def test_signing_out_leads_to_the_door(console: Console) -> None:
    link = console.server.ask("sign-in-link")
    console.context.clear_cookies()
    page = sign_in(console.context, link)
    wait_until_hydrated(page)
    page.get_by_role("button", name="Signed in as").click()
    page.get_by_role("menuitem", name="Sign out").click()
    page.wait_for_url("**/sign-in**")


@pytest.mark.security("Z9")
def test_what_a_model_writes_never_runs(console: Console) -> None:
    page = console.open("/design")
    watch = Watch(page)
    page.locator("#prose-source").fill("\n\n".join((*ATTACKS, *LINKS)))
    prose = page.locator(".md", has_text="window.broken").first
    expect(prose).to_be_visible()
    links = prose.get_by_role("link").all()
    assert {link.get_attribute("rel") for link in links} == {"noopener noreferrer nofollow"}
    assert {link.get_attribute("target") for link in links} == {"_blank"}
    schemes = {(link.get_attribute("href") or "").partition(":")[0].lower() for link in links}
    assert schemes == {"http", "https", "mailto"}
    for text in LINKS:  # what leads nowhere is read still
        expect(prose.get_by_text(text[text.index("[") + 1 : text.index("]")], exact=True)).to_be_visible()
    assert page.locator(".md :is(script, img, svg, iframe, style, details, math)").count() == 0
    assert page.evaluate("() => window.broken") is None
    page.wait_for_timeout(300)  # what is drawn is asked for behind its frame
    assert (watch.elsewhere(console.base_url), watch.dialogs) == ([], [])


@pytest.mark.parametrize("width", [1440, 1300, 1100, 800, 390])
def test_no_page_scrolls_sideways(console: Console, width: int) -> None:
    console.page.set_viewport_size({"width": width, "height": 800})
    for path in PAGES[:3]:
        page = console.open(path)
        over: int = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
        assert over <= 0, f"{path} is {over} px too wide at {width}"


def test_a_lost_server_is_said_calmly_and_comes_back_by_itself(browser: Browser, tmp_path: Path) -> None:
    server = Server(tmp_path / "data", SIGNALBOX_MODELS="none")
    server.start()
    context = new_context(browser)
    try:
        page = sign_in(context, server.link)
        open_page(page, f"{server.base_url}/about")
        server.stop()
        expect(page.get_by_text("Connection lost at")).to_be_visible()
        assert violations(page) == []
        server.start()
        expect(page.get_by_text("The connection is back.")).to_be_visible(timeout=20_000)
        expect(page.get_by_text("Connection lost at")).to_be_hidden()
    finally:
        context.close()
        server.kill()
