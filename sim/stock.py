"""Today's stock from the configuration: how many are where, and which målgrupper they are likely to belong to."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sim import config
from sim.durations import from_config
from sim.network import EXIT, NONE, Steg, Stock
from sim.randomness import name_key


class Numbering(Protocol):
    stegs: list[tuple[str, str]]
    groups: list[str]

    def resource(self, name: str | None) -> int: ...

    def steg(self, area: str, name: str) -> int: ...


def stocks(
    kommun: config.Kommun, now: config.Kommun, names: Numbering, base_steg: tuple[Steg, ...]
) -> tuple[Stock, ...]:
    """The stock on the first day, in order of name. `kommun` is the base, `now` has the counts."""
    found: list[Stock] = []
    for area, nulage in sorted(now.nulage.items()):
        visits = visit_rates(kommun, area, names.groups)
        blocked = list(nulage.blockerade.values())
        ages = _ages(kommun.verksamheter[area], names.groups)
        for steg_name, places in nulage.i_steg.items():
            steg = names.steg(area, steg_name)
            for place, held in places.items():
                finished = sum(b.antal for b in blocked if (b.steg, b.i) == (steg_name, place))
                found.append(
                    _stock(
                        f"nulage.{area}.{steg_name}.{place}",
                        "stay",
                        steg,
                        NONE if place == config.UTAN_RESURS else names.resource(place),
                        held.antal - finished,
                        visits[steg_name],
                        home_possible=held.hemmamojliga,
                        ages=ages,
                    )
                )
        for key, part in nulage.blockerade.items():
            found.append(
                _stock(
                    f"nulage.{area}.blockerade.{key}",
                    "blocked",
                    names.steg(area, part.steg),
                    NONE if part.i == config.UTAN_RESURS else names.resource(part.i),
                    part.antal,
                    visits[part.steg],
                    target=names.steg(area, part.till),
                    waited=part.vantat,
                    ages=ages,
                )
            )
        for steg_name, queue in nulage.ko.items():
            found.append(
                _stock(
                    f"nulage.{area}.ko.{steg_name}",
                    "queue",
                    names.steg(area, steg_name),
                    NONE,
                    queue.antal,
                    visits[steg_name],
                    waited=queue.vantat,
                    ages=ages,
                )
            )
    return tuple(sorted((stock for stock in found if stock.count), key=lambda stock: stock.name.encode()))


def _stock(
    name: str,
    kind: str,
    steg: int,
    resource: int,
    count: int,
    visits: dict[str, float],
    home_possible: int = 0,
    target: int = EXIT,
    waited: config.Fordelning | None = None,
    ages: tuple[NDArray[np.float64] | None, ...] = (),
) -> Stock:
    total = sum(visits.values())
    shares = [rate / total if total > 0 else 1 / len(visits) for rate in visits.values()]
    return Stock(
        name=name,
        key=name_key(name),
        kind=kind,
        steg=steg,
        resource=resource,
        target=target,
        count=count,
        home_possible=home_possible,
        waited=from_config(waited) if waited else None,
        group_shares=tuple(shares),
        ages=ages,
    )


def _ages(verksamhet: config.Verksamhet, groups: list[str]) -> tuple[NDArray[np.float64] | None, ...]:
    """Years at arrival by målgrupp, from the first inflow that gives them."""
    given = {group: spec for inflode in reversed(verksamhet.inflode.values()) for group, spec in inflode.alder.items()}
    return tuple(from_config(given[group]) if group in given else None for group in groups)


def visit_rates(kommun: config.Kommun, area: str, groups: list[str]) -> dict[str, dict[str, float]]:
    """Visits a year to each steg by målgrupp: v = inflow + Pᵀv (the traffic equations; nobody leaves a queue)."""
    verksamhet = kommun.verksamheter[area]
    stegs = list(verksamhet.steg)
    number = {name: i for i, name in enumerate(stegs)}
    routing = np.zeros((len(stegs), len(stegs)))
    for name, steg in verksamhet.steg.items():
        for utfall in steg.utfall.values():
            for target, share in utfall.nasta.items():
                if target != config.AVSLUT:
                    routing[number[name], number[target]] += utfall.andel * share
    inflow = np.zeros((len(stegs), len(groups)))
    for inflode in verksamhet.inflode.values():
        for group, share in inflode.malgrupper.items():
            inflow[number[inflode.forsta_steg], groups.index(group)] += inflode.per_ar * share
    visits = np.linalg.solve(np.eye(len(stegs)) - routing.T, inflow)
    return {name: dict(zip(groups, map(float, visits[number[name]]), strict=True)) for name in stegs}
