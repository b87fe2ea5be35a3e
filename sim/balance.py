"""A stock that neither grows nor shrinks: as many leave each steg as come to it, by Little's law."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim import config
from sim.config import Kommun
from sim.errors import HemmaplanError
from sim.loading import checked_kommun
from sim.stock import ages_by_group
from sim.traffic import stationary_counts


def in_balance(kommun: Kommun, areas: Sequence[str]) -> Kommun:
    """The kommun with the stock of these verksamheter such as their inflows, lengths and shares would give in the end.

    Only what is in the stock already is set. What own places have no room for is in the reserv.
    """
    if not areas:
        return kommun
    content = kommun.model_dump(mode="python", exclude_unset=True)
    for area in areas:
        verksamhet, nulage = kommun.verksamheter[area], kommun.nulage.get(area)
        if nulage is None:
            raise HemmaplanError(f"jamvikt = {area}: nuläget är inte angivet")
        if nulage.blockerade or nulage.vantar_pa_avslut:
            raise HemmaplanError(f"jamvikt = {area}: nuläget har dem som är klara men väntar; det kan inte räknas fram")
        groups = list(dict.fromkeys(group for inflode in verksamhet.inflode.values() for group in inflode.malgrupper))
        counts = stationary_counts(kommun, area, groups, ages_by_group(verksamhet, groups))
        for steg, held in content["nulage"][area]["i_steg"].items():
            _set(kommun, verksamhet.steg[steg], counts[steg], held)
    return checked_kommun(content)


def _set(kommun: Kommun, steg: config.Steg, counts: dict[str, float], held: dict[str, Any]) -> None:
    """Whole numbers of people into a steg's stock, by resource."""
    reserv = steg.behov.reserv if isinstance(steg.behov, config.PlatsBehov) else None
    homeless = 0.0
    for place in sorted(held, key=lambda name: name == reserv):
        resurs = kommun.resurser.get(place)
        count = counts[place] + (homeless if place == reserv else 0.0)
        if isinstance(resurs, config.Boende) and count > resurs.platser:
            homeless += count - resurs.platser
            count = resurs.platser
        held[place]["antal"] = round(count)
        if "hemmamojliga" in held[place]:
            held[place]["hemmamojliga"] = min(held[place]["hemmamojliga"], held[place]["antal"])
