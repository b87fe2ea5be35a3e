"""What the files of a kommun are made from: lists, estimates, and what is looked up in them. Days unless said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from sim.calendars import days_in_year
from sim.errors import HemmaplanError
from sim.intake.fitted import Care, Fitted
from sim.intake.records import Lists, Window

OWN = "egen"
BENEFIT = "forsorjningsstod"
"""The verksamhet of the payments."""
SUMS = {"kostnad_tkr", "budget_tkr", "intakt_tkr", "dygn"}
"""Volumes whose year is the sum of its months; of the others it is the mean."""
TOGETHER = {*SUMS, "platser", "arsarbetare"}
"""Volumes that several parts of a verksamhet have together; of the others it is their mean."""
BOUGHT = "kopt"
"""Ends the name of what a form of care is bought as."""
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
        told = self.lists.namn.get(key, key)
        plain = key.replace("_", " ")
        return told if told != key else LABELS.get(key) or plain[:1].upper() + plain[1:]

    def resource(self, area: str, key: str) -> str:
        """What a resource of a verksamhet is called in the files: its own key, unless another verksamhet has it too."""
        others = (forms for other, forms in self.fitted.vard.items() if other != area)
        taken = {name for forms in others for name in resource_names(forms)}
        return f"{area}_{key}" if key in taken else key

    def volume(self, area: str, slag: str, names: Iterable[str]) -> tuple[float, int] | None:
        """(value, year) of the first of `names` that the volumes tell, as late as the basår."""
        found = (self._volume(area, slag, name) for name in names)
        return next(filter(None, found), None)

    def whole_volume(self, area: str, slag: str) -> tuple[float, int] | None:
        """Of the verksamhet: what is told of it without a name, or else all that has a name together."""
        whole = self._volume(area, slag, "")
        if whole:
            return whole
        names = sorted({str(name) for name in self._of(area, slag)["namn"]})
        told = [each for name in names if (each := self._volume(area, slag, name))]
        if not told:
            return None
        values = [value for value, _ in told]
        return (sum(values) / (1 if slag in TOGETHER else len(values)), max(year for _, year in told))

    def _of(self, area: str, slag: str) -> pd.DataFrame:
        table = self.lists.volymer
        return table[(table["verksamhet"] == area) & (table["slag"] == slag) & (table["ar"] <= self.basar)]

    def _volume(self, area: str, slag: str, name: str) -> tuple[float, int] | None:
        rows = self._of(area, slag)
        rows = rows[rows["namn"] == name]
        if rows.empty:
            return None
        year = int(rows["ar"].max())
        rows = rows[rows["ar"] == year]
        whole = rows[rows["manad"] == 0]["varde"]
        values = whole if len(whole) else rows["varde"]
        return float(values.sum() if slag in SUMS else values.mean()), year

    def placed(self, area: str, form: str, year: int, own: bool | None = None) -> float:
        """Places in use on average over a year; only own ones, or only bought ones, where that is asked for."""
        rows = self.lists.placeringar
        rows = rows[(rows["verksamhet"] == area) & (rows["form"] == form)]
        if own is not None:
            rows = rows[(rows["utforare"] == OWN) == own]
        return float(days_within(rows, year).sum()) / days_in_year(year)


def resource_names(forms: Mapping[str, Care]) -> set[str]:
    """Keys of own places, and of what each form is bought as."""
    return {f"{form}_{BOUGHT}" for form in forms} | {key for care in forms.values() for key in care.egna}


def last_whole_year(lists: Lists) -> int:
    """The last calendar year that every list of what happened covers to its end. Raises HemmaplanError without them."""
    ends = [window.till for window in happened(lists).values()]
    if not ends:
        raise HemmaplanError("det finns varken placeringar, ärenden eller utbetalningar att räkna på")
    return min(end.year if _ends_year(end) else end.year - 1 for end in ends)


def happened(lists: Lists) -> dict[str, Window]:
    """What the lists cover, but for the volumes: they are for whole years, and may be for the one to come."""
    return {kind: window for kind, window in lists.fonster.items() if kind != "volymer"}


def year_before(basar: int | None, lists: Lists) -> int:
    """The last year to use: that before the basår that is asked for, or the last whole one. Raises HemmaplanError."""
    last = last_whole_year(lists)
    first = max(window.fran.year for window in happened(lists).values())
    if basar is None:
        return last
    if not first < basar <= last + 1:
        raise HemmaplanError(f"las-in.yaml: basar = {basar}: ska vara {first + 1} till {last + 1}, efter listornas år")
    return basar - 1


def _ends_year(day: date) -> bool:
    return (day.month, day.day) == (12, 31)


def until(lists: Lists, year: int) -> Lists:
    """The lists as they were at the end of a year: what came later is not there, what ended later goes on."""
    last = date(year, 12, 31)
    if all(window.till <= last for window in happened(lists).values()):
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
