"""Where a part of a kommun is close to a known queue: its exact value beside the simulated, and why they differ.

The load is what a year asks for in the long run (`sim.flows`); the formulas are those of `sim.analysis.queues`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import chdtri

from sim import config
from sim.analysis.queues import (
    Shared,
    impatient_queue,
    mean_queue,
    sd_of_mean_present,
    with_immediate_return,
    with_no_return,
)
from sim.analysis.theory_reasons import (
    Place,
    Reason,
    reasons_of_arrivals,
    reasons_of_capacity,
    reasons_of_home,
    reasons_of_start,
    reasons_of_stegs,
    reasons_of_team,
)
from sim.blocking import usable_places
from sim.calendars import Period
from sim.distributions import length_biased, mean
from sim.durations import from_config
from sim.flows import (
    Flow,
    Span,
    Station,
    flows_in,
    is_limited,
    kommun_in,
    mean_capacity,
    need_not_wait,
    stations,
    team_loads,
)
from sim.network import Network
from sim.periods import Floats
from sim.quantiles import Params
from sim.runs import Row
from sim.scenario import Plan
from sim.statistics import mean_interval
from sim.tables import Table
from sim.warmup import mean_beyond

LEVEL = 0.95
NODES = 24
"""Of the quadrature over a month."""
NO_CHANCE = 1e-9
NEXT_TO_NOTHING = 0.01
Stegs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Known:
    """A known queue and what it says. `rows`: the measures that answer to it, summed.

    `kind`: a number present, a queue, or the standard deviation of a number present between possible futures in the
    last month; the others are means over the year.

    `load` and `servers` in cases or places; NaN where there are none. `theory` is ∞ where the queue only grows.
    """

    area: str
    name: str
    what: str
    queue: str
    load: float
    servers: float
    theory: float
    rows: tuple[Row, ...]
    reasons: tuple[Reason, ...]
    kind: Literal["antal", "ko", "spridning"]

    @property
    def near(self) -> bool:
        """Whether what the formula rests on holds."""
        return not any(self.broken_by(reason) for reason in self.reasons)

    def broken_by(self, reason: Reason) -> bool:
        return reason.breaks in ("antal", self.kind)


@dataclass(frozen=True)
class Beside:
    """A known queue with the simulated value and its 95 % interval."""

    known: Known
    simulated: float
    low: float
    high: float

    @property
    def difference(self) -> float:
        """Simulated less exact, as a share of the exact; NaN of next to nothing, and of what only grows."""
        exact = self.known.theory
        return (self.simulated - exact) / exact if NEXT_TO_NOTHING < exact < math.inf else math.nan

    @property
    def within(self) -> bool:
        return self.low - NO_CHANCE <= self.known.theory <= self.high + NO_CHANCE


def place_in(plan: Plan, network: Network, year: Period) -> Place:
    span = Span(year.first, year.last)
    return Place(plan, network, kommun_in(plan, network, span), tuple(flows_in(plan, network, span)), span)


def known_queues(at: Place) -> list[Known]:
    """Every steg and resource that a formula is known for, verksamhet by verksamhet."""
    found = [*_free(at), *_teams(at), *(line for station in stations(at.kommun) for line in _station(at, station))]
    return sorted(found, key=lambda known: (known.area, found.index(known)))


def beside(known: Sequence[Known], table: Table, year: str) -> list[Beside]:
    """What a study found, in the same terms; without lines whose measure had nothing to measure."""
    made = []
    for each in known:
        months = [period for period in table.periods if period.startswith(f"{year}-")]
        period = months[-1] if (each.kind == "spridning") else year
        if any(row not in table.rows for row in each.rows):
            continue
        values: Floats = np.sum([table.of(row, period) for row in each.rows], axis=0)
        found = _spread_interval(values) if (each.kind == "spridning") else _mean_interval(values)
        if not math.isnan(found[0]):
            made.append(Beside(each, *found))
    return made


def _mean_interval(values: Floats) -> tuple[float, float, float]:
    found, low, high = (float(part[0]) for part in mean_interval(values[:, None]))
    return found, low, high


def _spread_interval(values: Floats) -> tuple[float, float, float]:
    """Standard deviation with its 95 % interval, as if the values were normal."""
    freedom = len(values) - 1
    sd = float(values.std(ddof=1)) if freedom else math.nan
    low, high = (sd * math.sqrt(freedom / chdtri(freedom, p)) for p in ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    return sd, low, high


def _free(at: Place) -> Iterator[Known]:
    """Stegs where nobody waits: M/G/∞."""
    for area, verksamhet in at.kommun.verksamheter.items():
        for name, steg in verksamhet.steg.items():
            behov = steg.behov
            bought = isinstance(behov, config.PlatsBehov) and not any(
                is_limited(at.kommun.resurser[place]) for place in usable_places(steg)
            )
            if behov is not None and not bought:
                continue
            stegs = ((area, name),)
            flows = at.flows_of(stegs)
            load = sum(flow.present for flow in flows)
            reasons = (
                *reasons_of_arrivals(at, stegs),
                *reasons_of_start(at, stegs),
                *reasons_of_stegs(at, stegs),
            )
            row = (area, "pagaende", name)
            if load > 0:
                yield Known(
                    area, steg.namn, "pågående i medel", "M/G/∞", load, math.nan, load, (row,), reasons, "antal"
                )
            if load > 0 and all(flow.lengths for flow in flows if flow.per_day > 0):
                sd = _sd_of_month(flows, at.span)
                what = "spridning mellan framtider, pågående i december"
                yield Known(area, steg.namn, what, "M/G/∞", load, math.nan, sd, (row,), reasons, "spridning")


def _sd_of_month(flows: Sequence[Flow], span: Span) -> float:
    """Of the mean number present over the last 31 days."""
    window = min(31.0, span.days)
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    nodes, weights = window * (nodes + 1) / 2, window * weights / 2
    beyond = np.array(
        [
            sum(
                rate * mean_beyond(length, s * flow.pace) / flow.pace for flow in flows for rate, length in flow.lengths
            )
            for s in nodes.tolist()
        ]
    )
    return sd_of_mean_present(beyond, nodes, weights, window)


def _cv(flows: Sequence[Flow]) -> float:
    """Coefficient of variation of the lengths of all who come."""
    parts = [(rate, length, flow.pace) for flow in flows for rate, length in flow.lengths if mean(length) > 0]
    if not parts or any(not flow.lengths for flow in flows if flow.per_day > 0):
        return 1.0
    return _cv_of(parts)


def _cv_of(parts: Sequence[tuple[float, Params, float]]) -> float:
    """Of a mixture of lengths: how many of each, the length, and operational days a day."""
    total = sum(rate for rate, *_ in parts)
    first = sum(rate * mean(length) / pace for rate, length, pace in parts) / total
    second = sum(rate * mean(length) * mean(length_biased(length)) / pace**2 for rate, length, pace in parts) / total
    return math.sqrt(max(second / first**2 - 1, 0.0))


def _teams(at: Place) -> Iterator[Known]:
    """Load by Little's law, and the queue as M/G/c with what follow-up and closing leave."""
    for name, load in team_loads(at.kommun, at.network, list(at.flows), at.span).items():
        team = at.kommun.resurser[name]
        stegs: Stegs = tuple(
            (area, steg_name)
            for area, verksamhet in at.kommun.verksamheter.items()
            for steg_name, steg in verksamhet.steg.items()
            if isinstance(steg.behov, config.TeamBehov) and steg.behov.team == name
        )
        if not stegs or load.need <= 0 or any(at.steg(*steg).tar_tillbaka for steg in stegs):
            continue
        reasons = (
            *reasons_of_team(at, load, stegs),
            *reasons_of_arrivals(at, stegs),
            *reasons_of_start(at, stegs),
            *reasons_of_stegs(at, stegs),
        )
        stable = load.offered < load.capacity
        carried = load.offered if stable else load.capacity
        row = (team.verksamhet, "belastning_arenden", name)
        size = load.offered, load.capacity
        what = "belastning, viktade ärenden"
        yield Known(team.verksamhet, team.namn, what, "Littles lag", *size, carried, (row,), reasons, "antal")
        flows = at.flows_of(stegs)
        cases = sum(flow.present for flow in flows)
        weight = load.need / cases
        servers = max(load.capacity - load.forced - load.closing, 0.0) / weight
        queue = mean_queue(servers, cases, _cv(flows)) if cases < servers else math.inf
        waiting = tuple((area, "ko", steg) for area, steg in stegs)
        yield Known(
            team.verksamhet, team.namn, "ofördelade ärenden", "M/G/c", cases, servers, queue, waiting, reasons, "ko"
        )


def _station(at: Place, station: Station) -> Iterator[Known]:
    """Own places of one kind, for cases that take equally much of one."""
    if len(station.places) > 1:
        return
    (place,) = station.places
    resurs = at.kommun.resurser[place]
    specs = [at.steg(*steg) for steg in station.stegs]
    needs = [steg.behov for steg in specs if isinstance(steg.behov, config.PlatsBehov)]
    places = mean_capacity(at.network, place, at.span)
    parts = {need.andel_plats for need in needs}
    if len(parts) > 1 or places <= 0 or not isinstance(resurs, config.Boende):
        return
    reasons = [
        *reasons_of_capacity(at, place),
        *reasons_of_arrivals(at, station.stegs),
        *reasons_of_start(at, station.stegs),
        *reasons_of_stegs(at, station.stegs),
    ]
    if len(needs) > 1:
        reasons.append(Reason("flera steg delar platserna"))
    servers = math.floor(places / parts.pop() + NO_CHANCE)
    if all(need_not_wait(at.kommun, steg) and not steg.tar_tillbaka for steg in specs):
        yield from _with_reserve(at, station, place, servers, reasons)
    elif all(need.reserv is None for need in needs):
        yield from _without_reserve(at, station, place, servers, reasons)


def _without_reserve(
    at: Place, station: Station, place: str, servers: int, reasons: Sequence[Reason]
) -> Iterator[Known]:
    """M/G/c, or Erlang A where those who wait give up."""
    resurs, flows = at.kommun.resurser[place], at.flows_of(station.stegs)
    load = sum(flow.present for flow in flows)
    patience = [steg.tar_tillbaka for steg in (at.steg(*s) for s in station.stegs)]
    rows = tuple((area, "ko", name) for area, name in station.stegs)
    if load <= 0 or (any(patience) and len(patience) > 1):
        return
    size = (load, float(servers))
    if patience[0]:
        days, tid = load / sum(flow.per_day for flow in flows), from_config(patience[0].tid)
        queue, _ = impatient_queue(servers, load, mean(tid) / days)
        far = max(abs(_cv(flows) - 1), abs(_cv_of([(1.0, tid, 1.0)]) - 1)) > 0.1
        told = Reason("vistelser och tålamod räknas som exponentialfördelade", "ko" if far else "")
        name = "Erlang A (M/M/c+M)"
        yield Known(resurs.verksamhet, resurs.namn, "i kö", name, *size, queue, rows, (*reasons, told), "ko")
        return
    queue = mean_queue(servers, load, _cv(flows))
    yield Known(resurs.verksamhet, resurs.namn, "i kö", "M/G/c", *size, queue, rows, tuple(reasons), "ko")


def _with_reserve(at: Place, station: Station, place: str, servers: int, reasons: Sequence[Reason]) -> Iterator[Known]:
    """Who gets no place at home goes to the reserv: for good, or home again the moment there is room."""
    resurs, flows = at.kommun.resurser[place], at.flows_of(station.stegs)
    here = [flow for flow in flows if flow.place == place]
    by_steg = {(flow.area, flow.steg): flow.days + flow.closing_days for flow in here}
    wanting = sum(flow.at_home for flow in flows)
    load = sum(flow.at_home * by_steg[flow.area, flow.steg] for flow in flows)
    if load <= 0:
        return
    behov = [need for need in (at.steg(*steg).behov for steg in station.stegs) if isinstance(need, config.PlatsBehov)]
    days = load / wanting
    limit = min(need.vanta_hogst_dagar or 0.0 for need in behov) / days
    why = [*reasons, *(reason for need in behov for reason in reasons_of_home(at, need))]
    outside_days = {flow.days + flow.closing_days for flow in flows if flow.place != place}
    if any(abs(each / days - 1) > 0.05 for each in outside_days):
        why.append(Reason("vistelserna är olika långa hemma och i reserven", "ko"))
    name = "M/M/c+D, ingen kommer hem" if limit else "Erlang B, ingen kommer hem"
    found: list[tuple[str, Shared]] = [(name, with_no_return(servers, load, limit))]
    if any(need.hemtagning for need in behov):
        found.append(("alla kommer hem så fort det finns plats", with_immediate_return(servers, load)))
    size = (load, float(servers))
    for queue, shared in found if servers else []:
        full = shared.home / servers
        row = (resurs.verksamhet, "belaggning", place)
        yield Known(resurs.verksamhet, resurs.namn, "beläggning, andel", queue, *size, full, (row,), tuple(why), "ko")
    reserves = {need.reserv for need in behov if need.reserv}
    others = [flow for flow in at.flows if flow.place in reserves and (flow.area, flow.steg) not in station.stegs]
    if len(reserves) != 1 or others:
        return
    (reserve,) = reserves
    owner = at.kommun.resurser[reserve]
    forced = sum(
        (flow.per_day - flow.at_home) * (flow.days + flow.closing_days) for flow in flows if flow.place == reserve
    )
    for queue, shared in found:
        outside = forced + shared.outside
        row = (owner.verksamhet, "arsplatser", reserve)
        yield Known(
            owner.verksamhet, owner.namn, "årsplatser i reserven", queue, *size, outside, (row,), tuple(why), "ko"
        )
