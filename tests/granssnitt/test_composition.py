"""Hydra's composition and the strict reading of the same files agree, and what is typed on the command line counts."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from hypothesis import example, given
from hypothesis import strategies as st

from granssnitt.rot import KOMMUN, KOR, REPO, SCENARIO, change, everything_in, make_project, run, write
from sim.cli import _compose
from sim.config import Scenario
from sim.experiment import Study, plans_of
from sim.files import ROOT_VARIABLE, kommun_ids, read_kommun, scenario_ids
from sim.loading import RESERVED, kommun_from, load_kommun, load_scenario
from sim.plain_words import _ForHydra, _value, plainly_composed
from sim.scenario import NULAGE
from sim.settings import study_from

Compose = Callable[..., Study]
SHIPPED_KOMMUNER, SHIPPED_SCENARIOS = kommun_ids(REPO), scenario_ids(REPO)
FIVE_MORE = "+scenarios.egen={namn: Prov, motiv: prov, andringar: [{mal: resurser.stodboende.platser, plus: 2}]}"


@pytest.fixture
def composed(monkeypatch: pytest.MonkeyPatch) -> Compose:
    """What a command would have simulated."""

    def compose(*words: str) -> Study:
        asked: list[Study] = []

        def take(content: dict[str, Any], root: Path, chosen: object) -> int:
            asked.append(study_from(content, root)[0])
            return 0

        monkeypatch.setattr("sim.commands.study.run", take)
        ran = run(*words)
        assert ran.code == 0, ran.err
        return asked[0]

    return compose


@pytest.mark.parametrize("kommun_id", SHIPPED_KOMMUNER)
def test_shipped_kommun_reads_as_hydra_composes_it(kommun_id: str, composed: Compose) -> None:
    assert kommun_from(read_kommun(REPO, kommun_id), REPO) == composed("kor", f"kommun={kommun_id}").kommun


def test_shipped_scenarios_read_as_hydra_composes_them(composed: Compose) -> None:
    words = ("kor", f"kommun={SHIPPED_KOMMUNER[0]}", f"scenarios=[{','.join(SHIPPED_SCENARIOS)}]")
    assert {s.id: s for s in composed(*words).scenarios} == {
        name: load_scenario(name, REPO) for name in SHIPPED_SCENARIOS
    }


@pytest.mark.parametrize("name", SHIPPED_SCENARIOS)
def test_shipped_scenario_has_the_header_of_its_file(name: str) -> None:
    text = (REPO / "scenarios" / f"{name}.yaml").read_text(encoding="utf-8")
    assert text.startswith(f"# @package scenarios.{name}\n")


@pytest.mark.parametrize("name", [path.stem for path in (REPO / "conf" / "studie").glob("*.yaml")])
def test_shipped_settings_are_sound(name: str, rot: Path, composed: Compose) -> None:
    assert composed("kor", "kommun=prov", f"studie={name}").replikationer >= 2


def test_the_name_of_the_base_is_reserved() -> None:
    assert RESERVED == NULAGE


def test_kommun_in_parts_reads_as_hydra_composes_it(rot: Path, composed: Compose) -> None:
    assert load_kommun("prov", rot) == composed("kor", "kommun=prov").kommun


PLAIN = [
    (),
    ("scenarios=[]",),
    ("scenarios=hem_2",),
    ("scenarios=[team_1,hem_2]", "studie=snabb", "rapport=bilaga"),
    (
        "berakning.arbetare=1",
        "kommun.slut='2018-12-31'",
        "studie.slut=2018-02-09",
        "studie.replikationer=7",
        "studie.namn=ett_namn",
    ),
    ("studie.parameterosakerhet=true", "studie.precision.kostnad_mnkr=0.50", "berakning=kluster", "studie.slut=null"),
    ("kommun.resurser.hem.platser=-4", "kommun.verksamheter.stod.inflode.ansokan.per_ar=007", "scenarios=[hem_2]"),
    ("scenarios=[hem_2]", "scenarios.hem_2.namn=Annat"),
]


@pytest.mark.parametrize("words", PLAIN, ids=" ".join)
def test_what_is_composed_without_hydra_is_what_hydra_composes(
    words: tuple[str, ...], rot: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Order and all, as the results keep the configuration."""
    plain = plainly_composed(rot, ("kommun=prov", *words))
    assert (plain is None) == ("007" in " ".join(words))
    monkeypatch.setattr("sim.cli.plainly_composed", lambda root, given: None)
    assert plain is None or repr(plain) == repr(_compose(rot, ("kommun=prov", *words)))


@pytest.mark.parametrize("kommun_id", SHIPPED_KOMMUNER)
def test_shipped_files_are_composed_without_hydra_as_by_it(kommun_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    scenarios = SHIPPED_SCENARIOS if kommun_id == SHIPPED_KOMMUNER[0] else []
    words = (f"kommun={kommun_id}", f"scenarios=[{','.join(scenarios)}]")
    plain = plainly_composed(REPO, words)
    monkeypatch.setattr("sim.cli.plainly_composed", lambda root, given: None)
    assert plain is not None and repr(plain) == repr(_compose(REPO, words))


@given(st.text("aAz_-+.,019eE:'\\\"$ {}[]=åtruefalsn", max_size=8))
@example("true").via("a constant")
@example("NULL").via("a constant in capitals")
@example("-0").via("a number")
@example("1_0").via("a number to Hydra")
@example("01").via("not a number")
@example("[a,b]").via("a list")
@example("2018-02-09").via("a day")
@example("'a b'").via("within quotes")
def test_a_value_is_read_as_by_hydra_or_left_to_it(text: str) -> None:
    try:
        value = _value(text)
    except _ForHydra:
        return
    parsed = OverridesParser.create().parse_override(f"studie.namn={text}")
    assert not parsed.is_sweep_override()
    assert repr(parsed.value()) == repr(value)


@pytest.mark.parametrize(
    "words",
    [
        ("kommun=prov", "kommun=annan"),
        ("kommun=prow",),
        ("kommun=prov", "+studie.ny=1"),
        ("kommun=prov", "~studie.fro"),
        ("kommun=prov", "studie.ny=1"),
        ("kommun=prov", "studie=ny"),
        ("kommun=prov", "studie.precision=1"),
        ("kommun=prov", "studie.fro=[a]"),
        ("kommun=prov", "studie.namn=${kommun.id}"),
        ("kommun=prov", "studie.namn=nan"),
        ("kommun=prov", "scenarios=[hem_2,hem_2]"),
        ("kommun=prov", "scenarios=[finns_inte]"),
        ("kommun=prov", "hydra.verbose=true"),
        ("kommun=prov", "scenarios.0=a"),
        (),
    ],
    ids=" ".join,
)
def test_what_is_not_plain_is_left_to_hydra(words: tuple[str, ...], rot: Path) -> None:
    assert plainly_composed(rot, words) is None


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("conf/config.yaml", "  - _self_\n", ""),
        ("conf/config.yaml", "hydra:\n", "egen: {a: 1}\nhydra:\n"),
        ("conf/config.yaml", "hydra:\n", "hydra:\n  searchpath: [file:///tmp]\n"),
        (KOMMUN, "  - _self_\n  - prov/kallor@_here_\n", "  - prov/kallor@_here_\n  - _self_\n"),
        (KOMMUN, "namn: Provköping", "namn: ${kommun.id}"),
        (KOMMUN, "namn: Provköping", "namn: ???"),
        (KOMMUN, "defaults:", "# @package _global_\ndefaults:"),
        (KOMMUN, "namn: Provköping", "namn: Provköping\n1: a"),
        ("conf/kommun/prov/kallor.yaml", "kallor:", "defaults: [ann]\nkallor:"),
        ("conf/studie/standard.yaml", "fro: 1 ", "defaults: [snabb]\nfro: 1 "),
    ],
)
def test_files_with_something_for_hydra_are_left_to_it(file: str, old: str, new: str, rot: Path) -> None:
    assert plainly_composed(rot, ["kommun=prov"]) is not None
    change(rot / file, old, new)
    assert plainly_composed(rot, ["kommun=prov"]) is None


def test_scenarios_come_in_the_order_asked_for(rot: Path, composed: Compose) -> None:
    assert [s.id for s in composed("jamfor", "prov", "team_1", "hem_2").scenarios] == ["team_1", "hem_2"]


def test_plain_words_ask_for_the_same_study_as_hydras(rot: Path, composed: Compose) -> None:
    plain = composed(
        "jamfor", "prov", "hem_2", "--replikationer", "7", "--fro", "3", "--arbetare", "1", "--slut", "2018-12-31"
    )
    settings = ("studie.replikationer=7", "studie.fro=3", "berakning.arbetare=1", "studie.slut='2018-12-31'")
    assert plain == composed("kor", "kommun=prov", "scenarios=[hem_2]", *settings)


def test_one_scenario_needs_no_brackets(rot: Path, composed: Compose) -> None:
    assert composed("kor", "kommun=prov", "scenarios=hem_2") == composed("kor", "kommun=prov", "scenarios=[hem_2]")


def test_one_off_scenario_is_added(composed: Compose) -> None:
    asked = composed("kor", "kommun=sodertalje_2019", "scenarios=[stodboende_5]", FIVE_MORE)
    assert [s.id for s in asked.scenarios] == ["stodboende_5", "egen"]
    changes = {
        "id": "egen",
        "namn": "Prov",
        "motiv": "prov",
        "andringar": [{"mal": "resurser.stodboende.platser", "plus": 2}],
    }
    assert asked.scenarios[1] == Scenario.model_validate(changes)
    assert plans_of(asked)[2].epoker[0].kommun.resurser["stodboende"].platser == 82


def test_number_typed_on_the_command_line_counts(composed: Compose) -> None:
    asked = composed("kor", "kommun=sodertalje_2019", "kommun.resurser.stodboende.platser=85")
    assert asked.kommun.resurser["stodboende"].platser == 85


def test_number_that_is_not_in_the_file_can_be_added(rot: Path, composed: Compose) -> None:
    asked = composed("kor", "kommun=prov", "+kommun.resurser.hem.rorlig_kostnad_kr_per_dygn=50")
    assert asked.kommun.resurser["hem"].rorlig_kostnad_kr_per_dygn == 50


def test_named_settings_are_chosen(rot: Path, composed: Compose) -> None:
    assert composed("kor", "kommun=prov", "studie=snabb").replikationer == 10


@pytest.mark.parametrize("kommunkod", ['"0180"', "'0114'", "0180", "'1480'"])
def test_kommunkod_keeps_its_zero(kommunkod: str, rot: Path, composed: Compose) -> None:
    change(rot / KOMMUN, '"0180"', kommunkod)
    wanted = kommunkod.strip("\"'")
    assert composed("kor", "kommun=prov").kommun.kommunkod == load_kommun("prov", rot).kommunkod == wanted


@pytest.mark.parametrize("day", ["2019-06-30", "'2019-06-30'", '"2019-06-30"'])
def test_date_is_a_date_with_and_without_quotes(day: str, rot: Path, composed: Compose) -> None:
    change(rot / KOMMUN, "2019-12-31", day)
    change(rot / SCENARIO, "2019-01-01", "2019-02-01")
    asked = composed("jamfor", "prov", "hem_2")
    assert asked.kommun.slut == load_kommun("prov", rot).slut == date(2019, 6, 30)
    assert asked.scenarios[0].andringar[0].fran == date(2019, 2, 1)


@pytest.mark.parametrize(("written", "value"), [("3e1", 30), ("1_0", 10), ("+4", 4), ("010", 8), ("0.5", 0.5)])
def test_both_readings_take_a_number_for_the_same(written: str, value: float, rot: Path, composed: Compose) -> None:
    change(rot / KOMMUN, "    platser: 3\n", f"    platser: {written}\n")
    resurser = composed("kor", "kommun=prov").kommun.resurser, load_kommun("prov", rot).resurser
    assert [each["hem"].platser for each in resurser] == [value, value]


@pytest.mark.parametrize("word", ["nej", "on_off", "y"])
def test_key_that_looks_like_yes_or_no_stays_a_name(word: str, rot: Path, composed: Compose) -> None:
    change(rot / KOMMUN, "{kontrakt: 0.2, avslut: 0.8}", f"{{{word}: 0.2, avslut: 0.8}}")
    change(rot / KOMMUN, "      kontrakt:\n        namn", f"      {word}:\n        namn")
    assert word in composed("kor", "kommun=prov").kommun.verksamheter["stod"].steg


@pytest.mark.parametrize("line_end", ["\r\n", "\n"])
def test_files_of_either_line_end(line_end: str, rot: Path, composed: Compose) -> None:
    for path in (rot / KOMMUN, rot / SCENARIO):
        path.write_bytes(path.read_text(encoding="utf-8").replace("\n", line_end).encode())
    assert composed("jamfor", "prov", "hem_2").scenarios[0] == load_scenario("hem_2", rot)


def test_kommun_with_a_byte_order_mark(rot: Path, composed: Compose) -> None:
    write(rot / KOMMUN, (rot / KOMMUN).read_text(encoding="utf-8"), "utf-8-sig")
    assert composed("kor", "kommun=prov").kommun == load_kommun("prov", rot)


@pytest.mark.parametrize("name", ["min mapp", "Räksmörgås å ä ö", "Anna's [mapp], 100 %", 'citat"tecken'])
def test_project_in_a_folder_of_any_name(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, without_figures: None
) -> None:
    root = make_project(tmp_path / name)
    monkeypatch.setenv(ROOT_VARIABLE, str(root))
    ran = run(*KOR, "scenarios=[hem_2]", "studie.slut='2019-02-28'")
    assert ran.code == 0, ran.err
    assert len(list((root / "results" / "prov").glob("*/matt.parquet"))) == 1


def test_project_named_by_a_relative_path(rot: Path, monkeypatch: pytest.MonkeyPatch, composed: Compose) -> None:
    monkeypatch.setenv(ROOT_VARIABLE, "../rot")
    assert composed("jamfor", "prov", "hem_2").kommun.id == "prov"


def test_shipped_project_is_found_from_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, composed: Compose
) -> None:
    monkeypatch.delenv(ROOT_VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    assert composed("jamfor", SHIPPED_KOMMUNER[0], SHIPPED_SCENARIOS[0]).scenarios[0].id == SHIPPED_SCENARIOS[0]


def test_nothing_is_left_where_one_stands(rot: Path, without_figures: None) -> None:
    assert run(*KOR, "studie.slut='2018-03-31'").code == 0
    assert run(*KOR, "--multirun", "studie.slut='2018-03-31'").code == 0
    assert everything_in(Path.cwd()) == {}
    assert [path.name for path in (rot / "results").iterdir()] == ["prov"]


@pytest.mark.parametrize("words", [("--multirun", "kommun=prov,annan"), ("kommun=annan,prov", "-m")])
def test_multirun_makes_a_study_of_each_kommun(words: tuple[str, ...], rot: Path, without_figures: None) -> None:
    ran = run("kor", *words, *KOR[2:], "studie.slut='2018-03-31'")
    assert ran.code == 0, ran.err
    assert {path.parents[1].name for path in (rot / "results").glob("*/*/manifest.json")} == {"prov", "annan"}


def test_multirun_keeps_each_study_of_the_same_kommun(rot: Path, without_figures: None) -> None:
    assert run(*KOR, "-m", "studie.fro=1,2,3", "studie.slut='2018-02-28'").code == 0
    assert len(list((rot / "results" / "prov").iterdir())) == 3


def test_multirun_makes_the_studies_that_can_be_made(rot: Path, without_figures: None) -> None:
    ran = run(*KOR, "-m", "studie.fro=-1,2", "studie.slut='2018-02-28'")
    assert ran.code == 2
    assert "Fel: studie.fro = -1: måste vara minst 0" in ran.err
    assert len(list((rot / "results" / "prov").iterdir())) == 1


def test_kommun_copied_with_its_folder_works(rot: Path, composed: Compose) -> None:
    shutil.copytree(rot / "conf" / "kommun" / "prov", rot / "conf" / "kommun" / "kopia")
    text = (rot / KOMMUN).read_text(encoding="utf-8").replace("prov/", "kopia/").replace("id: prov", "id: kopia")
    write(rot / "conf" / "kommun" / "kopia.yaml", text)
    assert composed("jamfor", "kopia").kommun.id == "kopia"
