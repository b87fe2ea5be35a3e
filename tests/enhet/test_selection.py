"""A verksamhet on its own fares as in the whole kommun."""

from __future__ import annotations

import pandas as pd
import pytest

from sim import HemmaplanError, load_kommun, simulate
from sim.selection import only_area


def numbered(visits: pd.DataFrame) -> pd.DataFrame:
    """The cases numbered anew, in the same order."""
    again = visits.astype(object).assign(fall=visits["fall"].rank(method="dense").astype(int))
    return again.sort_values(["fall", "steg", "besok", "del"], ignore_index=True)


@pytest.mark.parametrize(("kommun", "area"), [("varmdo_2014", "missbruk"), ("sodertalje_2019", "missbruk")])
def test_each_visit_is_the_same_as_in_the_whole_kommun(kommun: str, area: str) -> None:
    whole = load_kommun(kommun)
    everything = simulate(whole, seed=3, replikation=1).visits
    of_area = everything[everything["steg"].astype(str).str.startswith(f"{area}.")]
    alone = simulate(only_area(whole, area), seed=3, replikation=1).visits
    found, expected = (numbered(frame) for frame in (alone, of_area))
    assert len(found) > 500
    assert found.equals(expected)


def test_an_unknown_verksamhet_is_refused_with_the_nearest() -> None:
    with pytest.raises(HemmaplanError, match="menade du missbruk"):
        only_area(load_kommun("varmdo_2014"), "misbruk")
