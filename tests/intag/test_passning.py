"""What is fitted to a made-up municipality's lists, against plain counts of the same lists."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

import pandas as pd
import pytest

from sim.intake.example import Size, example_kommun
from sim.intake.example_lists import example_lists
from sim.intake.fit import fit_lists
from sim.intake.fitted import Fitted
from sim.intake.paths import estimates
from sim.intake.records import Lists, Window

SEED = 4
AFTER = pd.Timestamp(2020, 1, 1)


@cache
def lists() -> Lists:
    return example_lists(example_kommun(SEED, ar=3, size=Size(volume=0.5)), SEED)


@cache
def fitted() -> Fitted:
    return fit_lists(lists())


def test_stock_is_who_is_there_at_the_end() -> None:
    placed = lists().placeringar
    for area, forms in fitted().vard.items():
        for form, care in forms.items():
            rows = placed[(placed["verksamhet"] == area) & (placed["form"] == form) & placed["slut"].isna()]
            assert sum(stock.antal for stock in care.bestand.values()) == len(rows)
            named = rows["resurs"][rows["resurs"] != ""].value_counts()
            assert all(care.bestand[key].antal == n for key, n in named.items() if n)
            longest = (AFTER - rows["start"].min()).days
            assert max(max(stock.pagatt_dagar) for stock in care.bestand.values()) == longest


def test_dygn_are_those_of_the_volumes() -> None:
    volumes = lists().volymer
    for area, forms in fitted().vard.items():
        dygn = volumes[(volumes["verksamhet"] == area) & (volumes["slag"] == "dygn")]
        by_year = dygn.groupby("ar")["varde"].sum()
        for year in (2017, 2018, 2019):
            assert sum(care.dygn_per_ar[year] for care in forms.values()) == by_year[year]


def test_open_cases_are_counted() -> None:
    cases = lists().arenden
    for area, handling in fitted().arenden.items():
        mine = cases[(cases["verksamhet"] == area) & cases["beslut"].isna()]
        told = handling.oppna_forhandsbedomningar.antal + handling.oppna_utredningar.antal
        assert told == len(mine)
        days = pd.date_range("2019-01-01", "2019-12-31")
        whole = cases[cases["verksamhet"] == area]
        open_then = [((whole["inkom"] <= day) & ~(whole["beslut"] <= day)).sum() for day in days]
        assert handling.oppna_i_snitt == pytest.approx(sum(open_then) / len(days))


def test_shares_sum_to_one_and_lie_in_their_intervals() -> None:
    found = fitted()
    routings = [care.nasta for forms in found.vard.values() for care in forms.values()]
    routings += [handling.nasta for handling in found.arenden.values()]
    for routing in routings:
        assert sum(share.varde for share in routing.values()) == pytest.approx(1)
        assert all(share.lag <= share.varde <= share.hog for share in routing.values())


def test_months_of_the_inflow_are_those_of_the_list() -> None:
    """New cases and returns together are all that came."""
    cases = lists().arenden
    for area, handling in fitted().arenden.items():
        mine = cases[(cases["verksamhet"] == area) & (cases["inkom"] >= "2017-01-01")]
        new = sum(n for inflow in handling.inflode.values() for _, n, _ in inflow.manader)
        returns = len(mine) - new
        assert 0.05 < returns / len(mine) < 0.4
        for inflow in handling.inflode.values():
            assert [day for day, _, _ in inflow.manader][::12] == [date(year, 1, 1) for year in (2017, 2018, 2019)]


def test_benefit_by_month() -> None:
    paid = lists().utbetalningar
    benefit = fitted().bistand
    assert benefit is not None
    assert [n for _, n, _ in benefit.hushall_per_manad] == paid.groupby("manad")["hushall"].nunique().tolist()
    assert benefit.bestand.antal == (paid["manad"] == "2019-12-01").sum()


def test_what_is_missing_is_missing() -> None:
    whole = lists()
    only = Lists(
        whole.placeringar, whole.arenden[:0], whole.utbetalningar[:0], whole.volymer[:0],
        {"placeringar": Window(date(2017, 1, 1), date(2019, 12, 31))},
    )  # fmt: skip
    found = fit_lists(only)
    assert found.bistand is None and not found.arenden and not found.elasticitet
    assert set(found.direkt) == set(found.vard) == set(fitted().vard)


@pytest.mark.parametrize("rows", [1, 2, 5, 40])
def test_few_rows_are_fitted_with_wide_intervals_and_never_fail(rows: int) -> None:
    whole = lists()
    few = replace(
        whole,
        placeringar=whole.placeringar[::7][:rows],
        arenden=whole.arenden[::7][:rows],
        utbetalningar=whole.utbetalningar[:rows],
    )
    for path, found in estimates(fit_lists(few)).items():
        assert not found.lag > found.varde and not found.hog < found.varde, path


def test_stays_that_are_all_alike_or_all_open_are_fitted() -> None:
    """A list whose days are all the same, and one where nobody has left."""
    placed = lists().placeringar[:60].assign(start=pd.Timestamp(2018, 1, 1))
    for end in (pd.Timestamp(2018, 4, 11), pd.Timestamp(2018, 1, 1), pd.NaT):
        rows = placed.assign(slut=end).astype({"start": "datetime64[s]", "slut": "datetime64[s]"})
        found = fit_lists(
            replace(lists(), placeringar=rows, arenden=rows_of("arenden"), utbetalningar=rows_of("utbetalningar"))
        )
        for care in (care for forms in found.vard.values() for care in forms.values()):
            assert care.langd.medel.varde > 0 and care.langd.medel.hog >= care.langd.medel.lag
            if not pd.isna(end) and end > pd.Timestamp(2018, 1, 1) and care.langd.n >= 10:
                assert care.langd.medel.varde == pytest.approx(100, rel=0.02)


def rows_of(kind: str) -> pd.DataFrame:
    return getattr(lists(), kind)[:0]
