"""The reference model in Ciw: three nodes (handläggare, own places, places outside), routed by whether any is free."""

from __future__ import annotations

import ciw
from referensmodell import Answer, Model


class _Placement(ciw.routing.NodeRouting):
    """From stage 1: to an own place if any is free, else outside, or away."""

    def __init__(self, share: float, places: int) -> None:
        self.share = share
        self.places = places

    def next_node(self, ind):
        nodes = self.simulation.nodes
        if ciw.rng.random() >= self.share:
            return nodes[-1]
        return nodes[2] if nodes[2].number_of_individuals < self.places else nodes[3]


def run(model: Model, replication: int) -> Answer:
    ciw.seed(40_000 + replication)
    service = (
        ciw.dists.Exponential(rate=1 / model.service_mean)
        if model.exponential_service
        else ciw.dists.Lognormal(mean=model.log_mean, sd=model.log_sd)
    )
    stay = ciw.dists.Exponential(rate=1 / model.stay_mean)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate=model.arrivals_per_day), None, None],
        service_distributions=[service, stay, stay],
        number_of_servers=[model.servers, model.places, float("inf")],
        routing=ciw.routing.NetworkRouting(
            routers=[_Placement(model.place_share, model.places), ciw.routing.Leave(), ciw.routing.Leave()]
        ),
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(model.days)
    records = simulation.get_all_records(include_incomplete=True)
    placed = [record for record in records if record.node != 1]
    own = [record for record in placed if record.node == 2]
    waits = [record.waiting_time for record in records if record.node == 1 and record.service_start_date is not None]
    occupied = sum((record.exit_date or model.days) - record.arrival_date for record in own)
    finished = len(simulation.nodes[-1].all_individuals)
    return Answer(1 - len(own) / len(placed), sum(waits) / len(waits), occupied / model.days, float(finished))
