"""What stands on several rows: in an older export as well, or one row for each decision of a placement."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.intake.windows import SPANS

_WHERE = ["person", "verksamhet", "form", "resurs", "utforare"]
_WHICH = ["person", "verksamhet", "typ"]
_DAY = pd.Timedelta(days=1)


def superseded(lista: str, frame: pd.DataFrame) -> pd.Series:
    """Rows without an end that stand elsewhere with one: same person, place or kind of case, and first day."""
    begin, end = SPANS[lista]
    keys = [*(_WHERE if lista == "placeringar" else _WHICH), begin]
    ended = frame[end].notna()
    somewhere = ended.groupby([frame[key] for key in keys], observed=True).transform("max") if len(frame) else ended
    return ~ended & somewhere.astype(bool)


def joined(frame: pd.DataFrame, last: pd.Timestamp) -> tuple[pd.DataFrame, pd.Series]:
    """Rows that overlap or follow within a day in the same place as one; and which rows follow on another.

    The price of the whole is the mean over its dygn (to `last`), of those rows that tell one.
    """
    if not len(frame):
        return frame, pd.Series(False, index=frame.index)
    ordered = frame.sort_values([*_WHERE, "start", "rad"], kind="stable")
    place = ordered.groupby(_WHERE, observed=True, sort=False).ngroup()
    ends = ordered["slut"].fillna(last + 2 * _DAY)
    before = ends.groupby(place).cummax().groupby(place).shift()
    follows = (ordered["start"] <= before + _DAY).to_numpy()
    block = pd.Series(np.cumsum(~follows), index=ordered.index)
    until = np.minimum(ends.to_numpy(), (last + _DAY).to_numpy())
    stay = (until - ordered["start"].to_numpy()) / np.timedelta64(1, "D")
    days = pd.Series(np.maximum(stay, 0.5), index=ordered.index)
    told = ordered["dygnspris_kr"].notna()
    paid = (days * ordered["dygnspris_kr"]).where(told, 0).groupby(block).sum()
    priced = days.where(told, 0).groupby(block).sum()
    one = ordered.assign(
        slut=ends.groupby(block).transform("max").where(ordered["slut"].notna().groupby(block).transform("all")),
        dygnspris_kr=block.map(paid / priced.where(priced > 0)).astype("float64"),
    )[~follows]
    return one.loc[frame.index.intersection(one.index)], pd.Series(follows, index=ordered.index).reindex(frame.index)
