"""Measures of a whole verksamhet, and of all together: care at home and bought, and help without a place."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim import config
from sim.intervals import per_day
from sim.periods import Floats, Grid, ratio
from sim.runs import Ints, Rows, Run, persons, split

ALL_AREAS = "alla"
"""The row that sums the verksamheter."""


def care_rows(run: Run, grid: Grid) -> Rows:
    """Rows with empty `del`, by verksamhet, and for `alla`. A resource counts in the verksamhet that owns it."""
    kommun = run.plan.kommun
    rows: Rows = {}
    for area in sorted(kommun.verksamheter):
        rows |= _homeward(run, area, (area,), grid)
        rows |= _open_care(run, area, (area,), grid)
    return rows | _homeward(run, ALL_AREAS, tuple(kommun.verksamheter), grid)


def _homeward(run: Run, key: str, areas: Sequence[str], grid: Grid) -> Rows:
    """How much of the care is given at home (own places) and how much is bought."""
    log, network = run.log, run.network
    kinds = [_kind_of_care(run.plan.kommun.resurser[r.name], areas) for r in network.resources]
    if "boende" not in kinds and "extern" not in kinds:
        return {}
    own, bought = _records_in(run, kinds, "boende"), _records_in(run, kinds, "extern")
    placed = np.concatenate([own, bought])
    at_home, outside = _days(run, own, grid), _days(run, bought, grid)
    places_home, places_out = _places(run, own, grid), _places(run, bought, grid)
    home_starts, bought_starts = (grid.count(log.start[some[log.del_[some] == 0]]) for some in (own, bought))
    groups = run.groups_of(key) if key != ALL_AREAS else []
    by_group = persons(run, placed, grid, len(network.groups) if groups else 0)
    everyone, away = by_group.sum(axis=0), persons(run, bought, grid)[0]
    rows: Rows = {
        (key, "varddygn_intern", ""): at_home,
        (key, "varddygn_extern", ""): outside,
        (key, "arsplatser", ""): places_home + places_out,
        (key, "arsplatser_intern", ""): places_home,
        (key, "arsplatser_extern", ""): places_out,
        (key, "placerade", ""): everyone,
        (key, "andel_hemmaplan_dygn", ""): ratio(at_home, at_home + outside),
        (key, "andel_hemmaplan_beslut", ""): ratio(home_starts, home_starts + bought_starts),
        (key, "andel_hemmaplan_personer", ""): 1 - ratio(away, everyone),
        (key, "andel_extern_dygn", ""): ratio(outside, at_home + outside),
        (key, "andel_extern_beslut", ""): ratio(bought_starts, home_starts + bought_starts),
    }
    return rows | {(key, "placerade", split("", malgrupp=network.groups[group])): by_group[group] for group in groups}


def _open_care(run: Run, key: str, areas: Sequence[str], grid: Grid) -> Rows:
    """Help without a place, in itself and beside the placements."""
    log = run.log
    stegs = [
        number
        for number in range(len(run.network.steg_names))
        if run.steg_area(number)[0] in areas and is_open_care(_steg(run, number))
    ]
    if not stegs:
        return {}
    here = np.concatenate([run.of_steg[number] for number in stegs])
    here = here[~np.isnan(log.start[here])]
    kinds = [_kind_of_care(run.plan.kommun.resurser[r.name], areas) for r in run.network.resources]
    bought = _records_in(run, kinds, "extern")
    placed = np.concatenate([_records_in(run, kinds, "boende"), bought])
    under_way = grid.mean(log.start[here], run.left[here])
    living = grid.mean(log.start[placed], run.left[placed])
    helped = persons(run, np.concatenate([here, placed]), grid)[0]
    return {
        (key, "pagaende_oppenvard", ""): under_way,
        (key, "personer_oppenvard", ""): persons(run, here, grid)[0],
        (key, "andel_oppenvard", ""): ratio(under_way, under_way + living),
        (key, "andel_hemmaplan_insatser", ""): 1 - ratio(persons(run, bought, grid)[0], helped),
    }


def is_open_care(steg: config.Steg) -> bool:
    """Unless it says so itself: a steg that needs nothing, gives no benefit, and is followed up or has hours."""
    if steg.oppenvard is not None:
        return steg.oppenvard
    helped = steg.uppfoljning is not None or steg.timmar is not None
    return steg.behov is None and steg.bistand_kr_per_manad is None and helped


def _steg(run: Run, number: int) -> config.Steg:
    area, name = run.steg_area(number)
    return run.plan.kommun.verksamheter[area].steg[name]


def _records_in(run: Run, kinds: list[str], kind: str) -> Ints:
    found = [run.of_resource[number] for number, its in enumerate(kinds) if its == kind]
    return np.concatenate([np.empty(0, dtype=np.int64), *found])


def _days(run: Run, records: Ints, grid: Grid) -> Floats:
    return grid.daily(per_day(run.log.start[records], run.left[records], int(run.network.end)))


def _places(run: Run, records: Ints, grid: Grid) -> Floats:
    taken = per_day(run.log.start[records], run.left[records], int(run.network.end), run.parts[records])
    return np.asarray(grid.daily(taken) / grid.days)


def _kind_of_care(resurs: config.Resurs, areas: Sequence[str]) -> str:
    if resurs.verksamhet not in areas or (isinstance(resurs, config.Boende) and not resurs.vardplats):
        return ""
    return resurs.typ
