"""Who fared differently in a scenario than in nuläge, and through what chain of events, in one possible future.

The same people come in both runs, so each case can be followed in both to the first thing that differs. Where that is
that it found room in one run and not in the other, somebody else held that room in the other: whoever came or left
last of those is the reason, and has a first difference of its own, earlier. So each chain ends in the change itself:
in room that the scenario made, or in a case that the change concerns directly.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

import numpy as np

from sim.build import build_network
from sim.cases import draw_cases
from sim.config import Boende, Extern
from sim.engine import trace
from sim.events import Event, What
from sim.experiment import Study, plans_of
from sim.form import Form, form_of
from sim.network import NONE, Network
from sim.periods import Floats
from sim.scenario import Plan
from sim.visits import VisitLog

NULAGE, SCENARIO = 0, 1
"""The two runs."""


class Kind(Enum):
    """Why the first thing that differs does."""

    NEW_ROOM = auto()
    """With the other run's capacity there would have been no room."""
    OTHERS = auto()
    """Somebody else holds the room in the other run."""
    ORDER = auto()
    """Nobody else does: those who wait stand in another order."""
    ANOTHER_DAY = auto()
    """The case came there on another day, because of what differs for it before."""
    ITSELF = auto()
    """The change concerns the case itself: how long, where to, or what it may have."""
    ONLY = auto()
    """The case is in one of the runs only."""


@dataclass(frozen=True)
class Holder:
    """Who held the room in the other run. Days; `left` in the acting run, None where it never came there; `came` and
    `leaves` in the other run, where None is not before the end."""

    case: int
    left: float | None
    came: float
    leaves: float | None


@dataclass(frozen=True)
class Difference:
    """The first thing that differs for a case. `acting`: the run in which it happened first, and `event` what did.

    `instead`: when the same came about in the other run, if it ever did. `because`: whose room it was, for OTHERS.
    """

    case: int
    acting: int
    event: Event
    instead: Event | None
    kind: Kind
    because: Holder | None = None

    @property
    def is_bought_or_not(self) -> bool:
        """Whether a stay began in a bought place in one of the runs and at home in the other."""
        if self.event.what != What.STARTS or self.instead is None:
            return False
        bought = [bool(each.states) and each.states[0].capacity is None for each in (self.event, self.instead)]
        return bought[0] != bought[1]


@dataclass(frozen=True)
class Moved:
    """What a case has in the scenario less what it has in nuläge, over the whole run."""

    bought_dygn: float
    kronor: float
    own_dygn: float
    waited_dygn: float


@dataclass(frozen=True)
class Watched:
    """One run, event by event."""

    plan: Plan
    network: Network
    log: VisitLog
    events: Sequence[Event]

    def by_case(self) -> dict[int, list[Event]]:
        found: dict[int, list[Event]] = defaultdict(list)
        for event in self.events:
            if event.what != What.CAPACITY:
                found[event.case].append(event)
        return found


@dataclass(frozen=True)
class Explanation:
    """`differences`: by case, in order of time: the first thing that differs, then every time that room was found at
    another time or in another place. `moved`: every case for which something differs, those with another price too."""

    runs: tuple[Watched, Watched]
    seed: int
    replication: int
    differences: Mapping[int, Sequence[Difference]]
    moved: Mapping[int, Moved]

    def told(self, case: int) -> Difference | None:
        """What is told of a case: what its bought dygn come of, else what differs first; None where only cost does."""
        found = self.differences.get(case, ())
        if self.moved[case].bought_dygn:
            return next((each for each in found if each.is_bought_or_not), found[0] if found else None)
        return found[0] if found else None

    def chain(self, case: int) -> list[Difference]:
        """From what is told of a case back to the change: each the nearest reason of the one before it."""
        found: list[Difference] = []
        each = self.told(case)
        while each is not None:
            found.append(each)
            if each.kind == Kind.ANOTHER_DAY:
                each = self._last(each.case, each.event.time, found)
            elif each.because is not None:
                until = each.because.came if each.because.left is None else each.because.left
                # Where two took each other's place at one instant, one of them had come to the queue on another day.
                each = self._last(each.because.case, until, found) or self._last(each.case, each.event.time, found)
            else:
                each = None
        return found

    def _last(self, case: int, until: float, told: Sequence[Difference]) -> Difference | None:
        """The last difference of a case until a time, or else its first, that is not told already."""
        found = [each for each in self.differences.get(case, ()) if each not in told]
        return next((each for each in reversed(found) if each.event.time <= until), found[0] if found else None)


def explain(study: Study, replication: int = 0) -> Explanation:
    """Watch nuläge and the study's one scenario in one possible future, and compare them case by case."""
    nulage, scenario = plans_of(study)
    runs = _watched(nulage, study, replication), _watched(scenario, study, replication)
    moved, differences = _moved(runs, study.fro, replication), _differences(runs)
    still = Moved(0.0, 0.0, 0.0, 0.0)
    everybody = {case: moved.get(case, still) for case in {**differences, **moved}}
    return Explanation(runs, study.fro, replication, differences, everybody)


def _watched(plan: Plan, study: Study, replication: int) -> Watched:
    network = build_network(plan, study.slut)
    log, events = trace(network, draw_cases(network, study.fro, replication), study.fro, replication)
    return Watched(plan, network, log, events)


ROOM = (What.STARTS, What.OFFERED, What.STAYS_OUT, What.CLOSING)
"""What takes room in a resource, or would."""


def _same(event: Event) -> tuple[object, ...]:
    """All that is the case's own in an event, not how full it is afterwards."""
    where = tuple(state.resource for state in event.states)
    what = event.what, event.steg, event.visit, event.resource, event.outcome, event.target, event.home_possible
    return event.time, event.moment, where, *what


Found = tuple[int, Event, Sequence[Event], bool]
"""The run in which something happens first, what, what may answer to it in the other run, whether there is no other."""


def _differences(runs: tuple[Watched, Watched]) -> dict[int, list[Difference]]:
    """By case, in order of time: the first thing that differs, then every time that room was found otherwise."""
    lists = [run.by_case() for run in runs]
    found: list[tuple[bool, Found]] = []
    for case in {**lists[NULAGE], **lists[SCENARIO]}:
        pair = [each.get(case, []) for each in lists]
        at = next((n for n, (a, b) in enumerate(zip(*pair, strict=False)) if _same(a) != _same(b)), min(map(len, pair)))
        if at < max(map(len, pair)):
            first = _acting(pair, at)
            found.append((True, first))
            if all(pair):
                found += [(False, each) for each in _later(pair, at) if each[1] is not first[1]]
    held = [_Holders(run.events) for run in runs]
    differences: dict[int, list[Difference]] = {}
    for is_first, (acting, event, rest, only) in sorted(found, key=lambda each: _when(each[1])):
        for holders in held:
            holders.advance(event.time)
        instead = next((other for other in rest if _answers(event, other)), None)
        kind, holder = Kind.ONLY if only else Kind.ITSELF, None
        if not only and event.what in ROOM:
            kind, holder = _why(runs, held, acting, event)
            there = rest and rest[0].time <= event.time <= rest[-1].time
            if not is_first and (kind == Kind.ORDER or not there):
                kind, holder = Kind.ANOTHER_DAY, None
        differences.setdefault(event.case, []).append(Difference(event.case, acting, event, instead, kind, holder))
    return differences


def _when(found: Found) -> tuple[float, int]:
    return found[1].time, found[1].case


def _later(pair: Sequence[list[Event]], at: int) -> Iterator[Found]:
    """Each time from `at` on that a stay found room at another time, or in another place, than in the other run; at
    home rather than bought, else where it was first."""
    for run in (NULAGE, SCENARIO):
        for event in pair[run][at:]:
            if event.what not in ROOM or not event.states:
                continue
            whole = [each for each in pair[1 - run] if (each.steg, each.visit) == (event.steg, event.visit)]
            other = next((each for each in whole if _answers(event, each)), None)
            if other is None or _order(event) < _order(other):
                yield run, event, whole, False


def _order(event: Event) -> tuple[bool, float]:
    """What is bought comes after what is at home, then by time."""
    return event.what == What.STARTS and event.states[0].capacity is None, event.time


def _acting(pair: Sequence[list[Event]], at: int) -> tuple[int, Event, list[Event], bool]:
    """The run in which something happens first, what, what is still to happen in the other, and whether the case is in
    no more than one. At the same instant: the run in which room is found, at home rather than bought."""
    there = [run for run in (NULAGE, SCENARIO) if len(pair[run]) > at]

    def first(run: int) -> tuple[object, ...]:
        event = _telling(pair[run], at)
        bought = event.what == What.STARTS and bool(event.states) and event.states[0].capacity is None
        return event.time, event.what not in ROOM, bought, run != SCENARIO

    acting = min(there, key=first)
    return acting, _telling(pair[acting], at), pair[1 - acting][at:], not all(pair)


def _telling(events: Sequence[Event], at: int) -> Event:
    """What happens, or what it makes way for at the same instant: follow-up ends when closing begins."""
    for event in events[at:]:
        if event.time != events[at].time:
            break
        if event.what not in (What.UNFOLLOWED, What.LEAVES):
            return event if event.what in ROOM else events[at]
    return events[at]


def _answers(event: Event, other: Event) -> bool:
    """Whether it is the same step for the same stay, at another time or in another place."""
    alike = (What.OFFERED, What.STAYS_OUT) if event.what in (What.OFFERED, What.STAYS_OUT) else (event.what,)
    return other.what in alike and (other.steg, other.visit) == (event.steg, event.visit)


Token = tuple[int, int, int, What]
"""A case, its steg and visit, and what holds the room: a stay, follow-up, closing or an offer."""


class _Holders:
    """Who holds room in each resource, as a run goes on."""

    def __init__(self, events: Sequence[Event]) -> None:
        self._steps = list(_steps(events))
        self._at = 0
        self.now: dict[int, set[Token]] = defaultdict(set)
        self._times: dict[tuple[int, Token], list[list[float]]] = defaultdict(list)
        for time, resource, token, comes in self._steps:
            spans = self._times[resource, token]
            if comes:
                spans.append([time, np.inf])
            elif spans:
                spans[-1][1] = time

    def advance(self, time: float) -> None:
        """To after all that happens at a time."""
        while self._at < len(self._steps) and self._steps[self._at][0] <= time:
            _, resource, token, comes = self._steps[self._at]
            (self.now[resource].add if comes else self.now[resource].discard)(token)
            self._at += 1

    def span(self, resource: int, token: Token, time: float) -> tuple[float, float] | None:
        """From when to when the room is held, the last time that began before or at `time`."""
        found = [span for span in self._times.get((resource, token), []) if span[0] <= time]
        return (found[-1][0], found[-1][1]) if found else None


def _steps(events: Sequence[Event]) -> Iterator[tuple[float, int, Token, bool]]:
    """(time, resource, who, whether it comes or goes)"""
    reserve: dict[tuple[int, int, int], int] = {}
    for event in events:
        if event.what == What.CAPACITY:
            continue
        stay = event.case, event.steg, event.visit
        lives, follows = (*stay, What.STARTS), (*stay, What.FOLLOWED)
        closes, offered = (*stay, What.CLOSING), (*stay, What.OFFERED)
        named = event.states[0].resource if event.states else NONE
        match event.what:
            case What.STARTS | What.PRESENT if event.resource != NONE:
                reserve[stay] = event.resource
                yield event.time, event.resource, lives, True
            case What.LEAVES if event.resource != NONE:
                yield event.time, event.resource, lives, False
            case What.HOME:
                yield event.time, reserve.get(stay, NONE), lives, False
                yield event.time, event.resource, offered, False
                yield event.time, event.resource, lives, True
            case What.OFFERED:
                yield event.time, named, offered, True
            case What.TAKEN_BACK:
                yield event.time, named, offered, False
            case What.FOLLOWED:
                yield event.time, named, follows, True
            case What.UNFOLLOWED:
                yield event.time, named, follows, False
            case What.CLOSING:
                yield event.time, named, closes, True
            case What.CLOSED:
                yield event.time, named, closes, False


def _why(
    runs: tuple[Watched, Watched], held: Sequence[_Holders], acting: int, event: Event
) -> tuple[Kind, Holder | None]:
    """Why there was room in one run and not in the other."""
    state, other = event.states[0], 1 - acting
    path = runs[other].network.resources[state.resource].capacity
    if path is not None and state.used + state.held > int(path.at(event.time)):
        return Kind.NEW_ROOM, None
    resource = state.resource
    there = [token for token in held[other].now[resource] - held[acting].now[resource] if token[0] != event.case]
    if not there:
        return Kind.ORDER, None

    def latest(token: Token) -> tuple[float, int]:
        mine, theirs = held[acting].span(resource, token, event.time), held[other].span(resource, token, event.time)
        assert theirs is not None
        return max(theirs[0], mine[1] if mine else -np.inf), -token[0]

    token = max(there, key=latest)
    mine, theirs = held[acting].span(resource, token, event.time), held[other].span(resource, token, event.time)
    assert theirs is not None
    leaves = None if np.isinf(theirs[1]) else theirs[1]
    return Kind.OTHERS, Holder(token[0], mine[1] if mine else None, theirs[0], leaves)


def _moved(runs: tuple[Watched, Watched], seed: int, replication: int) -> dict[int, Moved]:
    """By case, where anything differs."""
    cases = np.unique(np.concatenate([run.log.fall for run in runs]))
    sums = np.zeros((2, len(cases), 4))
    for run, total in zip(runs, sums, strict=True):
        np.add.at(total, np.searchsorted(cases, run.log.fall), _had(run, seed, replication))
    change = sums[SCENARIO] - sums[NULAGE]
    differs = np.abs(change).max(axis=1) > 1e-6
    return {int(case): Moved(*map(float, row)) for case, row in zip(cases[differs], change[differs], strict=True)}


def _had(run: Watched, seed: int, replication: int) -> Floats:
    """Bought dygn, their kronor, dygn in own places and days of waiting of each record, shape (records, 4)."""
    log, network = run.log, run.network
    start = np.maximum(np.floor(np.where(np.isnan(log.start), network.end, log.start)), 0.0)
    left = np.floor(np.where(np.isnan(log.slappt), network.end, log.slappt))
    days = np.maximum(left - start, 0.0)
    resources = [run.plan.kommun.resurser[resource.name] for resource in network.resources]
    bought, own = (
        np.array([isinstance(each, kind) and getattr(each, "vardplats", True) for each in (*resources, None)])
        for kind in (Extern, Boende)
    )
    served = np.where(np.isnan(log.start), np.where(np.isnan(log.slappt), network.end, log.slappt), log.start)
    waited = np.where(log.del_ == 0, served - np.maximum(log.begaran, 0.0), 0.0)
    kronor = _paid(form_of(run.plan, network), log, start, left, seed, replication)
    days_bought = days * bought[log.resurs]
    return np.stack([days_bought, kronor * (days_bought > 0), days * own[log.resurs], np.maximum(waited, 0.0)], axis=1)


def _paid(form: Form, log: VisitLog, start: Floats, left: Floats, seed: int, replication: int) -> Floats:
    """Kronor for bought dygn of each record."""
    series = form.sheet.kronor
    edges, prices = series.pieces.edges, series.prices.per_dygn(seed, replication)
    paid = np.concatenate([np.zeros((len(prices), 1)), np.cumsum(prices * np.diff(edges), axis=1)], axis=1)
    found = np.zeros(len(log))
    for number, path in enumerate(paid):
        mine = log.resurs == number
        found[mine] = (np.interp(left[mine], edges, path) - np.interp(start[mine], edges, path)) * log.prisfaktor[mine]
    return found
