"""Lengths of stay and those under way, as a kommun's file writes them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.distributions import cdf
from sim.durations import from_config
from sim.intake.fitted import Estimate, Length, Stock
from sim.intake.sourced import (
    FEW,
    Source,
    Sourced,
    Tree,
    assumed,
    from_lists,
    plain,
    scaled,
    share_of_persons,
    significant,
)
from sim.units import Fordelning

SHARE_PLACES = 4
LEAST = 0.001
BOUNDS = {"cv": (LEAST, 100.0), "andel": (0.0, 1.0)}
"""What a kommun's file lets the numbers of a length be; others are at least `LEAST`."""
LONGEST_CHANCE = 1e-9
"""Elapsed times are kept below what one in so many stays reaches by the law that was fitted."""
LONGEST_DAYS = 40_000.0


def length_tree(length: Length, what: str) -> Tree:
    """The distribution with a source for each number; the last part of a mixture takes what the others leave."""
    return _with_sources(length.fordelning, length.tal, what, "")


def _with_sources(node: Mapping[str, Any], told: Mapping[str, Estimate], what: str, where: str) -> Tree:
    tree: Tree = {}
    for key, value in node.items():
        path = f"{where}{key}"
        if isinstance(value, Mapping):
            tree[key] = _with_sources(value, told, what, f"{path}.")
        elif isinstance(value, str):
            tree[key] = value
        elif isinstance(value, list | tuple):
            tree[key] = Sourced(list(value), Source("egna_data", what))
        elif path in told:
            tree[key] = from_lists(told[path], what, *BOUNDS.get(key, (LEAST, math.inf)))
        else:
            low, high = BOUNDS.get(key, (LEAST, math.inf))
            tree[key] = Sourced(significant(min(max(float(value), low), high)), Source("egna_data", what))
    parts = [part for part in tree.values() if isinstance(part, dict) and "andel" in part]
    if parts:
        others = sum(round(part["andel"].varde, SHARE_PLACES) for part in parts[:-1])
        for part in parts[:-1]:
            part["andel"] = Sourced(round(part["andel"].varde, SHARE_PLACES), _without_range(part["andel"].kalla))
        parts[-1]["andel"] = Sourced(round(1 - others, SHARE_PLACES), Source("egna_data", what))
    return tree


def _without_range(source: Source) -> Source:
    """An entry of an assumption keeps its range; rounding may have left an interval of the lists behind."""
    return source if source.typ == "antagande" else Source(source.typ, source.text)


def shares_tree(told: Mapping[str, Estimate], rest: str, what: str) -> Tree:
    """Shares that sum to 1: those told, and what is left for `rest`."""
    total = sum(estimate.varde for estimate in told.values())
    scale = 1 / total if total > 1 else 1.0
    tree: Tree = {}
    for key, estimate in told.items():
        sourced = from_lists(scaled(share_of_persons(estimate), scale), what, 0.0, 1.0)
        rounded = round(sourced.varde, SHARE_PLACES)
        if rounded > 0:
            tree[key] = Sourced(rounded, _holding(sourced.kalla, rounded))
    left = round(1 - sum(value.varde for value in tree.values()), 2 * SHARE_PLACES)
    if left < 0:  # rounding of few observations can go past 1
        largest = max(tree, key=lambda key: float(tree[key].varde))
        value = round(tree[largest].varde + left, 2 * SHARE_PLACES)
        tree[largest] = Sourced(value, _holding(tree[largest].kalla, value))
        left = 0.0
    if left > 0 or not tree:
        tree[rest] = Sourced(left, Source("egna_data", f"{what} Resten."))
    return tree


def _holding(source: Source, value: float) -> Source:
    """The range, wide enough for the number as rounded."""
    if source.spann is None:
        return source
    low, high = source.spann
    return Source(source.typ, source.text, (min(low, value), max(high, value)), None, source.fordelning)


def grouped_tree(told: Mapping[str, Estimate], what: str) -> Tree | None:
    """Målgrupper as shares that sum to 1; None where there is only one."""
    if len(told) < 2:
        return None
    *first, last = sorted(told, key=lambda key: told[key].varde)
    return shares_tree({key: told[key] for key in first}, last, what)


def shown_count(count: int) -> int:
    """A number of persons as it is saved: 1 to 4 become the nearest multiple of three."""
    return count if count == 0 or count >= FEW else 3 * round(count / 3)


def stock_tree(stocks: list[Stock], length: Length, what: str) -> Tree | None:
    """Those under way, with elapsed days shared by groups of at least `FEW`; None where nobody is."""
    there = sum(stock.antal for stock in stocks)
    count = shown_count(there)
    if count == 0:
        return None
    if there < FEW:
        text = f"{what} Ett litet antal är avrundat till närmaste tretal."
        return {"antal": assumed(count, text, 0.5, 1.5)}
    days = [day for stock in stocks for day in stock.pagatt_dagar]
    tree: Tree = {"antal": Sourced(count, Source("egna_data", what))}
    if len(days) == count:
        text = f"Hur länge de har varit där: medel i grupper om minst {FEW}."
        tree["pagatt_dagar"] = Sourced(averaged(days, longest(length)), Source("egna_data", text))
    return tree


def averaged(days: list[float], most: float) -> list[int]:
    """Elapsed days in order, each the mean of a group of at least `FEW` that lie next to one another."""
    groups = np.array_split(np.sort(np.asarray(days, dtype=float)), max(len(days) // FEW, 1))
    return [int(min(round(float(group.mean())), most)) for group in groups for _ in group]


def longest(length: Length) -> float:
    """Days that practically no stay passes, by the law that was fitted."""
    law = from_config(Fordelning.model_validate(plain(length_tree(length, "-"))))
    low, high = 0.0, LONGEST_DAYS
    if 1 - float(cdf(law, high)) > LONGEST_CHANCE:
        return high
    while high - low > 0.5:
        middle = (low + high) / 2
        low, high = (middle, high) if 1 - float(cdf(law, middle)) > LONGEST_CHANCE else (low, middle)
    return float(int(low))
