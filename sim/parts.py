"""The parts of a kommun that have nothing to do with one another, and which of them a scenario leaves as they are.

Who comes to a verksamhet never leaves it, so verksamheter meet only in the resources that they use together. What a
scenario does not change in a part, nor in what the part's resources are or the drivers that move it, happens there to
the same persons on the same days as in nuläget.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sim import config
from sim.build import at_epoch
from sim.network import Network
from sim.scenario import Plan

Part = tuple[str, ...]
"""Verksamheter, in order."""


class Changed(NamedTuple):
    """What is not as in nuläget: the verksamheter of the parts in which anything is changed, and whether other people
    come there, or are there at the start."""

    areas: frozenset[str]
    people: bool


def parts_of(kommun: config.Kommun, linked: Iterable[Sequence[str]] = ()) -> tuple[Part, ...]:
    """Every verksamhet in one part, together with those that it shares a resource with or is linked to."""
    links: dict[str, set[str | int]] = {area: set(_resources(kommun, area)) for area in kommun.verksamheter}
    for number, areas in enumerate(linked):
        for area in areas:
            links[area].add(number)
    found: list[tuple[set[str], set[str | int]]] = []
    for area, its in links.items():
        joined = [each for each in found if each[1] & its]
        found = [each for each in found if each not in joined]
        found.append(({area}.union(*(each[0] for each in joined)), its.union(*(each[1] for each in joined))))
    return tuple(sorted(tuple(sorted(areas)) for areas, _ in found))


def _resources(kommun: config.Kommun, area: str) -> list[str]:
    """The resources that a verksamhet owns, and those that its stegs use."""
    own = [name for name, resurs in kommun.resurser.items() if resurs.verksamhet == area]
    return own + [name for steg in kommun.verksamheter[area].steg.values() for name in _needs(steg)]


def _needs(steg: config.Steg) -> list[str]:
    named = [part.team for part in (steg.uppfoljning, steg.avslut) if part is not None]
    if isinstance(steg.behov, config.TeamBehov):
        return [*named, steg.behov.team]
    if isinstance(steg.behov, config.PlatsBehov):
        return [*named, *steg.behov.plats, *([steg.behov.reserv] if steg.behov.reserv else [])]
    return named


def changed(plan: Plan, base: Plan, network: Network, base_network: Network) -> Changed:
    """What a scenario changes in nuläget, over the same days."""
    assert plan.kommun == base.kommun
    dates = sorted({epok.fran_dag for each in (plan, base) for epok in each.epoker})
    pairs = [(at_epoch(plan.epoker, day).kommun, at_epoch(base.epoker, day).kommun) for day in dates]
    differing = [(now, before) for now, before in pairs if now is not before]
    # The pace in working days is known for as long as the longest notice of the kommun, so it is compared as it became.
    paced = {
        name.split(".")[0]
        for name, pace, was in zip(network.steg_names, network.pace, base_network.pace, strict=True)
        if pace != was
    }
    touched = [
        part
        for part in parts_of(plan.kommun)
        if not paced.isdisjoint(part) or any(_acted_on(now, before, part) for now, before in differing)
    ]
    areas = [area for part in touched for area in part]
    return Changed(frozenset(areas), any(_others_come(*pair, area) for pair in differing for area in areas))


def _acted_on(now: config.Kommun, before: config.Kommun, part: Part) -> bool:
    resources = {name for area in part for name in _resources(now, area)}
    return any(now.resurser[name] != before.resurser[name] for name in resources) or any(
        now.verksamheter[area] != before.verksamheter[area]
        or now.nulage.get(area) != before.nulage.get(area)
        or _drivers(now, area) != _drivers(before, area)
        for area in part
    )


def _others_come(now: config.Kommun, before: config.Kommun, area: str) -> bool:
    mine, its = now.verksamheter[area], before.verksamheter[area]
    return (mine.inflode, mine.drivare, now.nulage.get(area), _drivers(now, area)) != (
        *(its.inflode, its.drivare, before.nulage.get(area), _drivers(before, area)),
    )


def _drivers(kommun: config.Kommun, area: str) -> Sequence[config.Drivare]:
    return [kommun.drivare[name] for name in kommun.verksamheter[area].drivare]
