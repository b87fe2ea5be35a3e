"""What blocks what: who keeps a place while waiting for another, and whether that can lock for ever."""

from __future__ import annotations

from collections.abc import Mapping

from sim.config import AVSLUT, UTAN_RESURS, Boende, Extern, Kommun, PlatsBehov, Resurs, Steg, TeamBehov, Utfall
from sim.errors import tal_text

Problem = tuple[str, str]


def usable_places(steg: Steg) -> list[str]:
    """Names under which stock of a steg can stand."""
    if isinstance(steg.behov, TeamBehov):
        return [steg.behov.team]
    if isinstance(steg.behov, PlatsBehov):
        return [*steg.behov.plats, *([steg.behov.reserv] if steg.behov.reserv else [])]
    return [UTAN_RESURS]


def all_targets(utfall: Utfall) -> set[str]:
    """Where an outcome can lead, for any målgrupp and resource."""
    deviating = [*utfall.malgrupper.values(), *utfall.resurser.values()]
    return {*utfall.nasta, *(target for part in deviating for target in part.nasta or {})}


def keeps_place(steg: Steg, outcome: str) -> bool:
    own = steg.utfall[outcome].kvar
    return steg.kvar if own is None else own


def _finite(name: str, resurs: Resurs) -> bool:
    return not (isinstance(resurs, Extern) and resurs.tak is None)


def blocking_problems(kommun: Kommun) -> list[Problem]:
    """Behind `kvar` there must be a way out, and resources that wait for each other in a ring could lock for ever."""
    found: list[Problem] = []
    waits_for: dict[str, set[str]] = {}
    for name, verksamhet in kommun.verksamheter.items():
        for key, steg in verksamhet.steg.items():
            follow = [steg.uppfoljning.team] if steg.uppfoljning else []
            held = {
                r for r in (*usable_places(steg), *follow) if r in kommun.resurser and _finite(r, kommun.resurser[r])
            }
            targets = {
                target
                for outcome, utfall in steg.utfall.items()
                if keeps_place(steg, outcome)
                for target in all_targets(utfall)
                if target != AVSLUT
            }
            for target in sorted(targets):
                after = verksamhet.steg[target]
                if isinstance(after.behov, PlatsBehov) and after.behov.reserv is None and after.tar_tillbaka is None:
                    text = f"{key} håller kvar sin plats i väntan på {target}, som varken har reserv eller tar_tillbaka"
                    found.append((f"verksamheter.{name}.steg.{target}", text))
                wanted = {r for r in usable_places(after) if r in kommun.resurser and _finite(r, kommun.resurser[r])}
                for resource in held:
                    waits_for.setdefault(resource, set()).update(wanted)
    ring = find_ring(waits_for)
    if ring:
        text = f"kvar: true kan låsa {' → '.join(ring)}: var och en väntar på nästa och ingen kan flytta"
        found.append(("resurser", text))
    return found


def find_ring(waits_for: Mapping[str, set[str]]) -> list[str]:
    """A ring among the resources, in order, or nothing."""
    for first in sorted(waits_for):
        path = [first]
        seen: set[str] = set()

        def walk(here: str, path: list[str] = path, seen: set[str] = seen, first: str = first) -> bool:
            for after in sorted(waits_for.get(here, ())):
                if after == first:
                    path.append(first)
                    return True
                if after not in seen:
                    seen.add(after)
                    path.append(after)
                    if walk(after, path, seen, first):
                        return True
                    path.pop()
            return False

        if walk(first):
            return path
    return []


def warnings_of(kommun: Kommun) -> list[str]:
    """Swedish sentences about what can run but may surprise."""
    found = []
    for name, verksamhet in kommun.verksamheter.items():
        for key, steg in verksamhet.steg.items():
            behov = steg.behov
            if (
                isinstance(behov, PlatsBehov)
                and behov.reserv
                and behov.vanta_hogst_dagar is None
                and behov.hemmamojlig is None
            ):
                found.append(
                    f"{name}.{key} har en reserv men ingen gräns för hur länge någon väntar, så den används aldrig."
                )
    for resource, resurs in kommun.resurser.items():
        if isinstance(resurs, Boende):
            taken = _taken(kommun, resource)
            if taken > resurs.platser + 1e-9:
                found.append(
                    f"{resurs.namn}: nuläget tar {tal_text(taken)} platser, men det finns {tal_text(resurs.platser)}."
                )
    return found


def _taken(kommun: Kommun, resource: str) -> float:
    """Places that the stock takes of a resource, in whole places."""
    total = 0.0
    for area, nulage in kommun.nulage.items():
        for steg, places in nulage.i_steg.items():
            behov = kommun.verksamheter[area].steg[steg].behov
            part = behov.andel_plats if isinstance(behov, PlatsBehov) else 1.0
            total += part * places[resource].antal if resource in places else 0.0
    return total
