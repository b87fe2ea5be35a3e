"""Today's stock from the configuration: how many are where, and which målgrupper they are likely to belong to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sim import config
from sim.distributions import empirisk
from sim.durations import from_config
from sim.network import NONE, Stock
from sim.randomness import name_key
from sim.traffic import Rates, visit_rates

Ages = tuple[NDArray[np.float64] | None, ...]
"""Years at arrival by målgrupp, None where not known."""


class Numbering(Protocol):
    stegs: list[tuple[str, str]]
    groups: list[str]

    def resource(self, name: str | None) -> int: ...

    def steg(self, area: str, name: str) -> int: ...


@dataclass(frozen=True)
class _Part:
    """A part of the stock, by name: see `Stock`."""

    name: str
    kind: str
    steg: str
    place: str
    count: int
    waited: NDArray[np.float64] | None
    home_possible: int = 0
    target: str = config.AVSLUT


class StockRates:
    """Who comes to each verksamhet of the base, by which målgrupp: the same in all scenarios, worked out when asked."""

    def __init__(self, kommun: config.Kommun, groups: list[str]) -> None:
        self._kommun, self._groups = kommun, groups
        self._found: dict[str, tuple[Ages, Rates, dict[str, NDArray[np.float64]]]] = {}

    def of(self, area: str) -> tuple[Ages, Rates, dict[str, NDArray[np.float64]]]:
        """Years at arrival, and `visit_rates`."""
        if area not in self._found:
            ages = ages_by_group(self._kommun.verksamheter[area], self._groups)
            self._found[area] = ages, *visit_rates(self._kommun, area, self._groups, ages)
        return self._found[area]


def stocks(rates_of: StockRates, now: config.Kommun, names: Numbering) -> tuple[Stock, ...]:
    """The stock on the first day, in order of name. `now` has the counts."""
    found: list[Stock] = []
    for area, nulage in sorted(now.nulage.items()):
        ages, visits, at_home = rates_of.of(area)
        for part in _parts(nulage):
            everybody = np.sum(list(visits[part.steg].values()), axis=0)
            rates = at_home[part.steg] if part.kind == "queue" else visits[part.steg][part.place]
            name = f"nulage.{area}.{part.name}"
            found.append(
                Stock(
                    name=name,
                    key=name_key(name),
                    kind=part.kind,
                    steg=names.steg(area, part.steg),
                    resource=NONE if part.place == config.UTAN_RESURS else names.resource(part.place),
                    target=names.steg(area, part.target),
                    count=part.count,
                    home_possible=part.home_possible,
                    waited=part.waited,
                    group_shares=_shares(rates if rates.any() else everybody),
                    ages=ages,
                )
            )
    return tuple(sorted((stock for stock in found if stock.count), key=lambda stock: stock.name.encode()))


def _parts(nulage: config.Nulage) -> Iterator[_Part]:
    for steg, places in nulage.i_steg.items():
        for place, held in places.items():
            count = held.antal - nulage.finished(steg, place)
            gone_on = one_by_one(held.pagatt_dagar) if held.pagatt_dagar else None
            yield _Part(f"{steg}.{place}", "stay", steg, place, count, gone_on, held.hemmamojliga)
    for key, part in nulage.blockerade.items():
        waited = from_config(part.vantat)
        yield _Part(f"blockerade.{key}", "blocked", part.steg, part.i, part.antal, waited, target=part.till)
    for key, done in nulage.vantar_pa_avslut.items():
        name = f"vantar_pa_avslut.{key}"
        yield _Part(name, "closing", done.steg, done.i, done.antal, from_config(done.vantat))
    for steg, queue in nulage.ko.items():
        yield _Part(f"ko.{steg}", "queue", steg, config.UTAN_RESURS, queue.antal, from_config(queue.vantat))


def one_by_one(days: tuple[float, ...]) -> NDArray[np.float64]:
    """Times given one by one, as a table: in the middle of each of its equal steps lies one of them."""
    return empirisk(days, np.full(len(days), 1 / len(days)))


def _shares(rates: NDArray[np.float64]) -> tuple[float, ...]:
    total = float(rates.sum())
    return tuple((rates / total if total > 0 else np.full(len(rates), 1 / len(rates))).tolist())


def ages_by_group(verksamhet: config.Verksamhet, groups: list[str]) -> Ages:
    """From the first inflow that gives them."""
    given = {group: spec for inflode in reversed(verksamhet.inflode.values()) for group, spec in inflode.alder.items()}
    return tuple(from_config(given[group]) if group in given else None for group in groups)
