"""A kommun as flows without chance: how queues grow from today's stock, day by day, and when they pass three months.

Everybody is a fraction: of those in a steg, the share 1/mean leaves each day, and a resource takes from its
queues what it has room for, each queue its part. Who has a reserv without ceiling does not wait; blocking is left out.
A reckoning for what only grows, where chance matters little; what can be stable is for the simulation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim import config
from sim.distributions import mean
from sim.durations import from_config
from sim.flows import Flow, Flows, Span, kommun_in, need_not_wait, stations
from sim.network import THOUSAND, Network
from sim.paths import StepFunction
from sim.periods import Floats, Ints
from sim.scenario import Plan

THREE_MONTHS = 90
"""Days, as for decisions that are not carried out."""
YEAR = 365
SOMEBODY = 1e-6
"""Less than this of a person does not wait."""


@dataclass(frozen=True)
class Piece:
    """What holds for a time. By steg: daily shares that leave, are closed and give up; by queue and steg: weights.

    `onward` and `given_up_to` lead to a steg, or to the number after the last one: out.
    """

    leave: Floats
    close: Floats
    give_up: Floats
    onward: Floats
    given_up_to: Ints
    need: Floats
    follow: Floats
    closing: Floats


@dataclass(frozen=True)
class Fluid:
    """Days count from `first`. Cumulative, of shape (days, stegs): who has asked, and who has begun or given up."""

    first: float
    stegs: tuple[str, ...]
    asked: Floats
    served: Floats

    def queue(self, steg: str) -> Floats:
        number = self.stegs.index(steg)
        return np.asarray(self.asked[:, number] - self.served[:, number])

    def waited(self, steg: str, days: int = THREE_MONTHS) -> float | None:
        """The first day, from the start of the run, on which the oldest in the queue has waited so long."""
        number = self.stegs.index(steg)
        long_ago, now = self.asked[:-days, number], self.served[days:, number]
        late = np.flatnonzero(long_ago - now > SOMEBODY)
        return float(self.first + days + late[0]) if len(late) else None


def fluid(plan: Plan, network: Network, years_after: int = 0, known: Flows | None = None) -> Fluid:
    """Run a plan as flows from the start of the run to its end, and then on with its last year over and over."""
    known = known or Flows()
    spans = _spans(plan, network)
    queues = _queues(plan)
    pieces = [_piece(kommun_in(plan, network, span), network, known.of(plan, network, span), queues) for span in spans]
    days = np.arange(network.begin, network.end)
    after = network.end - YEAR + np.arange(years_after * YEAR) % YEAR
    pattern = np.concatenate([days, np.maximum(after, network.begin)])
    which = np.searchsorted([span.first for span in spans], pattern, side="right") - 1
    inflow = np.zeros((len(pattern), len(network.steg_names)))
    for each in network.inflows:
        inflow[:, each.first_steg] += _at(each.rate, pattern)
        for cohort in each.cohorts:
            if network.begin <= cohort.day < network.end:
                inflow[int(cohort.day - network.begin), each.first_steg] += cohort.count
    capacity = np.array([_capacity(network, queue, pattern) for queue in queues]).reshape(len(queues), len(pattern)).T
    present, finished, queued = _stock(network)
    asked, served = np.zeros(inflow.shape), np.zeros(inflow.shape)
    came, went, given_up = queued.copy(), np.zeros(len(queued)), np.zeros(len(queued))
    for day, number in enumerate(which.tolist()):
        piece = pieces[number]
        done = present * piece.leave
        present = present - done
        closed = np.where(piece.close < 1, finished * piece.close, finished + done)
        finished = finished + done - closed
        new = inflow[day] + closed @ piece.onward + np.bincount(piece.given_up_to, given_up, len(inflow[day]) + 1)[:-1]
        queued, came = queued + new, came + new
        taken = piece.need @ (present + finished) + piece.follow @ present + piece.closing @ finished
        wanted = piece.need @ queued
        room = np.where(wanted > 0, np.maximum(capacity[day] - taken, 0.0) / np.where(wanted > 0, wanted, 1.0), 1.0)
        begin = queued * np.where(piece.need > 0, np.minimum(room, 1.0)[:, None], 1.0).min(axis=0, initial=1.0)
        given_up = (queued - begin) * piece.give_up
        present, queued, went = present + begin, queued - begin - given_up, went + begin + given_up
        asked[day], served[day] = came, went
    return Fluid(network.begin, network.steg_names, asked, served)


def _spans(plan: Plan, network: Network) -> list[Span]:
    """Cut at every change of the configuration and of any pace."""
    edges = {network.begin, network.end, *(e.fran_dag for e in plan.epoker)}
    edges |= {time for path in network.pace if path is not None and len(path.times) < 100 for time in path.times}
    inner = sorted(edge for edge in edges if network.begin <= edge <= network.end)
    return [Span(first, last) for first, last in zip(inner, inner[1:], strict=False)]


def _queues(plan: Plan) -> list[tuple[str, ...]]:
    """What stegs wait for, each as the resources that stand in for each other: teams, and places."""
    kommun = plan.epoker[0].kommun
    teams = [(name,) for name, resurs in kommun.resurser.items() if isinstance(resurs, config.Team)]
    return [*teams, *(station.places for station in stations(kommun))]


def _piece(kommun: config.Kommun, network: Network, flows: Sequence[Flow], queues: Sequence[tuple[str, ...]]) -> Piece:
    count = len(network.steg_names)
    leave, close, give_up = np.ones(count), np.ones(count), np.zeros(count)
    onward, given_up_to = np.zeros((count, count)), np.full(count, count)
    need, follow, closing = (np.zeros((len(queues), count)) for _ in range(3))
    by_steg: dict[str, list[Flow]] = {}
    for flow in flows:
        by_steg.setdefault(f"{flow.area}.{flow.steg}", []).append(flow)
    place_of = {name: number for number, queue in enumerate(queues) for name in queue}
    for number, label in enumerate(network.steg_names):
        area, name = label.split(".", 1)
        steg, mine = kommun.verksamheter[area].steg[name], by_steg[label]
        total = sum(flow.per_day for flow in mine)
        shares = [flow.per_day / total if total > 0 else 1 / len(mine) for flow in mine]
        leave[number] = _daily(sum(s * f.days for s, f in zip(shares, mine, strict=True)))
        close[number] = _daily(sum(s * f.closing_days for s, f in zip(shares, mine, strict=True)))
        for share, flow in zip(shares, mine, strict=True):
            for target, part in flow.onward.items():
                onward[number, network.steg_number(f"{area}.{target}")] += share * part
        if steg.tar_tillbaka:
            give_up[number] = _daily(mean(from_config(steg.tar_tillbaka.tid)))
            if steg.nasta_vid_avhopp not in (None, config.AVSLUT):
                given_up_to[number] = network.steg_number(f"{area}.{steg.nasta_vid_avhopp}")
        if isinstance(steg.behov, config.TeamBehov):
            need[place_of[steg.behov.team], number] = steg.behov.vikt
        elif isinstance(steg.behov, config.PlatsBehov) and not need_not_wait(kommun, steg):
            waits = sum(f.at_home for f in mine) / total if total > 0 else 1.0
            need[place_of[steg.behov.plats[0]], number] = steg.behov.andel_plats * waits
        for part_of, weights in ((steg.uppfoljning, follow), (steg.avslut, closing)):
            if part_of:
                weights[place_of[part_of.team], number] += part_of.vikt
    return Piece(leave, close, give_up, onward, given_up_to, need, follow, closing)


def _daily(days: float) -> float:
    """The share that leaves in a day, of those who stay so many days in the mean: so that Little's law is exact."""
    return min(1 / days, 1.0) if days > 0 else 1.0


def _at(path: StepFunction, days: Floats) -> Floats:
    times, values = path.arrays()
    return np.asarray(values[np.maximum(np.searchsorted(times, days, side="right") - 1, 0)])


def _capacity(network: Network, names: tuple[str, ...], days: Floats) -> Floats:
    """Of what stands in for each other, together."""
    paths = [network.resources[network.resource_number(name)].capacity for name in names]
    return np.asarray(sum(_at(path, days) for path in paths if path is not None) / THOUSAND)


def _stock(network: Network) -> tuple[Floats, Floats, Floats]:
    """Who is present, who waits to be closed, and who queues, by steg, when the run begins."""
    present, finished, queued = (np.zeros(len(network.steg_names)) for _ in range(3))
    kinds: Mapping[str, Floats] = {"stay": present, "blocked": present, "closing": finished, "queue": queued}
    for stock in network.stock:
        kinds[stock.kind][stock.steg] += stock.count
    return present, finished, queued
