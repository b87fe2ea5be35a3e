"""The lists as everything after the reading sees them: typed columns, and nothing that names a person.

People, households and cases are numbers 0, 1, 2 … that mean nothing outside one run. Names of verksamheter, målgrupper,
forms and kinds are ASCII keys (`barn_och_ungdom`, `hvb`); what the files called them is in `Lists.namn`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

import pandas as pd

OKAND = ""
"""The key of what a file does not say."""


class Column(NamedTuple):
    dtype: str
    required: bool
    meaning: str


ROW = {
    "fil": Column("category", True, "the file, by name"),
    "rad": Column("int32", True, "the row in it, as Excel counts"),
}

PLACERINGAR = ROW | {
    "person": Column("int32", True, "who, as a number of this run"),
    "verksamhet": Column("category", True, "key"),
    "malgrupp": Column("category", True, "key, or OKAND"),
    "form": Column("category", True, "key of the form of care: familjehem, hvb, stodboende …"),
    "utforare": Column("category", True, "egen, extern, or OKAND"),
    "resurs": Column("category", True, "key of the own boende or kind of bought place, or OKAND: as the form"),
    "start": Column("datetime64[s]", True, "first day"),
    "slut": Column("datetime64[s]", True, "the day it ended, NaT while it goes on"),
    "dygnspris_kr": Column("float64", True, "kronor per dygn, NaN where not told"),
}
ARENDEN = ROW | {
    "person": Column("int32", True, "who, as a number of this run"),
    "verksamhet": Column("category", True, "key"),
    "malgrupp": Column("category", True, "key, or OKAND"),
    "typ": Column("category", True, "anmalan or ansokan, or another key"),
    "inkom": Column("datetime64[s]", True, "received"),
    "inledd": Column("datetime64[s]", True, "the utredning was opened, NaT where it was not (yet)"),
    "beslut": Column("datetime64[s]", True, "decided or closed, NaT while open"),
    "utfall": Column("category", True, "what was decided: a form of care, avslag, avslut, ej_inledd …, or OKAND"),
}
UTBETALNINGAR = ROW | {
    "hushall": Column("int32", True, "which household, as a number of this run"),
    "manad": Column("datetime64[s]", True, "the first day of the month that it is for"),
    "belopp_kr": Column("float64", True, "kronor; several payments of a household in a month are summed when read"),
}
VOLYMER = ROW | {
    "verksamhet": Column("category", True, "key"),
    "slag": Column(
        "category", True, "platser, arsarbetare, kostnad_tkr, budget_tkr, intakt_tkr, dygnskostnad_kr, lon_tkr, dygn …"
    ),
    "namn": Column("category", True, "key of the resource, form or kostnadsslag, or OKAND for the whole verksamhet"),
    "ar": Column("int32", True, "calendar year"),
    "manad": Column("int32", True, "1-12, or 0 for the whole year"),
    "varde": Column("float64", True, "in the unit that slag says"),
}
SCHEMAS: Mapping[str, Mapping[str, Column]] = {
    "placeringar": PLACERINGAR,
    "arenden": ARENDEN,
    "utbetalningar": UTBETALNINGAR,
    "volymer": VOLYMER,
}


@dataclass(frozen=True)
class Window:
    """What a list covers: it holds all that went on at some time from `fran` to the end of `till`.

    What ended before `fran` is missing (left truncation); what goes on after `till` has no end yet (right censoring).
    """

    fran: date
    till: date


@dataclass(frozen=True)
class Lists:
    """All lists of a municipality, cleaned: each a frame with the columns of its schema, in the order of its file."""

    placeringar: pd.DataFrame
    arenden: pd.DataFrame
    utbetalningar: pd.DataFrame
    volymer: pd.DataFrame
    fonster: Mapping[str, Window]
    """By list; only lists that have rows."""
    namn: Mapping[str, str] = field(default_factory=dict)
    """What the files call each key, for labels: `hvb` is "HVB-hem"."""
    arbetsloshet: pd.Series | None = None
    """Share of the labour force (0.07), by first day of month; None where no series is given."""


def empty(kind: str) -> pd.DataFrame:
    """A list without rows."""
    return pd.DataFrame({name: pd.Series(dtype=column.dtype) for name, column in SCHEMAS[kind].items()})
