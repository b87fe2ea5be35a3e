"""Who comes back, and spells of payments as a list of months shows them, from people whose lives are known."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pandas as pd
import pytest

from sim.intake.benefit_fit import spells_of_runs, times_away
from sim.intake.episodes import FAR, Runs, care_episodes, contact, joined, payment_runs
from sim.intake.laws import SIMPLE, WithNever
from sim.intake.lengths import fitted_length
from sim.intake.pace import length_elasticity
from sim.intake.records import ARENDEN, PLACERINGAR, Window, empty
from sim.intake.returning import fitted_returns, too_soon
from sim.intake.survival import MONTH_DAYS, Spells

WINDOW = Window(date(2017, 1, 1), date(2024, 12, 31))
DAYS, MONTHS = 2922, 96


def frame(kind: dict, **columns: object) -> pd.DataFrame:
    """A list with these columns; the rest as little as can be."""
    count = len(next(iter(columns.values())))  # type: ignore[arg-type]
    plain = {"category": "", "int32": 0, "float64": np.nan, "datetime64[s]": pd.NaT}
    whole = {name: columns.get(name, [plain[column.dtype]] * count) for name, column in kind.items()}
    return pd.DataFrame(whole).astype({name: column.dtype for name, column in kind.items()})


def test_intervals_join_where_they_meet() -> None:
    who, start = np.array([1, 1, 1, 2, 2]), np.array([0, 5, 21, 3, 40])
    end = np.array([10, 8, 30, FAR, 50])
    assert joined(who, start, end, 0).tolist() == [0, 0, 1, 2, 2]
    assert joined(who, start, np.array([20, 8, 30, 5, 50]), 1).tolist() == [0, 0, 0, 1, 2]


def test_a_form_that_goes_on_in_a_new_row_is_one_episode() -> None:
    rows = frame(
        PLACERINGAR,
        person=[1, 1, 1, 2],
        verksamhet=["barn"] * 4,
        form=["hvb", "hvb", "familjehem", "hvb"],
        resurs=["a", "b", "", ""],
        start=["2020-01-01", "2020-03-01", "2020-05-10", "2020-01-01"],
        slut=["2020-02-29", "2020-05-01", pd.NaT, "2020-02-01"],
        dygnspris_kr=[1000.0, 2000.0, 500.0, np.nan],
    )
    made = care_episodes(rows, empty("arenden")).sort_values(["person", "start"])
    assert made["form"].tolist() == ["hvb", "familjehem", "hvb"]
    assert made["nasta"].tolist() == ["familjehem", "", "avslut"]
    assert made["forst"].tolist() == [True, False, True]
    assert made["resurs"].tolist()[0] == "a" and made["resurs_sist"].tolist()[0] == "b"
    assert made["pris"].iloc[0] == pytest.approx((59 * 1000 + 61 * 2000) / 120)


def test_a_new_case_between_breaks_the_chain() -> None:
    rows = frame(
        PLACERINGAR, person=[1, 1], verksamhet=["b"] * 2, form=["hvb", "familjehem"],
        start=["2020-01-01", "2020-03-20"], slut=["2020-03-01", pd.NaT],
    )  # fmt: skip
    cases = frame(ARENDEN, person=[1], verksamhet=["b"], inkom=["2020-03-10"])
    assert care_episodes(rows, empty("arenden"))["nasta"].tolist() == ["familjehem", ""]
    assert care_episodes(rows, cases)["nasta"].tolist() == ["avslut", ""]


def test_contact_ends_when_both_case_and_care_have() -> None:
    """Person 1: a case, care from its decision, and back a year after the care. Person 2 left to öppenvård."""
    cases = frame(
        ARENDEN, person=[1, 1, 2], verksamhet=["b"] * 3, inkom=["2020-01-01", "2022-01-01", "2020-01-01"],
        beslut=["2020-02-01", "2022-02-01", "2020-02-01"], utfall=["hvb", "avslut", "oppenvard"],
    )  # fmt: skip
    care = frame(PLACERINGAR, person=[1], verksamhet=["b"], form=["hvb"], start=["2020-02-15"], slut=["2021-01-01"])
    again, gaps = contact(cases, care_episodes(care, cases))
    assert again.tolist() == [False, True, False]
    assert (gaps.back - gaps.left)[gaps.back < FAR].tolist() == [365] and len(gaps.left) == 2


def test_payments_are_runs_of_months() -> None:
    paid = pd.DataFrame(
        {
            "hushall": [1, 1, 1, 2, 1],
            "manad": pd.to_datetime(["2017-01-01", "2017-02-01", "2017-05-01", "2024-12-01", "2017-06-01"]),
            "belopp_kr": [1.0, 1, 1, 1, 0],
        }
    )
    runs = payment_runs(paid, WINDOW)
    assert runs.household.tolist() == [1, 1, 2]
    assert runs.first.tolist() == [0, 4, 95] and runs.last.tolist() == [1, 4, 95]
    assert spells_of_runs(runs).length.tolist() == [0, 0] and spells_of_runs(runs).ended.tolist() == [True, False]
    away = times_away(runs)
    assert away.length.tolist() == [3, 92] and away.ended.tolist() == [True, False]


def lives(seed: int, back: float, mean: float, away: float, per_year: float = 500) -> Runs:
    """Gamma spells that begin anew for a share `back` after a gamma time away, as runs of months with a day in them."""
    rng = np.random.default_rng(seed)
    count = rng.poisson(per_year * (DAYS + 5000) / 365.25)
    now, who = rng.uniform(-5000, DAYS, count), np.arange(count)
    paid = []
    while len(who):
        end = now + rng.gamma(1.5, mean / 1.5, len(who))
        for household, first, last in zip(who, month(now), month(end - 1), strict=True):
            paid += [household * 4096 + at for at in range(max(first, 0), min(last, MONTHS - 1) + 1)]
        on = rng.random(len(who)) < back
        now, who = (end + rng.gamma(2.0, away / 2.0, len(who)))[on], who[on]
        who, now = who[now < DAYS], now[now < DAYS]
    key = np.unique(paid)
    months = (np.datetime64("2017-01") + key % 4096).astype("datetime64[s]")
    return payment_runs(pd.DataFrame({"hushall": key // 4096, "manad": months, "belopp_kr": 1.0}), WINDOW)


def month(days: np.ndarray) -> np.ndarray:
    dates = np.datetime64("2017-01-01") + np.floor(days).astype(np.int64)
    return dates.astype("datetime64[M]").astype(np.int64) - 47 * 12


def test_breaks_too_short_to_see_are_minded() -> None:
    """Time away of 90 days on average is often unseen between two months: spells look longer than they are."""
    runs = lives(2, back=0.4, mean=150, away=90)
    away = times_away(runs)
    returns, fits = fitted_returns(away)
    observed = spells_of_runs(runs)
    plain, minded = fitted_length(observed), fitted_length(observed, breaks=too_soon(fits, 2, away))
    assert plain.medel.lag > 1.05 * 150
    assert minded.medel.varde == pytest.approx(150, rel=0.05)
    assert returns.andel.lag <= 0.4 <= returns.andel.hog
    assert returns.tid is not None and returns.tid.medel.lag <= 90 <= returns.tid.medel.hog
    assert returns.inom_ar.lag <= 0.4 * 0.9964 <= returns.inom_ar.hog


def test_returns_in_days_and_those_who_never_come() -> None:
    """A third comes back after 200 days on average (weibull, shape 1.3); seen for four years."""
    rng = np.random.default_rng(1)
    comes = np.where(rng.random(3000) < 1 / 3, 200 / math.gamma(1 + 1 / 1.3) * rng.weibull(1.3, 3000), np.inf)
    seen = rng.uniform(0, 1461, 3000)
    ended = comes < seen
    observed = Spells(np.where(ended, comes, seen).astype(np.int64), ended, np.zeros(3000, dtype=np.int64))
    returns, _ = fitted_returns(observed)
    within = (1 - math.exp(-((365.25 * math.gamma(1 + 1 / 1.3) / 200) ** 1.3))) / 3
    assert returns.andel.lag <= 1 / 3 <= returns.andel.hog and returns.inom_ar.lag <= within <= returns.inom_ar.hog
    assert returns.tid is not None and returns.tid.medel.lag <= 200 <= returns.tid.medel.hog
    assert ended.mean() < 0.9 / 3  # the share that has come back so far is too low


def test_with_never_leaves_those_who_never_come() -> None:
    law = WithNever.of(SIMPLE[0])
    at = np.array([math.log(0.25 / 0.75), math.log(100)])
    assert law.survival(at, np.array([0.0, 1e9])) == pytest.approx([1.0, 0.75])
    assert law.mean(at) == pytest.approx(100) and law.median(at) == pytest.approx(100 * math.log(2))
    assert law.described(at) == {"fordelning": "exponential", "medel": pytest.approx(100)}


def test_unemployment_that_slows_leaving_is_seen() -> None:
    """Operational time runs at (u/bas)^−0.5: drawn by stepping month by month through the pace."""
    rng = np.random.default_rng(6)
    column = 0.3 * np.sin(np.arange(MONTHS) / 7)
    pace = np.exp(-0.5 * column)
    passed = np.concatenate([[0.0], np.cumsum(pace * MONTH_DAYS)])
    start = rng.uniform(1, MONTHS, 6000)
    operational = np.interp(start, np.arange(MONTHS + 1), passed) + rng.exponential(150, len(start))
    end = np.interp(operational, passed, np.arange(MONTHS + 1), right=MONTHS)
    first, last = start.astype(np.int64), np.minimum(end.astype(np.int64), MONTHS - 1)
    runs = Runs(np.arange(len(start)), first, last, MONTHS)
    found = length_elasticity(runs, SIMPLE[0], np.array([math.log(150)]), column)
    assert found.lag <= 0.5 <= found.hog and found.lag > 0
    still = length_elasticity(runs, SIMPLE[0], np.array([math.log(150)]), rng.permutation(column))
    assert abs(still.varde) < 0.3
