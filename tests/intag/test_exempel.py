"""The lists of a made-up municipality say what its simulation says, as an export would say it."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from sim.config import Kommun, PlatsBehov
from sim.distributions import mean
from sim.durations import from_config
from sim.intake.example import Size, example_kommun
from sim.intake.example_lists import example_lists
from sim.intake.records import SCHEMAS, Lists, Window
from sim.simulation import simulate

SEED, SMALL = 4, Size(volume=0.5)


@pytest.fixture(scope="module")
def kommun() -> Kommun:
    return example_kommun(SEED, ar=3, size=SMALL)


@pytest.fixture(scope="module")
def lists(kommun: Kommun) -> Lists:
    return example_lists(kommun, SEED)


@pytest.fixture(scope="module")
def measures(kommun: Kommun) -> pd.DataFrame:
    return simulate(kommun, seed=SEED).matt


def _measured(measures: pd.DataFrame, area: str, matt: str, part: str) -> dict[str, float]:
    """By month."""
    rows = measures[(measures["verksamhet"] == area) & (measures["matt"] == matt) & (measures["del"] == part)]
    return dict(zip(rows["period"], rows["varde"], strict=True))


def test_every_list_has_the_columns_and_types_of_its_schema(lists: Lists) -> None:
    for kind, schema in SCHEMAS.items():
        frame = getattr(lists, kind)
        assert len(frame) > 100 and list(frame) == list(schema)
        assert {name: str(frame[name].dtype) for name in frame} == {n: column.dtype for n, column in schema.items()}
        assert frame["rad"].tolist() == list(range(2, len(frame) + 2))


def test_dygn_of_the_placements_are_the_dygn_that_the_simulation_counts(
    kommun: Kommun, lists: Lists, measures: pd.DataFrame
) -> None:
    placed = lists.placeringar
    days = pd.date_range("2019-02-01", "2019-02-28")
    for area in ("barn_och_ungdom", "missbruk", "socialpsykiatri"):
        for whose, matt in (("egen", "varddygn_intern"), ("extern", "varddygn_extern")):
            rows = placed[(placed["utforare"] == whose) & (placed["verksamhet"] == area)]
            there = sum(((rows["start"] <= day) & ~(rows["slut"] <= day)).sum() for day in days)
            assert there == _measured(measures, area, matt, "")["2019-02"] > 0
    house = placed[placed["resurs"] == "stodboende_linden"]
    there = sum(
        ((house["start"] <= day) & ~(house["slut"] <= day)).sum() for day in pd.date_range("2018-01-01", "2018-12-31")
    )
    dygn = lists.volymer.query("slag == 'dygn' and namn == 'stodboende_linden' and ar == 2018")["varde"].item()
    assert there == dygn == _measured(measures, "missbruk", "varddygn", "stodboende_linden")["2018"]


def test_yearly_kronor_are_those_that_the_simulation_counts(lists: Lists, measures: pd.DataFrame) -> None:
    told = lists.volymer[(lists.volymer["slag"] == "kostnad_tkr") & (lists.volymer["ar"] == 2019)]
    for area, rows in told.groupby("verksamhet", observed=True):
        for row in rows.itertuples():
            counted = _measured(measures, str(area), "kostnad", str(row.namn))["2019"]
            assert abs(row.varde - counted / 1000) < 0.51
    assert len(told) >= 8


def test_payments_are_the_months_with_benefit_that_the_simulation_counts(lists: Lists, measures: pd.DataFrame) -> None:
    by_month = lists.utbetalningar.groupby("manad").size()
    counted = _measured(measures, "forsorjningsstod", "bidragsmanader", "bistand")
    assert {f"{day:%Y-%m}": count for day, count in by_month.items()} == {
        k: counted[k] for k in counted if k[4:5] == "-"
    }
    assert not lists.utbetalningar.duplicated(["hushall", "manad"]).any()


def test_decided_cases_are_the_visits_that_the_simulation_counts(lists: Lists, measures: pd.DataFrame) -> None:
    cases = lists.arenden
    for area in ("barn_och_ungdom", "missbruk"):
        mine = cases[cases["verksamhet"] == area]
        in_2018 = mine["inledd"].dt.year == 2018
        assert in_2018.sum() == _measured(measures, area, "startade", "utredning")["2018"] > 0
        decided = mine[mine["inledd"].notna() & (mine["beslut"].dt.year == 2018)]
        assert len(decided) == _measured(measures, area, "avslutade", "utredning")["2018"] > 0
    told = cases["utfall"] != ""
    assert (told == cases["beslut"].notna()).all()
    assert (cases.loc[cases["utfall"] == "ej_inledd", "inledd"].isna()).all()


def test_nothing_is_told_outside_the_window(lists: Lists) -> None:
    opens, closes = pd.Timestamp(2017, 1, 1), pd.Timestamp(2019, 12, 31)
    for frame, first, last in ((lists.placeringar, "start", "slut"), (lists.arenden, "inkom", "beslut")):
        assert (frame[first] <= closes).all() and (frame[first] < opens).any()
        assert not (frame[last] < opens).any() and not (frame[last] > closes).any() and frame[last].isna().any()
        assert not (frame[last] < frame[first]).any()
    assert lists.utbetalningar["manad"].between(opens, closes).all()


def test_a_narrower_window_tells_less_of_the_same(kommun: Kommun, lists: Lists) -> None:
    window = Window(date(2018, 3, 1), date(2019, 4, 30))
    part = example_lists(kommun, SEED, window)
    whole = lists.placeringar[
        (lists.placeringar["start"] <= "2019-04-30") & ~(lists.placeringar["slut"] < "2018-03-01")
    ]
    assert part.placeringar["start"].tolist() == whole["start"].tolist()
    open_then = whole["slut"].where(whole["slut"] <= "2019-04-30")
    pd.testing.assert_series_equal(part.placeringar["slut"], open_then.reset_index(drop=True), check_names=False)
    assert set(part.fonster.values()) == {window}
    assert part.arbetsloshet is not None and part.arbetsloshet.index[-1] == pd.Timestamp(2019, 4, 1)


def test_same_seed_same_lists_and_another_seed_others(kommun: Kommun, lists: Lists) -> None:
    again, other = example_lists(kommun, SEED), example_lists(kommun, SEED + 1)
    for kind in SCHEMAS:
        pd.testing.assert_frame_equal(getattr(lists, kind), getattr(again, kind))
    assert len(other.utbetalningar) != len(lists.utbetalningar)
    assert example_kommun(SEED, ar=3, size=SMALL) == kommun != example_kommun(SEED + 1, ar=3, size=SMALL)


def test_the_same_people_are_in_several_lists(lists: Lists) -> None:
    """Whoever was granted a place is in the list of placements, unless the window or a queue came between."""
    cases, placed = lists.arenden, lists.placeringar
    granted = cases[(cases["verksamhet"] == "missbruk") & (cases["utfall"] == "hvb")]
    first = placed[placed["form"] == "hvb"].groupby("person")["start"].agg(set)
    assert len(granted) > 20
    assert all(row.beslut in first[row.person] for row in granted.itertuples())


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 12))])
def test_lengths_in_the_lists_have_the_means_of_the_kommun(seed: int) -> None:
    """Of all who began in the first six of twelve years, hardly anybody is still there: their mean is the true one."""
    kommun = example_kommun(seed, ar=12, size=Size(volume=0.3))
    lists = example_lists(kommun, seed)
    missbruk = kommun.verksamheter["missbruk"].steg
    cases = lists.arenden[(lists.arenden["verksamhet"] == "missbruk") & (lists.arenden["inkom"] >= "2017-01-01")]
    placed = lists.placeringar[lists.placeringar["start"] >= "2017-01-01"]
    hvb = placed[(placed["verksamhet"] == "missbruk") & (placed["form"] == "hvb")]
    told = {"utredning": cases["beslut"] - cases["inkom"], "hvb": hvb["slut"] - hvb["start"]}
    begun = {"utredning": cases["inkom"], "hvb": hvb["start"]}
    for steg, lengths in told.items():
        assert isinstance(missbruk[steg].behov, PlatsBehov) == (steg == "hvb")
        days = lengths[begun[steg] < "2023-01-01"].dt.days.to_numpy(float)
        ended = days[~np.isnan(days)]
        assert len(ended) >= len(days) - 1
        error = ended.mean() - mean(from_config(missbruk[steg].utfall["klar"].tid))
        assert abs(error) < 4 * ended.std() / np.sqrt(len(ended))
