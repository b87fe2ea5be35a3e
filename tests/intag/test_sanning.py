"""What is called the truth of a made-up municipality is what one counts in the lists of a large one."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

from sim.intake.example import Size, example_kommun
from sim.intake.example_lists import example_lists
from sim.intake.example_truth import truth_of
from sim.intake.records import Lists

Counted = Mapping[str, tuple[float, float]]
"""By path: the figure and its standard error."""
FROM, SEEN = pd.Timestamp(2017, 1, 1), pd.Timestamp(2022, 12, 31)
"""Who began between these has been followed for years."""


def _share(those: pd.Series) -> tuple[float, float]:
    share = float(those.mean())
    return share, float(np.sqrt(share * (1 - share) / len(those)))


def _mean(values: pd.Series) -> tuple[float, float]:
    return float(values.mean()), float(values.std() / np.sqrt(len(values)))


def _within_a_year(closed: pd.DataFrame, cases: pd.DataFrame) -> tuple[float, float]:
    """Of cases closed, the share whose person is heard of again within 365 days, and the standard error.

    Nobody comes back from care here, so that it does not matter when it ends.
    """
    after = cases.sort_values("inkom").groupby("person")["inkom"].shift(-1).reindex(closed.index)
    return _share((after - closed["beslut"]).dt.days <= 365)


def _counted(lists: Lists) -> Counted:
    placed = lists.placeringar[lists.placeringar["start"].between(FROM, SEEN)]
    cases = lists.arenden[lists.arenden["inkom"].between(FROM, SEEN)]
    found: dict[str, tuple[float, float]] = {}
    for area, form in (("missbruk", "hvb"), ("missbruk", "stodboende"), ("barn_och_ungdom", "hvb")):
        mine = placed[(placed["verksamhet"] == area) & (placed["form"] == form)]
        at = f"vard.{area}.{form}"
        bought = mine[mine["utforare"] == "extern"]
        name = form if len(bought) == len(mine) else f"{form}_extern"
        found[f"{at}.resurser.{name}"] = _share(mine["utforare"] == "extern")
        found[f"{at}.pris.{name}.medel"] = _mean(bought["dygnspris_kr"])
    for area in ("barn_och_ungdom", "missbruk"):
        mine = cases[cases["verksamhet"] == area]
        studied = mine[mine["inledd"].notna() & mine["beslut"].notna()]
        at = f"arenden.{area}"
        if area == "barn_och_ungdom":
            found[f"{at}.leder_till_utredning"] = _share(mine["inledd"].notna())
            found[f"{at}.forhandsbedomning.medel"] = _mean((studied["inledd"] - studied["inkom"]).dt.days)
        found[f"{at}.utredning.medel"] = _mean((studied["beslut"] - studied["inledd"]).dt.days)
        found[f"{at}.nasta.hvb"] = _share(studied["utfall"] == "hvb")
        found[f"{at}.nasta.avslut"] = _share(studied["utfall"].isin(["avslut", "avslag"]))
        found[f"{at}.aterkomst.inom_ar"] = _within_a_year(
            mine[mine["beslut"].notna() & (mine["utfall"] != "oppenvard")], lists.arenden
        )
    return found


@pytest.mark.parametrize("seed", [2, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(3, 9))])
def test_the_truth_is_what_a_large_municipality_shows(seed: int) -> None:
    kommun = example_kommun(seed, size=Size(volume=4.0, slack=2.5))
    lists, truth = example_lists(kommun, seed), truth_of(kommun)
    counted = _counted(lists)
    wrong = {path: (truth[path], *each) for path, each in counted.items() if abs(each[0] - truth[path]) > 4 * each[1]}
    assert len(counted) >= 16 and not wrong
    for path in (path for path in truth if path.startswith("vard.missbruk") and path.endswith("langd.median")):
        form = path.split(".")[2]
        mine = lists.placeringar[(lists.placeringar["form"] == form) & (lists.placeringar["verksamhet"] == "missbruk")]
        mine = mine[mine["start"].between(FROM, pd.Timestamp(2021, 12, 31))]
        days = (mine["slut"].fillna(pd.Timestamp(2025, 1, 1)) - mine["start"]).dt.days
        below, error = _share(days + 0.5 <= truth[path])
        assert abs(below - 0.5) < 4 * error + 0.01
    paid = lists.utbetalningar
    by_household = paid.groupby("hushall")["belopp_kr"].agg(["sum", "count"])
    off = by_household["sum"] - truth["bistand.belopp_kr_per_manad"] * by_household["count"]
    assert abs(off.sum()) < 4 * np.sqrt((off**2).sum())


@pytest.mark.slow
def test_per_ar_is_what_comes_in_a_last_year_without_other_causes() -> None:
    """The mean over many futures of a kommun whose unemployment moves nothing."""
    kommun = example_kommun(5, ar=4, size=Size(volume=0.3))
    assert not kommun.verksamheter["barn_och_ungdom"].drivare
    path = "arenden.barn_och_ungdom.inflode.anmalan."
    came = []
    for seed in range(40):
        cases = example_lists(kommun, seed).arenden
        came.append(((cases["inkom"].dt.year == 2020) & (cases["verksamhet"] == "barn_och_ungdom")).sum())
    error = np.std(came) / np.sqrt(len(came))
    assert abs(np.mean(came) - truth_of(kommun)[path + "per_ar_med_aterkomst"]) < 3.5 * error
