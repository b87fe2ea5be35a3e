"""What a reader is warned of: queues that only grow, as reckoned and as simulated, and how nuläge was graded."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hjalp import kommun, scenario
from sim.analysis.overload import Overload
from sim.cautions import Caution, caution_lines, grade_cautions, watched, worth_telling
from sim.comparison import Comparison, comparison
from sim.config import Kommun, Scenario
from sim.experiment import Study, ready_of, run_study
from sim.scenario import NULAGE
from sim.summary import summary_text

YEAR = 365.25
PER_DAY = 10.0


def large(factor: float = 1.25) -> Kommun:
    """A team of 200 cases of 20 days each: ten a day, and so many times more come; it is full from the start."""
    tid = {"fordelning": "exponential", "medel": 20}
    steg = {"a": {"behov": {"team": "t"}, "utfall": {"klar": {"tid": tid, "nasta": {"avslut": 1.0}}}}}
    team = {"typ": "team", "namn": "Laget", "arsarbetare": 10, "arendetak": 20}
    inflode = {"in": {"per_ar": factor * PER_DAY * YEAR, "forsta_steg": "a"}}
    return kommun({"t": team}, inflode, steg, nulage={"v": {"i_steg": {"a": {"t": {"antal": 200}}}}})


def simulated(of: Kommun, *scenarios: Scenario) -> Comparison:
    return comparison(run_study(Study(of, scenarios, 4, arbetare=1)))


def of(made: Comparison) -> list[Caution]:
    study = made.resultat.study
    found = watched(ready_of(study)).after(made, Path("ingenstans"))
    return [each for each in found if each.slag == "overbelastning"]


def test_reckoning_and_simulation_agree_on_when_a_large_queue_passes_three_months() -> None:
    """90 × 1.25 / 0.25 = 450 days: 27 March of the second year. Those who begin in April have waited longer.

    In four futures the mean queue is known to about 4 %, or three weeks.
    """
    (only,) = of(simulated(large()))
    assert only.niva == "varning"
    assert only.scenario == NULAGE
    assert "Laget har i nuläget 2018–2019 plats för 200,0 ärenden men på sikt behövs 250,0 (125 %)" in only.text
    assert "Räknat utan slump passerar kön tre månader i mar\u00a02019: 1,2 år efter start." in only.text
    assert re.search("I simuleringen når medelväntan tre månader i (mar|apr|maj)\u00a02019.", only.text)


def test_a_queue_that_passes_three_months_after_the_run_is_no_warning_but_told() -> None:
    (only,) = of(simulated(large(1.05)))
    assert only.niva == "obs"
    assert "om det sista året fortsätter" in only.text
    assert "I simuleringen når medelväntan inte tre månader." in only.text


def test_a_scenario_is_told_of_when_it_makes_it_worse() -> None:
    more, same = (
        scenario({"mal": "verksamheter.v.inflode.in.per_ar", "ganger": factor}).model_copy(update={"id": name})
        for name, factor in (("fler", 1.2), ("lika", 1.001))
    )
    study = Study(large(), (more, same))
    told = watched(ready_of(study)).before()
    assert [each.scenario for each in told] == [NULAGE, "fler"]
    assert "(150 %)" in told[1].text


def test_what_is_only_in_nulage_is_not_told_twice() -> None:
    def each(scenario: str, load: float) -> Overload:
        return Overload(scenario, ("t",), (("v", "a"),), ("2019",), load, 10.0, None)

    kept = worth_telling([each(NULAGE, 12.0), each("a", 12.05), each("b", 13.0)])
    assert [one.scenario for one in kept] == [NULAGE, "b"]


def test_no_queue_no_caution() -> None:
    assert of(simulated(large(0.8))) == []


def test_cautions_stand_in_the_summary_warnings_first() -> None:
    made = simulated(large(0.8))
    told = [Caution("obs", "x", "", "Det ena."), Caution("varning", "y", "", "Det andra.")]
    text = summary_text(made, told)
    assert "## Att tänka på\n\n- **Varning:** Det andra.\n- Obs: Det ena.\n\n## Nuläget" in text
    assert "Att tänka på" not in summary_text(made)
    assert caution_lines([]) == []


NYCKELTAL = """\
kalla,kommun,ar,period,omrade,matt,enhet,typ,varde,anm
dok,Prov,2018,helår,v,nya,antal,utfall,{nya},
dok,Prov,2018,helår,v,nya,antal,mål,1,
"""
AVSTAMNING = """\
kalla: dok
uppgifter:
  - {namn: Nya ärenden, omrade: v, nyckeltal: nya, ar: 2018, typ: utfall, verksamhet: v, matt: begarda, del: a}
  - {namn: Mål för nya, omrade: v, nyckeltal: nya, ar: 2018, typ: mål, verksamhet: v, matt: begarda, del: a}
"""


def documented(root: Path, nya: float, more: str = "") -> Path:
    for name, text in {
        "conf/underlag/nyckeltal.csv": NYCKELTAL.format(nya=nya),
        "conf/avstamning/prov.yaml": AVSTAMNING + more,
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def quiet() -> Comparison:
    """8 × 365 = 2 920 come in the basår, give or take 54."""
    return simulated(large(0.8))


def test_a_figure_far_from_the_document_makes_its_verksamhet_weak(quiet: Comparison, tmp_path: Path) -> None:
    (only,) = grade_cautions(quiet, documented(tmp_path, 2000))
    assert only.niva == "varning"
    assert only.text.startswith("V: 1 av 1 siffror för 2018 är svaga, mer än 10 % från dokumentet: Nya ärenden +4")


def test_a_figure_near_the_document_says_nothing(quiet: Comparison, tmp_path: Path) -> None:
    assert grade_cautions(quiet, documented(tmp_path, 2900)) == []


def test_what_chance_can_explain_is_not_weak(quiet: Comparison, tmp_path: Path) -> None:
    """2 920 is 10,2 % above 2 650, but over four years that is within chance of 10 %."""
    assert grade_cautions(quiet, documented(tmp_path, 2650)) == []


def test_only_fitted_figures_and_none_at_all_are_told(quiet: Comparison, tmp_path: Path) -> None:
    fitted = AVSTAMNING.replace("typ: utfall,", "typ: utfall, inpassad: true,")
    root = documented(tmp_path, 2900)
    (root / "conf" / "avstamning" / "prov.yaml").write_text(fitted, encoding="utf-8")
    (only,) = grade_cautions(quiet, root)
    assert (only.niva, only.text) == (
        "obs",
        "Stämda bara mot siffror som modellen är inpassad till, vilket inte prövar den: V.",
    )
    without = "\n".join(line for line in AVSTAMNING.splitlines() if "utfall" not in line)
    (root / "conf" / "avstamning" / "prov.yaml").write_text(without, encoding="utf-8")
    assert [each.text for each in grade_cautions(quiet, root)] == ["Utan någon siffra med betyg mot dokument: V."]


def test_without_a_reconciliation_or_a_readable_one_that_is_said(quiet: Comparison, tmp_path: Path) -> None:
    (only,) = grade_cautions(quiet, tmp_path)
    assert only.text == "Kommunen har ingen avstämning, så inget säger hur väl modellen liknar den."
    (only,) = grade_cautions(quiet, documented(tmp_path, 2900, "  - {namn: fel"))
    assert only.text.startswith("Avstämningen kan inte läsas: prov.yaml, rad ")
