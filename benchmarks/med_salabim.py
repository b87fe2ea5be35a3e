"""The reference model in salabim: one component a case, two resources. What it monitors by itself is turned off."""

from __future__ import annotations

import random

import salabim
from referensmodell import Answer, Model


def run(model: Model, replication: int) -> Answer:
    salabim.yieldless(False)
    env = salabim.Environment(trace=False, random_seed="")
    draw = random.Random(30_000 + replication)
    handlaggare = salabim.Resource("handlaggare", capacity=model.servers, monitor=False)
    boende = salabim.Resource("boende", capacity=model.places, monitor=False)
    waits: list[float] = []
    stays: list[float] = []
    asked = finished = 0

    def length() -> float:
        if model.exponential_service:
            return draw.expovariate(1 / model.service_mean)
        return draw.lognormvariate(model.log_mean, model.log_sd)

    class Case(salabim.Component):
        def process(self):
            nonlocal asked, finished
            came = env.now()
            yield self.request(handlaggare)
            waits.append(env.now() - came)
            yield self.hold(length())
            self.release(handlaggare)
            if draw.random() < model.place_share:
                asked += 1
                stay = draw.expovariate(1 / model.stay_mean)
                if boende.available_quantity() >= 1:
                    stays.append(min(stay, model.days - env.now()))
                    yield self.request(boende)
                    yield self.hold(stay)
                    self.release(boende)
                else:
                    yield self.hold(stay)
            finished += 1

    class Arrivals(salabim.Component):
        def process(self):
            while True:
                yield self.hold(draw.expovariate(model.arrivals_per_day))
                Case(mode=None)

    Arrivals()
    env.run(till=model.days)
    return Answer(1 - len(stays) / asked, sum(waits) / len(waits), sum(stays) / model.days, float(finished))
