"""Queues that cannot be stable: more is asked of a team, or of places without a way out, than there is room for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sim import config
from sim.analysis.fluid import fluid
from sim.calendars import years
from sim.flows import (
    Flow,
    Flows,
    Span,
    can_go_elsewhere,
    kommun_in,
    mean_capacity,
    station_load,
    stations,
    team_loads,
)
from sim.network import Network
from sim.scenario import Plan

YEARS_AFTER = 10
"""So many years after the run are reckoned with, as its last year."""


@dataclass(frozen=True)
class Overload:
    """One resource (or places that stand in for each other) in one scenario. Loads are those of the worst year.

    `stegs`: who waits for it, as (verksamhet, steg). `waited`: the first day, from the start of the run, on which the
    oldest in the queue has waited three months, reckoned without chance; None if not within `YEARS_AFTER` years.
    """

    scenario: str
    names: tuple[str, ...]
    stegs: tuple[tuple[str, str], ...]
    years: tuple[str, ...]
    load: float
    capacity: float
    waited: float | None

    @property
    def ratio(self) -> float:
        """Load as a share of capacity; ∞ where there is no capacity."""
        return self.load / self.capacity if self.capacity > 0 else float("inf")


@dataclass(frozen=True)
class Asked:
    """What is asked of one resource in one year."""

    names: tuple[str, ...]
    stegs: tuple[tuple[str, str], ...]
    load: float
    capacity: float


def overloads(plan: Plan, network: Network, known: Flows | None = None) -> list[Overload]:
    """Of a plan, in order of resource. Nothing is simulated. `known`: flows of other plans of the same kommun."""
    known = known or Flows()
    found: dict[tuple[str, ...], list[tuple[str, Asked]]] = {}
    for year in years(network.start, network.end):
        span = Span(year.first, year.last)
        for asked in _asked(kommun_in(plan, network, span), network, known.of(plan, network, span), span):
            if asked.load > 0 and asked.load >= asked.capacity:
                found.setdefault(asked.names, []).append((year.label, asked))
    if not found:
        return []
    flows = fluid(plan, network, YEARS_AFTER, known)
    made = []
    for names, by_year in sorted(found.items()):
        worst = max((asked for _, asked in by_year), key=lambda asked: asked.load - asked.capacity)
        days = [day for area, steg in worst.stegs if (day := flows.waited(f"{area}.{steg}")) is not None]
        labels = tuple(label for label, _ in by_year)
        made.append(Overload(plan.id, names, worst.stegs, labels, worst.load, worst.capacity, min(days, default=None)))
    return made


def _asked(kommun: config.Kommun, network: Network, flows: list[Flow], span: Span) -> Iterator[Asked]:
    """Teams that somebody waits for, and places that somebody must have."""
    stegs = [
        (area, name, steg) for area, verksamhet in kommun.verksamheter.items() for name, steg in verksamhet.steg.items()
    ]
    for name, load in team_loads(kommun, network, flows, span).items():
        waits = tuple((a, n) for a, n, s in stegs if isinstance(s.behov, config.TeamBehov) and s.behov.team == name)
        endless = [(a, n) for a, n in waits if not can_go_elsewhere(kommun, kommun.verksamheter[a].steg[n])]
        if endless and load.need > 0:
            yield Asked((name,), tuple(endless), load.offered, load.capacity)
    for station in stations(kommun):
        waits = tuple((a, n) for a, n in station.stegs if not can_go_elsewhere(kommun, kommun.verksamheter[a].steg[n]))
        if waits:
            room = sum(mean_capacity(network, place, span) for place in station.places)
            yield Asked(station.places, waits, station_load(kommun, flows, station), room)
