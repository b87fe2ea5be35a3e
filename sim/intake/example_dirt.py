"""Faults put into made-up lists, as real exports have them, and where they are: what a reader should find."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Draw = np.random.Generator
Rows = NDArray[np.int64]
KIND = "_smuts"
"""The column that says what is wrong with a row; empty where nothing is."""
SPELLING = "_stavning"
"""1: in capitals, 2: with a space at the end."""
FOR_EVER = pd.Timestamp(9999, 12, 31)
"""What some systems write for what has no end."""


@dataclass(frozen=True)
class Fault:
    """A kind of fault: about one row in so many (at least `least`) has it."""

    kod: str
    one_in: int
    make: Callable[[pd.DataFrame, Rows, Draw], pd.DataFrame]
    least: int = 2
    among: Callable[[pd.DataFrame], pd.Series] | None = None


def _twice(frame: pd.DataFrame, rows: Rows, rng: Draw) -> pd.DataFrame:
    copies = frame.iloc[rows].assign(**{KIND: "dubblett"})
    return pd.concat([frame, copies]).sort_index(kind="stable").reset_index(drop=True)


def _swapped(first: str, last: str) -> Callable[[pd.DataFrame, Rows, Draw], pd.DataFrame]:
    def make(frame: pd.DataFrame, rows: Rows, rng: Draw) -> pd.DataFrame:
        at = frame.index[rows]
        frame.loc[at, [first, last]] = frame.loc[at, [last, first]].to_numpy()
        return frame

    return make


def _without(column: str) -> Callable[[pd.DataFrame, Rows, Draw], pd.DataFrame]:
    def make(frame: pd.DataFrame, rows: Rows, rng: Draw) -> pd.DataFrame:
        frame.loc[frame.index[rows], column] = pd.NaT if frame[column].dtype.kind == "M" else np.nan
        return frame

    return make


def _for_ever(frame: pd.DataFrame, rows: Rows, rng: Draw) -> pd.DataFrame:
    frame.loc[frame.index[rows], "slut"] = FOR_EVER
    return frame


def _misspelt(frame: pd.DataFrame, rows: Rows, rng: Draw) -> pd.DataFrame:
    frame.loc[frame.index[rows], SPELLING] = rng.integers(1, 3, len(rows))
    return frame


def _in_two_rows(frame: pd.DataFrame, rows: Rows, rng: Draw) -> pd.DataFrame:
    """A placement whose price was changed on the way: a new row from the day on which the old one ends."""
    first = frame.iloc[rows]
    half = ((first["slut"] - first["start"]) / 2).dt.floor("D")
    later = first.assign(start=first["start"] + half, **{KIND: "delad"})
    frame.loc[first.index, "slut"] = later["start"]
    return pd.concat([frame, later]).sort_index(kind="stable").reset_index(drop=True)


def _in_two_payments(frame: pd.DataFrame, rows: Rows, rng: Draw) -> pd.DataFrame:
    half = (frame["belopp_kr"].iloc[rows] / 2).round()
    second = frame.iloc[rows].assign(belopp_kr=half, **{KIND: "tva_utbetalningar"})
    frame.loc[second.index, "belopp_kr"] -= half
    return pd.concat([frame, second]).sort_index(kind="stable").reset_index(drop=True)


def _ended(column: str, first: str) -> Callable[[pd.DataFrame], pd.Series]:
    def found(frame: pd.DataFrame) -> pd.Series:
        return pd.Series((frame[column] - frame[first]).dt.days > 30)

    return found


def _in_sight(frame: pd.DataFrame) -> pd.Series:
    """Placements wholly in the window, as far as the list tells."""
    return pd.Series(_ended("slut", "start")(frame) & (frame["start"] >= frame["slut"].min()))


FAULTS = {
    "placeringar": (
        Fault("delad", 40, _in_two_rows, among=_in_sight),
        Fault("stavning", 40, _misspelt),
        Fault("dubblett", 300, _twice),
        Fault("utan_pris", 50, _without("dygnspris_kr"), among=lambda frame: frame["dygnspris_kr"].notna()),
        Fault("slut_fore_start", 600, _swapped("start", "slut"), among=_ended("slut", "start")),
        Fault("utan_start", 1500, _without("start"), least=1),
        Fault("tills_vidare", 200, _for_ever, among=lambda frame: frame["slut"].isna() & frame["start"].notna()),
    ),
    "arenden": (
        Fault("dubblett", 300, _twice),
        Fault("beslut_fore_inkom", 800, _swapped("inkom", "beslut"), among=_ended("beslut", "inkom")),
        Fault("utan_inkom", 1500, _without("inkom"), least=1),
    ),
    "utbetalningar": (
        Fault("tva_utbetalningar", 60, _in_two_payments),
        Fault("utan_manad", 8000, _without("manad"), least=1),
    ),
    "volymer": (),
}


def soiled(lista: str, frame: pd.DataFrame, rng: Draw, clean: bool) -> pd.DataFrame:
    """The rows with faults among them, each named in `KIND`; `clean`: none."""
    made = frame.reset_index(drop=True).assign(**{KIND: ""}).assign(**{SPELLING: 0})
    for fault in () if clean else FAULTS[lista]:
        possible = made[KIND] == ""
        if fault.among is not None:
            possible &= fault.among(made)
        candidates = np.flatnonzero(possible.to_numpy())
        wanted = min(max(len(made) // fault.one_in, fault.least), len(candidates))
        rows = np.sort(rng.choice(candidates, wanted, replace=False))
        if fault.make in (_twice, _in_two_rows, _in_two_payments):
            made = fault.make(made, rows, rng)
        else:
            made.loc[made.index[rows], KIND] = fault.kod
            made = fault.make(made, rows, rng)
    return made
