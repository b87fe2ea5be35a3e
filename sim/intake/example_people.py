"""Invented people for made-up lists: numbers that nobody has, names that nobody bears, notes about nothing.

Personnummer are well formed, with a possible date and the right check digit, and impossible: their birth number is
000, while those given to people begin at 001.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Draw = np.random.Generator
Texts = NDArray[np.object_]
BIRTH_NUMBER = "000"
FIRST_NAMES = [
    "Alva", "Astrid", "Bo", "Bertil", "Cecilia", "Dag", "Disa", "Ebba", "Einar",
    "Folke", "Frida", "Greta", "Gunnar", "Hedda", "Hilding", "Ingrid", "Ivar", "Jorun",
    "Kerstin", "Ludde", "Märta", "Nils", "Olof", "Petra", "Ragnar", "Saga", "Stina",
    "Sören", "Torun", "Tyra", "Ulf", "Viggo", "Ylva", "Åke", "Östen",
]  # fmt: skip
SURNAMES = [
    "Påhittsson", "Exempelberg", "Låtsaskvist", "Provström", "Hittepålund", "Skenqvist", "Testervall", "Attrappgren",
    "Fantasisjö", "Dummyström", "Övningsson", "Figurberg", "Diktnäs", "Sagokvist", "Kulisslind", "Modellhage",
]  # fmt: skip
NOTES = (
    'Samtal med {namn} {datum}; återkoppling lovad.',
    '{namn} kom inte till mötet, ny tid bokas.',
    'Vårdnadshavare till {namn} ringde: "orolig för sommaren".',
    'Genomförandeplan uppdaterad tillsammans med {namn}.',
    'Se även akt {personnummer}.',
    'Uppföljning gjord\nnästa om tre månader ({namn}).',
)  # fmt: skip
WITH_NOTE = 0.25
CHILD, ADULT = (0, 17), (19, 65)
"""Ages of children and of others when they are first heard of."""


@dataclass(frozen=True)
class People:
    """By number of the person in the lists: all of shape (people,)."""

    klientnr: Texts
    personnummer: Texts
    namn: Texts

    def notes(self, rng: Draw, of: NDArray[np.int64], days: pd.Series) -> Texts:
        """Free text for some rows: `of` whom each is, `days` what date it mentions."""
        kind = np.where(rng.random(len(of)) < WITH_NOTE, rng.integers(len(NOTES), size=len(of)), -1)
        told = days.dt.strftime("%Y-%m-%d").fillna("").to_numpy()
        found = np.full(len(of), "", dtype=object)
        for row in np.flatnonzero(kind >= 0).tolist():
            who = int(of[row])
            text = NOTES[kind[row]].format(namn=self.namn[who], personnummer=self.personnummer[who], datum=told[row])
            found[row] = text
        return found


def people(rng: Draw, first_year: NDArray[np.int64], is_child: NDArray[np.bool_]) -> People:
    """Invented people with different client numbers, one for each year in which somebody is first heard of.

    Two may share a personnummer: there are few impossible ones.
    """
    count = len(first_year)
    low, high = (np.where(is_child, child, adult) for child, adult in zip(CHILD, ADULT, strict=True))
    year = first_year - low - np.floor(rng.random(count) * (high - low + 1)).astype(int)
    day = np.floor(rng.random(count) * 365).astype(int)
    born = year.astype(str).astype("datetime64[Y]").astype("datetime64[D]") + day
    dates = np.char.replace(np.datetime_as_string(born), "-", "")
    first, last = (rng.choice(names, count) for names in (FIRST_NAMES, SURNAMES))
    return People(
        klientnr=(100_000 + rng.permutation(899_999)[:count]).astype(str).astype(object),
        personnummer=np.array([personnummer(date) for date in dates.tolist()], dtype=object),
        namn=np.array([f"{a} {b}" for a, b in zip(first, last, strict=True)], dtype=object),
    )


def personnummer(born: str) -> str:
    """YYYYMMDD → YYYYMMDD-000C, with the check digit of the ten last."""
    nine = born[2:] + BIRTH_NUMBER
    total = sum(sum(divmod(int(digit) * (2 - place % 2), 10)) for place, digit in enumerate(nine))
    return f"{born}-{BIRTH_NUMBER}{-total % 10}"
