"""One verksamhet of a kommun as a kommun of its own."""

from __future__ import annotations

from typing import Any

from sim.config import Kommun
from sim.errors import HemmaplanError, nearest
from sim.loading import checked_kommun


def only_area(kommun: Kommun, area: str) -> Kommun:
    """The kommun with this verksamhet alone: its resources, its stock, what is planned for it.

    Draws are keyed by name, so that each of its cases fares as in the whole kommun, unless the verksamhet shares
    resources with another. Raises HemmaplanError for an unknown verksamhet, or one that needs another's resource.
    """
    if area not in kommun.verksamheter:
        raise HemmaplanError(f"verksamhet = {area}: finns inte; {nearest(area, list(kommun.verksamheter))}")
    content: dict[str, Any] = kommun.model_dump(mode="python", exclude_unset=True)
    content["verksamheter"] = {area: content["verksamheter"][area]}
    content["resurser"] = {name: r for name, r in content["resurser"].items() if r["verksamhet"] == area}
    content["nulage"] = {name: stock for name, stock in content.get("nulage", {}).items() if name == area}
    stays = tuple(f"{part}." for part in (f"verksamheter.{area}", f"nulage.{area}"))
    stays += tuple(f"resurser.{name}." for name in content["resurser"])
    stays += ("drivare.",)
    planned = content.get("planerat", {})
    content["planerat"] = {name: change for name, change in planned.items() if change["mal"].startswith(stays)}
    return checked_kommun(content)
