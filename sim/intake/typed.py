"""Rows with the files' own words → rows of the schemas: words as keys, payments summed by household and month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from sim.intake.columns import plain
from sim.intake.privacy import ENOUGH_PEOPLE
from sim.intake.records import OKAND, SCHEMAS
from sim.intake.remarks import Remark, remark_of
from sim.intake.words import KEY, KNOWN, OTHER, PRIVATE_HOMES, read_words

UNSAID_AREA = "individ_och_familj"
"""The verksamhet of rows whose file does not say."""
_WORDS = {
    "placeringar": ("verksamhet", "malgrupp", "form", "utforare", "resurs"),
    "arenden": ("verksamhet", "malgrupp", "typ", "utfall"),
    "utbetalningar": (),
    "volymer": ("verksamhet", "slag", "namn"),
}
_WHERE = {"form": OTHER}
"""The key of words that are not used, where it is not OKAND."""


@dataclass(frozen=True)
class Typed:
    frame: pd.DataFrame
    """As its schema."""
    names: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Column → word → key, of those that may be shown."""
    remarks: tuple[Remark, ...] = ()


def typed(lista: str, raw: pd.DataFrame) -> Typed:
    """One list with keys for words."""
    frame = raw.copy()
    names: dict[str, str] = {}
    shown: dict[str, Mapping[str, str]] = {}
    remarks: list[Remark] = []
    people = raw["person"] if "person" in raw else pd.Series(np.arange(len(raw)), index=raw.index)
    for column in _WORDS[lista]:
        words = frame[column]
        if column == "resurs":
            words = words.where(~frame["form"].isin(PRIVATE_HOMES) | _is_form(words), "")
        read = read_words(column, words, people, 1 if lista == "volymer" else ENOUGH_PEOPLE)
        frame[column] = read.keys.where(~read.unused, _WHERE.get(column, OKAND))
        if column == "form":
            frame[column] = frame[column].replace(OKAND, OTHER)
        names |= dict(read.names)
        shown[column] = dict(read.known)
        remarks += _unused(lista, column, raw[read.unused])
    if "verksamhet" in frame:
        remarks += _areas(lista, frame)
    if lista == "utbetalningar":
        frame, more = _by_month(frame)
        remarks += more
    return Typed(_as_schema(lista, frame), names, shown, tuple(remarks))


def _is_form(words: pd.Series) -> pd.Series:
    """Whether words are those of a form of care, and not the name of a home."""
    return words.map({word: word.startswith(KEY) or plain(word) in KNOWN["form"] for word in words.unique()}).astype(
        bool
    )


def _unused(lista: str, column: str, rows: pd.DataFrame) -> list[Remark]:
    where = "formen ovrigt" if column == "form" else "okänt"
    text = (
        f"Ord i kolumnen för {column} som programmet inte kan och som gäller färre än fem personer (de visas inte: "
        "de kan vara namn)."
    )
    treated = f"De räknas som {where}. Säg i las-in.yaml, under varden, vad de är."
    return [
        remark_of(f"okant_ord_{column}", lista, str(fil), part["rad"], text, treated)
        for fil, part in rows.groupby("fil", observed=True)
    ]


def _areas(lista: str, frame: pd.DataFrame) -> list[Remark]:
    """Rows without a verksamhet get the one that the name of the file says. Changes `frame`."""
    remarks = []
    missing = frame["verksamhet"] == OKAND
    for fil, part in frame[missing].groupby("fil"):
        key = area_in_name(str(fil))
        frame.loc[part.index, "verksamhet"] = key or UNSAID_AREA
        text = f"Verksamhet saknas; den sätts till {key or UNSAID_AREA}{', efter filens namn' if key else ''}."
        treated = "Säg den rätta i las-in.yaml: fast: {verksamhet: barn_och_ungdom}."
        remarks.append(
            remark_of(
                "saknar_verksamhet", lista, str(fil), part["rad"], text, treated, "upplysning" if key else "varning"
            )
        )
    return remarks


def area_in_name(name: str) -> str:
    """The verksamhet that the name of a file holds, the longest word first; empty where it holds none."""
    flat = plain(name)
    words = sorted((word for word in KNOWN["verksamhet"] if len(word) >= 4), key=len, reverse=True)
    return next((KNOWN["verksamhet"][word] for word in words if word in flat), "")


def _by_month(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[Remark]]:
    """One row a household and month."""
    remarks = []
    summed = frame.groupby(["hushall", "manad"], sort=False, as_index=False).agg(
        fil=("fil", "first"), rad=("rad", "first"), belopp_kr=("belopp_kr", "sum")
    )
    if len(summed) < len(frame):
        several = frame.duplicated(["hushall", "manad"])
        text = "Flera utbetalningar till samma hushåll för samma månad."
        remarks += [
            remark_of("flera_i_manaden", "utbetalningar", str(fil), part["rad"], text, "De är summerade.", "upplysning")
            for fil, part in frame[several].groupby("fil")
        ]
    negative = summed["belopp_kr"] <= 0
    text = "Månadens belopp är noll eller mindre (återkrav eller rättelse)."
    remarks += [
        remark_of(
            "inget_belopp", "utbetalningar", str(fil), part["rad"], text, "Månaden räknas inte som en bidragsmånad."
        )
        for fil, part in summed[negative].groupby("fil")
    ]
    return summed[~negative].reset_index(drop=True), remarks


def _as_schema(lista: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The schema's columns in its order; categories sorted, so that no order depends on the files'."""
    made: dict[str, Any] = {}
    for name, column in SCHEMAS[lista].items():
        values = frame[name] if name in frame else _absent(column.dtype, frame.index)
        if column.dtype == "category":
            made[name] = pd.Categorical(values, categories=sorted(set(values)))
        else:
            made[name] = values.to_numpy().astype(column.dtype)
    return pd.DataFrame(made)


def _absent(dtype: str, index: pd.Index) -> pd.Series:
    empty = {"category": OKAND, "datetime64[s]": pd.NaT, "float64": np.nan}
    return pd.Series(empty.get(dtype, 0), index=index)
