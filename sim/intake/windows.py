"""What a list covers, where nobody has said: seen from the days in it."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.intake.records import Window

_NEAR_MONTH_END = 7
"""Days that a list may stop before a month ends and still be taken to cover it."""
_GOING_ON = 0.3
"""Share of the usual number going on that makes a list one of all that went on, and not only of what began."""
_THINNER = 0.7
_GENERATION = 30
SPANS = {"placeringar": ("start", "slut"), "arenden": ("inkom", "beslut")}


def seen_window(lista: str, frame: pd.DataFrame) -> Window:
    """First and last day that a list covers, both included. `frame` has at least one row.

    A list of all that went on lacks what ended before it begins: it begins with the month of the first ending. A list
    of what began since a day has next to nothing going on then: it begins with the month of the first beginning.
    """
    if lista == "utbetalningar":
        return Window(_day(frame["manad"].min()), _month_end(_day(frame["manad"].max())))
    if lista == "volymer":
        return Window(date(int(frame["ar"].min()), 1, 1), date(int(frame["ar"].max()), 12, 31))
    frame = _plausible(frame, SPANS[lista])
    begins, ends = (frame[name].dropna() for name in SPANS[lista])
    today = pd.Timestamp(date.today())
    past = [days[days <= today] for days in (begins, ends)]
    last = max((_day(days.max()) for days in past if len(days)), default=_day(begins.min()))
    till = _month_end(last) if (_month_end(last) - last).days <= _NEAR_MONTH_END else last
    first = _day(begins.min()).replace(day=1)
    if not len(ends):
        return Window(first, till)
    ended = _day(ends.min()).replace(day=1)
    days = np.arange(np.datetime64(ended), np.datetime64(till), np.timedelta64(30, "D"))
    here = _going_on(frame, SPANS[lista], days)
    whole = len(here) > 1 and here[0] >= _GOING_ON * here[1:].mean() and _thinner_before(begins, ended, till)
    return Window(max(ended, first) if whole else first, till)


def _plausible(frame: pd.DataFrame, span: tuple[str, str]) -> pd.DataFrame:
    """Without rows that end before they begin, or begin a generation before the others: slips set no window."""
    begins, ends = frame[span[0]], frame[span[1]]
    usual = begins.sort_values().iloc[len(begins) // 2] - pd.DateOffset(years=_GENERATION)
    sane = ~(ends < begins) & (begins >= usual)
    return frame[sane] if sane.any() else frame


def _thinner_before(begins: pd.Series, ended: date, till: date) -> bool:
    """Whether fewer a day began before a day than after it: those that began earlier and ended are missing."""
    split = pd.Timestamp(ended)
    before = begins[begins < split]
    days_before = max((split - begins.min()).days, 1)
    days_after = max((pd.Timestamp(till) - split).days, 1)
    return bool(len(before) / days_before < _THINNER * (len(begins) - len(before)) / days_after)


def _going_on(frame: pd.DataFrame, span: tuple[str, str], days: NDArray[np.datetime64]) -> NDArray[np.int64]:
    begun = np.sort(frame[span[0]].to_numpy().astype("datetime64[D]"))
    ended = np.sort(frame[span[1]].dropna().to_numpy().astype("datetime64[D]"))
    return np.searchsorted(begun, days, "right") - np.searchsorted(ended, days, "right")


def _day(moment: pd.Timestamp) -> date:
    return moment.date()


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])
