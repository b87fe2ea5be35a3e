"""The reference engine: SimPy processes for inflows and cases. Readable first; `modell.md` is its contract.

Each case is a process that asks, waits, stays, is closed and moves on (`_life`). Who is let in when is decided by
`queues`.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import simpy

from sim.cases import FROM_STOCK, Cases
from sim.distributions import cdf, lognormal, mean, quantile, round_duration
from sim.engine.clock import Clock
from sim.engine.order import Happening
from sim.engine.queues import Queues
from sim.engine.resources import Place
from sim.engine.stays import NOT_YET, Case, Stay
from sim.network import EXIT, FOREVER, NONE, Network, Outcome
from sim.paths import TICK, advance, operational
from sim.present import Present
from sim.randomness import Purpose, uniform
from sim.special import coupled
from sim.visits import ALDERSGRANS, AVHOPP, HEMTAGEN, Record, VisitLog, visit_log

Process = Generator[simpy.Event, Any, Any]


def run(network: Network, cases: Cases, seed: int, replication: int) -> VisitLog:
    """Simulate one replication. Pure: the same arguments give the same log."""
    return Simulation(network, cases, seed, replication).run()


class Simulation:
    """The state of one run."""

    def __init__(self, network: Network, cases: Cases, seed: int, replication: int) -> None:
        self.network = network
        self.cases = cases
        self.seed = seed
        self.replication = replication
        self.clock = Clock(network.begin)
        self.queues = self._new_queues()
        self.present: dict[Stay, None] = {}
        self.records: list[Record] = []
        self._pace = [None if path is None else path.arrays() for path in network.pace]

    def _new_queues(self) -> Queues:
        return Queues(self.network, self.clock, self._moved_home)

    def run(self) -> VisitLog:
        for stock in self.cases.present:
            self._admit_stock(stock)
        for number in range(len(self.network.inflows)):
            self.clock.process(self._arrivals(number))
        self.clock.run(until=self.network.end)
        for stay in self.present:
            self.records.append(stay.record(NOT_YET, self.network.end))
        return visit_log(self.records)

    def _draw(self, stay: Stay, purpose: Purpose) -> float:
        """The case's own draw for a purpose at this visit."""
        key = self.network.steg_keys[stay.steg]
        return float(uniform(self.seed, self.replication, stay.case.key, key, stay.visit, int(purpose)))

    def _decide(self, stay: Stay, purpose: Purpose) -> float:
        """A draw that siblings share: decisions are made for the family."""
        key = self.network.steg_keys[stay.steg]
        return float(uniform(self.seed, self.replication, stay.case.family, key, stay.visit, int(purpose)))

    def _arrivals(self, inflow: int) -> Process:
        arrivals = self.cases.arrivals
        chosen = arrivals.inflow == inflow
        first = self.network.inflows[inflow].first_steg
        columns = (arrivals.key, arrivals.time, arrivals.group, arrivals.family, arrivals.weight, arrivals.born)
        for key, time, group, family, weight, born in zip(*(c[chosen].tolist() for c in columns), strict=True):
            yield self.clock.at(time, Happening.ARRIVAL, key)
            case = Case(key, inflow, group, family, weight, born)
            self.clock.process(self._life(self._ask(case, first, time)))

    def _life(self, stay: Stay, held: Stay | None = None) -> Process:
        """From steg to steg until the case leaves. `held` keeps its place while the next steg is waited for."""
        case = stay.case
        while True:
            started = stay.under_way or (yield from self._wait(stay, held))
            if started:
                if held is not None:
                    self._leave(held)
                    held = None
                stay.alarm = self.clock.at(stay.end, Happening.END, case.key, stay.visit)
                yield stay.alarm
                outcome = self._outcome(stay)
                if outcome.closing:
                    yield from self._close(stay)
                steg = self._route(stay)
                if outcome.stays and steg != EXIT:
                    held = stay
                else:
                    self._leave(stay)
            else:
                steg = stay.asked_spec.patience_next
            if steg == EXIT:
                break
            stay = self._ask(case, steg, self.clock.now)
        if held is not None:
            self._leave(held)

    def _ask(self, case: Case, steg: int, asked: float, from_stock: bool = False) -> Stay:
        spec = self.network.spec(steg, asked)
        stay = Stay(case, steg, case.next_visit(steg), spec, asked, from_stock=from_stock)
        share = spec.home_share[case.group]
        if share < 1.0:
            u = coupled(self._decide(stay, Purpose.HEMMA), case.weight, spec.weight_home)
            stay.home_possible = u < share
        self.present[stay] = None
        return stay

    def _wait(self, stay: Stay, held: Stay | None) -> Process:
        """Queue until started (True) or withdrawn (False)."""
        spec = stay.asked_spec
        if spec.needs_nothing:
            self._begin(stay)
            return True
        if held is not None:
            self._block(held)
        stay.waiting = True
        stay.signal = simpy.Event(self.clock)
        key, visit = stay.case.key, stay.visit
        if spec.team != NONE:
            self.queues.join(stay, (spec.team,))
        else:
            self.queues.join(stay, spec.allowed_places(stay.home_possible))
            if stay.home_possible and spec.wait_limit < FOREVER:
                limit = float(round_duration(spec.wait_limit)) if spec.wait_limit else 0.0
                time = max(self.clock.now, stay.requested + limit)
                self.clock.at(time, Happening.LIMIT, key, visit, lambda _: self._limit_reached(stay))
        if spec.patience is not None:
            self.clock.at(self._gives_up_at(stay), Happening.PATIENCE, key, visit, lambda _: self._give_up(stay))
        started: bool = yield stay.signal
        if started:
            self._begin(stay)
        return started

    def _gives_up_at(self, stay: Stay) -> float:
        """When patience ends, given that it has lasted until now."""
        params = stay.asked_spec.patience
        assert params is not None
        u = self._draw(stay, Purpose.TALAMOD)
        waited = self.clock.now - stay.requested
        if waited > 0:
            lasted = float(cdf(params, waited))
            u = min(lasted + u * (1 - lasted), 1 - 2.0**-53)
        return max(self.clock.now, stay.requested + float(round_duration(quantile(params, u))))

    def _limit_reached(self, stay: Stay) -> None:
        """Has waited as long as allowed for a place: the reserv will do too."""
        if stay.waiting:
            self.queues.join(stay, (*stay.lines, stay.asked_spec.reserve))

    def _give_up(self, stay: Stay) -> None:
        if stay.waiting:
            assert stay.signal is not None
            stay.waiting = False
            stay.flags |= AVHOPP
            stay.target = stay.asked_spec.patience_next
            self.queues.leave_lines(stay)
            self._write(stay)
            self.clock.fire(stay.signal, False)

    def _begin(self, stay: Stay) -> None:
        """The stay starts: outcome, length and price are drawn once, for the resource it starts in."""
        now = self.clock.now
        spec = self.network.spec(stay.steg, now)
        stay.spec = spec
        stay.start = now
        stay.began_in = stay.resource
        stay.outcome = spec.variant(stay.case.group, stay.resource).shares.pick(self._decide(stay, Purpose.UTFALL))
        stay.end = self._end_after(stay.steg, now, self._length(stay, Purpose.LANGD))
        self._heed_age(stay)
        self._set_price(stay)
        self.queues.follow(stay)
        if stay.uses_reserve and stay.asked_spec.recall and stay.home_possible:
            self.queues.hope_for_home(stay)

    def _length(self, stay: Stay, purpose: Purpose) -> float:
        """Operational days, for the målgrupp and the resource the stay is in."""
        assert stay.spec is not None
        u = coupled(self._draw(stay, purpose), stay.case.weight, stay.spec.weight_length)
        params = stay.spec.variant(stay.case.group, stay.resource).lengths[stay.outcome]
        return float(round_duration(quantile(params, u)))

    def _heed_age(self, stay: Stay) -> None:
        """The stay ends at the latest on the day of an age limit; at once if that has passed."""
        assert stay.spec is not None
        stay.unlimited_end = stay.end
        limit = stay.case.born + stay.spec.age_limit
        if stay.end > limit:
            stay.end = max(limit, self.clock.now + TICK)
            stay.flags |= ALDERSGRANS

    def _end_after(self, steg: int, start: float, work: float) -> float:
        pace = self._pace[steg]
        return start + work if pace is None else float(advance(pace[0], pace[1], start, work))

    def _set_price(self, stay: Stay) -> None:
        assert stay.spec is not None
        cv = stay.spec.price_cv[stay.resource] if stay.resource != NONE else 0.0
        if cv == 0:
            stay.price = 1.0
        else:
            u = coupled(self._draw(stay, Purpose.PRIS), stay.case.weight, stay.spec.weight_price)
            stay.price = float(quantile(lognormal(1.0, cv), u))

    def _outcome(self, stay: Stay) -> Outcome:
        assert stay.spec is not None
        return stay.spec.outcomes[stay.outcome]

    def _close(self, stay: Stay) -> Process:
        """The stay runs on until its team has closed it."""
        assert stay.spec is not None and stay.spec.closing_time is not None
        self.queues.leave_lines(stay)
        stay.signal = simpy.Event(self.clock)
        self.queues.ask_closing(stay)
        yield stay.signal
        time = float(round_duration(quantile(stay.spec.closing_time, self._draw(stay, Purpose.AVSLUT_TID))))
        yield self.clock.at(self.clock.now + time, Happening.CLOSED, stay.case.key, stay.visit)
        stay.closed = self.clock.now
        self.queues.closed(stay)

    def _route(self, stay: Stay) -> int:
        """Where next, by the shares of the day."""
        spec = self.network.spec(stay.steg, self.clock.now)
        table = spec.variant(stay.case.group, stay.began_in).routings[stay.outcome]
        if stay.flags & ALDERSGRANS and spec.age_routing is not None:
            table = spec.age_routing
        stay.target = table.pick(self._decide(stay, Purpose.NASTA))
        return stay.target

    def _block(self, stay: Stay) -> None:
        """Finished, but keeps its place: follow-up goes on, and from a reserv it may still come home."""
        if stay.blocked:
            return
        stay.blocked = True
        self.queues.follow(stay)
        if stay.in_reserve and not stay.lines and stay.hold == NONE:
            self.queues.join(stay, stay.asked_spec.places)

    def _leave(self, stay: Stay) -> None:
        """Give back everything the stay holds, and write its record."""
        self.queues.leave_lines(stay)
        if stay.hold != NONE:
            self.queues.drop_hold(stay)
        self.queues.stop_following(stay)
        self.queues.vacate(stay)
        self._write(stay)

    def _write(self, stay: Stay) -> None:
        del self.present[stay]
        self.records.append(stay.record(self.clock.now, self.network.end))

    def _moved_home(self, stay: Stay, place: Place) -> None:
        """The notice is over: the stay goes on at home, as a second record."""
        self.records.append(stay.record(self.clock.now, self.network.end, moved=True))
        stay.part += 1
        stay.flags |= HEMTAGEN
        stay.start = self.clock.now
        stay.resource = place.number
        stay.in_reserve = False
        self._set_price(stay)
        if not stay.blocked:
            self._length_at_home(stay)

    def _length_at_home(self, stay: Stay) -> None:
        """A new length where the home has its own; otherwise what remains, times the ratio of the mean lengths."""
        assert stay.spec is not None
        now = self.clock.now
        before, home = (stay.spec.variant(stay.case.group, r) for r in (stay.began_in, stay.resource))
        if stay.asked_spec.recall_new:
            stay.outcome = home.shares.pick(self._decide(stay, Purpose.HEM_UTFALL))
            end = self._end_after(stay.steg, now, self._length(stay, Purpose.HEM_LANGD))
            stay.began_in = stay.resource
        elif home is not before:
            ratio = float(mean(home.lengths[stay.outcome])) / float(mean(before.lengths[stay.outcome]))
            pace = self._pace[stay.steg]
            end = stay.unlimited_end
            left = end - now if pace is None else float(operational(pace[0], pace[1], now, end))
            end = self._end_after(stay.steg, now, float(round_duration(left * ratio)))
        else:
            return
        stay.flags &= ~ALDERSGRANS
        stay.end = end
        self._heed_age(stay)
        assert stay.alarm is not None
        stay.alarm = self.clock.move_alarm(stay.alarm, stay.end, Happening.END, stay.case.key, stay.visit)

    def _admit_stock(self, present: Present) -> None:
        """Put the cases of the stock where they are."""
        stock = present.stock
        columns = (present.key, present.group, present.weight, present.born)
        for index, (key, group, weight, born) in enumerate(zip(*(c.tolist() for c in columns), strict=True)):
            case = Case(key, FROM_STOCK, group, key, weight, born)
            elapsed = float(present.elapsed[index])
            if stock.kind == "queue":
                self.clock.process(self._life(self._ask(case, stock.steg, -elapsed, from_stock=True)))
                continue
            stay = self._resume(case, present, index)
            if stock.kind == "blocked":
                stay.target = stock.target
                asking = self._ask(case, stock.target, stay.end, from_stock=True)
                self.clock.process(self._life(asking, held=stay))
            else:
                self.clock.process(self._life(stay))

    def _resume(self, case: Case, present: Present, index: int) -> Stay:
        """A stay that began before the run, with its place and its follow-up load."""
        stock = present.stock
        length, elapsed = float(present.length[index]), float(present.elapsed[index])
        hopes = index < stock.home_possible
        spec = self.network.spec(stock.steg, 0.0)
        stay = Stay(case, stock.steg, case.next_visit(stock.steg), spec, NOT_YET, from_stock=True, spec=spec)
        stay.outcome = int(present.outcome[index])
        stay.resource = stay.began_in = stock.resource
        if stock.kind == "blocked":
            stay.end = -elapsed
            stay.start = -elapsed - length
            if self._outcome(stay).closing:
                stay.closing_start = stay.closed = stay.end
        else:
            stay.start = -elapsed
            stay.end = self._end_after(stock.steg, 0.0, float(round_duration(length - elapsed)))
            stay.under_way = True
            self._heed_age(stay)
        stay.requested = stay.start
        self.queues.occupy(stay)
        self._set_price(stay)
        self.queues.follow(stay)
        self.present[stay] = None
        if stay.uses_reserve:
            stay.home_possible = hopes
            if hopes and spec.recall:
                stay.in_reserve = True
                self.queues.join(stay, spec.places)
        return stay
