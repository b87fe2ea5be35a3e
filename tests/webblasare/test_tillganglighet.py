"""WCAG 2.1 AA as far as a program can tell, narrow windows, and large text."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.webblasare
PAGES = (
    "/",
    "/kommun/sodertalje_2019?utgang=stodboende_5",
    "/kommun/sodertalje_omsorg_2014",
    "/tillganglighet",
    "/inte",
)
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}


def opened(page: Page, path: str) -> None:
    page.goto(path)
    if path.startswith("/kommun"):
        expect(page.locator("#svar .state-klar")).to_be_visible(timeout=120_000)


@pytest.mark.parametrize("path", PAGES)
def test_no_violations(browser: Browser, address: str, path: str) -> None:
    """The page's own policy lets no script in; the checker is one, so here it is set aside."""
    context = browser.new_context(base_url=address, bypass_csp=True, locale="sv-SE")
    page = context.new_page()
    opened(page, path)
    for details in page.locator("details").all():
        details.evaluate("(at) => { at.open = true }")
    found = Axe().run(page, options=RULES)
    assert found.response["violations"] == [], found.generate_report()
    context.close()


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("width", [320, 640, 768])
def test_nothing_is_cut_off(browser: Browser, address: str, path: str, width: int) -> None:
    """320 px; and 640, which is what 1 280 is at 200 per cent."""
    context = browser.new_context(base_url=address, viewport={"width": width, "height": 800}, locale="sv-SE")
    page = context.new_page()
    opened(page, path)
    for details in page.locator("details").all():
        details.evaluate("(at) => { at.open = true }")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def test_the_language_is_said(page: Page) -> None:
    page.goto("/")
    assert page.locator("html").get_attribute("lang") == "sv"
