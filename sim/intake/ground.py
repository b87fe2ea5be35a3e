"""What the files of a kommun are made from: lists, estimates, and what is looked up in them. Days unless said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from sim.calendars import days_in_year
from sim.errors import HemmaplanError
from sim.intake.fitted import Fitted
from sim.intake.records import Lists, Window

OWN = "egen"
BENEFIT = "forsorjningsstod"
"""The verksamhet of the payments."""
BOUGHT = "kopt"
"""Ends the name of what a form of care is bought as."""
SUMS = {"kostnad_tkr", "budget_tkr", "intakt_tkr", "dygn"}
"""Volumes whose year is the sum of its months; of the others it is the mean."""
LABELS = {
    "barn_och_ungdom": "Barn och ungdom",
    "missbruk": "Missbruk och beroende",
    BENEFIT: "Försörjningsstöd",
    "socialpsykiatri": "Socialpsykiatri",
    "funktionshinder": "Funktionshinder",
    "hvb": "HVB",
    "stodboende": "Stödboende",
    "traningslagenhet": "Träningslägenhet",
    "oppenvard": "Öppenvård",
    "anmalan": "Anmälningar",
    "ansokan": "Ansökningar",
    "sis": "SiS-institution",
}
"""Names of common keys, where the files have no better one."""


@dataclass(frozen=True)
class Ground:
    """`sista`: the lists' last whole year; the kommun begins the day after it."""

    lists: Lists
    fitted: Fitted
    sista: int

    @property
    def basar(self) -> int:
        return self.sista + 1

    def label(self, key: str) -> str:
        """What a planner calls a key."""
        plain = key.replace("_", " ")
        return self.lists.namn.get(key) or LABELS.get(key) or plain[:1].upper() + plain[1:]

    def volume(self, area: str, slag: str, names: Iterable[str]) -> tuple[float, int] | None:
        """(value, year) of the first of `names` that the volumes tell, as late as the basår."""
        table = self.lists.volymer
        table = table[(table["verksamhet"] == area) & (table["slag"] == slag) & (table["ar"] <= self.basar)]
        for name in names:
            rows = table[table["namn"] == name]
            if len(rows):
                year = int(rows["ar"].max())
                rows = rows[rows["ar"] == year]
                whole = rows[rows["manad"] == 0]["varde"]
                values = whole if len(whole) else rows["varde"]
                return float(values.sum() if slag in SUMS else values.mean()), year
        return None

    def placed(self, area: str, form: str, year: int, own: bool | None = None) -> float:
        """Places in use on average over a year; only own ones, or only bought ones, where that is asked for."""
        rows = self.lists.placeringar
        rows = rows[(rows["verksamhet"] == area) & (rows["form"] == form)]
        if own is not None:
            rows = rows[(rows["utforare"] == OWN) == own]
        return float(days_within(rows, year).sum()) / days_in_year(year)


def last_whole_year(lists: Lists) -> int:
    """The last calendar year that every list with a window covers to its end. Raises HemmaplanError without lists."""
    if not lists.fonster:
        raise HemmaplanError("listorna har inga rader att räkna på")
    ends = [window.till for window in lists.fonster.values()]
    return min(end.year if _ends_year(end) else end.year - 1 for end in ends)


def _ends_year(day: date) -> bool:
    return (day.month, day.day) == (12, 31)


def until(lists: Lists, year: int) -> Lists:
    """The lists as they were at the end of a year: what came later is not there, what ended later goes on."""
    last = date(year, 12, 31)
    if all(window.till <= last for window in lists.fonster.values()):
        return lists
    end = pd.Timestamp(last)
    return replace(
        lists,
        placeringar=_known(lists.placeringar, end, "start", "slut"),
        arenden=_known(lists.arenden, end, "inkom", "inledd", "beslut"),
        utbetalningar=lists.utbetalningar[lists.utbetalningar["manad"] <= end].reset_index(drop=True),
        fonster={
            kind: Window(window.fran, min(window.till, last))
            for kind, window in lists.fonster.items()
            if window.fran <= last
        },
    )


def _known(frame: pd.DataFrame, end: pd.Timestamp, began: str, *later: str) -> pd.DataFrame:
    kept = frame[frame[began] <= end].reset_index(drop=True)
    for column in later:
        kept[column] = kept[column].where(kept[column] <= end)
    if "utfall" in kept:
        undecided = kept["beslut"].isna()
        kept["utfall"] = kept["utfall"].astype("object").where(~undecided, "").astype("category")
    return kept


def days_within(rows: pd.DataFrame, year: int) -> pd.Series:
    """Vårddygn of each placement in a calendar year: the first day counts, the last does not."""
    first, after = pd.Timestamp(year, 1, 1), pd.Timestamp(year + 1, 1, 1)
    began = rows["start"].where(rows["start"] > first, first)
    ended = rows["slut"].where(rows["slut"] < after, after)  # NaT goes on
    days: pd.Series = (ended - began).dt.days.clip(lower=0)
    return days
