"""Scenarios against nuläge, where most of what they measure is the same: nothing shows that it was not worked out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import statistics
from sim.periods import Floats
from sim.runs import Row
from sim.statistics import DIFFERENCES, LEVELS, Statistics, compared
from sim.tables import Table

PERIODS = ("2019", "2018", "2018-01")


def rows_of(count: int) -> tuple[Row, ...]:
    return tuple(("omrade", f"matt_{9 - number}", "") for number in range(count))


def table(name: str, values: Floats, rows: tuple[Row, ...] | None = None) -> Table:
    return Table(name, tuple(range(len(values))), rows or rows_of(values.shape[1]), PERIODS, values)


@st.composite
def studies(draw: st.DrawFn) -> list[Table]:
    """Nuläge and a few scenarios; some cells are the same in all, some lack a number in some replications."""
    count, rows = draw(st.integers(1, 12)), draw(st.integers(1, 9))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    base = random.normal(size=(count, rows, len(PERIODS))).round(draw(st.integers(0, 9)))
    base[random.random(base.shape) < 0.1] = np.nan
    base[:, random.random(base.shape[1:]) < 0.1] = np.nan
    found = [table("nulage", base)]
    for number in range(draw(st.integers(0, 3))):
        values = base.copy()
        moved = random.random(base.shape[1:]) < draw(st.sampled_from([0.0, 0.05, 0.4, 1.0]))
        values[:, moved] += random.normal(size=(count, int(moved.sum()))).round(1)
        found.append(table(f"s{number}", values))
    return found


def by_row(values: Floats, found: Statistics, name: str) -> Floats:
    """In the order of the table that was given."""
    rows = [found.rows.index(row) for row in rows_of(values.shape[1])]
    return found.columns[name][rows][:, [found.periods.index(period) for period in PERIODS]]


@given(studies(), st.sampled_from([1, 2, 5, 1024]))
@settings(max_examples=60, deadline=None)
def test_statistics_are_numpys(tables: list[Table], at_once: int) -> None:
    """Means and quantiles over the replications that are known, whatever else is worked out at the same time."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(statistics, "AT_ONCE", at_once)
        levels, differences = compared(tables)
    shown = [(each, table.values, "medel") for each, table in zip(levels, tables, strict=True)]
    shown += [
        (each, table.values - tables[0].values, "skillnad") for each, table in zip(differences, tables[1:], strict=True)
    ]
    for found, values, mean in shown:
        known = ~np.isnan(values).all(axis=0)
        assert np.array_equal(np.isnan(by_row(values, found, mean)), ~known)
        for name, share in (("p10", 0.1), ("p90", 0.9)):
            theirs = np.nanquantile(values[:, known], share, axis=0)
            assert by_row(values, found, name)[known] == pytest.approx(theirs, abs=1e-12)
        assert by_row(values, found, mean)[known] == pytest.approx(np.nanmean(values[:, known], axis=0), abs=1e-12)
        if mean == "skillnad":
            count = (~np.isnan(values)).sum(axis=0)[known]
            for name, there in (("sannolikhet", values > 0), ("sannolikhet_minskar", values < 0)):
                assert (by_row(values, found, name)[known] == there.sum(axis=0)[known] / count).all()


@given(studies())
@settings(max_examples=60, deadline=None)
def test_what_is_the_same_has_the_same_bits_as_if_worked_out(tables: list[Table]) -> None:
    levels, differences = compared(tables)
    for each, found in zip(tables, levels, strict=True):
        assert_same(found, statistics.levels(each), LEVELS)
    for each, found in zip(tables[1:], differences, strict=True):
        assert_same(found, statistics.differences(each, tables[0]), DIFFERENCES)


def assert_same(found: Statistics, other: Statistics, names: tuple[str, ...]) -> None:
    assert (found.scenario, found.rows, found.periods) == (other.scenario, other.rows, other.periods)
    for name in names:
        mine, theirs = found.columns[name], other.columns[name]
        assert np.array_equal(mine, theirs, equal_nan=True)
        assert np.array_equal(
            np.signbit(mine[~np.isnan(mine)]), np.signbit(theirs[~np.isnan(mine)])
        )  # −0 is written so


def test_a_scenario_that_measures_something_else_too_is_compared_where_both_measure() -> None:
    base = table("nulage", np.arange(18.0).reshape(3, 2, 3))
    more = table("mer", np.arange(27.0).reshape(3, 3, 3), rows_of(3))
    levels, (difference,) = compared([base, more])
    assert [len(each.rows) for each in levels] == [2, 3] and set(difference.rows) == set(base.rows)
    first = difference.of(
        rows_of(1)[0],
    )
    assert dict(zip(first.periods, first["skillnad"].tolist(), strict=True)) == dict.fromkeys(PERIODS, 3.0)
