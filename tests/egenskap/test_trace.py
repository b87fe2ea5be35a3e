"""A run that is watched is the same run, and its trace tells of every visit in the log and of no other.

The trace is compared with the log of the other engine, which knows nothing of it.
"""

from __future__ import annotations

from collections import Counter
from datetime import date

from hypothesis import given

from egenskap.logs import different_columns
from egenskap.networks import Prov, examples, provs
from sim.build import build_network
from sim.cases import Cases, draw_cases
from sim.engine import run, trace
from sim.events import Event, What
from sim.loading import load_kommun
from sim.network import NONE, Network, Steg
from sim.scenario import make_plan
from sim.trace import Selection, case_numbers, trace_lines
from sim.visits import AVHOPP, VisitLog

Visit = tuple[int, int, int]
Told = tuple[str, int, int, int, float, int]
"""What, case key, steg, visit, when, and the resource where one begins or ends there."""


def of_log(log: VisitLog) -> set[Told]:
    """All that a log says happened after the run began."""
    found: set[Told] = set()
    columns = (log.fall, log.steg, log.besok, log.del_, log.resurs, log.flaggor)
    times = (log.begaran, log.start, log.slut, log.avslut_start, log.avslutad, log.slappt)
    rows = zip(*(column.tolist() for column in (*columns, *times)), strict=True)
    for fall, steg, besok, part, resurs, flaggor, begaran, start, slut, avslut_start, avslutad, slappt in rows:
        who = (fall, steg, besok)
        gave_up = bool(flaggor & AVHOPP)
        if begaran >= 0:
            found.add(("asks", *who, begaran, NONE))
        if start >= 0:
            found.add(("home" if part else "starts", *who, start, resurs))
        if slut >= 0:
            found.add(("ends", *who, slut, NONE))
        if avslut_start >= 0:
            found.add(("closing", *who, avslut_start, NONE))
        if avslutad >= 0:
            found.add(("closed", *who, avslutad, NONE))
        if slappt >= 0:
            found.add(("gives up" if gave_up else "leaves", *who, slappt, NONE if gave_up else resurs))
    return found


WORDS = {
    What.STARTS: "starts",
    What.HOME: "home",
    What.ENDS: "ends",
    What.CLOSING: "closing",
    What.CLOSED: "closed",
    What.GIVES_UP: "gives up",
    What.LEAVES: "leaves",
}
WITH_RESOURCE = {What.STARTS, What.HOME, What.LEAVES}


def of_trace(network: Network, events: list[Event]) -> set[Told]:
    found: set[Told] = set()
    where: dict[Visit, int] = {}
    for event in events:
        who = (event.case, event.steg, event.visit)
        if event.what == What.HOME:
            found.add(("leaves", *who, event.time, where[who]))
        if event.what in WORDS:
            resource = event.resource if event.what in WITH_RESOURCE else NONE
            found.add((WORDS[event.what], *who, event.time, resource))
        asks_for_nothing = event.what == What.STARTS and network.spec(event.steg, event.time).needs_nothing
        if (event.what == What.QUEUES or asks_for_nothing) and event.moment >= 0:
            found.add(("asks", *who, event.time if asks_for_nothing else event.moment, NONE))
        if event.what in {What.PRESENT, What.STARTS}:
            where[who] = event.resource
    return found


def assert_true(network: Network, cases: Cases, seed: int) -> Counter[What]:
    """The trace of replication 0 against both engines' logs, and its states against its own events."""
    watched, events = trace(network, cases, seed, 0)
    assert different_columns(run(network, cases, seed, 0, "simpy"), watched) == []
    log = run(network, cases, seed, 0, "snabb")
    assert of_trace(network, events) ^ of_log(log) == set()
    assert set(case_numbers(events)) == set(log.fall.tolist())
    times = [event.time for event in events]
    assert times == sorted(times)
    assert_states(network, events)
    seen = Counter(event.what for event in events)
    assert seen[What.ARRIVES] == len(cases.arrivals.key)
    return seen


def assert_states(network: Network, events: list[Event]) -> None:
    """What is said of how full a resource is, is what its events so far add up to."""
    used: Counter[int] = Counter()
    asked: dict[Visit, Steg] = {}
    began: dict[Visit, Steg] = {}
    where: dict[Visit, int] = {}

    def weight(who: Visit) -> int:
        return asked[who].weight if asked[who].team != NONE else asked[who].part

    for event in events:
        who = (event.case, event.steg, event.visit)
        if event.what == What.QUEUES:
            asked.setdefault(who, network.spec(event.steg, event.moment))
        if event.what in {What.PRESENT, What.STARTS}:
            began[who] = network.spec(event.steg, event.time)
            asked.setdefault(who, began[who])
        if event.what in {What.HOME, What.LEAVES}:
            used[where[who]] -= weight(who)
        if event.what in {What.PRESENT, What.STARTS, What.HOME}:
            where[who] = event.resource
            used[event.resource] += weight(who)
        if event.what in {What.FOLLOWED, What.UNFOLLOWED}:
            sign = 1 if event.what == What.FOLLOWED else -1
            used[began[who].follow_team] += sign * began[who].follow_weight
        if event.what in {What.CLOSING, What.CLOSED}:
            sign = 1 if event.what == What.CLOSING else -1
            used[began[who].closing_team] += sign * began[who].closing_weight
        for state in event.states:
            assert state.used == used[state.resource], event


@examples(100)
@given(provs())
def test_the_trace_tells_what_the_log_tells(prov: Prov) -> None:
    assert_true(prov.network, prov.cases, prov.seed)


def test_the_trace_of_a_shipped_kommun_tells_what_the_log_tells() -> None:
    network = build_network(make_plan(load_kommun("sodertalje_2019")), date(2019, 6, 30))
    seen = assert_true(network, draw_cases(network, 1, 0), 1)
    assert set(seen) >= {*WORDS, What.PRESENT, What.FOLLOWED, What.BLOCKED, What.OFFERED, What.LIMIT, What.CAPACITY}


def test_each_event_is_a_line_and_a_selection_is_some_of_them() -> None:
    kommun = load_kommun("sodertalje_2019")
    network = build_network(make_plan(kommun), date(2018, 3, 31))
    _, events = trace(network, draw_cases(network, 1, 0), 1, 0)
    lines = list(trace_lines(kommun, network, events, Selection()))
    assert len(lines) == len(events)
    assert lines == sorted(lines, key=lambda line: line[:16])
    assert list(trace_lines(kommun, network, events, Selection(10, 20))) == [
        line for line, event in zip(lines, events, strict=True) if 10 <= event.time < 21
    ]
    key = next(event.case for event in events if event.time > 10 and event.what == What.ARRIVES)
    number = case_numbers(events)[key]
    of_case = list(trace_lines(kommun, network, events, Selection(case=number)))
    assert of_case == [line for line, event in zip(lines, events, strict=True) if event.case == key]
    assert all(f"  fall {number} " in line for line in of_case)
