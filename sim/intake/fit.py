"""Everything that the lists say, with how sure it is: the one entry of the fitting."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.intake.benefit_fit import fitted_benefit
from sim.intake.care_fit import fitted_care
from sim.intake.episodes import care_episodes
from sim.intake.estimates import shares
from sim.intake.fitted import Benefit, Care, Elasticity, Estimate, Fitted, Handling, Inflow
from sim.intake.handling_fit import fitted_handling, returned
from sim.intake.inflow import fitted_inflow
from sim.intake.records import OKAND, Lists, Window

FORSORJNINGSSTOD = "forsorjningsstod"
Series = pd.Series | None


def fit_lists(lists: Lists) -> Fitted:
    """Estimates of all that the lists hold; what they do not hold is missing from the result."""
    elasticity: dict[str, Elasticity] = {}
    episodes = care_episodes(lists.placeringar, lists.arenden)
    care: dict[str, dict[str, Care]] = {}
    direct: dict[str, dict[str, Inflow]] = {}
    handling: dict[str, Handling] = {}
    with_cases = {str(name) for name in lists.arenden["verksamhet"].unique()}
    for area in sorted({str(name) for name in lists.placeringar["verksamhet"].unique()}):
        window = lists.fonster["placeringar"]
        own = episodes[episodes["verksamhet"] == area]
        rows = lists.placeringar[lists.placeringar["verksamhet"].astype(str) == area]
        care[area] = {
            str(form): fitted_care(each, rows[rows["form"].astype(str) == form], window)
            for form, each in own.groupby("form", sort=True)
        }
        if area not in with_cases:
            direct[area], found = _direct(own, window, lists.arbetsloshet)
            if found is not None:
                elasticity[area] = found
    for area in sorted(with_cases):
        own = episodes[episodes["verksamhet"] == area]
        cases = lists.arenden[lists.arenden["verksamhet"].astype(str) == area]
        handling[area], found = _handling(cases, own, lists.fonster["arenden"], lists.arbetsloshet)
        if found is not None:
            elasticity[area] = found
    benefit: Benefit | None = None
    if len(lists.utbetalningar):
        benefit, found = fitted_benefit(lists.utbetalningar, lists.fonster["utbetalningar"], lists.arbetsloshet)
        if found is not None:
            elasticity[FORSORJNINGSSTOD] = found
    return Fitted(care, direct, handling, benefit, elasticity)


def _direct(
    episodes: pd.DataFrame, window: Window, unemployment: Series
) -> tuple[dict[str, Inflow], Elasticity | None]:
    """Care that begins without another form before it."""
    begun = episodes[episodes["forst"]]
    return _by_kind(_dates(begun["start"]), begun["form"], begun["malgrupp"], window, unemployment)


def _handling(
    cases: pd.DataFrame, episodes: pd.DataFrame, window: Window, unemployment: Series
) -> tuple[Handling, Elasticity | None]:
    again, returns = returned(cases, episodes, window)
    returns = returns if returns is not None and returns.tid is not None else None
    new = cases[~again] if returns is not None else cases
    arrived = new["inkom"].to_numpy("datetime64[D]")
    inflow, elasticity = _by_kind(arrived, new["typ"], new["malgrupp"], window, unemployment)
    return fitted_handling(cases, episodes, window, inflow, returns), elasticity


def _by_kind(
    arrived: NDArray[np.datetime64], kind: pd.Series, group: pd.Series, window: Window, unemployment: Series
) -> tuple[dict[str, Inflow], Elasticity | None]:
    """An inflow for each kind. How it follows unemployment is asked of all kinds together."""
    inside = (arrived >= np.datetime64(window.fran)) & (arrived <= np.datetime64(window.till))
    arrived, kinds, groups = arrived[inside], kind.astype(str).to_numpy()[inside], group.astype(str).to_numpy()[inside]
    names = sorted(set(kinds))
    if len(names) == 1:
        inflow, elasticity = fitted_inflow(arrived, window, unemployment, _groups(groups))
        return {names[0]: inflow}, elasticity
    _, elasticity = fitted_inflow(arrived, window, unemployment)
    followed = unemployment if elasticity is not None and elasticity.avgors else None
    found = {
        name: fitted_inflow(arrived[kinds == name], window, followed, _groups(groups[kinds == name]))[0]
        for name in names
    }
    return found, elasticity


def _groups(groups: NDArray[np.object_]) -> Mapping[str, Estimate]:
    return shares(groups[groups != OKAND])


def _dates(days: pd.Series) -> NDArray[np.datetime64]:
    return days.to_numpy(np.int64).astype("datetime64[D]")
