"""What a planner moves becomes a scenario: levers, links, files."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from granssnitt.rot import run, write
from sim.app.draft import Draft, draft_from, number_from, scenario_of
from sim.app.pages import Loaded, load, shown
from sim.errors import HemmaplanError
from sim.files import project_root
from sim.scenario import make_plan

SHIPPED = ("karlskrona_2013", "sodertalje_2010", "sodertalje_2019", "sodertalje_omsorg_2014", "varmdo_2014")


@cache
def shipped(kommun: str) -> Loaded:
    return load(project_root(), kommun)


@pytest.fixture(scope="module")
def sodertalje() -> Loaded:
    return shipped("sodertalje_2019")


@pytest.mark.parametrize("kommun", SHIPPED)
def test_every_lever_can_be_moved_to_both_ends(kommun: str) -> None:
    loaded = shipped(kommun)
    assert len(loaded.levers) > 20
    assert len({lever.path for lever in loaded.levers}) == len(loaded.levers)
    for end in ("low", "high"):
        moved = tuple((lever.path, max(getattr(lever, end), lever.lowest)) for lever in loaded.levers)
        loaded.scenario(Draft(kommun, loaded.kommun.start, moved))


@pytest.mark.parametrize("kommun", SHIPPED)
def test_a_lever_stands_where_the_kommun_does(kommun: str) -> None:
    for lever in shipped(kommun).levers:
        assert lever.low <= lever.value <= lever.high, lever
        assert number_from(shown(lever.value), "x") == pytest.approx(lever.value, abs=1e-6)


def test_a_moved_lever_acts_from_its_day(sodertalje: Loaded) -> None:
    draft = Draft("sodertalje_2019", date(2019, 7, 1), (("resurser.stodboende.platser", 85.0),))
    scenario = sodertalje.scenario(draft)
    assert scenario is not None
    plan = make_plan(sodertalje.kommun, scenario)
    before, after = plan.epoker[0].kommun, plan.epoker[-1].kommun
    assert (before.resurser["stodboende"].platser, after.resurser["stodboende"].platser) == (80, 85)  # type: ignore[union-attr]
    assert sodertalje.words(scenario) == ["Egna stödboenden, platser: +5 (från 80 till 85) från 1\u00a0jul\u00a02019"]


def test_what_is_planned_stays_when_places_are_added() -> None:
    """Värmdö gets twelve houses in 2015 whatever else is done: two more are two more then too."""
    loaded = shipped("varmdo_2014")
    draft = Draft("varmdo_2014", date(2014, 7, 1), (("resurser.stodboende.platser", 35.0),))
    with_more = make_plan(loaded.kommun, loaded.scenario(draft)).epoker
    without = make_plan(loaded.kommun).epoker
    last = [epochs[-1].kommun.resurser["stodboende"].platser for epochs in (with_more, without)]  # type: ignore[union-attr]
    assert last[0] - last[1] == 2


@settings(deadline=None)
@given(
    st.dictionaries(st.integers(0, 36), st.integers(1, 90), max_size=5),
    st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=60),
)
def test_a_link_says_what_was_moved(places: dict[int, int], name: str) -> None:
    sodertalje = shipped("sodertalje_2019")
    moved = {
        lever.path: lever.lowest + half / 2 for place, half in places.items() if (lever := sodertalje.levers[place])
    }
    pairs = [*((path, str(value).replace(".", ",")) for path, value in moved.items()), ("namn", name)]
    draft = draft_from(pairs, sodertalje.kommun, sodertalje.levers, sodertalje.ready)
    again = draft_from(parse_qsl(draft.query()), sodertalje.kommun, sodertalje.levers, sodertalje.ready)
    assert again == draft
    assert scenario_of(again, sodertalje.levers, sodertalje.ready) == scenario_of(
        draft, sodertalje.levers, sodertalje.ready
    )


@pytest.mark.parametrize(
    ("written", "number"),
    [("12,5", 12.5), ("12.5", 12.5), ("1 200", 1200), ("1\u00a0200,25", 1200.25), ("0", 0), ("\u22123", -3)],
)
def test_numbers_as_planners_write_them(written: str, number: float) -> None:
    assert number_from(written, "x") == number


@pytest.mark.parametrize("written", ["", "tolv", "1,2,3", "1e9", "nan", "inf", "0x10", "--1", "9" * 40, "1;2", "½"])
def test_what_is_no_number_is_refused(written: str) -> None:
    with pytest.raises(HemmaplanError, match="ska vara ett tal"):
        number_from(written, "Platser")


WRONG = [
    ({"resurser.hem.platser": "många"}, "Eget boende = många: ska vara ett tal"),
    ({"resurser.hem.platser": "-1"}, "Eget boende = -1: ska vara 0 till"),
    ({"resurser.hem.platser": "999999999"}, "ska vara 0 till"),
    ({"drivare.arbetsloshet.varde": "101"}, "Arbetslöshet = 101: ska vara 0 till 100"),
    ({"drivare.arbetsloshet.varde": "0"}, "drivare.arbetsloshet.varde"),
    ({"fran": "2031-01-01"}, "ska ligga mellan 2018-01-01 och 2019-12-31"),
    ({"fran": "i morgon"}, "ska vara ett datum"),
    ({"utgang": "finns_inte"}, "scenariot finns_inte: finns inte för Provköping"),
]


@pytest.mark.parametrize(("given_words", "told"), WRONG)
def test_what_is_wrong_is_told_and_nothing_is_lost(client: TestClient, given_words: dict[str, str], told: str) -> None:
    page = client.get("/kommun/prov", params=given_words)
    assert page.status_code == 422
    assert told in page.text
    part = client.get("/kommun/prov/svar", params=given_words, headers={"HX-Request": "true"})
    assert part.status_code == 422
    assert told in part.text


def test_an_unknown_kommun_is_told(client: TestClient) -> None:
    page = client.get("/kommun/atlantis")
    assert page.status_code == 404
    assert "Kommunen atlantis finns inte." in page.text


def test_the_file_is_taken_by_the_command_line_and_by_the_page(client: TestClient, rot: Path) -> None:
    query = {"resurser.hem.platser": "5", "fran": "2019-03-01", "namn": "Två: till, 'nu' #1"}
    file = client.get("/kommun/prov/scenario.yaml", params=query)
    assert file.headers["content-disposition"] == 'attachment; filename="egen.yaml"'
    write(rot / "scenarios" / "egen.yaml", file.text)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("HEMMAPLAN_ROT", str(rot))
        ran = run("jamfor", "prov", "egen", "--replikationer", "2", "--arbetare", "1")
    assert ran.code == 0, ran.err
    assert "+2 (från 3 till 5) från 1\u00a0mar\u00a02019" in ran.out
    token = client.get("/kommun/prov").text.split('name="csrf" value="')[1].split('"')[0]
    sent = client.post("/kommun/prov/lasin", data={"csrf": token}, files={"fil": ("egen.yaml", file.content)})
    assert sent.status_code == 200
    assert "+2 (från 3 till 5) från 1\u00a0mar\u00a02019" in sent.text


def test_saved_scenarios_are_kept_shown_beside_and_forgotten(client: TestClient) -> None:
    token = client.get("/kommun/prov").text.split('name="csrf" value="')[1].split('"')[0]
    words = {"csrf": token, "resurser.hem.platser": "5", "namn": "Fem platser"}
    kept = client.post("/kommun/prov/spara", data=words)
    assert kept.status_code == 200 and kept.history[0].status_code == 303
    assert "Fem platser" in client.get("/kommun/prov").text
    assert "Fem platser" not in client.get("/kommun/annan").text
    beside = client.get("/kommun/prov", params={"med": "1", "resurser.team.arsarbetare": "3"})
    assert beside.text.count("checked") == 1
    client.post("/kommun/prov/glom", data={"csrf": token, "nummer": "1"})
    assert "Fem platser" not in client.get("/kommun/prov").text


def test_saving_needs_a_name_and_a_change(client: TestClient) -> None:
    token = client.get("/kommun/prov").text.split('name="csrf" value="')[1].split('"')[0]
    without_name = client.post("/kommun/prov/spara", data={"csrf": token, "resurser.hem.platser": "5"})
    assert without_name.status_code == 422 and "ge scenariot ett namn" in without_name.text
    unchanged = client.post("/kommun/prov/spara", data={"csrf": token, "namn": "Inget"})
    assert unchanged.status_code == 422 and "inget är ändrat" in unchanged.text
