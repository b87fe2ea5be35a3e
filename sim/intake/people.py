"""Rows of all lists that are about the same person, as numbers 0, 1, 2 … of the run."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.intake.columns import IDS
from sim.intake.parsing import NOBODY
from sim.intake.privacy import Identities

WHO = {"placeringar": "person", "arenden": "person", "utbetalningar": "hushall"}
_FIRST = {"utbetalningar": ("hushallsid", "klientnr", "arendenr")}
_ORDER = ("klientnr", "hushallsid", "arendenr")


def numbered(raw: Mapping[str, pd.DataFrame], people: Identities) -> dict[str, pd.DataFrame]:
    """Every list with whom its rows are about; a row that does not say is about somebody of its own.

    A list that has both case and client number tells which client a case is of, for the lists that have only the case.
    """
    client_of = _clients(raw)
    tokens = {lista: _tokens(lista, frame, client_of) for lista, frame in raw.items() if lista in WHO}
    for who in tokens.values():
        nobody = np.flatnonzero(who == NOBODY)
        who[nobody] = [people.new() for _ in nobody]
    numbers, _ = pd.factorize(np.concatenate([*tokens.values(), np.zeros(0, dtype=np.int32)]))
    done = {lista: frame.drop(columns=[each for each in IDS if each in frame]) for lista, frame in raw.items()}
    start = 0
    for lista, who in tokens.items():
        done[lista][WHO[lista]] = numbers[start : start + len(who)].astype(np.int32)
        start += len(who)
    return done


def _clients(raw: Mapping[str, pd.DataFrame]) -> pd.Series:
    """Client by case, from the lists that have both."""
    both = [
        frame.loc[(frame["klientnr"] != NOBODY) & (frame["arendenr"] != NOBODY), ["arendenr", "klientnr"]]
        for frame in raw.values()
        if {"klientnr", "arendenr"} <= set(frame)
    ]
    if not both:
        return pd.Series(dtype=np.int32)
    return pd.concat(both).drop_duplicates("arendenr").set_index("arendenr")["klientnr"]


def _tokens(lista: str, frame: pd.DataFrame, client_of: pd.Series) -> NDArray[np.int32]:
    who = np.full(len(frame), NOBODY, dtype=np.int32)
    for field in _FIRST.get(lista, _ORDER):
        said = frame[field].to_numpy()
        if field == "arendenr" and len(client_of):
            known = frame[field].map(client_of).to_numpy()
            said = np.where(np.isnan(known), said, known)
        who = np.where(who == NOBODY, said, who).astype(np.int32)
    return who
