"""Numbers that carry their source, and a tree of them as the content and the `kallor` of a kommun's file."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import yaml

from sim.intake.fitted import Estimate

FEW = 5
"""Numbers of persons below this are not shown, and what fewer than so many observations say is rounded."""
FIGURES = 4
"""Significant figures of an estimate in a file: more say nothing."""
WIDTH = 118

Tree = dict[str, Any]
"""Nested dicts whose numbers are `Sourced`, alone or a list or dict of them together."""


@dataclass(frozen=True)
class Source:
    """As `sim.config_kalla.Kalla`. Numbers whose sources are equal share one entry, named after the first."""

    typ: Literal["egna_data", "nationell", "lag", "antagande"]
    text: str
    spann: tuple[float, float] | None = None
    spann_relativt: tuple[float, float] | None = None
    fordelning: Literal["triangel", "likformig"] | None = None


@dataclass(frozen=True)
class Sourced:
    """A number, a list or a dict of numbers with one source."""

    varde: Any
    kalla: Source
    namn: str = field(default="", compare=False)
    """What the source is called in the file, before the verksamhet is put in front."""


def assumed(varde: Any, text: str, low: float, high: float, drawn: bool = False) -> Sourced:
    """An assumption; `low` and `high` are factors. `drawn`: in studies of what the assumptions mean."""
    source = Source("antagande", text, spann_relativt=(low, high), fordelning="triangel" if drawn else None)
    return Sourced(varde, source)


def assumed_between(varde: float, text: str, low: float, high: float, drawn: bool = False) -> Sourced:
    """An assumption with its lowest and highest value, in its own unit."""
    return Sourced(varde, Source("antagande", text, spann=(low, high), fordelning="triangel" if drawn else None))


def by_law(varde: float, text: str) -> Sourced:
    return Sourced(varde, Source("lag", text))


def from_lists(estimate: Estimate, text: str, low: float = -math.inf, high: float = math.inf) -> Sourced:
    """An estimate, rounded, kept between `low` and `high`, with its interval as the range.

    Fewer than `FEW` observations could give somebody away: then one significant figure, as an assumption.
    """
    kept = scaled(estimate, 1.0, low, high)
    if estimate.n < FEW:
        varde = min(max(significant(kept.varde, 1), low), high)
        ends = sorted((varde * 0.5, varde * 2.0))
        text = f"{text} Färre än {FEW} iakttagelser: avrundat, och ett antagande."
        return Sourced(varde, Source("antagande", text, spann=(max(ends[0], low), min(ends[1], high))))
    varde = significant(kept.varde)
    if not (math.isfinite(kept.lag) and math.isfinite(kept.hog)):
        text = f"{text} Ett intervall kan inte räknas ut."
        return Sourced(varde, Source("egna_data", f"{text} {kept.n} iakttagelser."))
    spann = min(outward(kept.lag, down=True), varde), max(outward(kept.hog, down=False), varde)
    return Sourced(varde, Source("egna_data", f"{text} {kept.n} iakttagelser; spannet är 95 %.", spann=spann))


def scaled(estimate: Estimate, factor: float, low: float = -math.inf, high: float = math.inf) -> Estimate:
    """A number and its interval times a positive factor, kept between `low` and `high`."""
    varde, lag, hog = (min(max(value * factor, low), high) for value in (estimate.varde, estimate.lag, estimate.hog))
    return Estimate(varde, lag, hog, estimate.n)


def share_of_persons(estimate: Estimate) -> Estimate:
    """A share whose observations are those that it counts, where they are so few that they could be told."""
    counted = round(estimate.varde * estimate.n) if math.isfinite(estimate.varde) else 0
    return replace(estimate, n=counted) if counted < FEW else estimate


def significant(value: float, figures: int = FIGURES) -> float:
    return float(f"{value:.{figures}g}")


def outward(value: float, down: bool) -> float:
    """Rounded away from the middle, so that the interval is never told narrower than it is."""
    if value == 0:
        return 0.0
    step = 10.0 ** (math.floor(math.log10(abs(value))) + 1 - FIGURES)
    rounded = (math.floor if down else math.ceil)(value / step) * step
    return float(f"{rounded:.{FIGURES}g}")


def unpacked(tree: Tree, prefix: str) -> tuple[Tree, Tree]:
    """(content with plain numbers, `kallor`) of a file; `prefix` begins the name of each source."""
    kallor: dict[Source, tuple[str, list[str]]] = {}
    taken: set[str] = set()
    for where, value in _sourced(tree, ()):
        path = ".".join(where) + (".**" if isinstance(value.varde, dict | list | tuple) else "")
        if value.kalla not in kallor:
            kallor[value.kalla] = (_free(f"{prefix}_{value.namn or '_'.join(where[-3:])}", taken), [])
        kallor[value.kalla][1].append(path)
    entries = {name: _entry(source, paths) for source, (name, paths) in kallor.items()}
    return plain(tree), entries


def _free(name: str, taken: set[str]) -> str:
    chosen, number = name, 1
    while chosen in taken:
        number += 1
        chosen = f"{name}_{number}"
    taken.add(chosen)
    return chosen


def _sourced(node: Any, where: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Sourced]]:
    if isinstance(node, Sourced):
        yield where, node
    elif isinstance(node, Mapping):
        for key, value in node.items():
            yield from _sourced(value, (*where, str(key)))


def plain(node: Any) -> Any:
    """A tree without its sources."""
    if isinstance(node, Sourced):
        return plain(node.varde)
    if isinstance(node, Mapping):
        return {key: plain(value) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return [plain(value) for value in node]
    return node


def _entry(source: Source, paths: list[str]) -> Tree:
    entry: Tree = {"galler": paths, "typ": source.typ, "text": source.text}
    for key in ("spann", "spann_relativt"):
        if (ends := getattr(source, key)) is not None:
            entry[key] = list(ends)
    return entry | ({"fordelning": source.fordelning} if source.fordelning else {})


class _Dumper(yaml.SafeDumper):
    """Text of digits (a kommunkod) always in quotes: whether it is a number, readers do not agree."""


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="'" if value.isdigit() else None)


_Dumper.add_representer(str, _text)


def yaml_text(content: Tree, header: str) -> str:
    """A file's text: comments first, then the content, small parts on one line."""
    comments = "".join(f"# {line}\n" for line in header.splitlines())
    return comments + yaml.dump(
        content, Dumper=_Dumper, allow_unicode=True, sort_keys=False, default_flow_style=None, width=WIDTH
    )
