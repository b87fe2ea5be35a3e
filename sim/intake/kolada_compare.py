"""A municipality's key figures in Kolada beside the model's and other municipalities'.

Key figures are shown for what they are. Only those that the model defines in the same way, or nearly, get a number
from it, with what differs said; for the others the reason why not is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.intake.kolada import SOURCE, Kolada
from sim.swedish import tal

FEWEST_OTHERS = 3
"""Municipalities that a middle is told of."""
COLUMNS = (
    "nyckeltal",
    "namn",
    "enhet",
    "ar",
    "kommunen",
    "modellen_ar",
    "modellen",
    "skillnad_procent",
    "andra_antal",
    "andra_p25",
    "andra_median",
    "andra_p75",
    "anmarkning",
)


class Measure(NamedTuple):
    """What in the model answers to a key figure: a measure of a verksamhet, times `faktor`."""

    verksamhet: str
    matt: str
    faktor: float = 1.0
    per_inv: bool = False
    delat_med: str = ""
    """Another measure of the same verksamhet that it is divided by."""


class KeyFigure(NamedTuple):
    """`anm`: what differs from the model's number, or why it has none."""

    namn: str
    enhet: str
    anm: str


_OUTSIDE = "modellen har inget sådant mått"
_LISTED = "modellen har bara det som listorna omfattar"
_BY_FORM = "modellens mått är dygn och kronor per form"
_UNKNOWN = "avgränsningen är inte känd här"
KEY_FIGURES: Mapping[str, KeyFigure] = {
    "N30101": KeyFigure("Kostnad individ- och familjeomsorg", "kr/inv", _LISTED),
    "N30005": KeyFigure("Nettokostnad individ- och familjeomsorg", "kr/inv", _LISTED),
    "N30001": KeyFigure("Nettokostnadsavvikelse individ- och familjeomsorg", "", _OUTSIDE),
    "N30026": KeyFigure("Nettokostnadsavvikelse individ- och familjeomsorg", "", _OUTSIDE),
    "N30223": KeyFigure("Socialsekreterare", "", "modellens årsarbetare är ett antagande"),
    "N31001": KeyFigure("Kostnad ekonomiskt bistånd", "kr/inv", "modellen räknar utbetalt bistånd"),
    "N31807": KeyFigure("Invånare som fått ekonomiskt bistånd", "%", "Kolada räknar personer, modellen hushåll"),
    "N31814": KeyFigure("Långvarigt ekonomiskt bistånd", "%", "Kolada räknar personer, modellen hushåll"),
    "U31801": KeyFigure("Mycket långvarigt ekonomiskt bistånd (minst 27 av 36 månader)", "%", _OUTSIDE),
    "N31849": KeyFigure("Utbetalt ekonomiskt bistånd", "kr/hushåll", "modellen: per hushåll och år"),
    "N31910": KeyFigure("Hushåll som fått ekonomiskt bistånd", "hushåll", ""),
    "N33007": KeyFigure("HVB, barn och unga", "", _BY_FORM),
    "N33008": KeyFigure("Familjehem, barn och unga", "", _BY_FORM),
    "N33813": KeyFigure("Placerade i HVB, barn och unga", "", _UNKNOWN),
    "N33818": KeyFigure("Placerade barn och unga", "per 1 000", "kräver antalet barn och unga i kommunen"),
    "N33024": KeyFigure("Köpt vård, barn och unga", "", _UNKNOWN),
    "U33401": KeyFigure("Utredningstid, barn och unga", "dagar", "modellen: från begäran till avslutad utredning"),
    "N35025": KeyFigure("Kostnad per vårddygn, vuxna", "kr/dygn", "modellen: köpta dygn inom missbruk"),
    "N35806": KeyFigure("Vårddygn per person, vuxna", "dygn", _OUTSIDE),
    "N28013": KeyFigure("Kostnad per brukare, LSS", "kr", _OUTSIDE),
    "N28801": KeyFigure("Personer med LSS-insats", "antal", _OUTSIDE),
    "N03941": KeyFigure("Arbetslöshet", "", "en drivare i modellen, inget resultat"),
}
"""The key figures that planners know by number. The names are short ones of ours: Kolada's own go before them."""
MODEL: Mapping[str, Measure] = {
    "N30101": Measure("alla", "kostnad", per_inv=True),
    "N30005": Measure("alla", "nettokostnad", per_inv=True),
    "N31001": Measure("forsorjningsstod", "utbetalt_bistand", per_inv=True),
    "N31814": Measure("forsorjningsstod", "andel_langvarigt", 100.0),
    "N31849": Measure("forsorjningsstod", "utbetalt_bistand", delat_med="hushall"),
    "N31910": Measure("forsorjningsstod", "hushall"),
    "U33401": Measure("barn_och_ungdom", "utredningstid_medel"),
    "N35025": Measure("missbruk", "snittpris_extern"),
}


@dataclass(frozen=True)
class Compared:
    """A key figure in the last year that the municipality has it; NaN where there is no number.

    The quartiles are of the other municipalities in the file in that year.
    """

    nyckeltal: str
    namn: str
    enhet: str
    ar: int
    kommunen: float
    modellen_ar: int | None
    modellen: float
    andra: int
    p25: float
    median: float
    p75: float
    anmarkning: str

    @property
    def skillnad(self) -> float:
        """The model over Kolada, in percent above it."""
        return 100 * (self.modellen / self.kommunen - 1) if self.kommunen else float("nan")

    def row(self) -> tuple[str | int | float | None, ...]:
        """As a table has it, see COLUMNS."""
        numbers = (self.kommunen, self.modellen_ar, self.modellen, self.skillnad, self.andra, self.p25, self.median)
        return (self.nyckeltal, self.namn, self.enhet, self.ar, *numbers, self.p75, self.anmarkning)


def compared(
    kolada: Kolada, kommunkod: str | None, nivaer: pd.DataFrame, invanare: pd.Series | None = None
) -> list[Compared]:
    """Every key figure in the file. `nivaer`: the model's levels in nuläge (`Comparison.nivaer`) by year.

    `invanare`: inhabitants by year, for what is told per inhabitant. The model's year is the nearest that it has.
    """
    found = []
    levels = nivaer[nivaer["scenario"] == nivaer["scenario"].iloc[0]]
    for kpi, values in kolada.varden.groupby("kpi", sort=True):
        known = KEY_FIGURES.get(str(kpi), KeyFigure(str(kpi), "", "programmet känner inte nyckeltalet"))
        mine = values[values["kommun"] == kommunkod]
        year = int((mine if len(mine) else values)["ar"].max())
        same_year = values[values["ar"] == year]
        own = same_year.loc[same_year["kommun"] == kommunkod, "varde"]
        others = same_year.loc[same_year["kommun"] != kommunkod, "varde"].to_numpy(float)
        enough = len(others) >= FEWEST_OTHERS
        p25, median, p75 = np.quantile(others, (0.25, 0.5, 0.75)).tolist() if enough else [float("nan")] * 3
        modelled_year, modelled, why = _modelled(MODEL.get(str(kpi)), levels, year, invanare)
        found.append(
            Compared(
                str(kpi),
                kolada.namn.get(str(kpi), known.namn),
                known.enhet,
                year,
                float(own.iloc[0]) if len(own) else float("nan"),
                modelled_year,
                modelled,
                len(others),
                p25,
                median,
                p75,
                why or known.anm,
            )
        )
    return found


def _modelled(
    measure: Measure | None, levels: pd.DataFrame, year: int, invanare: pd.Series | None
) -> tuple[int | None, float, str]:
    """The model's year, its number, and why there is none, where the table does not say."""
    nothing = (None, float("nan"))
    if measure is None:
        return *nothing, ""
    told = _by_year(levels, measure.verksamhet, measure.matt)
    if not told:
        return *nothing, "modellen har inte verksamheten eller måttet"
    nearest_year = min(told, key=lambda each: (abs(each - year), each))
    value = told[nearest_year] * measure.faktor
    if measure.delat_med:
        value /= _by_year(levels, measure.verksamhet, measure.delat_med).get(nearest_year, float("nan"))
    if measure.per_inv:
        if invanare is None or invanare.empty:
            return *nothing, "ange kommunens befolkning för jämförelse per invånare"
        nearest_count = min(invanare.index, key=lambda each: (abs(int(each) - nearest_year), int(each)))
        value /= float(invanare[nearest_count])
    return nearest_year, value, ""


def _by_year(levels: pd.DataFrame, verksamhet: str, matt: str) -> dict[int, float]:
    """A measure of a whole verksamhet by calendar year: the row without a part, or the only one."""
    rows = levels[(levels["verksamhet"] == verksamhet) & (levels["matt"] == matt)]
    rows = rows[rows["period"].str.fullmatch(r"\d{4}") & ~rows["del"].str.contains("=")]
    whole = rows[rows["del"] == ""]
    if len(whole):
        rows = whole
    elif rows["del"].nunique() != 1:
        return {}
    return {int(year): float(value) for year, value in zip(rows["period"], rows["medel"], strict=True)}


def kolada_lines(found: Sequence[Compared]) -> list[str]:
    """As Markdown, in Swedish."""
    lines = [
        "| nyckeltal | enhet | år | kommunen | modellen | modellen mot Kolada | andra kommuner (P25, median, P75) | |",
        "|---|---|---:|---:|---:|---:|---:|---|",
    ]
    for each in found:
        others = (
            ", ".join(_number(value) for value in (each.p25, each.median, each.p75))
            if each.median == each.median
            else "–"
        )
        told = _number(each.modellen) + (f" ({each.modellen_ar})" if each.modellen_ar not in (None, each.ar) else "")
        gap = f"{tal(each.skillnad, 0, sign=True)} %" if each.skillnad == each.skillnad else "–"
        lines.append(
            f"| {each.nyckeltal} {each.namn} | {each.enhet} | {each.ar} | {_number(each.kommunen)} | {told} | {gap} "
            f"| {others} | {each.anmarkning} |"
        )
    return [*lines, "", f"Källa: {SOURCE}."]


def _number(value: float) -> str:
    return tal(value, 0 if abs(value) >= 100 else 1)
