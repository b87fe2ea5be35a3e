"""What measures and costs need to know of a plan and its periods, whatever happens in a replication."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim import config
from sim.build import at_epoch
from sim.calendars import Period, days_in_year
from sim.intervals import Cuts, cuts_at
from sim.network import Network
from sim.parts import Part, parts_of
from sim.periods import Floats, Grid, Ints, edges_of, make_grid
from sim.scenario import Plan


@dataclass(frozen=True)
class Setting:
    """A plan, its network, the run's calendar months, and the periods made of them that are asked for."""

    plan: Plan
    network: Network
    monthly: tuple[Period, ...]
    grid: Grid

    @property
    def kommun(self) -> config.Kommun:
        """The kommun as it is when the run begins."""
        return self.plan.epoker[0].kommun

    @property
    def areas(self) -> list[str]:
        return sorted(self.kommun.verksamheter)

    @cached_property
    def stegs(self) -> tuple[tuple[str, str, config.Steg], ...]:
        """(verksamhet, name, configuration) of each steg, by its number."""
        pairs = [label.split(".", 1) for label in self.network.steg_names]
        return tuple((area, name, self.kommun.verksamheter[area].steg[name]) for area, name in pairs)

    @cached_property
    def resources(self) -> tuple[tuple[str, str, config.Resurs], ...]:
        """(verksamhet, name, configuration) of each resource, by its number."""
        found = [(resource.name, self.kommun.resurser[resource.name]) for resource in self.network.resources]
        return tuple((resurs.verksamhet, name, resurs) for name, resurs in found)

    @cached_property
    def area_of_steg(self) -> Ints:
        """The number of each steg's verksamhet among `areas`."""
        return np.array([self.areas.index(area) for area, _, _ in self.stegs], dtype=np.int64)

    @cached_property
    def area_of_resource(self) -> Ints:
        """The number of the verksamhet that owns each resource."""
        return np.array([self.areas.index(area) for area, _, _ in self.resources], dtype=np.int64)

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The verksamheter, those together that share a resource."""
        return parts_of(self.kommun)

    def stegs_of(self, area: str) -> list[int]:
        return [number for number, (its_area, _, _) in enumerate(self.stegs) if its_area == area]

    def resources_of(self, area: str, kind: type) -> list[int]:
        """The resources of a kind that a verksamhet owns."""
        found = enumerate(self.resources)
        return [number for number, (owner, _, resurs) in found if owner == area and isinstance(resurs, kind)]

    def groups_of(self, area: str) -> list[int]:
        """The målgrupper that come to a verksamhet; empty where there is only one, so that nothing can be split."""
        names = {g for inflode in self.kommun.verksamheter[area].inflode.values() for g in inflode.malgrupper}
        return [self.network.groups.index(name) for name in sorted(names)] if len(names) > 1 else []

    @cached_property
    def months(self) -> Cuts:
        return cuts_at(edges_of(self.monthly))

    @cached_property
    def pieces(self) -> Cuts:
        """Time cut at the months and at the epochs, so that all that is configured is the same within a piece."""
        edges = self.months.edges
        inner = [epoch.fran_dag for epoch in self.plan.epoker if edges[0] < epoch.fran_dag < edges[-1]]
        return cuts_at(np.unique(np.concatenate([edges, inner])))

    @cached_property
    def month_of_piece(self) -> Ints:
        return np.searchsorted(self.months.edges, self.pieces.edges[:-1], side="right") - 1

    @cached_property
    def first_piece(self) -> Ints:
        """Of each month."""
        return np.searchsorted(self.pieces.edges, self.months.edges[:-1])

    @property
    def year_of_piece(self) -> list[int]:
        return [int(self.monthly[month].label[:4]) for month in self.month_of_piece.tolist()]

    def at(self, time: float) -> config.Kommun:
        """The kommun as it is at a time."""
        return at_epoch(self.plan.epoker, time).kommun

    @cached_property
    def in_piece(self) -> tuple[config.Kommun, ...]:
        """The kommun as it is in each piece."""
        return tuple(self.at(first) for first in self.pieces.edges[:-1].tolist())

    def by_piece(self, amount: Callable[[config.Kommun], float]) -> Floats:
        """What is in force in each piece."""
        return np.array([amount(kommun) for kommun in self.in_piece], dtype=np.float64)

    def by_month(self, amount: Callable[[config.Kommun], float]) -> Floats:
        """What is in force when each month begins."""
        return self.by_piece(amount)[self.first_piece]

    def summed(self, amount: Callable[[config.Kommun], float], per_year: bool = False) -> Floats:
        """An amount per day (or per calendar year) that is in force from epoch to epoch, summed by month."""
        days = np.array([days_in_year(year) if per_year else 1 for year in self.year_of_piece])
        return self.to_months(self.by_piece(amount) * np.diff(self.pieces.edges) / days)

    def to_months(self, pieces: Floats) -> Floats:
        return np.add.reduceat(pieces, self.first_piece, axis=-1)


def make_setting(plan: Plan, network: Network, periods: Sequence[Period], monthly: Sequence[Period]) -> Setting:
    """`periods` are made of whole months; `monthly` are the run's calendar months."""
    return Setting(plan, network, tuple(monthly), make_grid(periods, monthly))
