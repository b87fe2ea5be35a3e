"""Visit logs side by side, compared bit for bit."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np

from sim.network import EXIT, NONE, Network
from sim.visits import ALDERSGRANS, AVHOPP, CENSURERAD, RESERV, UNKNOWN, VisitLog


def different_columns(left: VisitLog, right: VisitLog) -> list[str]:
    """Columns that are not the same bytes."""
    return [
        field.name
        for field in fields(VisitLog)
        if getattr(left, field.name).tobytes() != getattr(right, field.name).tobytes()
    ]


def of_cases(log: VisitLog, cases: np.ndarray) -> VisitLog:
    return log.select(np.isin(log.fall, cases))


def by_name(log: VisitLog, network: Network) -> list[tuple[Any, ...]]:
    """Records with names for numbers and times as bits, in order of case key and steg."""
    stegs = dict(enumerate(network.steg_names)) | {EXIT: "avslut", UNKNOWN: "?"}
    resources = {number: r.name for number, r in enumerate(network.resources)} | {NONE: ""}
    inflows = {number: inflow.name for number, inflow in enumerate(network.inflows)} | {-1: "nulage"}
    records = []
    columns = [getattr(log, field.name).tolist() for field in fields(VisitLog)]
    names = [field.name for field in fields(VisitLog)]
    for values in zip(*columns, strict=True):
        row = dict(zip(names, values, strict=True))
        outcome = row["utfall"]
        row["utfall"] = "" if outcome < 0 else network.outcome_names[row["steg"]][outcome]
        row["steg"], row["nasta"] = stegs[row["steg"]], stegs[row["nasta"]]
        row["resurs"], row["inflode"] = resources[row["resurs"]], inflows[row["inflode"]]
        row["malgrupp"] = network.groups[row["malgrupp"]]
        records.append(tuple(v.hex() if isinstance(v, float) else v for v in row.values()))
    return sorted(records)


def cut(log: VisitLog, network: Network, end: float) -> VisitLog:
    """The log as it would be had the run ended earlier."""
    reached = (log.begaran < end) & ((log.del_ == 0) | (log.start < end))
    log = log.select(reached)
    columns = {field.name: getattr(log, field.name).copy() for field in fields(VisitLog)}
    for name in ("start", "slut", "avslut_start", "avslutad", "slappt"):
        columns[name][columns[name] >= end] = np.nan
    waits, left = np.isnan(columns["start"]), ~np.isnan(columns["slappt"])
    columns["resurs"][waits] = NONE
    columns["utfall"][waits] = UNKNOWN
    columns["prisfaktor"][waits] = 1.0
    columns["flaggor"][waits] &= ~(RESERV | ALDERSGRANS)
    columns["flaggor"][waits & ~left] &= ~AVHOPP
    closing = np.array(
        [
            outcome >= 0 and network.steg[0][steg].outcomes[outcome].closing
            for steg, outcome in zip(columns["steg"].tolist(), columns["utfall"].tolist(), strict=True)
        ],
        dtype=bool,
    )
    routed = ~np.isnan(np.where(closing, columns["avslutad"], columns["slut"]))
    columns["nasta"][~routed & ~(waits & left)] = UNKNOWN
    columns["flaggor"][~left] |= CENSURERAD
    columns["flaggor"][left] &= ~CENSURERAD
    return VisitLog(**columns)
