"""Look at a page as an auditor does: axe-core and a screenshot, light and dark, wide and narrow."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Page, expect

SHOTS = Path(__file__).parent / "shots"
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
WIDTHS = (1440, 390)
HEIGHTS = {1440: 900, 390: 844}
SERIOUS = ("serious", "critical")
# The rules of which the answer depends on colours; all others say the same in both schemes.
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
HYDRATED_MS = 20_000
# What is wider than the room it has.
WIDER = """() => [...document.querySelectorAll("main, main .scroll")]
  .filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => `${e.tagName} ${e.scrollWidth} > ${e.clientWidth}`)"""
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text()


def wait_until_hydrated(page: Page) -> None:
    """Wait until the page is connected and its state has come; before that a click does nothing."""
    expect(page.locator("[data-hydrated=true]").first).to_be_attached(timeout=HYDRATED_MS)


def open_page(page: Page, address: str) -> None:
    page.goto(address)
    wait_until_hydrated(page)


def shoot(page: Page, name: str) -> Path:
    """Take a screenshot into tests/journeys/shots/ for its author to look at."""
    SHOTS.mkdir(exist_ok=True)
    path = SHOTS / f"{name}.png"
    page.screenshot(path=path, animations="disabled")
    return path


def violations(page: Page, scheme: Scheme = "light") -> list[str]:
    """Return what axe-core finds serious or critical, a line for each element; in the dark only what colours change."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE)
    options = {"resultTypes": ["violations"]} | ({"runOnly": COLOURS} if scheme == "dark" else {})
    found: list[dict[str, Any]] = page.evaluate(
        "async options => (await axe.run(document, options)).violations", options
    )
    return [
        f"{violation['impact']} {violation['id']}: {violation['help']}: {node['html'][:160]}"
        for violation in found
        if violation["impact"] in SERIOUS
        for node in violation["nodes"]
    ]


def look(page: Page, name: str) -> None:
    """Audit and shoot the page as it stands, in both schemes and both widths; fail with everything found."""
    was = page.viewport_size
    problems: list[str] = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            # The theme follows in the next frames.
            page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
            shoot(page, f"{name}-{width}-{scheme}")
            problems += [f"{width} {scheme}: {line}" for line in violations(page, scheme)]
            wider = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if wider > 0:
                problems.append(f"{width} {scheme}: the page is {wider} px wider than the window")
    page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    if was:
        page.set_viewport_size(was)
    assert not problems, f"{name}:\n" + "\n".join(problems)
