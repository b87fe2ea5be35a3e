"""The value of each more place against Erlang B, and how often its 95 % interval holds the true value.

Places with a reserv and no waiting are M/M/c/c. Place c + 1 takes a(B(c) − B(c + 1)) dygn a day from the reserv.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from hjalp import kommun
from sim.analysis.marginal import Marginal, Question, ask, marginal, marginal_study
from sim.analysis.target import target_of
from sim.calendars import DAYS_PER_YEAR
from sim.config import Kommun
from sim.experiment import Study, StudyResult, run_study
from sim.tables import Table
from teori_hjalp import erlang_b, exponential_tid

PLACES, LOAD = 2, 2.0
FIXED, PRICE, PRICE_CV = 300.0, 1000.0, 0.4
UNITS = 2
SMALL = 20
"""Replications of each small study."""
AT_ONCE = 2000


def market() -> Kommun:
    """Stays of a day, four months: the first is long enough for the start to be forgotten."""
    behov = {"plats": ["egna"], "reserv": "kopta", "vanta_hogst_dagar": 0}
    return kommun(
        {
            "egna": {"typ": "boende", "platser": PLACES, "fast_kostnad_kr_per_plats_och_dygn": FIXED},
            "kopta": {"typ": "extern", "dygnskostnad_kr": {"medel": PRICE, "cv": PRICE_CV}},
        },
        {"in": {"per_ar": LOAD * DAYS_PER_YEAR, "forsta_steg": "a"}},
        {"a": {"behov": behov, "utfall": {"klar": exponential_tid(1.0)}}},
        slut="2018-03-31",
    )


def asked(made: Kommun) -> Question:
    question = ask(target_of(made, "resurser.egna.platser"), UNITS, 1.0, date(2018, 1, 1))
    return Question(question.target, question.count, question.step, question.since, counted="2018-02")


def truth() -> dict[str, np.ndarray]:
    """Of each unit: bought dygn saved a year, kronor gross and net."""
    lost = np.array([erlang_b(PLACES + more, LOAD) for more in range(UNITS + 1)])
    dygn = -np.diff(lost) * LOAD * DAYS_PER_YEAR
    return {"dygn": dygn, "brutto": dygn * PRICE, "netto": dygn * PRICE - FIXED * DAYS_PER_YEAR}


def part(result: StudyResult, first: int) -> StudyResult:
    """A small study out of a big one: replications share nothing."""

    def of(table: Table) -> Table:
        values = table.values[first : first + SMALL]
        return Table(table.scenario, tuple(range(SMALL)), table.rows, table.periods, values)

    return StudyResult(result.study, result.plans, tuple(map(of, result.tables)), SMALL, SMALL)


def small_studies(count: int) -> list[Marginal]:
    made = market()
    question = asked(made)
    found = []
    for seed in range(1, -(-count * SMALL // AT_ONCE) + 1):
        size = min(AT_ONCE, count * SMALL - len(found) * SMALL)
        result = run_study(marginal_study(Study(made, (), size, fro=seed, arbetare=1), question))
        found += [marginal(part(result, first), question) for first in range(0, size, SMALL)]
    return found


def coverage(studies: list[Marginal]) -> dict[str, np.ndarray]:
    """How often the interval holds the truth, by unit."""
    found = {}
    for name, true in truth().items():
        each = [getattr(study, name) for study in studies]
        found[name] = np.mean([(one.ki95_lag <= true) & (true <= one.ki95_hog) for one in each], axis=0)
    return found


def test_the_value_of_each_place_is_erlangs() -> None:
    studies = small_studies(50)
    for name, true in truth().items():
        values = np.array([getattr(study, name).medel for study in studies])
        error = values.std(axis=0, ddof=1) / np.sqrt(len(values))
        assert np.all(np.abs(values.mean(axis=0) - true) < 3.9 * error), name
    share = float(studies[0].krav.share) if studies[0].krav else 0.0
    assert share == pytest.approx(FIXED / PRICE, rel=0.05)
    exact = truth()["dygn"] / DAYS_PER_YEAR
    assert np.mean([study.ersatt for study in studies], axis=0) == pytest.approx(exact, rel=0.05)
    assert np.mean([study.fylld for study in studies], axis=0) == pytest.approx(exact, rel=0.05)


@pytest.mark.slow
def test_the_interval_holds_the_true_value_as_often_as_it_says() -> None:
    """2 000 small studies of 20 futures, also of kronor, where the price of a placement is skewed."""
    found = coverage(small_studies(2000))
    for name, shares in found.items():
        assert np.all((shares >= 0.935) & (shares <= 0.965)), (name, shares)
