"""The five questions that planners ask most, answered by hand movements; the numbers are the library's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pikepdf
import pytest
from docx import Document as open_word
from playwright.sync_api import Browser, Page, expect

from sim.comparison import Comparison, compare
from sim.config import Scenario
from sim.loading import load_kommun, load_scenario, scenario_from
from sim.runs import Row
from sim.summary import planning_periods
from sim.swedish import tal

pytestmark = pytest.mark.webblasare
REPLICATIONS = 40
PLANNING, LAST = 0, 1
"""Which of a comparison's two periods."""


def sharp(page: Page) -> str:
    """What the answer says when it is done."""
    expect(page.locator("#svar .state-klar")).to_be_visible(timeout=120_000)
    return page.locator("#svar").inner_text()


def set_number(page: Page, path: str, value: str) -> None:
    field = page.locator(f'[id="l-{path}"]')
    field.evaluate("(at) => at.closest('details').open = true")
    field.fill(value)
    field.blur()


def library(kommun: str, scenario: Scenario) -> Comparison:
    return compare(load_kommun(kommun), [scenario], REPLICATIONS)


def told(made: Comparison, scenario: str, row: Row, period: str, factor: float, decimals: int) -> tuple[str, str]:
    """A difference and its interval as the page writes them."""
    found = made.changes(scenario, row).at(period)
    assert found is not None
    low, high = (tal(found[end] * factor, decimals) for end in ("ki95_lag", "ki95_hog"))
    return tal(found["skillnad"] * factor, decimals, sign=True), f"{low} till {high}"


def changed(path: str, day: str, **how: float) -> Scenario:
    return scenario_from({"namn": "x", "motiv": "x", "andringar": [{"mal": path, "fran": day, **how}]}, "x")


ALL: Row = ("alla", "nettokostnad", "")
QUESTIONS: list[tuple[str, str, Callable[[Page], None], Scenario | str, list[tuple[Row, int, float, int]]]] = [
    (
        "unemployment goes to 11 per cent",
        "sodertalje_2019",
        lambda page: set_number(page, "drivare.arbetsloshet.varde", "11"),
        changed("drivare.arbetsloshet.varde", "2019-01-01", satt=0.11),
        [(ALL, PLANNING, 1e-6, 1), (("forsorjningsstod", "bidragsmanader", "bistand"), PLANNING, 1.0, 0)],
    ),
    (
        "five more stödboendeplatser from July",
        "sodertalje_2019",
        lambda page: (
            page.locator("#fran").fill("2019-07-01"),
            set_number(page, "resurser.stodboende.platser", "85"),
        )[0],
        changed("resurser.stodboende.platser", "2019-07-01", plus=5),
        [(ALL, PLANNING, 1e-6, 1), (("missbruk", "varddygn_extern", ""), PLANNING, 1.0, 0)],
    ),
    (
        "twelve houses come a year late",
        "varmdo_2014",
        lambda page: page.locator("#utgang").select_option("alvsbyn_forsenat")[0] and None,
        "alvsbyn_forsenat",
        [(("missbruk", "varddygn_extern", ""), PLANNING, 1.0, 0)],
    ),
    (
        "four more handläggare",
        "sodertalje_2019",
        lambda page: set_number(page, "resurser.handlaggare_barn.arsarbetare", "44"),
        changed("resurser.handlaggare_barn.arsarbetare", "2019-01-01", plus=4),
        [(("barn_och_ungdom", "utredningstid_medel", "utredning"), LAST, 1.0, 0)],
    ),
    (
        "forty beredskapsplatser are taken away",
        "karlskrona_2013",
        lambda page: page.locator("#utgang").select_option("utan_beredskapsplatser")[0] and None,
        "utan_beredskapsplatser",
        [(ALL, PLANNING, 1e-6, 1)],
    ),
]


@pytest.mark.parametrize(("what", "kommun", "move", "scenario", "rows"), QUESTIONS, ids=[q[0] for q in QUESTIONS])
def test_a_question_is_answered(
    page: Page,
    what: str,
    kommun: str,
    move: Callable[[Page], None],
    scenario: Scenario | str,
    rows: list[tuple[Row, int, float, int]],
) -> None:
    page.goto("/")
    page.get_by_role("link", name=load_kommun(kommun).namn).click()
    move(page)
    expect(page.locator("#svar .changes li").first).to_be_visible()
    text = sharp(page)
    asked = load_scenario(scenario) if isinstance(scenario, str) else scenario
    made = library(kommun, asked)
    for row, period, factor, decimals in rows:
        difference, interval = told(made, asked.id, row, planning_periods(made)[period], factor, decimals)
        assert difference in text, (row, difference)
        assert interval in text, (row, interval)


def test_the_downloaded_scenario_is_what_was_moved(page: Page, folder: Path) -> None:
    page.goto("/kommun/varmdo_2014")
    set_number(page, "resurser.stodboende.platser", "35")
    expect(page.locator("#svar .changes li")).to_have_count(1)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Hämta scenariot").click()
    file = folder / "egen.yaml"
    waiting.value.save_as(file)
    page.goto("/kommun/varmdo_2014")
    page.get_by_text("Ladda upp ett scenario").click()
    page.locator("#fil").set_input_files(file)
    page.get_by_role("button", name="Läs in och räkna").click()
    expect(page.locator("#svar .changes li").first).to_contain_text("+2 (från 33 till 35)")


def test_the_bilaga_that_is_downloaded_holds_the_librarys_numbers(page: Page, folder: Path) -> None:
    """Word, PDF and Excel by hand movements: the workbook to the last digit, the documents as they are written."""
    page.goto("/kommun/varmdo_2014")
    page.locator("#utgang").select_option("stodboende_5_om_aret")
    expect(page.locator("#svar .changes li").first).to_be_visible()
    sharp(page)
    files = {}
    for name, ending in (("Bilaga i Word", "docx"), ("Bilaga i PDF", "pdf"), ("Tal i Excel", "xlsx")):
        with page.expect_download(timeout=120_000) as waiting:
            page.get_by_role("link", name=name).click()
        assert waiting.value.suggested_filename == f"bilaga_varmdo_2014.{ending}"
        files[ending] = folder / f"bilaga.{ending}"
        waiting.value.save_as(files[ending])
    scenario = load_scenario("stodboende_5_om_aret")
    made = library("varmdo_2014", scenario)
    planning = planning_periods(made)[PLANNING]
    found = made.changes(scenario.id, ALL).at(planning)
    assert found is not None

    rows = list(openpyxl.load_workbook(files["xlsx"], read_only=True)["Skillnader"].iter_rows(values_only=True))
    head = [str(name).replace("\u00a0", " ") for name in next(row for row in rows if row and row[0] == "Scenario")]
    (row,) = [
        dict(zip(head, row, strict=True))
        for row in rows
        if row[:4] == (scenario.namn, planning, "Alla", "Nettokostnad") and not row[4]
    ]
    assert row["Medelskillnad"] == found["skillnad"]
    assert (row["95 % från"], row["95 % till"]) == (found["ki95_lag"], found["ki95_hog"])

    written, interval = told(made, scenario.id, ALL, planning, 1e-6, 1)
    word = "\n".join(paragraph.text for paragraph in open_word(str(files["docx"])).paragraphs)
    assert f"{written}\u00a0mnkr" in word
    assert interval.replace("\u00a0", " ") in word.replace("\u00a0", " ")
    with pikepdf.open(files["pdf"]) as pdf:
        assert pdf.Root.Lang and "Värmdö 2014" in str(pdf.docinfo["/Title"])
        assert len(pdf.pages) > 10


def test_the_keyboard_is_enough(page: Page) -> None:
    """From the start page to a moved slider and an answer, and the focus stays where it is while answers come."""
    page.goto("/")
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('href')") == "/kommun/varmdo_2014":
            break
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Värmdö")
    slider = page.locator('[data-for="l-drivare.arbetsloshet.varde"]')
    for _ in range(30):
        page.keyboard.press("Tab")
        if slider.evaluate("(at) => at === document.activeElement"):
            break
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    expect(page.locator('[id="l-drivare.arbetsloshet.varde"]')).to_have_value("10")
    expect(page.locator("#svar .changes li")).to_contain_text("blir 10")
    sharp(page)
    assert slider.evaluate("(at) => at === document.activeElement")


def test_a_link_holds_the_scenario(page: Page) -> None:
    page.goto("/kommun/varmdo_2014")
    set_number(page, "resurser.stodboende.platser", "40")
    page.wait_for_url("**resurser.stodboende.platser=40**")
    page.goto(page.url)
    expect(page.locator('[id="l-resurser.stodboende.platser"]')).to_have_value("40")


def test_what_is_changed_while_the_page_loads_is_asked(page: Page) -> None:
    """Also when the browser is so busy that timers fire long after the page is loaded."""
    page.add_init_script("const was = window.setTimeout; window.setTimeout = (what, ms) => was(what, ms || 3000);")
    page.goto("/kommun/varmdo_2014", wait_until="commit")
    page.locator("#utgang").select_option("alvsbyn_forsenat")
    expect(page.locator("#svar .changes li").first).to_be_visible(timeout=20_000)


def test_without_javascript(browser: Browser, address: str) -> None:
    context = browser.new_context(base_url=address, java_script_enabled=False, locale="sv-SE")
    page = context.new_page()
    page.goto("/kommun/varmdo_2014")
    page.locator('[id="l-drivare.arbetsloshet.varde"]').fill("11")
    page.get_by_role("button", name="Räkna").click()
    expect(page.locator("#svar .changes li")).to_contain_text("blir 11")
    expect(page.locator("#svar .state-klar")).to_be_visible(timeout=120_000)
    expect(page.locator("#svar table")).to_be_visible()
    context.close()


def test_stop_and_go_on(page: Page) -> None:
    page.goto("/kommun/sodertalje_2019?drivare.arbetsloshet.varde=9,1")
    page.get_by_role("button", name="Avbryt").click()
    expect(page.locator("#svar .state")).to_contain_text("Avbrutet")
    page.get_by_role("button", name="Fortsätt").click()
    sharp(page)
