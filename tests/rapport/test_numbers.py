"""Every number of the bilaga, worked out again from the saved long table by other means."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
import yaml

from medel import by_hand
from sim.report.document import (
    Bullets,
    Document,
    Figure,
    Finding,
    Inline,
    Interval,
    Number,
    Paragraph,
    Ref,
    Strong,
    Table,
    cell_text,
    numbers_of,
)
from sim.report.saved import Saved
from sim.swedish import tal

OWN = {"status", "parametrar", "avstamning"}
"""Tables whose numbers are not of the long table; they are tried by themselves."""


@cache
def long_table(folder: Path) -> pd.DataFrame:
    frame = duckdb.execute("SELECT * FROM read_parquet(?)", [str(folder / "matt.parquet")]).df()
    return frame.set_index(["scenario", "period", "verksamhet", "matt", "del"]).sort_index()


@cache
def months(folder: Path, name: str) -> pd.DataFrame:
    frame = pd.read_csv(folder / name, sep=";", decimal=",", encoding="utf-8-sig")
    frame["del"] = frame["del"].fillna("")
    return frame.set_index(["scenario", "period", "verksamhet", "matt", "del"]).sort_index()


def worked_out(folder: Path, ref: Ref) -> float:
    """Years from each replication; months, which the long table lacks, from the table of their statistics."""
    key = (ref.verksamhet, ref.matt, ref.del_)
    if re.fullmatch(r"\d{4}-\d\d", ref.period):
        name = "nivaer.csv" if ref.kind == "nivå" else "skillnader.csv"
        return float(months(folder, name).loc[(ref.scenario, ref.period, *key), ref.column].item())
    table = long_table(folder)
    values = table.loc[(ref.scenario, ref.period, *key)].set_index("replikation")["varde"]
    if ref.kind == "skillnad":
        values = (values - table.loc[("nulage", ref.period, *key)].set_index("replikation")["varde"]).dropna()
    if ref.column in {"medel", "skillnad"}:
        return float(values.mean())
    if ref.column in {"sannolikhet", "sannolikhet_minskar"}:
        return float((values > 0).mean() if ref.column == "sannolikhet" else (values < 0).mean())
    if re.fullmatch(r"p\d\d", ref.column):
        return float(np.quantile(values, int(ref.column[1:]) / 100))
    if values.std() == 0:
        return float(values.mean())
    low, high = by_hand(values.to_numpy())
    return float(low if ref.column == "ki95_lag" else high)


def every_number(document: Document) -> Iterator[Number]:
    yield from numbers_of(document)
    for block in document.every_block:
        if isinstance(block, Figure) and block.chart is not None:
            for row in block.chart.table.rows:
                for cell in row:
                    yield from (cell.low, cell.high) if isinstance(cell, Interval) else ()
                    if isinstance(cell, Number):
                        yield cell


def test_every_number_is_what_the_long_table_says(document: Document, folder: Path) -> None:
    tried = [number for number in every_number(document) if number.ref is not None]
    assert len(tried) > 500
    for number in tried:
        assert number.ref is not None
        expected = worked_out(folder, number.ref)
        if number.offset is not None:
            expected = worked_out(folder, number.offset) - expected
        assert number.value == pytest.approx(expected * number.factor, rel=1e-9, abs=1e-9), number


def test_every_number_of_the_results_says_which_it_is(document: Document) -> None:
    for block in document.every_block:
        if isinstance(block, Table) and block.key not in OWN:
            cells = [cell for row in block.rows for cell in row]
            ends = [end for cell in cells if isinstance(cell, Interval) for end in (cell.low, cell.high)]
            numbers = [cell for cell in cells if isinstance(cell, Number)] + ends
            assert all(number.ref is not None for number in numbers), block.key


def words_of(document: Document) -> Iterator[str]:
    """What is written as text where results are told: the first page, alt texts, notes of tables of results."""
    parts: list[Inline] = []
    for block in document.first_page:
        if isinstance(block, Finding):
            parts += [block.label, *block.parts]
        elif isinstance(block, Paragraph) and block.kind != "box":
            parts += block.parts
        elif isinstance(block, Table):
            parts += block.note
    for block in document.every_block:
        if isinstance(block, Figure) and block.chart is not None:
            parts += block.alt
        assert not isinstance(block, Bullets) or block not in document.first_page
    yield from (part.text if isinstance(part, Strong) else part for part in parts if isinstance(part, str | Strong))


KNOWN = r"\b20\d\d(–20\d\d)?\b|P10–P90|95-procents\w+|av 6 möjliga"


def test_no_number_of_the_results_is_mere_text(document: Document) -> None:
    for text in words_of(document):
        assert not re.search(r"\d", re.sub(KNOWN, "", text)), text


def test_a_number_is_shown_as_it_is(document: Document) -> None:
    """Rounded as Decimal rounds it, to half of the last place shown."""
    for number in numbers_of(document):
        text = number.text.replace("\u00a0", "").replace("\u2212", "-").replace(",", ".").replace("+", "")
        text = text.removesuffix("%").removesuffix(number.unit.replace("\u00a0", ""))
        if text == "–":
            continue
        shown = float(text) / (100 if number.percent else 1)
        place = 10.0**-number.decimals / (100 if number.percent else 1)
        assert abs(shown - number.value) <= place * 0.5000001


def test_the_first_figure_is_a_fan_of_cost_around_the_budget(document: Document, folder: Path) -> None:
    """Worked out from the long table: what has a budget costs the budget less avvikelse in each possible year."""
    first = next(block for block in document.blocks if isinstance(block, Figure))
    assert first.key == "solfjader_budget" and first.chart is not None
    table = first.chart.table
    long = long_table(folder)
    for row in table.rows:
        of = dict(zip(table.header, row, strict=True))
        budget, left = (
            long.loc[("nulage", of["År"], "alla", name, "")].set_index("replikation")["varde"]
            for name in ("budget", "avvikelse")
        )
        cost = (budget - left) * 1e-6
        expected = {"Budget": budget.mean() * 1e-6, "Nuläge, medel": cost.mean()}
        expected |= {f"Nuläge, P{share}": np.quantile(cost, share / 100) for share in (10, 25, 75, 90)}
        for name, value in expected.items():
            shown = of[name]
            assert isinstance(shown, Number) and shown.value == pytest.approx(value, rel=1e-9)
            assert shown.text in first.alt_text or name in {"Nuläge, P25", "Nuläge, P75"}


def test_avvikelse_is_budget_less_prognos(document: Document) -> None:
    table = next(b for b in document.blocks if isinstance(b, Table) and b.key == "utfall_budget_prognos")
    for row in table.rows:
        budget, forecast, left = (
            row[table.header.index(name)] for name in ("Budget 2019", "Prognos 2019", "Avvikelse")
        )
        assert isinstance(budget, Number) and isinstance(forecast, Number) and isinstance(left, Number)
        assert left.value == pytest.approx(budget.value - forecast.value)


def test_the_reconciliation_is_that_of_the_document(document: Document, folder: Path) -> None:
    table = next(b for b in document.blocks if isinstance(b, Table) and b.key == "avstamning")
    (row,) = table.rows
    values = long_table(folder).loc[("nulage", "2018", "stod", "varddygn_extern", "")]["varde"]
    assert cell_text(row[table.header.index("Dokument")]) == "150"
    model = row[table.header.index("Modell")]
    assert isinstance(model, Number) and model.value == pytest.approx(values.mean())
    spread = row[table.header.index("P10–P90")]
    assert isinstance(spread, Interval)
    assert [spread.low.value, spread.high.value] == pytest.approx(list(np.quantile(values, [0.1, 0.9])))
    share = row[table.header.index("Skillnad")]
    assert isinstance(share, Number) and share.value == pytest.approx(values.mean() / 150 - 1)
    expected = "bra" if abs(share.value) <= 0.03 else "godtagbar" if abs(share.value) <= 0.1 else "svag"
    assert row[table.header.index("Betyg")] == expected


def leaves(node: object) -> Iterator[float]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key not in {"kallor", "basar", "kommunkod"}:
                yield from leaves(value)
    elif isinstance(node, list):
        for value in node:
            yield from leaves(value)
    elif isinstance(node, int | float) and not isinstance(node, bool):
        yield float(node)


def test_the_numbers_of_the_kommun_are_all_there(document: Document, folder: Path) -> None:
    """As many as the saved configuration holds; those that are hidden are hidden, all others as written."""
    content = yaml.safe_load((folder / "konfiguration.yaml").read_text(encoding="utf-8"))["kommun"]
    written = sorted(leaves(content))
    table = next(b for b in document.blocks if isinstance(b, Table) and b.key == "parametrar")
    values = [row[table.header.index("Värde")] for row in table.rows]
    shown = sorted(value.value for value in values if isinstance(value, Number))
    assert len(values) == len(written)
    hidden = [2.0, 2.0]  # the stock of two steg, from the kommun's own data
    assert sorted(shown + hidden) == pytest.approx(written)
    assert f"Av de {len(written)} tal" in " ".join(
        part for b in document.first_page if isinstance(b, Paragraph) for part in b.parts if isinstance(part, str)
    )


def test_what_was_read_back_is_what_was_measured(saved: Saved) -> None:
    """The comparison made anew by the library, on the same study, to the last bit."""
    from sim.comparison import comparison
    from sim.experiment import run_study

    again = comparison(run_study(saved.made.resultat.study))
    for mine, theirs in ((saved.made.niva, again.niva), (saved.made.andring, again.andring)):
        for read, made in zip(mine, theirs, strict=True):
            known = {row for row, there in zip(made.rows, made.known.any(axis=1), strict=True) if there}
            assert set(read.rows) == known
            for row in read.rows:
                one, other = read.of(row), made.of(row)
                assert one.periods == other.periods
                for column in one.columns:
                    assert np.array_equal(one[column], other[column], equal_nan=True)
    assert saved.made.inom_budget == again.inom_budget


def test_a_number_has_hard_spaces_a_comma_and_a_true_minus() -> None:
    assert Number(-1234.56, 1, unit="mnkr").text == "\u22121\u00a0234,6\u00a0mnkr"
    assert Number(0.125, 1, percent=True).text == f"{tal(12.5, 1)}\u00a0%" == "12,5\u00a0%"
