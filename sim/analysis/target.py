"""A number of a kommun of which there can be more (places, posts, contracts): what it is called and what it touches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sim.analysis.scope import part_of, touched_areas
from sim.config import Andring, Boende, Kommun, PlatsBehov, Scenario, Team
from sim.describe import path_text
from sim.errors import HemmaplanError, tal_text
from sim.loading import checked_kommun
from sim.runs import Row
from sim.scenario import check_target, numeric_paths, share_group

OWN = {"platser": ("plats", "platser"), "arsarbetare": ("årsarbetare", "årsarbetare")}
"""The last name of the numbers whose units cost something by themselves: one, several."""


@dataclass(frozen=True)
class Target:
    """`path` in the configuration; `words`, what it is called; `unit` and `units`, what one and several are called.

    `area`: the verksamhet that it is in, if one. `resource`: its name, where the number is a resource's. `cost`: the
    row of what the units cost by themselves, where the model knows.
    """

    path: str
    words: str
    unit: str
    units: str
    area: str | None
    resource: str | None
    cost: Row | None


def target_of(kommun: Kommun, path: str) -> Target:
    """Raises HemmaplanError where there can be no more of what stands at the path."""
    content = kommun.model_dump(mode="python", exclude_unset=True)
    paths = numeric_paths(content)
    check_target(kommun, paths, path)
    names = path.split(".")
    if share_group(path) is not None:
        raise HemmaplanError(f"mal = {path}: är en andel; ange ett antal, till exempel resurser.….platser")
    area, resource, cost = None, None, None
    if names[0] == "resurser":
        resource = names[1]
        held = kommun.resurser[resource]
        area = held.verksamhet
        if isinstance(held, Boende) and names[2] == "platser":
            cost = area, "kostnad_resurs", resource
        elif isinstance(held, Team) and names[2] == "arsarbetare":
            cost = area, "kostnad", "handlaggare"
    elif names[0] in ("verksamheter", "nulage"):
        area = names[1]
    one, several = OWN.get(names[-1], ("enhet", "enheter"))
    return Target(path, path_text(path, kommun)[0], one, several, area, resource, cost)


def now_of(kommun: Kommun, path: str) -> float:
    """The number as the kommun's file says. Raises HemmaplanError where it is a dated path."""
    node: object = kommun.model_dump(mode="python", exclude_unset=True)
    for name in path.split("."):
        node = node[int(name) - 1] if isinstance(node, list | tuple) else node[name]  # type: ignore[index]
    if not isinstance(node, int | float):
        raise HemmaplanError(f"mal = {path}: har olika värden vid olika datum; ange ett tal")
    return float(node)


def unit_scenarios(target: Target, amounts: Sequence[float], since: date) -> tuple[Scenario, ...]:
    """A scenario for each amount of more units (or fewer, below 0) from a day on; the ids are `fler_1`, `fler_2`, …"""
    return tuple(
        Scenario(
            id=f"fler_{number}",
            namn=f"{tal_text(amount)} fler",
            motiv=f"{target.words}: {tal_text(amount)} fler från {since}.",
            andringar=(Andring(mal=target.path, plus=float(amount), fran=since),),
        )
        for number, amount in enumerate(amounts, 1)
    )


def default_since(kommun: Kommun) -> date:
    """The first planning year, or the start where the run ends before it."""
    after = date(kommun.basar + 1, 1, 1)
    return after if after < kommun.slut else kommun.start


def checked_since(kommun: Kommun, since: date | None, name: str = "--fran") -> date:
    """The day as asked for, or the default. Raises HemmaplanError where it is outside the run."""
    found = since or default_since(kommun)
    if not kommun.start <= found <= kommun.slut:
        raise HemmaplanError(f"{name} = {found}: ligger utanför körningen, {kommun.start} till {kommun.slut}")
    return found


def until(kommun: Kommun, last: date | None) -> Kommun:
    """The kommun through another last day. Later years are as the last one that it describes."""
    if last is None or last == kommun.slut:
        return kommun
    return checked_kommun({**kommun.model_dump(mode="python", exclude_unset=True), "slut": last})


def unplanned(kommun: Kommun) -> Kommun:
    """The kommun without what its own file says is planned."""
    return checked_kommun({**kommun.model_dump(mode="python", exclude_unset=True), "planerat": {}})


def reached(kommun: Kommun, paths: Sequence[str]) -> Kommun:
    """The part of the kommun that the numbers at some paths reach; nothing in the rest can change."""
    return part_of(kommun, touched_areas(kommun, [Andring(mal=path, plus=1.0) for path in paths]))


def home_share_paths(kommun: Kommun, target: Target) -> list[str]:
    """Where it says how many can be helped at home: in the stegs that ask for the target, else in its verksamhet."""
    found: dict[str, bool] = {}
    for area, verksamhet in kommun.verksamheter.items():
        for name, steg in verksamhet.steg.items():
            behov = steg.behov
            if isinstance(behov, PlatsBehov) and behov.hemmamojlig is not None and area == target.area:
                asks = target.resource in behov.plats
                found[f"verksamheter.{area}.steg.{name}.behov.hemmamojlig.andel"] = asks
    return [path for path, asks in found.items() if asks or not any(found.values())]
