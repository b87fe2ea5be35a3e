"""What a year asks of every steg and resource in the long run: how many come a day, how long they stay, where next.

By the traffic equations (`sim.traffic`) with the year's mean inflow and pace. Queues change nothing here: what is
asked for is asked for whether there is room or not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim import config
from sim.blocking import usable_places
from sim.build import at_epoch
from sim.calendars import DAYS_PER_YEAR
from sim.distributions import mean
from sim.durations import from_config
from sim.network import THOUSAND, Network
from sim.quantiles import Params
from sim.scenario import Plan
from sim.stock import ages_by_group
from sim.traffic import Ways, visit_rates


class Span(NamedTuple):
    """Days from the start of the run: [first, last)."""

    first: float
    last: float

    @property
    def days(self) -> float:
        return self.last - self.first


@dataclass(frozen=True)
class Flow:
    """Stays of a steg that begin in one resource (`config.UTAN_RESURS`: in none), of all målgrupper together.

    `per_day` begin, `at_home` of them can be helped at home. They last `days` days in the mean, in calendar time, and
    `closing_days` more of closing. `onward`: shares that go on to other stegs. `lengths`: the different lengths in
    operational days, where no age limit cuts them, and how many of each begin a day; `pace` operational days a day.
    """

    area: str
    steg: str
    place: str
    per_day: float
    at_home: float
    days: float
    closing_days: float
    onward: Mapping[str, float]
    lengths: tuple[tuple[float, Params], ...]
    pace: float

    @property
    def present(self) -> float:
        """How many there are in the long run, by Little's law."""
        return self.per_day * (self.days + self.closing_days)


def kommun_in(plan: Plan, network: Network, span: Span) -> config.Kommun:
    """The kommun as it is at the end of a span, with the span's mean inflow: season, trend and drivers included."""
    kommun, rates = _end_of(plan, span), _rates(network, span)
    areas = {}
    for area, verksamhet in kommun.verksamheter.items():
        inflode = {
            name: each.model_copy(update={"per_ar": rates[f"{area}.{name}"]})
            for name, each in verksamhet.inflode.items()
        }
        areas[area] = verksamhet.model_copy(update={"inflode": inflode})
    return kommun.model_copy(update={"verksamheter": areas})


def _end_of(plan: Plan, span: Span) -> config.Kommun:
    return at_epoch(plan.epoker, np.nextafter(span.last, -np.inf)).kommun


def _rates(network: Network, span: Span) -> dict[str, float]:
    """Mean inflow a year, by its name."""
    return {
        inflow.name: inflow.rate.integral(span.first, span.last) / span.days * DAYS_PER_YEAR
        for inflow in network.inflows
    }


def flows_in(plan: Plan, network: Network, span: Span) -> list[Flow]:
    """Every steg and resource of a plan, as a span of its days asks."""
    return Flows().of(plan, network, span)


class Flows:
    """`flows_in` of spans and plans of one kommun; what has the same configuration, inflow and pace is done once."""

    def __init__(self) -> None:
        self._ways = Ways()
        self._known: dict[tuple[object, ...], tuple[object, list[Flow]]] = {}

    def of(self, plan: Plan, network: Network, span: Span) -> list[Flow]:
        written, kommun, found = _end_of(plan, span), kommun_in(plan, network, span), list[Flow]()
        for area, verksamhet in written.verksamheter.items():
            nulage = written.nulage.get(area)
            paces = [_pace(network, f"{area}.{name}", span) for name in verksamhet.steg]
            rates = (each.per_ar for each in kommun.verksamheter[area].inflode.values())
            key = id(verksamhet), id(nulage), *paces, *rates
            if key not in self._known:
                made = _flows(kommun, area, list(network.groups), paces, self._ways)
                self._known[key] = (verksamhet, nulage), made  # kept, so that nothing else gets their ids
            found += self._known[key][1]
        return found


def _pace(network: Network, steg: str, span: Span) -> float:
    path = network.pace[network.steg_number(steg)]
    return 1.0 if path is None else path.integral(span.first, span.last) / span.days


def _flows(kommun: config.Kommun, area: str, groups: list[str], paces: Sequence[float], ways: Ways) -> list[Flow]:
    verksamhet = kommun.verksamheter[area]
    ages = ages_by_group(verksamhet, groups)
    rates, at_home = visit_rates(kommun, area, groups, ages, ways)
    found = []
    for (name, steg), pace in zip(verksamhet.steg.items(), paces, strict=True):
        home = {place: by_group / DAYS_PER_YEAR for place, by_group in rates[name].items()}
        last = usable_places(steg)[-1]
        elsewhere = sum((by_group for place, by_group in home.items() if place != last), np.zeros(len(groups)))
        home[last] = np.maximum(at_home[name] / DAYS_PER_YEAR - elsewhere, 0.0)
        for place, by_group in rates[name].items():
            per_day = by_group / DAYS_PER_YEAR
            found.append(_flow(area, name, place, steg, groups, ages, per_day, float(home[place].sum()), pace, ways))
    return found


def _flow(
    area: str,
    name: str,
    place: str,
    steg: config.Steg,
    groups: list[str],
    ages: tuple[Params | None, ...],
    per_day: np.ndarray,
    at_home: float,
    pace: float,
    ways: Ways,
) -> Flow:
    total = float(per_day.sum())
    weights = per_day / total if total > 0 else np.full(len(groups), 1 / len(groups))
    days, closed, onward, lengths = 0.0, 0.0, dict[str, float](), list[tuple[float, Params]]()
    for group, age, weight, rate in zip(groups, ages, weights.tolist(), per_day.tolist(), strict=True):
        if weight == 0:
            continue
        mine, shares = ways.on(steg, group, place, age)
        days += weight * mine
        for target, share in shares.items():
            if target != config.AVSLUT:
                onward[target] = onward.get(target, 0.0) + weight * share
        for utfall in steg.utfall.values():
            outcome = utfall.resolved(group, place)
            closed += weight * outcome.andel * outcome.avslut
            lengths.append((rate * outcome.andel, from_config(outcome.tid)))
    closing = closed * mean(from_config(steg.avslut.tid)) if steg.avslut else 0.0
    whole = () if steg.till_alder is not None else tuple(each for each in lengths if each[0] > 0)
    return Flow(area, name, place, total, at_home, days / pace, closing, onward, whole, pace)


@dataclass(frozen=True)
class TeamLoad:
    """Weighted open cases that a team is asked to carry, by what they are; `capacity` is how many it can."""

    name: str
    need: float
    forced: float
    closing: float
    capacity: float

    @property
    def offered(self) -> float:
        return self.need + self.forced + self.closing


def team_loads(kommun: config.Kommun, network: Network, flows: list[Flow], span: Span) -> dict[str, TeamLoad]:
    """By team. `kommun`: as it is in the span."""
    need, forced, closing = (dict[str, float]() for _ in range(3))

    def add(to: dict[str, float], team: str, amount: float) -> None:
        to[team] = to.get(team, 0.0) + amount

    for flow in flows:
        steg = kommun.verksamheter[flow.area].steg[flow.steg]
        if isinstance(steg.behov, config.TeamBehov):
            add(need, steg.behov.team, flow.per_day * (flow.days + flow.closing_days) * steg.behov.vikt)
        if steg.uppfoljning:
            add(forced, steg.uppfoljning.team, flow.per_day * flow.days * steg.uppfoljning.vikt)
        if steg.avslut:
            add(closing, steg.avslut.team, flow.per_day * flow.closing_days * steg.avslut.vikt)
    return {
        name: TeamLoad(
            name,
            need.get(name, 0.0),
            forced.get(name, 0.0),
            closing.get(name, 0.0),
            mean_capacity(network, name, span),
        )
        for name, resurs in kommun.resurser.items()
        if isinstance(resurs, config.Team)
    }


def mean_capacity(network: Network, resource: str, span: Span) -> float:
    """Weighted cases or places over a span; ∞ where unlimited."""
    capacity = network.resources[network.resource_number(resource)].capacity
    return float("inf") if capacity is None else capacity.integral(span.first, span.last) / span.days / THOUSAND


@dataclass(frozen=True)
class Station:
    """Places that stand in for each other, since the same stegs ask for them; `stegs` as (verksamhet, steg)."""

    places: tuple[str, ...]
    stegs: tuple[tuple[str, str], ...]


def stations(kommun: config.Kommun) -> list[Station]:
    """Limited places (a capped reserv too) by who asks for them, in order of name."""
    group: dict[str, set[str]] = {}
    users: dict[str, list[tuple[str, str]]] = {}
    for area, verksamhet in kommun.verksamheter.items():
        for name, steg in verksamhet.steg.items():
            if not isinstance(steg.behov, config.PlatsBehov):
                continue
            limited = [place for place in usable_places(steg) if is_limited(kommun.resurser[place])]
            together = set(limited).union(*(group.get(place, set()) for place in limited))
            for place in together:
                group[place] = together
            for place in limited:
                users.setdefault(place, []).append((area, name))
    found = {tuple(sorted(together)) for together in group.values()}
    return [
        Station(places, tuple(dict.fromkeys(user for place in places for user in users[place])))
        for places in sorted(found)
    ]


def is_limited(resurs: config.Resurs) -> bool:
    return not (isinstance(resurs, config.Extern) and resurs.tak is None)


def need_not_wait(kommun: config.Kommun, steg: config.Steg) -> bool:
    """Whether there is a place without ceiling that the case may have at once, or in a reserv after a limit."""
    behov = steg.behov
    if not isinstance(behov, config.PlatsBehov):
        return False
    reserve = behov.reserv if behov.vanta_hogst_dagar is not None else None
    return any(not is_limited(kommun.resurser[place]) for place in (*behov.plats, *filter(None, [reserve])))


def can_go_elsewhere(kommun: config.Kommun, steg: config.Steg) -> bool:
    """Whether nobody can wait for ever, since there is a reserv or patience ends."""
    return steg.tar_tillbaka is not None or need_not_wait(kommun, steg)


def station_load(kommun: config.Kommun, flows: list[Flow], station: Station) -> float:
    """Places that those who cannot go elsewhere would take."""
    total = 0.0
    for flow in flows:
        steg = kommun.verksamheter[flow.area].steg[flow.steg]
        if (flow.area, flow.steg) in station.stegs and not can_go_elsewhere(kommun, steg):
            assert isinstance(steg.behov, config.PlatsBehov)
            waits = flow.place in steg.behov.plats or is_limited(kommun.resurser[flow.place])
            begin = flow.per_day if waits else flow.at_home
            total += begin * (flow.days + flow.closing_days) * steg.behov.andel_plats
    return total
