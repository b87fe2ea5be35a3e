"""Some verksamheter of a kommun as a kommun of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.config import Kommun
from sim.errors import HemmaplanError, nearest
from sim.loading import checked_kommun


def only_area(kommun: Kommun, area: str) -> Kommun:
    """The kommun with this verksamhet alone, as by `only_areas`."""
    return only_areas(kommun, [area])


def only_areas(kommun: Kommun, areas: Sequence[str]) -> Kommun:
    """The kommun with these verksamheter alone: their resources, their stock, what is planned for them.

    Draws are keyed by name, so that each of their cases fares as in the whole kommun, unless a verksamhet shares
    resources with one left out. Raises HemmaplanError for an unknown verksamhet, or one that needs another's resource.
    """
    for area in areas:
        if area not in kommun.verksamheter:
            raise HemmaplanError(f"verksamhet = {area}: finns inte; {nearest(area, list(kommun.verksamheter))}")
    content: dict[str, Any] = kommun.model_dump(mode="python", exclude_unset=True)
    content["verksamheter"] = {name: part for name, part in content["verksamheter"].items() if name in areas}
    content["resurser"] = {name: r for name, r in content["resurser"].items() if r["verksamhet"] in areas}
    content["nulage"] = {name: stock for name, stock in content.get("nulage", {}).items() if name in areas}
    stays = tuple(f"{part}.{area}." for area in areas for part in ("verksamheter", "nulage"))
    stays += tuple(f"resurser.{name}." for name in content["resurser"])
    stays += ("drivare.",)
    planned = content.get("planerat", {})
    content["planerat"] = {name: change for name, change in planned.items() if change["mal"].startswith(stays)}
    return checked_kommun(content)
