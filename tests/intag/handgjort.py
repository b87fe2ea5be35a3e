"""A small municipality fitted by hand: estimates whose consequences can be worked out on paper, and such lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from sim.intake.fitted import (
    Benefit,
    Care,
    Elasticity,
    Estimate,
    Fitted,
    Handling,
    Inflow,
    Length,
    Price,
    Returns,
    Stock,
)
from sim.intake.records import SCHEMAS, Lists, Window, empty

YEARS = range(2020, 2025)
NOTHING = (np.zeros(0), np.zeros(0), np.zeros(0), np.zeros(0))


def about(value: float, n: int = 400, width: float = 0.1) -> Estimate:
    return Estimate(value, value * (1 - width), value * (1 + width), n)


def length(mean: float, cv: float = 1.0, family: str = "lognormal", n: int = 400) -> Length:
    law = {"fordelning": family, "medel": mean, **({} if family in ("exponential", "konstant") else {"cv": cv})}
    told = {"medel": about(mean, n)} | ({"cv": about(cv, n)} if "cv" in law else {})
    return Length(law, told, about(mean, n), about(mean, n), mean * 0.8, n, n // 10, n // 20, (), NOTHING)


def inflow(per_year: float, **groups: float) -> Inflow:
    season = tuple(about(1.0) for _ in range(12))
    shares = {key: about(share) for key, share in groups.items()}
    nothing = Estimate(0.0, -0.02, 0.02, 400)
    return Inflow(about(per_year), season, nothing, about(1.0), None, (0.2,) * 5 + (0.0,) * 2, (), shares)


def stock(count: int, days: float) -> Stock:
    return Stock(count, tuple(float(day) for day in np.linspace(1, 2 * days, count)))


def care(mean: float, per_year: float, own: str | None = None, own_share: float = 0.0, **more: Any) -> Care:
    """Bought, or bought and own. The stock is that of Little's law."""
    there = per_year * mean / 365.25
    shares = {own: about(own_share)} if own else {}
    where = {own: stock(round(own_share * there), mean)} if own else {}
    if own_share < 1:
        shares["extern"] = about(1 - own_share)
        where["extern"] = stock(round((1 - own_share) * there), mean)
    given: dict[str, Any] = {
        "langd": length(mean),
        "langd_malgrupp": {},
        "pris": {"extern": Price(about(3000), about(0.3), 400)},
        "resurser": shares,
        "egna": (own,) if own else (),
        "nasta": {},
        "bestand": where,
        "per_ar": per_year,
        "dygn_per_ar": dict.fromkeys(YEARS, there * 365.25),
    }
    return Care(**(given | more))


def handling(per_year: float, opened: float = 0.5, **ways: float) -> Handling:
    """Anmälan → förhandsbedömning (8 days) → utredning (100 days)."""
    first, second = length(8, 0.6), length(100, 0.4)
    waiting = stock(round(per_year * 8 / 365.25), 8), stock(round(per_year * opened * 100 / 365.25), 100)
    return Handling(
        {"anmalan": inflow(per_year, barn=0.6, unga=0.4)},
        first,
        about(opened),
        second,
        {key: about(share) for key, share in ways.items()},
        *waiting,
        float(sum(each.antal for each in waiting)),
        None,
    )


def benefit(new: float, months: float = 10.0, returning: float = 0.0) -> Benefit:
    """`new` households a year, never paid before; `returning`: of spells, those that another one follows."""
    days = months * 30.4375
    households = round(new / (1 - returning) * days / 365.25)
    back = Returns(about(returning * 0.9), about(returning), length(200) if returning else None)
    paid = tuple((date(year, month, 1), households, households * 9000.0) for year in YEARS for month in range(1, 13))
    return Benefit(inflow(new), length(days), back, about(9000), stock(households, days), paid)


def lists(forms: Mapping[tuple[str, str], tuple[float, float]], volumes: list[tuple[Any, ...]] | None = None) -> Lists:
    """Placements evenly through the years: so many own and bought places in use each day, by verksamhet and form.

    Each stay lasts a year, so that the numbers in use can be read off the table. `volumes`: verksamhet, slag, name,
    value.
    """
    rows = []
    for (area, form), (own, bought) in forms.items():
        for who, places in (("egen", own), ("extern", bought)):
            for place in range(round(places)):
                first = date(YEARS.start - 1, 1, 1) + timedelta(days=place * 365 // max(round(places), 1))
                for year in range(YEARS.start - 1, YEARS.stop):
                    start, end = first.replace(year=year), first.replace(year=year + 1)
                    rows.append((area, form, who, start, end if end < date(YEARS.stop, 1, 1) else None))
    frame = pd.DataFrame(rows, columns=["verksamhet", "form", "utforare", "start", "slut"])
    filled = {
        "fil": "prov.csv",
        "rad": range(2, len(frame) + 2),
        "person": range(len(frame)),
        "malgrupp": "",
        "resurs": "",
        "dygnspris_kr": 3000.0,
    }
    frame = frame.assign(**filled)[list(SCHEMAS["placeringar"])]
    frame = frame.astype({name: column.dtype for name, column in SCHEMAS["placeringar"].items()})
    table = [(*row[:3], 2024, 0, row[3]) for row in volumes or []]
    told = pd.DataFrame(table, columns=["verksamhet", "slag", "namn", "ar", "manad", "varde"])
    told = told.assign(fil="volymer.csv", rad=range(2, len(told) + 2))[list(SCHEMAS["volymer"])]
    told = told.astype({name: column.dtype for name, column in SCHEMAS["volymer"].items()})
    window = Window(date(YEARS.start, 1, 1), date(YEARS.stop - 1, 12, 31))
    return Lists(
        frame, empty("arenden"), empty("utbetalningar"), told, {"placeringar": window}, {"hvb": "HVB-hem"}, None
    )


def whole() -> tuple[Lists, Fitted]:
    """Cases, two forms of care, benefit: what a municipality usually has."""
    return (
        lists(
            {("barn_och_ungdom", "hvb"): (10, 10), ("missbruk", "stodboende"): (12, 6)},
            [
                ("barn_och_ungdom", "platser", "hvb_solgarden", 12.0),
                ("barn_och_ungdom", "arsarbetare", "", 9.0),
                ("missbruk", "platser", "stodboende_eget", 30.0),
            ],
        ),
        Fitted(
            vard={
                "barn_och_ungdom": {"hvb": care(200, 36.525, "hvb_solgarden", 0.5)},
                "missbruk": {"stodboende": care(300, 21.915, "stodboende_eget", 2 / 3)},
            },
            direkt={"missbruk": {"stodboende": inflow(21.915)}},
            arenden={"barn_och_ungdom": handling(600, 0.5, hvb=36.525 / 300)},
            bistand=benefit(365.25),
            elasticitet={"forsorjningsstod": Elasticity(about(0.4), about(0.3), 120.0, True, 0.08)},
        ),
    )


def with_series(given: Lists, value: float = 0.08) -> Lists:
    months = pd.date_range("2020-01-01", "2024-12-01", freq="MS")
    return replace(given, arbetsloshet=pd.Series(value, index=months))
