"""The handbook's tables of measures and indicators, and the reconciliations, against what the shipped kommuner give."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sim import load_kommun
from sim.figure_list import lines_of
from sim.labels import LABELS
from sim.reconcile import load_reconciliation
from sim.simulation import simulate
from sim.summary import key_figures

ROOT = Path(__file__).resolve().parents[2]
HANDBOK = (ROOT / "docs" / "handbok.md").read_text(encoding="utf-8")
KOMMUNER = sorted(path.stem for path in (ROOT / "conf" / "avstamning").glob("*.yaml"))
OVER = {"summa": "summa", "medel": "medel", "kvot": "räknas om", "slutet": "sista dagen"}

Rows = set[tuple[str, str, str, str]]
"""(verksamhet, matt, del, period)"""


def table_under(heading: str) -> list[list[str]]:
    """The cells of the first table under a heading, without its head."""
    text = HANDBOK[HANDBOK.index(heading) :]
    lines = re.search(r"\n(\|.*?\n)\n", text, re.S).group(1).splitlines()  # type: ignore[union-attr]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


INDICATORS = [row for row in table_under("### Från planens nyckeltal till måtten") if not row[0].startswith("**")]
MEASURED = [row for row in INDICATORS if row[1] != "–"]


def codes(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


@pytest.fixture(scope="module")
def found() -> dict[str, Rows]:
    """What the basår and the year after give, kommun by kommun; a cell without anything to measure is not there."""
    rows = {}
    for name in KOMMUNER:
        kommun = load_kommun(name, ROOT)
        table = simulate(kommun, slut=min(kommun.slut, date(kommun.basar + 1, 12, 31))).matt
        rows[name] = set(table[["verksamhet", "matt", "del", "period"]].itertuples(index=False, name=None))
    return rows


@pytest.fixture(scope="module")
def parts(found: dict[str, Rows]) -> set[tuple[str, str]]:
    """(matt, del) of all kommuner."""
    return {(matt, part) for rows in found.values() for _, matt, part, _ in rows}


def test_every_measure_stands_in_the_handbook_as_its_label_says() -> None:
    expected = [
        [f"`{key}`", label.namn, label.enhet, label.definition, OVER[label.over_tid]] for key, label in LABELS.items()
    ]
    assert table_under("## 7. Måtten") == expected


def test_every_measure_comes_out_of_some_shipped_kommun(parts: set[tuple[str, str]]) -> None:
    assert {matt for matt, _ in parts} == set(LABELS)


def test_every_measure_answers_to_an_indicator_or_explains_one() -> None:
    """Those that no plan asks for by name: what lies behind an indicator."""
    behind = {"kapacitet_arenden", "belastning_arenden", "overbelastning_arendedygn", "vantar_pa_avslut"}
    behind |= {"avhopp", "hemtagningar", "kostnad_vardplatser"}
    named = {code for row in MEASURED for code in codes(row[1])}
    assert set(LABELS) - named == behind


@pytest.mark.parametrize("row", MEASURED, ids=lambda row: row[0])
def test_the_measures_of_an_indicator_exist_and_come_out(row: list[str], parts: set[tuple[str, str]]) -> None:
    assert codes(row[1]), "a measure, or – with the reason"
    for measure in codes(row[1]):
        assert measure in LABELS
        assert measure in {matt for matt, _ in parts}


@pytest.mark.parametrize("row", MEASURED, ids=lambda row: row[0])
def test_the_del_of_an_indicator_comes_out_of_one_of_its_measures(row: list[str], parts: set[tuple[str, str]]) -> None:
    wanted = codes(row[2]) + ([""] if "tom" in row[2] else [])
    assert wanted
    for part in wanted:
        assert {(measure, part) for measure in codes(row[1])} & parts, part


@pytest.mark.parametrize("row", [row for row in INDICATORS if row[1] == "–"], ids=lambda row: row[0])
def test_what_the_model_cannot_speak_of_has_its_reason(row: list[str]) -> None:
    assert len(row[2]) > 20 and row[3] == "–"


def shown() -> dict[str, set[str]]:
    """Measures in the summary, in figures, and in budget.csv."""
    summary, figures = {"inom_budget"}, {"budget", "avvikelse"}
    for name in KOMMUNER:
        kommun = load_kommun(name, ROOT)
        summary |= {figure.measure for figure in key_figures(kommun, "planering", "sista")}
        made: Any = SimpleNamespace(resultat=SimpleNamespace(study=SimpleNamespace(kommun=kommun)))
        figures |= {line.measure for line in lines_of(made)}
    return {"S": summary, "F": figures, "B": {"inom_budget"}}


def test_where_an_indicator_is_shown_is_where_it_is() -> None:
    where = shown()
    for row in MEASURED:
        measures = set(codes(row[1]))
        said = set(row[3].split(", "))
        expected = {letter for letter, those in where.items() if those & measures} or {"T"}
        assert said == expected, row[0]


@pytest.mark.parametrize("name", KOMMUNER)
def test_reconciled_measures_come_out_of_the_kommun(name: str, found: dict[str, Rows]) -> None:
    """Also those that are only shown; and those that are graded in the very period."""
    rows = found[name]
    periods = {period for _, _, _, period in rows}
    known = {row[:3] for row in rows}
    for line in load_reconciliation(ROOT, name):
        figure = line.uppgift
        if figure.matt is None:
            continue
        parts = [(figure.matt, figure.del_)]
        parts += [(figure.delat_med.matt, figure.delat_med.del_)] if figure.delat_med else []
        for measure in ((area, *part) for area in line.verksamheter or (figure.verksamhet,) for part in parts):
            assert measure in known, figure.namn
            if figure.ograderad is None and figure.period_in_model in periods:
                assert (*measure, figure.period_in_model) in rows, figure.namn


@pytest.mark.parametrize("name", KOMMUNER)
def test_a_factor_only_changes_the_unit(name: str) -> None:
    """Kronor to tkr or mnkr, a year to a month, days to months, or back; a volume is not turned into something else."""
    tens = {10.0**-power for power in (0, 3, 6)}
    for line in load_reconciliation(ROOT, name):
        figure = line.uppgift
        factor = abs(figure.faktor)
        units = tens | {ten / 12 for ten in tens} | {12 / 365.25}
        reasoned = figure.ograderad is not None
        assert reasoned or any(factor == pytest.approx(unit, rel=1e-5) for unit in units), figure.namn
