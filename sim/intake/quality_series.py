"""What a list looks like over time: gaps, breaks, heaps, a ragged end; and where there is too little to fit."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from sim.intake.records import Window
from sim.intake.remarks import Remark
from sim.intake.windows import SPANS

FEW = 20
"""Endings below which a length of stay is not fitted with any certainty."""
_MANY_A_MONTH = 5
_HEAP = 0.05
_BREAK = 1.6
"""A year that is so many times the median of the others, or its inverse, is told."""
_WHEN = {"placeringar": "start", "arenden": "inkom", "utbetalningar": "manad"}
_WHAT = {"placeringar": "placeringar börjar", "arenden": "ärenden kommer in", "utbetalningar": "hushåll får bistånd"}


def series_remarks(lista: str, frame: pd.DataFrame, window: Window) -> Iterator[Remark]:
    """Remarks on the list as a whole."""
    if lista not in _WHEN:
        return
    when = frame[_WHEN[lista]]
    inside = when[(when >= pd.Timestamp(window.fran)) & (when <= pd.Timestamp(window.till))]
    months = pd.period_range(window.fran, window.till, freq="M")
    counts = inside.dt.to_period("M").value_counts().reindex(months, fill_value=0).sort_index()
    yield from _months(lista, counts)
    yield from _years(lista, counts, window)
    if lista in SPANS:
        yield from _heap(lista, inside)
    yield from _few(lista, frame)


def _remark(lista: str, kod: str, count: int, text: str, treated: str, share: float = float("nan")) -> Remark:
    return Remark(kod, lista, f"listan {lista}", (), count, text, treated, "varning", andel_rader=share)


def _months(lista: str, counts: pd.Series) -> Iterator[Remark]:
    """Empty months between others, and a last month that is not whole."""
    usual = float(counts.iloc[:-1].median()) if len(counts) > 1 else 0.0
    if usual < _MANY_A_MONTH or len(counts) < 6:
        return
    empty = [str(month) for month, count in counts.iloc[:-1].items() if count == 0]
    if empty:
        text = f"Inga {_WHAT[lista]} {_listed(empty)}; annars omkring {usual:.0f} i månaden."
        yield _remark(
            lista, "tom_manad", len(empty), text, "Månaderna räknas som de står: saknas de ska fönstret ändras."
        )
    last = int(counts.iloc[-1])
    if last < 0.4 * usual:
        text = f"Sista månaden är tunn ({last} mot omkring {usual:.0f}): är allt registrerat?"
        yield _remark(
            lista, "tunn_sista_manad", 1, text, "Den räknas som den står: låt annars fönstret sluta tidigare."
        )


def _listed(words: list[str]) -> str:
    return ", ".join(words[:6]) + (f" och {len(words) - 6} till" if len(words) > 6 else "")


def _years(lista: str, counts: pd.Series, window: Window) -> Iterator[Remark]:
    """Whole years far from the others."""
    years = pd.PeriodIndex(counts.index).year
    by_year = counts.groupby(years).agg(["sum", "size"])
    whole = by_year.loc[by_year["size"] == 12, "sum"]
    if len(whole) < 3:
        return
    for year, count in whole.items():
        others = float(whole.drop(year).median())
        if max(count, others) >= 12 * _MANY_A_MONTH and not 1 / _BREAK <= (count + 1) / (others + 1) <= _BREAK:
            text = f"År {year} är det {count} mot omkring {others:.0f} andra år ({_WHAT[lista]}): ett brott i serien?"
            yield _remark(lista, "brott_i_serien", int(count), text, "Året räknas som det står.")


def _heap(lista: str, days: pd.Series) -> Iterator[Remark]:
    """Many rows of the same day: a change of system, or a day filled in for an unknown one."""
    counts = days.value_counts()
    if len(counts) and counts.iloc[0] >= max(FEW, _HEAP * len(days)):
        day, count = counts.index[0].date(), int(counts.iloc[0])
        text = f"{count} rader har samma dag, {day}: ett byte av system, eller en påhittad dag?"
        yield _remark(lista, "hop_av_datum", count, text, "Raderna är med som de står.", count / len(days))


def _few(lista: str, frame: pd.DataFrame) -> Iterator[Remark]:
    if lista == "utbetalningar":
        return
    by, end = (["verksamhet", "form"], "slut") if lista == "placeringar" else (["verksamhet"], "beslut")
    for key, part in frame.groupby(by, observed=True):
        ended = int(part[end].notna().sum())
        if ended < FEW:
            what = " i ".join(reversed([str(each) for each in key]))
            text = f"Bara {'några få' if ended < 5 else ended} avslutade för {what}: för få för en säker tid."
            yield _remark(
                lista,
                "for_fa",
                int(np.maximum(ended, 0)),
                text,
                "Tiden får ett brett intervall eller blir ett antagande.",
            )
