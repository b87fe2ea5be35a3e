"""Where the model is true the forecast in mid-year is calibrated: the outcome falls anywhere in its spread alike."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import stats

from hjalp import kommun, log_of, network_of
from sim.config import Kommun
from sim.config_prognos import Prognosunderlag
from sim.experiment import Study, run_study
from sim.forecast import forecast_study

JULY = 181
YEARS, FUTURES = 160, 39
PRICE = 1000


def home() -> Kommun:
    """Placements of some four months, in bought places for all; 20 are there on 1 January."""
    return kommun(
        {"kopt": {"typ": "extern", "dygnskostnad_kr": {"medel": PRICE, "cv": 0}}},
        {"i": {"per_ar": 60, "forsta_steg": "s"}},
        {
            "s": {
                "behov": {"plats": ["kopt"]},
                "utfall": {"klar": {"tid": {"medel": 120, "cv": 1}, "nasta": {"avslut": 1}}},
            }
        },
        slut="2018-12-31",
        nulage={"v": {"i_steg": {"s": {"kopt": {"antal": 20}}}}},
    )


def seen_in_july(made: Kommun, year: int) -> tuple[dict[str, Any], float]:
    """Of a year that was drawn: how long each has been there on 1 July, and the dygn that were bought after it."""
    network = network_of(made)
    log = log_of(network, 1, year, "snabb")
    left = np.where(np.isnan(log.slappt), network.end, log.slappt)
    there = (log.start <= JULY) & (left > JULY)
    gone_on = (JULY - log.start[there]).tolist()
    dygn = (np.floor(left) - np.maximum(np.floor(log.start), JULY)).clip(min=0).sum()
    return {"antal": len(gone_on), "pagatt_dagar": gone_on}, float(dygn)


def test_the_outcome_falls_anywhere_in_the_forecasts_spread_alike() -> None:
    """Its rank among the simulated futures is uniform; two in ten fall outside P10–P90."""
    made = home()
    ranks, dice = [], np.random.default_rng(1)
    for year in range(YEARS):
        held, outcome = seen_in_july(made, year)
        row = {"namn": "V", "poster": [{"verksamhet": "v", "matt": "kostnad", "del": "extern"}], "utfall_hittills": 0}
        stock = {"v": {"i_steg": {"s": {"kopt": held}}}}
        given = Prognosunderlag.model_validate(
            {"startdag": "2018-07-01", "nulage": stock, "rader": [row], "kallor": {}}
        )
        study = forecast_study(Study(made, (), FUTURES, 1000 + year, arbetare=1), given)
        rest = run_study(study).tables[0].of(("v", "kostnad", "extern"), "2018") / PRICE
        ties = int((rest == outcome).sum())
        ranks.append((rest < outcome).sum() + dice.integers(0, ties + 1))
    counts = np.bincount(np.array(ranks) * 8 // (FUTURES + 1), minlength=8)
    assert stats.chisquare(counts).pvalue > 0.001
    outside = np.mean([rank < 4 or rank >= FUTURES - 3 for rank in ranks])
    assert abs(outside - 0.2) < 3.3 * np.sqrt(0.2 * 0.8 / YEARS)
