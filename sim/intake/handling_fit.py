"""Cases: how long they are handled, where they lead, how many are open, and who comes back."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.intake.care_fit import stock_of
from sim.intake.episodes import AVSLUT, CLOSED, Extent, contact, day_numbers, extent
from sim.intake.estimates import share, shares
from sim.intake.fitted import Estimate, Handling, Inflow, Length, Returns
from sim.intake.lengths import fitted_length
from sim.intake.records import OKAND, Window
from sim.intake.returning import fitted_returns
from sim.intake.survival import FAR, Days, Spells, spells

LINKED_DAYS = 120
"""A decision whose outcome is not told has led to the care that begins within so many days."""
RIPE = 0.98
"""Outcomes are counted of cases so old that this share of their kind has been decided."""


def returned(cases: pd.DataFrame, episodes: pd.DataFrame, window: Window) -> tuple[NDArray[np.bool_], Returns | None]:
    """Which cases of a verksamhet are returns, and what can be said of those who come back."""
    again, gaps = contact(cases, episodes)
    first, last = extent(window)
    left = (gaps.left < last) & (gaps.left >= first)
    away, back = gaps.left[left], gaps.back[left]
    ended = back < last
    observed = Spells(np.where(ended, back, last) - away, ended, np.zeros(len(away), dtype=np.int64))
    if not observed.events:
        return np.zeros(len(cases), dtype=bool), None
    return again, fitted_returns(observed)[0]


def fitted_handling(
    cases: pd.DataFrame,
    episodes: pd.DataFrame,
    window: Window,
    inflow: Mapping[str, Inflow],
    returns: Returns | None,
) -> Handling:
    seen = extent(window)
    last = seen.last
    received, opened, decided = (day_numbers(cases[name]) for name in ("inkom", "inledd", "beslut"))
    has_opening = bool((opened < FAR).any())
    outcome = outcomes(cases, episodes)
    first_stage: Length | None = None
    leads: Estimate | None = None
    waiting = np.zeros(len(cases), dtype=bool)
    begun, ready = received, decided
    if has_opening:
        until = np.minimum(opened, decided)
        first_stage = fitted_length(spells(received, until, *seen))
        ripe = _ripe(received, until, seen)
        leads = share(int((opened[ripe] < FAR).sum()), int(ripe.sum()))
        waiting = (received < last) & (until >= last)
        investigated = opened < FAR
        begun, ready, outcome = opened[investigated], decided[investigated], outcome[investigated]
    ripe = _ripe(begun, ready, seen)
    known = ripe & (outcome != OKAND)
    under_way = (begun < last) & (ready >= last)
    return Handling(
        inflode=inflow,
        forhandsbedomning=first_stage,
        leder_till_utredning=leads,
        utredning=fitted_length(spells(begun, ready, *seen)),
        nasta=shares(outcome[known]),
        oppna_forhandsbedomningar=stock_of(received[waiting], last),
        oppna_utredningar=stock_of(begun[under_way], last),
        oppna_i_snitt=_open_on_average(received, decided, seen),
        aterkomst=returns,
    )


def outcomes(cases: pd.DataFrame, episodes: pd.DataFrame) -> NDArray[np.object_]:
    """Where each decision led: a form, `avslut`, or OKAND while open. Outcomes not told are seen from the care."""
    told = cases["utfall"].astype(str).to_numpy(dtype=object)
    decided = day_numbers(cases["beslut"])
    found = np.where(np.isin(told, list(CLOSED)), AVSLUT, told)
    unknown = np.flatnonzero((found == OKAND) & (decided < FAR))
    if len(unknown):
        care = episodes.sort_values("start")[["person", "start", "form"]]
        asked = pd.DataFrame({"person": cases["person"].to_numpy()[unknown], "start": decided[unknown], "at": unknown})
        asked = asked.astype({"person": "int64"}).sort_values("start")
        linked = pd.merge_asof(
            asked, care.astype({"person": "int64"}), on="start", by="person", direction="forward", tolerance=LINKED_DAYS
        )
        found[linked["at"].to_numpy()] = linked["form"].fillna(AVSLUT).to_numpy(dtype=object)
    found[decided >= FAR] = OKAND
    return found


def _ripe(begun: Days, until: Days, seen: Extent) -> NDArray[np.bool_]:
    """Begun within the window and long enough before its end that next to all have come to their end, and did."""
    first, last = seen
    inside = (begun >= first) & (begun < last)
    ended = inside & (until < last)
    if not ended.any():
        return ended
    slow = np.quantile((until - begun)[ended], RIPE)
    old = ended & (begun + slow < last)
    return old if old.sum() >= 0.5 * ended.sum() else ended


def _open_on_average(received: Days, decided: Days, seen: Extent) -> float:
    last = seen.last
    first = max(seen.first, last - 365)
    days = np.minimum(decided, last) - np.maximum(received, first)
    return float(np.maximum(days, 0).sum() / (last - first))
