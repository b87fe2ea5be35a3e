"""Visit logs written by hand, for measures and costs that must not depend on what an engine happens to make."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.build import build_network
from sim.config import Kommun, Scenario
from sim.network import EXIT, NONE
from sim.runs import Run
from sim.scenario import make_plan
from sim.visits import UNKNOWN, visit_log

NAN = float("nan")


def made(kommun: Kommun, visits: Sequence[dict[str, Any]], scenario: Scenario | None = None) -> Run:
    """A run with these records. A visit says `steg` and what is not as usual: asked and started at once, not left."""
    plan = make_plan(kommun, scenario)
    network = build_network(plan)
    records = []
    for number, visit in enumerate(visits):
        start = visit.get("start", NAN)
        steg = network.steg_number(f"v.{visit['steg']}")
        resource = visit.get("resurs")
        records.append(
            (
                visit.get("fall", number),
                0,
                network.groups.index(visit["malgrupp"]) if "malgrupp" in visit else 0,
                steg,
                visit.get("besok", 0),
                visit.get("del_", 0),
                visit.get("begaran", start),
                start,
                visit.get("slut", visit.get("slappt", NAN)),
                visit.get("avslut_start", NAN),
                visit.get("avslutad", NAN),
                visit.get("slappt", NAN),
                NONE if resource is None else network.resource_number(resource),
                UNKNOWN if start != start else visit.get("utfall", 0),
                network.steg_number(f"v.{visit['nasta']}") if "nasta" in visit else EXIT,
                visit.get("prisfaktor", 1.0),
                visit.get("tyngd", 0.0),
                visit.get("flaggor", 0),
            )
        )
    return Run(plan, network, visit_log(records))
