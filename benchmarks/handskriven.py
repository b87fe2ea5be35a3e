"""The reference model as a loop written by hand for this model alone, compiled with Numba.

Nothing here can do anything else. Ends of services, of own stays and of stays outside lie in a binary heap each, those
who wait lie in a ring.
"""

from __future__ import annotations

import numba
import numpy as np
from referensmodell import Answer, Model


@numba.njit(cache=True)
def _push(heap, size, value):
    i = size
    while i > 0:
        parent = (i - 1) >> 1
        if heap[parent] <= value:
            break
        heap[i] = heap[parent]
        i = parent
    heap[i] = value


@numba.njit(cache=True)
def _pop(heap, size):
    """Remove the least of `size` values."""
    value = heap[size - 1]
    size -= 1
    i = 0
    while True:
        child = 2 * i + 1
        if child >= size:
            break
        if child + 1 < size and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= value:
            break
        heap[i] = heap[child]
        i = child
    heap[i] = value


@numba.njit(cache=True)
def _run(seed, rate, servers, exponential, service_mean, mu, sigma, share, places, stay_mean, end):
    np.random.seed(seed)
    services, own = np.empty(servers), np.empty(places)
    outside, waiting = np.empty(1024), np.empty(1024)
    busy = taken = away = first = queued = 0
    began = asked = external = finished = 0
    waited = occupied = 0.0
    arrival = np.random.exponential(1 / rate)
    while True:
        at_service = services[0] if busy else np.inf
        at_own = own[0] if taken else np.inf
        at_outside = outside[0] if away else np.inf
        now = min(arrival, at_service, at_own, at_outside)
        if now >= end:
            break
        if now == arrival:
            if queued == len(waiting):
                waiting = np.concatenate((waiting[first:], waiting[:first], np.empty(queued)))
                first = 0
            waiting[(first + queued) % len(waiting)] = now
            queued += 1
            arrival = now + np.random.exponential(1 / rate)
        elif now == at_service:
            _pop(services, busy)
            busy -= 1
            if np.random.random() < share:
                asked += 1
                leaves = now + np.random.exponential(stay_mean)
                if taken < places:
                    _push(own, taken, leaves)
                    taken += 1
                    occupied += min(leaves, end) - now
                else:
                    external += 1
                    if away == len(outside):
                        outside = np.concatenate((outside, np.empty(away)))
                    _push(outside, away, leaves)
                    away += 1
            else:
                finished += 1
        elif now == at_own:
            _pop(own, taken)
            taken -= 1
            finished += 1
        else:
            _pop(outside, away)
            away -= 1
            finished += 1
        while queued and busy < servers:
            waited += now - waiting[first]
            began += 1
            first = (first + 1) % len(waiting)
            queued -= 1
            length = np.random.exponential(service_mean) if exponential else np.random.lognormal(mu, sigma)
            _push(services, busy, now + length)
            busy += 1
    return external / asked, waited / began, occupied / end, finished


def run(model: Model, replication: int) -> Answer:
    return Answer(
        *_run(
            10_000 + replication,
            model.arrivals_per_day,
            model.servers,
            model.exponential_service,
            model.service_mean,
            model.log_mean,
            model.log_sd,
            model.place_share,
            model.places,
            model.stay_mean,
            float(model.days),
        )
    )
