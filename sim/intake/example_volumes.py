"""A simulated municipality's yearly figures: places, posts, pay, dygn, cost and budget."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import pandas as pd

from sim.blocking import usable_places
from sim.calendars import months, years
from sim.config import Boende, Kommun, PlatsBehov, Team
from sim.costs import costs, to_years
from sim.intake.records import Window
from sim.runs import Run

COST = "kostnad"
"""The measure that is told by kostnadsslag."""
BUDGETED = 1.02
"""A budget is the year before, so much more."""
Row = tuple[str, str, str, int, float]
"""verksamhet, slag, namn, year, value"""


def place_names(kommun: Kommun) -> dict[str, str]:
    """What lists call each place: an own house by its name; the rest by their form, and who runs it if that differs."""
    found: dict[str, str] = {}
    for verksamhet in kommun.verksamheter.values():
        for form, steg in verksamhet.steg.items():
            places = usable_places(steg) if isinstance(steg.behov, PlatsBehov) else ()
            both = len({is_own(kommun, place) for place in places}) > 1
            for place in places:
                by_form = f"{form}_{'egen' if is_own(kommun, place) else 'extern'}" if both else form
                found[place] = place if is_house(kommun, place) else by_form
    return found


def is_own(kommun: Kommun, place: str) -> bool:
    return isinstance(kommun.resurser[place], Boende)


def is_house(kommun: Kommun, place: str) -> bool:
    """Whether it is an own house with places of its own, and not homes that are paid for when used."""
    resurs = kommun.resurser[place]
    return isinstance(resurs, Boende) and resurs.fast_kostnad_kr_per_plats_och_dygn > 0


def volumes(run: Run, placements: pd.DataFrame, seed: int, window: Window) -> pd.DataFrame:
    """Of the window's whole years, in order of year."""
    kommun = run.plan.kommun
    whole = [
        year
        for year in range(window.fran.year, window.till.year + 1)
        if date(year, 1, 1) >= window.fran and date(year, 12, 31) <= window.till
    ]
    spent = _costs(run, seed)
    rows = sorted(
        (
            row
            for year in whole
            for row in (*_capacity(kommun, year), *_dygn(kommun, placements, year), *_money(spent, year))
        ),
        key=lambda row: (row[3], row[:3]),
    )
    found = pd.DataFrame(rows, columns=["verksamhet", "slag", "namn", "ar", "varde"])
    return found.assign(manad=0)


def _capacity(kommun: Kommun, year: int) -> Iterator[Row]:
    names = place_names(kommun)
    for name, resurs in kommun.resurser.items():
        if isinstance(resurs, Team):
            yield resurs.verksamhet, "arsarbetare", name, year, resurs.arsarbetare
            yield resurs.verksamhet, "lon_tkr", name, year, resurs.lon_tkr
        elif isinstance(resurs, Boende):
            yield resurs.verksamhet, "platser", names[name], year, resurs.platser
            cost = resurs.fast_kostnad_kr_per_plats_och_dygn + resurs.rorlig_kostnad_kr_per_dygn
            yield resurs.verksamhet, "dygnskostnad_kr", names[name], year, cost


def _dygn(kommun: Kommun, placements: pd.DataFrame, year: int) -> Iterator[Row]:
    """Dygn of the year by resource: the day of arrival counts, the day of leaving does not."""
    first, after = np.datetime64(f"{year}-01-01", "s"), np.datetime64(f"{year + 1}-01-01", "s")
    begun = np.maximum(placements["start"].to_numpy(), first)
    days = (np.minimum(placements["slut"].fillna(pd.Timestamp(after)).to_numpy(), after) - begun) / np.timedelta64(
        1, "D"
    )
    names = place_names(kommun)
    called = placements["resurs"].map(names)
    owner = {(resurs.verksamhet, names[place]) for place, resurs in kommun.resurser.items() if place in names}
    for area, name in sorted(owner):
        mine = ((called == name) & (placements["verksamhet"] == area)).to_numpy()
        yield area, "dygn", name, year, float(days[mine].clip(min=0).sum())


def _costs(run: Run, seed: int) -> dict[tuple[str, str, int], float]:
    """tkr by verksamhet, kostnadsslag and year."""
    start, end = run.network.start, run.network.end
    monthly, yearly = months(start, end), years(start, end)
    table = to_years(costs(run, monthly, seed, 0), monthly, yearly)
    return {
        (area, part, int(period.label)): float(value) / 1000
        for (area, measure, part), values in table.items()
        if measure == COST and part and area in run.plan.kommun.verksamheter
        for period, value in zip(yearly, np.asarray(values), strict=True)
    }


def _money(spent: dict[tuple[str, str, int], float], year: int) -> Iterator[Row]:
    for (area, part, of), tkr in spent.items():
        if of == year and tkr:
            before = spent.get((area, part, year - 1), tkr)
            yield area, "kostnad_tkr", part, year, round(tkr)
            yield area, "budget_tkr", part, year, float(round(before * BUDGETED, -2))
