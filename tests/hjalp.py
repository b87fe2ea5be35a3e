"""Small made-up municipalities for tests."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import date
from typing import Any

from sim.build import build_network
from sim.cases import draw_cases
from sim.config import Kommun, Scenario
from sim.engine import run
from sim.loading import checked_kommun
from sim.network import Network
from sim.scenario import make_plan
from sim.visits import VisitLog

KALLA = {"test": {"galler": ["**"], "typ": "egna_data", "text": "påhittat"}}


def kommun(
    resurser: Mapping[str, Any],
    inflode: Mapping[str, Any],
    steg: Mapping[str, Any],
    slut: str = "2019-12-31",
    **more: Any,
) -> Kommun:
    """A municipality `prov` with one verksamhet `v`. Names are filled in where they are not given."""
    content: dict[str, Any] = {
        "id": "prov",
        "namn": "Prov",
        "basar": 2018,
        "slut": slut,
        "resurser": {name: {"namn": name, "verksamhet": "v", **copy.deepcopy(dict(r))} for name, r in resurser.items()},
        "verksamheter": {
            "v": {
                "namn": "V",
                "inflode": {name: {"namn": name, **copy.deepcopy(dict(i))} for name, i in inflode.items()},
                "steg": {name: {"namn": name, **copy.deepcopy(dict(s))} for name, s in steg.items()},
                **more.pop("v", {}),
            }
        },
        "kallor": KALLA,
        **more,
    }
    return checked_kommun(content)


def scenario(*andringar: Mapping[str, Any]) -> Scenario:
    return Scenario.model_validate({"id": "prov", "namn": "Prov", "motiv": "prov", "andringar": list(andringar)})


def network_of(kommun: Kommun, scenario: Scenario | None = None, end: date | None = None) -> Network:
    return build_network(make_plan(kommun, scenario), end)


def log_of(network: Network, seed: int = 1, replication: int = 0, engine: str = "simpy") -> VisitLog:
    return run(network, draw_cases(network, seed, replication), seed, replication, engine)
