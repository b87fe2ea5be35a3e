"""How often the interval of a difference covers the true one: a script's small studies, and its exact truths."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from scipy import stats

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
SYMMETRIC, SKEWED = "Pågående, 10 % fler kommer", "Kostnad, 10 % dyrare, priser med cv 1"


@pytest.fixture
def tackning(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(SCRIPTS))
    return importlib.import_module("tackning")


def test_the_intervals_of_small_studies_cover_the_truth_and_their_mean_is_it(tackning: ModuleType) -> None:
    """Fifty studies of twenty futures: too few to tell 94 from 95 %, enough to tell a wrong interval or truth."""
    made = tackning.counted(50, [20])
    for known in tackning.known_differences():
        group = made[made["matt"] == known.name]
        error = group["skillnad"].std(ddof=1) / np.sqrt(len(group))
        assert abs(group["skillnad"].mean() - known.truth) <= 3.3 * error
        expected = 0.95 if known.name in (SYMMETRIC, SKEWED) else 0.90
        assert stats.binomtest(int(group["tacker"].sum()), len(group), expected).pvalue > 0.001
    text = "\n".join(tackning.lines_of(made))
    assert "| Mått | Snedhet | Replikationer | Täckning (exakt 95 %) |" in text


@pytest.mark.slow
def test_coverage_over_two_thousand_studies(tackning: ModuleType) -> None:
    """93.5 to 96.5 % for the symmetric and the skewed measure, by twenty futures each."""
    made = tackning.counted(2000, [20])
    for name in (SYMMETRIC, SKEWED):
        covered = made[made["matt"] == name]["tacker"].mean()
        assert 0.935 <= covered <= 0.965


def test_the_true_overflow_is_that_of_a_long_run(tackning: ModuleType) -> None:
    """In the long run Erlang's B × load outside a day; here from an empty start, so less by some weeks."""
    load, lost = 15 / 365.25 * 20, 1.0
    for places in range(1, 4):
        lost = load * lost / (places + load * lost)
        stationary = load * lost * 181
        assert 0.6 * stationary < tackning.overflow_dygn(places) < stationary


def test_the_corrected_interval_leans_the_way_of_the_skewness(tackning: ModuleType) -> None:
    """Hall's: the same as Student's where there is no skewness, and further up where the values are skewed upwards."""
    even = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
    low, high = tackning.corrected_interval(even)
    half = stats.t.ppf(0.975, 4) * even.std(ddof=1) / np.sqrt(5)
    assert (low, high) == pytest.approx((-half, half))
    skewed = np.array([0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 3.0])
    low, high = tackning.corrected_interval(skewed)
    assert high - skewed.mean() > skewed.mean() - low
