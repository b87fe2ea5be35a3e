"""From rows to what happened to people: episodes of care, contact with a verksamhet, spells of payments.

A form of care that goes on in a new row the same day or the day after (a new decision, a new price, a move) is one
episode, told by the place where it began.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.intake.records import OKAND, Window
from sim.intake.survival import FAR, Days

GAP_DAYS = 30
"""Who begins another form of care within so many days, without a new case, has gone on to it."""
AVSLUT = "avslut"
CLOSED = frozenset({AVSLUT, "avslag", "ej_inledd", "ej_bifall", "aterkallad", "avvisad"})
"""Outcomes after which nothing follows."""


def day_numbers(dates: pd.Series | NDArray[np.datetime64]) -> Days:
    """Days since 1970; FAR where there is no date."""
    values = np.asarray(dates, dtype="datetime64[D]")
    return np.where(np.isnat(values), FAR, values.astype(np.int64))


def day_number(day: date) -> int:
    return day.toordinal() - date(1970, 1, 1).toordinal()


class Extent(NamedTuple):
    """A window as numbers of days: from the beginning of `first` to the beginning of `last`."""

    first: int
    last: int


def extent(window: Window) -> Extent:
    return Extent(day_number(window.fran), day_number(window.till) + 1)


def joined(who: Days, start: Days, end: Days, slack: int) -> NDArray[np.int64]:
    """Number of the run that each interval belongs to: those of one `who` that overlap, or begin within `slack` days.

    Sorted by (who, start).
    """
    if not len(who):
        return np.zeros(0, dtype=np.int64)
    # running latest end within each `who`, made with one cumulative maximum by lifting each above the one before
    lift = who.astype(np.int64) - who.min()
    scale = np.int64(2**41)
    latest = np.maximum.accumulate(end + lift * scale)
    begins = np.ones(len(who), dtype=bool)
    begins[1:] = start[1:] + lift[1:] * scale > latest[:-1] + slack
    return np.cumsum(begins) - 1


def care_episodes(placeringar: pd.DataFrame, arenden: pd.DataFrame) -> pd.DataFrame:
    """One row an episode: person, verksamhet, malgrupp, form, resurs (where it began), resurs_sist, utforare, start and
    slut (numbers of days), pris (kronor per dygn, mean over its dygn), nasta (a form, `avslut`, or OKAND while it goes
    on), forst (whether it is preceded by no other form), rader."""
    rows = pd.DataFrame(
        {
            "person": placeringar["person"].to_numpy(np.int64),
            **{
                name: placeringar[name].astype(str).to_numpy()
                for name in ("verksamhet", "malgrupp", "form", "utforare")
            },
            "resurs": resource_keys(placeringar),
            "start": day_numbers(placeringar["start"]),
            "slut": day_numbers(placeringar["slut"]),
            "pris": placeringar["dygnspris_kr"].to_numpy(np.float64),
        }
    )
    rows = rows.sort_values(["verksamhet", "form", "person", "start", "slut"], kind="stable").reset_index(drop=True)
    who = pd.factorize(pd.MultiIndex.from_frame(rows[["verksamhet", "form", "person"]]))[0]
    rows["episod"] = joined(who.astype(np.int64), rows["start"].to_numpy(), rows["slut"].to_numpy(), 1)
    weight = np.where(np.isnan(rows["pris"]), 0.0, np.clip(rows["slut"] - rows["start"], 1, 3650))
    rows["vikt"], rows["vagt"] = weight, np.nan_to_num(rows["pris"].to_numpy()) * weight
    grouped = rows.groupby("episod", sort=False)
    made = grouped.agg(
        person=("person", "first"),
        verksamhet=("verksamhet", "first"),
        malgrupp=("malgrupp", "first"),
        form=("form", "first"),
        resurs=("resurs", "first"),
        resurs_sist=("resurs", "last"),
        utforare=("utforare", "first"),
        start=("start", "first"),
        slut=("slut", "max"),
        vikt=("vikt", "sum"),
        vagt=("vagt", "sum"),
        rader=("form", "size"),
    ).reset_index(drop=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        made["pris"] = made["vagt"].to_numpy() / made["vikt"].to_numpy()
    made = made.drop(columns=["vikt", "vagt"])
    return _followed(made, arenden)


def _followed(made: pd.DataFrame, arenden: pd.DataFrame) -> pd.DataFrame:
    made = made.sort_values(["verksamhet", "person", "start", "slut"], kind="stable").reset_index(drop=True)
    who = pd.factorize(pd.MultiIndex.from_frame(made[["verksamhet", "person"]]))[0]
    start, slut = made["start"].to_numpy(), made["slut"].to_numpy()
    goes_on = np.zeros(len(made), dtype=bool)
    goes_on[:-1] = (who[1:] == who[:-1]) & (slut[:-1] < FAR) & (start[1:] <= slut[:-1] + GAP_DAYS)
    apart = goes_on.copy()
    apart[:-1] &= start[1:] > slut[:-1] + 1
    if apart.any() and len(arenden):
        goes_on &= ~(apart & _new_case_between(made, arenden))
    nasta = np.full(len(made), OKAND, dtype=object)
    nasta[slut < FAR] = AVSLUT
    nasta[goes_on] = made["form"].to_numpy(dtype=object)[np.flatnonzero(goes_on) + 1]
    made["nasta"] = nasta
    made["forst"] = np.concatenate([[True], ~goes_on[:-1]])[: len(made)]
    return made


def _new_case_between(made: pd.DataFrame, arenden: pd.DataFrame) -> NDArray[np.bool_]:
    """Whether each episode's person has a case received after its end, up to the start of the next episode."""
    case = np.sort(_person_day(arenden["person"].to_numpy(np.int64), day_numbers(arenden["inkom"])))
    person = made["person"].to_numpy(np.int64)
    following = np.concatenate([made["start"].to_numpy()[1:], [0]])
    after = np.searchsorted(case, _person_day(person, made["slut"].to_numpy()), side="right")
    before = np.searchsorted(case, _person_day(person, following), side="right")
    return before > after


def _person_day(person: NDArray[np.int64], day: Days) -> NDArray[np.int64]:
    return person * np.int64(2**21) + np.minimum(day, 2**21 - 1)


def resource_keys(placeringar: pd.DataFrame) -> NDArray[np.object_]:
    """The resource's own key; where the list has none, the form's, with the provider where a form has both kinds."""
    form = placeringar["form"].astype(str)
    utforare = placeringar["utforare"].astype(str)
    kinds = utforare.groupby([placeringar["verksamhet"].astype(str), form]).transform("nunique")
    by_form = form.where((kinds == 1) | (utforare == OKAND), form + "_" + utforare)
    given = placeringar["resurs"].astype(str)
    found: NDArray[np.object_] = given.where(given != OKAND, by_form).to_numpy(dtype=object)
    return found


@dataclass(frozen=True)
class Gaps:
    """Time from leaving to coming back: `left` (day or month), `back` the same or FAR, for those who left in view."""

    left: Days
    back: Days


def contact(arenden: pd.DataFrame, episodes: pd.DataFrame) -> tuple[NDArray[np.bool_], Gaps]:
    """Of a verksamhet: which cases begin a return (same order as `arenden`), and the gaps between contacts.

    Contact is an open case or care. Who left to something that the lists do not follow (öppenvård) is not among those
    who can be seen to come back.
    """
    forms = set(episodes["form"])
    utfall = arenden["utfall"].astype(str)
    unseen = ~(utfall.isin(CLOSED) | utfall.isin(forms) | (utfall == OKAND)).to_numpy()
    person = np.concatenate([arenden["person"].to_numpy(np.int64), episodes["person"].to_numpy(np.int64)])
    start = np.concatenate([day_numbers(arenden["inkom"]), episodes["start"].to_numpy(np.int64)])
    end = np.concatenate([day_numbers(arenden["beslut"]), episodes["slut"].to_numpy(np.int64)])
    # a decision on care holds until the care begins, as far as that can be seen
    held = np.concatenate([utfall.isin(forms).to_numpy(), (episodes["nasta"] != AVSLUT).to_numpy()])
    hidden = np.concatenate([unseen, np.zeros(len(episodes), dtype=bool)])
    is_case = np.arange(len(person)) < len(arenden)
    order = np.lexsort((end, start, person))
    person, start, end = person[order], start[order], end[order]
    held, hidden, is_case = held[order], hidden[order], is_case[order]
    run = joined(person, start, np.where(held & (end < FAR), end + 4 * GAP_DAYS, end), 0)
    first = np.flatnonzero(np.concatenate([[True], run[1:] != run[:-1]])) if len(run) else np.zeros(0, dtype=np.int64)
    last_end = np.maximum.reduceat(end, first) if len(first) else end
    any_hidden = np.maximum.reduceat(hidden, first) if len(first) else hidden
    who = person[first]
    again = np.zeros(len(first), dtype=bool)
    again[1:] = who[1:] == who[:-1]
    back = np.full(len(first), FAR)
    back[:-1] = np.where(again[1:], start[first][1:], FAR)
    seen = (last_end < FAR) & ~any_hidden
    returning = np.zeros(len(person), dtype=bool)
    returning[first[again]] = True
    cases = np.zeros(len(arenden), dtype=bool)
    cases[order[is_case]] = returning[is_case]
    return cases, Gaps(last_end[seen], back[seen])


@dataclass(frozen=True)
class Runs:
    """Spells of payments in whole months, counted from the window's first: one row a spell, by household and time."""

    household: NDArray[np.int64]
    first: Days
    last: Days
    months: int
    """In the window."""


def payment_runs(utbetalningar: pd.DataFrame, window: Window) -> Runs:
    """Months in a row with a payment."""
    paid = utbetalningar[utbetalningar["belopp_kr"].to_numpy() > 0]
    month = paid["manad"].to_numpy("datetime64[M]").astype(np.int64) - _month(window.fran)
    months = _month(window.till) - _month(window.fran) + 1
    inside = (month >= 0) & (month < months)
    keys = np.unique(paid["hushall"].to_numpy(np.int64)[inside] * 4096 + month[inside])
    household, month = keys // 4096, keys % 4096
    begins = np.ones(len(keys), dtype=bool)
    begins[1:] = keys[1:] != keys[:-1] + 1
    first = np.flatnonzero(begins)
    last = np.concatenate([first[1:] - 1, [len(keys) - 1]]) if len(first) else first
    return Runs(household[first], month[first], month[last], months)


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1 - 1970 * 12
