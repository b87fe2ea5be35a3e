"""The reference model in plain SimPy: one process a case, two resources."""

from __future__ import annotations

import random
from collections.abc import Iterator

import simpy
from referensmodell import Answer, Model


def run(model: Model, replication: int) -> Answer:
    env = simpy.Environment()
    draw = random.Random(20_000 + replication)
    handlaggare = simpy.Resource(env, model.servers)
    boende = simpy.Resource(env, model.places)
    waits: list[float] = []
    stays: list[float] = []
    """Days in an own place, within the run."""
    asked = finished = 0

    def length() -> float:
        if model.exponential_service:
            return draw.expovariate(1 / model.service_mean)
        return draw.lognormvariate(model.log_mean, model.log_sd)

    def case() -> Iterator[simpy.Event]:
        nonlocal asked, finished
        came = env.now
        with handlaggare.request() as turn:
            yield turn
            waits.append(env.now - came)
            yield env.timeout(length())
        if draw.random() < model.place_share:
            asked += 1
            stay = draw.expovariate(1 / model.stay_mean)
            if boende.count < model.places:
                stays.append(min(stay, model.days - env.now))
                with boende.request() as place:
                    yield place
                    yield env.timeout(stay)
            else:
                yield env.timeout(stay)
        finished += 1

    def arrivals() -> Iterator[simpy.Event]:
        while True:
            yield env.timeout(draw.expovariate(model.arrivals_per_day))
            env.process(case())

    env.process(arrivals())
    env.run(until=model.days)
    return Answer(1 - len(stays) / asked, sum(waits) / len(waits), sum(stays) / model.days, float(finished))
