"""Which part of a kommun a question concerns: the rest need not be simulated, since nothing there is touched."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sim.config import Andring, Kommun
from sim.costs import ALL_AREAS
from sim.selection import only_areas
from sim.trials import islands


def areas_of_paths(kommun: Kommun, paths: Iterable[str]) -> set[str]:
    """The verksamheter that the numbers at some paths belong to; a driver belongs to all that follow it."""
    found: set[str] = set()
    for path in paths:
        first, second = path.split(".")[:2]
        if first == "resurser":
            found.add(kommun.resurser[second].verksamhet)
        elif first == "drivare":
            found |= {area for area, verksamhet in kommun.verksamheter.items() if second in verksamhet.drivare}
        else:
            found.add(second)
    return found


def touched_areas(kommun: Kommun, changes: Sequence[Andring]) -> tuple[str, ...]:
    """The verksamheter in which something can differ, those that share resources with them too; in the kommun's order.

    All of them where no driver's follower is found.
    """
    island = islands(kommun)
    touched = {island[area] for area in areas_of_paths(kommun, (change.mal for change in changes))}
    return tuple(area for area in kommun.verksamheter if island[area] in touched) or tuple(kommun.verksamheter)


def part_of(kommun: Kommun, areas: Sequence[str], asked: str = ALL_AREAS) -> Kommun:
    """The kommun with these verksamheter alone, with `asked` and what that one shares resources with."""
    island = islands(kommun)
    kept = {island[area] for area in (*areas, *([asked] if asked in island else []))}
    chosen = [area for area in kommun.verksamheter if island[area] in kept]
    return kommun if len(chosen) == len(kommun.verksamheter) else only_areas(kommun, chosen)
