"""Runs written by hand: each person comes to a steg at a given day, and every length is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hjalp import kommun, log_of, scenario
from sim.build import build_network
from sim.network import Network
from sim.runs import Run
from sim.scenario import make_plan
from sim.visits import VisitLog

EXTERN = {"typ": "extern", "dygnskostnad_kr": {"medel": 1900}}
AWAY = {"reserv": "kopt", "vanta_hogst_dagar": 0}
"""Part of a `behov`: nobody waits, the reserv is bought."""


def house(places: float) -> dict[str, Any]:
    return {"typ": "boende", "platser": places}


def team(capacity: float, arsarbetare: float = 1, **more: Any) -> dict[str, Any]:
    """A team that can carry `capacity` weighted cases."""
    return {"typ": "team", "arsarbetare": arsarbetare, "arendetak": capacity / arsarbetare, **more}


def days(length: float) -> dict[str, Any]:
    return {"fordelning": "konstant", "medel": length}


def steg(length: float, nasta: str = "avslut", **more: Any) -> dict[str, Any]:
    """A steg of constant length from which everybody goes to `nasta`."""
    return {"utfall": {"klar": {"tid": days(length), "nasta": {nasta: 1.0}}}, **more}


def patience(length: float, nasta: str = "avslut") -> dict[str, Any]:
    return {"tar_tillbaka": {"tid": days(length)}, "nasta_vid_avhopp": nasta}


@dataclass(frozen=True)
class Stay:
    """One record of the log by name; None for times that are not reached."""

    person: str
    begaran: float
    start: float | None
    slut: float | None
    avslut_start: float | None
    avslutad: float | None
    slappt: float | None
    resurs: str
    nasta: str
    reserv: bool
    hemtagen: bool
    avhopp: bool
    censurerad: bool
    ej_hemmamojlig: bool


@dataclass(frozen=True)
class Played:
    run: Run
    people: Mapping[int, str]
    """Who each case is."""

    @property
    def network(self) -> Network:
        return self.run.network

    @property
    def log(self) -> VisitLog:
        return self.run.log

    @property
    def frame(self) -> pd.DataFrame:
        frame = self.log.frame(self.network)
        return frame.assign(person=[self.people.get(key, "") for key in self.log.fall.tolist()])

    def stays(self, person: str, steg: str, besok: int = 0) -> list[Stay]:
        """The parts of a visit, in order."""
        frame = self.frame
        chosen = frame[(frame.person == person) & (frame.steg == f"v.{steg}") & (frame.besok == besok)]
        rows = chosen[list(Stay.__annotations__)].astype(object).to_dict("records")
        return [Stay(**{key: None if value != value else value for key, value in row.items()}) for row in rows]

    def stay(self, person: str, steg: str, besok: int = 0) -> Stay:
        (only,) = self.stays(person, steg, besok)
        return only

    def starts(self, steg: str) -> dict[str, float | None]:
        """When each person's first visit to a steg began."""
        return {
            person: self.stays(person, steg)[0].start for person in self.people.values() if self.stays(person, steg)
        }


def played(
    resurser: Mapping[str, Any],
    stegs: Mapping[str, Any],
    people: Mapping[str, tuple[float, str]],
    changes: Sequence[Mapping[str, Any]] = (),
    slut: str = "2018-03-31",
    nulage: Mapping[str, Any] | None = None,
    inflode: Mapping[str, Any] | None = None,
    **more: Any,
) -> Played:
    """Let each of `people` come to a steg on a day (> 0), from a steg of its own in which it was at the start."""
    clocks = {f"till_{person}": steg(day, target, behov={"team": "klocka"}) for person, (day, target) in people.items()}
    given = dict(nulage or {})
    given["ko"] = dict(given.get("ko", {})) | {clock: {"antal": 1, "vantat": days(1)} for clock in clocks}
    made = kommun(
        {**resurser, "klocka": team(1000)},
        {"ingen": {"per_ar": 0, "forsta_steg": next(iter(stegs)), **(inflode or {})}},
        {**stegs, **clocks},
        slut,
        nulage={"v": given},
        **more,
    )
    plan = make_plan(made, scenario(*changes) if changes else None)
    network = build_network(plan)
    log = log_of(network)
    who = {}
    for person in people:
        here = (log.steg == network.steg_number(f"v.till_{person}")) & ~np.isnan(log.start)
        who[int(log.fall[here].item())] = person
    return Played(Run(plan, network, log), who)
