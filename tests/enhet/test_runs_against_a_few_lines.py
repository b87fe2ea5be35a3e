"""Random arrivals through the engine, and through a few lines that know one rule each."""

from __future__ import annotations

import heapq
from typing import Any

import numpy as np
import pytest

from enhet.script import AWAY, EXTERN, house, patience, steg, team
from hjalp import kommun, log_of, network_of
from sim.cases import draw_cases
from sim.network import Network
from sim.visits import VisitLog

LENGTH = 12.0
REPLICATIONS = pytest.mark.parametrize("replication", range(3))
OWN = {"hus": house(3), "kopt": EXTERN}


def network(resurser: dict[str, Any], stegs: dict[str, Any]) -> Network:
    inflode = {"in": {"per_ar": 120, "forsta_steg": next(iter(stegs)), "overspridning": 2.0}}
    return network_of(kommun(resurser, inflode, stegs, "2019-12-31"))


def in_order(network: Network, replication: int, steg: str) -> tuple[VisitLog, list[float]]:
    """The first visits to a steg in order of request, and when the requests were made according to the cases."""
    log = log_of(network, replication=replication)
    log = log.select((log.steg == network.steg_number(f"v.{steg}")) & (log.del_ == 0))
    arrivals = draw_cases(network, 1, replication).arrivals
    return log.select(np.lexsort((log.fall, log.begaran))), arrivals.time.tolist()


@REPLICATIONS
def test_a_first_come_first_served_queue(replication: int) -> None:
    """Each case starts when it has come and the earliest of the servers is free."""
    made = network({"lag": team(4)}, {"u": steg(LENGTH, behov={"team": "lag"})})
    log, arrivals = in_order(made, replication, "u")
    free = [0.0] * 4
    expected = []
    for time in arrivals:
        start = max(time, heapq.heappop(free))
        heapq.heappush(free, start + LENGTH)
        expected.append(start if start < made.end else np.nan)
    assert np.array_equal(log.start, expected, equal_nan=True)
    assert np.max(np.nan_to_num(log.start - log.begaran)) > 1


@REPLICATIONS
@pytest.mark.parametrize("limit", [0, 2, 6.5])
def test_places_with_a_limit_and_a_reserv(limit: float, replication: int) -> None:
    """Who would have to wait past the limit is bought a place then, and takes none of those at home."""
    behov = {"plats": ["hus"], "vanta_hogst_dagar": limit, "reserv": "kopt"}
    made = network(OWN, {"boende": steg(LENGTH, behov=behov)})
    log, arrivals = in_order(made, replication, "boende")
    free = [0.0] * 3
    expected = []
    for time in arrivals:
        start = max(time, free[0])
        if start <= time + limit:
            heapq.heapreplace(free, start + LENGTH)
        else:
            start = time + limit
        expected.append(start if start < made.end else np.nan)
    assert np.array_equal(log.start, expected, equal_nan=True)


@REPLICATIONS
def test_a_queue_that_people_leave(replication: int) -> None:
    """With a constant patience those leave, and only those, whose turn would come later."""
    made = network({"lag": team(3)}, {"u": steg(LENGTH, behov={"team": "lag"}, **patience(4))})
    log, arrivals = in_order(made, replication, "u")
    free = [0.0] * 3
    expected = []
    for time in arrivals:
        start = max(time, free[0])
        if start > time + 4:
            expected.append((np.nan, time + 4 if time + 4 < made.end else np.nan))
            continue
        heapq.heapreplace(free, start + LENGTH)
        left = start + LENGTH
        expected.append((start if start < made.end else np.nan, left if left < made.end else np.nan))
    assert np.array_equal(np.column_stack([log.start, log.slappt]), expected, equal_nan=True)


@REPLICATIONS
def test_two_stations_where_the_first_is_blocked(replication: int) -> None:
    """Blocking after service: the first place is free when its case has started in the second."""
    stegs = {
        "boende": steg(LENGTH, "kontrakt", behov={"plats": ["hus"]}, kvar=True),
        "kontrakt": steg(20, behov={"plats": ["lya"]}, **patience(1e6)),
    }
    made = network({"hus": house(4), "lya": house(2)}, stegs)
    log, arrivals = in_order(made, replication, "boende")
    first, second = [0.0] * 4, [0.0] * 2
    expected = []
    for time in arrivals:
        start = max(time, heapq.heappop(first))
        onward = max(start + LENGTH, heapq.heappop(second))
        heapq.heappush(first, onward)
        heapq.heappush(second, onward + 20)
        expected.append([t if t < made.end else np.nan for t in (start, start + LENGTH, onward)])
    assert np.array_equal(np.column_stack([log.start, log.slut, log.slappt]), expected, equal_nan=True)
    assert np.nanmax(log.slappt - log.slut) > 1


@REPLICATIONS
def test_immediate_taking_home_leaves_outside_those_above_the_places(replication: int) -> None:
    """At any moment as many are outside as there are cases above the number of places."""
    stegs = {"boende": steg(LENGTH, behov={"plats": ["hus"], "hemtagning": {}} | AWAY)}
    made = network(OWN, stegs)
    log = log_of(made, replication=replication)
    arrivals = draw_cases(made, 1, replication).arrivals.time
    left = np.where(np.isnan(log.slappt), made.end, log.slappt)
    outside = log.resurs == made.resource_number("kopt")
    moments = np.random.default_rng(replication).uniform(0, made.end, 2000)[:, None]
    there = ((arrivals <= moments) & (moments < arrivals + LENGTH)).sum(axis=1)
    bought = ((log.start <= moments) & (moments < left) & outside).sum(axis=1)
    assert bought.tolist() == np.maximum(there - 3, 0).tolist()


def test_a_stay_in_stock_has_the_length_of_its_steg() -> None:
    nulage = {"v": {"i_steg": {"boende": {"utan_resurs": {"antal": 50}}}}}
    made = kommun({}, {"in": {"per_ar": 0, "forsta_steg": "boende"}}, {"boende": steg(LENGTH)}, nulage=nulage)
    log = log_of(network_of(made))
    assert set(np.round(log.slut - log.start, 5)) == {LENGTH}
