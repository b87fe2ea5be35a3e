"""The reference model: its numbers, what is compared, and our own configuration of it.

Cases arrive as a Poisson process and wait for one of the handläggare (first come, first served). When that is done,
some ask for a place: they get one of our own if any is free, else one outside at once, and stay equally long.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from sim.config import Kommun
from sim.loading import checked_kommun
from sim.network import EXIT, Network
from sim.scenario import Plan, make_plan
from sim.visits import CENSURERAD, RESERV, VisitLog

START = date(2018, 1, 1)
STEGS = ("utredning", "placering")


class Model(NamedTuple):
    """Times in days. The defaults are the model of the benchmark."""

    arrivals_per_day: float = 10.0
    servers: int = 12
    service_mean: float = 1.0
    service_cv: float = 1.0
    place_share: float = 0.3
    places: int = 60
    stay_mean: float = 25.0
    days: int = 1825
    exponential_service: bool = False
    """Instead of lognormal: what Erlang's formulas need."""

    @property
    def log_mean(self) -> float:
        """Parameter µ of the lognormal service."""
        return math.log(self.service_mean) - self.log_sd**2 / 2

    @property
    def log_sd(self) -> float:
        """Parameter σ of the lognormal service."""
        return math.sqrt(math.log1p(self.service_cv**2))


class Answer(NamedTuple):
    """What every implementation gives of one replication, over the whole of its days from an empty start."""

    external_share: float
    """Of those who asked for a place."""
    mean_wait: float
    """Days before stage 1, of those who began it."""
    mean_occupied: float
    """Own places."""
    finished: float
    """Cases that left the system."""


Runner = Callable[[Model, int], Answer]
"""(model, replication) → answer; one whole run, from nothing."""


def our_kommun(model: Model) -> Kommun:
    """The model as a planner would write it."""
    service = (
        {"fordelning": "exponential", "medel": model.service_mean}
        if model.exponential_service
        else {"fordelning": "lognormal", "medel": model.service_mean, "cv": model.service_cv}
    )
    return checked_kommun(
        {
            "id": "referens",
            "namn": "Referensmodell",
            "basar": START.year,
            "slut": (START + timedelta(days=model.days - 1)).isoformat(),
            "resurser": {
                "handlaggare": {
                    "typ": "team",
                    "namn": "Handläggare",
                    "verksamhet": "vard",
                    "arsarbetare": model.servers,
                    "arendetak": 1,
                },
                "boende": {"typ": "boende", "namn": "Boende", "verksamhet": "vard", "platser": model.places},
                "kopt": {
                    "typ": "extern",
                    "namn": "Köpt plats",
                    "verksamhet": "vard",
                    "dygnskostnad_kr": {"medel": 1900},
                },
            },
            "verksamheter": {
                "vard": {
                    "namn": "Vård",
                    "inflode": {
                        "ansokan": {
                            "namn": "Ansökan",
                            "per_ar": model.arrivals_per_day * 365.25,
                            "forsta_steg": "utredning",
                        }
                    },
                    "steg": {
                        "utredning": {
                            "namn": "Utredning",
                            "behov": {"team": "handlaggare"},
                            "utfall": {
                                "klar": {
                                    "tid": service,
                                    "nasta": {"placering": model.place_share, "avslut": 1 - model.place_share},
                                }
                            },
                        },
                        "placering": {
                            "namn": "Placering",
                            "behov": {"plats": ["boende"], "vanta_hogst_dagar": 0, "reserv": "kopt"},
                            "utfall": {
                                "klar": {
                                    "tid": {"fordelning": "exponential", "medel": model.stay_mean},
                                    "nasta": {"avslut": 1.0},
                                }
                            },
                        },
                    },
                }
            },
            "kallor": {"prov": {"galler": ["**"], "typ": "egna_data", "text": "benchmarks/README.md"}},
        }
    )


def our_plan(model: Model) -> Plan:
    return make_plan(our_kommun(model))


def our_answer(network: Network, log: VisitLog) -> Answer:
    stage_1, placed = (log.steg == network.steg_number(f"vard.{name}") for name in STEGS)
    end = float(network.end)
    left = np.where(np.isnan(log.slappt), end, log.slappt)
    external = log.has(RESERV)
    began = stage_1 & ~np.isnan(log.start)
    at_home = placed & ~external
    gone = (log.nasta == EXIT) & ~log.has(CENSURERAD)
    return Answer(
        external_share=float(external[placed].mean()),
        mean_wait=float((log.start - log.begaran)[began].mean()),
        mean_occupied=float((left - log.start)[at_home].sum()) / end,
        finished=float(gone.sum()),
    )
