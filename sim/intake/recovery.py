"""Is what is known found again? Made-up municipalities told as lists, fitted, and held against their truth."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from sim.config import Drivare, Kommun
from sim.intake.example import Size, example_kommun
from sim.intake.example_lists import example_lists
from sim.intake.example_truth import truth_of
from sim.intake.fit import fit_lists
from sim.intake.fitted import Elasticity, Fitted
from sim.intake.paths import estimates, lengths

KINDS: tuple[tuple[str, str], ...] = (
    ("Vårdtid, medel", r"vard\.\w+\.\w+\.langd\.medel"),
    ("Vårdtid, median", r"vard\.\w+\.\w+\.langd\.median"),
    ("Vårdtid i en målgrupp, medel", r"vard\.\w+\.\w+\.langd_malgrupp\.\w+\.medel"),
    ("Förhandsbedömning, medel", r"arenden\.\w+\.forhandsbedomning\.medel"),
    ("Utredningstid, medel", r"arenden\.\w+\.utredning\.medel"),
    ("Utredningstid, median", r"arenden\.\w+\.utredning\.median"),
    ("Leder till utredning, andel", r"arenden\.\w+\.leder_till_utredning"),
    ("Vad beslut leder till, andelar", r"arenden\.\w+\.nasta\.\w+"),
    ("Vidare från vård, andelar", r"vard\.\w+\.\w+\.nasta\.\w+"),
    ("Egna och köpta platser, andelar", r"vard\.\w+\.\w+\.resurser\.\w+"),
    ("Målgrupper, andelar", r".+\.malgrupper\.\w+"),
    ("Återkomst i ärenden, andel", r"arenden\.\w+\.aterkomst\.andel"),
    ("Återkomst i ärenden, inom ett år", r"arenden\.\w+\.aterkomst\.inom_ar"),
    ("Återkomst i ärenden, tid", r"arenden\.\w+\.aterkomst\.tid\.medel"),
    ("Bistånd, tid, medel", r"bistand\.langd\.medel"),
    ("Bistånd, tid, median", r"bistand\.langd\.median"),
    ("Bistånd, åter, andel", r"bistand\.aterkomst\.andel"),
    ("Bistånd, åter inom ett år", r"bistand\.aterkomst\.inom_ar"),
    ("Bistånd, tid utan", r"bistand\.aterkomst\.tid\.medel"),
    ("Bistånd, kronor per månad", r"bistand\.belopp_kr_per_manad"),
    ("Inflöde per år", r"(arenden|direkt)\..+\.per_ar|bistand\.inflode\.per_ar"),
    ("Säsong, faktorer", r".+\.sasong\.\d+"),
    ("Trend per år", r".+\.trend_per_ar"),
    ("Ojämna månader", r".+\.overspridning"),
    ("Goda och dåliga år, cv", r".+\.arseffekt_cv"),
    ("Elasticitet, inflöde", r"elasticitet\.\w+\.inflode"),
    ("Elasticitet, tid", r"elasticitet\.\w+\.langd"),
    ("Pris per dygn, medel", r"vard\.\w+\.\w+\.pris\.\w+\.medel"),
    ("Pris per dygn, cv", r"vard\.\w+\.\w+\.pris\.\w+\.cv"),
)
"""What is told together, and the paths that are such."""
ABSOLUTE = ("Elasticitet", "Trend", "Goda och dåliga år")
"""Kinds whose width and error are told as they are, not in relation to the truth."""


@dataclass(frozen=True)
class Found:
    """One number of one municipality. `naive`: what one would say of what is seen only; NaN where that is the same."""

    seed: int
    kind: str
    path: str
    true: float
    estimate: float
    low: float
    high: float
    naive: float

    @property
    def held(self) -> bool:
        return self.low <= self.true <= self.high


def recovered(seed: int, size: Size | None = None, ar: int = 8) -> list[Found]:
    """Of the made-up municipality of a seed."""
    kommun = example_kommun(seed, ar, size=size)
    lists = example_lists(kommun, seed)
    fitted = fit_lists(lists)
    told, naive = estimates(fitted), _naive(fitted)
    return [
        Found(seed, kind, path, true, found.varde, found.lag, found.hog, naive.get(path, math.nan))
        for path, true in _comparable(kommun, truth_of(kommun), fitted).items()
        if (found := told.get(path)) is not None and (kind := kind_of(path))
    ]


def recover_all(seeds: Iterable[int], size: Size | None = None) -> Iterator[Found]:
    for seed in seeds:
        yield from recovered(seed, size)


def kind_of(path: str) -> str | None:
    return next((kind for kind, pattern in KINDS if re.fullmatch(pattern, path)), None)


def _naive(fitted: Fitted) -> dict[str, float]:
    """Mean of those that have ended; of returns the share that have come back so far."""
    found = {}
    for path, length in lengths(fitted).items():
        found[f"{path}.medel"] = length.naivt_medel
        if path.endswith("aterkomst.tid"):
            found[path.removesuffix("tid") + "andel"] = 1.0 - length.oppna / length.n
    return found


def _comparable(kommun: Kommun, truth: Mapping[str, float], fitted: Fitted) -> dict[str, float]:
    """The inflow's level as the fit means it: at the same unemployment, or at that year's where it cannot be told."""
    found = dict(truth)
    for area, verksamhet in kommun.verksamheter.items():
        told = fitted.elasticitet.get(area)
        for key, effect in verksamhet.drivare.items():
            if told is None:
                continue
            moved = _moved(
                kommun.drivare[key], effect.elasticitet * effect.andel_inflode, effect.lag_dagar, told, kommun.slut.year
            )
            for path in truth:
                if path.endswith(".per_ar") and _belongs(path, area):
                    found[path] *= moved
    return found


def _belongs(path: str, area: str) -> bool:
    return path.split(".")[1] == area or (area == "forsorjningsstod" and path.startswith("bistand."))


def _moved(driver: Drivare, elasticity: float, lag: float, told: Elasticity, year: int) -> float:
    if told.avgors:
        return float((told.bas / driver.bas) ** elasticity)
    at = _value_at(driver)
    days = [date(year, month, 15) - timedelta(days=lag) for month in range(1, 13)]
    return float(np.mean([(at(day) / driver.bas) ** elasticity for day in days]))


def _value_at(driver: Drivare) -> Callable[[date], float]:
    if not isinstance(driver.varde, Mapping):
        constant = driver.varde
        return lambda day: constant
    path = sorted(driver.varde.items())
    return lambda day: next((value for first, value in reversed(path) if first <= day), path[0][1])
