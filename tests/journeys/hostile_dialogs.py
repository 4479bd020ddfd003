"""Dialogs and panels that draw hostile words only once somebody opens them, and what each of them must say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from tests.journeys.hostile_words import ATTACKS, CORPUS, LINK, NAME, TEXT, table

# What a file of rows is called, and a column of it.
FILE = f"{NAME}.csv"


@dataclass(frozen=True)
class Opened:
    """What `opens` on the page at `path` says all of `says`, letter by letter."""

    path: str
    opens: Callable[[Page], Locator]
    says: tuple[str, ...]


def pressed(page: Page, name: str) -> Locator:
    page.get_by_role("button", name=name).first.click()
    return page.get_by_role("dialog")


def answer(page: Page) -> Locator:
    dialog = pressed(page, "Open answer")
    for folded in dialog.get_by_text("What the judge ").all():
        folded.click()
    return dialog


def required(page: Page) -> Locator:
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name="Require for production").click()
    return page.get_by_role("dialog")


def plan(page: Page) -> Locator:
    page.get_by_role("button", name="Plan", exact=True).click()
    expect(page.locator(".xf-figures")).to_be_visible()
    return page.locator(".xf-plan")


def compared(page: Page, view: str) -> Locator:
    page.get_by_role("complementary", name="Versions").get_by_role("button", name="v1").first.click()
    page.get_by_role("button", name=view).click()
    return page.locator(".pe")


def mapping(page: Page) -> Locator:
    content = table(question=CORPUS[0], **{NAME: TEXT, LINK: CORPUS[1]})
    page.get_by_label("File of rows").set_input_files(
        {"name": FILE, "mimeType": "text/csv", "buffer": content.encode()}
    )
    panel = page.get_by_role("region", name=f"Import of {FILE}")
    expect(panel.get_by_role("button", name="Add 1 row")).to_be_visible()
    return panel


PROMPT, WON = "/prompts/{prompt}", "/experiments/{won}"
DIALOGS = (
    Opened(WON, answer, (TEXT, f"{NAME}2", f"{NAME}3")),
    Opened(WON, lambda page: pressed(page, "Promote "), (f"Promote {NAME}1?", NAME + LINK)),
    Opened(WON, required, (NAME + LINK, f"{NAME}2")),
    Opened("/experiments/new?like={won}", plan, (NAME,)),
    Opened(PROMPT, lambda page: pressed(page, "History"), (TEXT[:400], NAME)),
    Opened(PROMPT, lambda page: compared(page, "Side by side"), ATTACKS),
    Opened(PROMPT, lambda page: compared(page, "Unified"), ATTACKS),
    Opened(PROMPT, lambda page: pressed(page, "Live test"), (f"Judge {NAME}, share",)),
    Opened("/datasets/{dataset}", mapping, (FILE, NAME, LINK, CORPUS[0], CORPUS[1])),
)
