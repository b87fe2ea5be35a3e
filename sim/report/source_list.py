"""Every number that describes the kommun, with its value, source and status."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sim.config import Kommun
from sim.describe import path_names, planned_text
from sim.labels import KALLTYPER
from sim.report.document import Cell, Interval, Masked, Number, Table
from sim.report.masking import hidden_in_row
from sim.report.text import typeset
from sim.sources import Number as Sourced
from sim.sources import numbers
from sim.swedish import MONTHS, tal, uppraknat
from sim.units import ETTOR

ELAPSED = "pagatt_dagar"
MONTHLY = ("sasong", "semesterprofil")
SIGNIFICANT = 4
SHARES = {"andel", "andel_inflode", "sjukfranvaro", "vakans", "trend_per_ar"}
"""Last parts of paths to shares and rates."""
DAYS = {"medel", "median", "p90"}
"""Of a length of time, these are in days."""


def sourced_numbers(kommun: Kommun) -> list[Sourced]:
    """Elapsed days, which are one for each person, are listed as one number."""
    listed = numbers(kommun.model_dump(mode="python", exclude_unset=True), kommun.kallor)
    return [number for number in listed if not _one_of_many(number.path)]


def _one_of_many(path: str) -> bool:
    *_, group, place = ["", *path.split(".")]
    return group == ELAPSED and place != "1"


def assumptions_of(kommun: Kommun) -> tuple[int, int]:
    """(how many of the numbers are assumptions, how many there are)"""
    listed = sourced_numbers(kommun)
    return sum(number.kalla is not None and number.kalla.typ == "antagande" for number in listed), len(listed)


def status_table(kommun: Kommun) -> Table:
    """How many numbers come from what kind of source."""
    listed = sourced_numbers(kommun)
    kinds = {kind: sum(n.kalla is not None and n.kalla.typ == kind for n in listed) for kind in KALLTYPER}
    rows: list[tuple[Cell, ...]] = [
        (KALLTYPER[kind][0], KALLTYPER[kind][1], Number(count), Number(count / len(listed), 0, percent=True))
        for kind, count in kinds.items()
        if count
    ]
    rows.append(("Alla", "", Number(len(listed)), Number(1.0, 0, percent=True)))
    return Table(
        "status",
        "Varifrån talen kommer",
        ("Status", "Betyder", "Antal tal", "Andel"),
        tuple(rows),
    )


def parameter_table(kommun: Kommun, below: int) -> Table:
    """One row for each number; the twelve of a year's profile together."""
    content = kommun.model_dump(mode="python", exclude_unset=True)
    codes = source_codes(kommun)
    listed = sourced_numbers(kommun)
    hidden = _hidden(listed, below)
    rows: list[tuple[Cell, ...]] = []
    for group in _together(listed):
        first = group[0]
        where, what = _called(kommun, content, first.path, len(group) > 1)
        status = KALLTYPER[first.kalla.typ][0] if first.kalla else ""
        value: Cell
        if len(group) > 1:
            what = f"{what}: {_profile([number.value for number in group])}"
            value = Masked("tolv tal")
        elif ELAPSED in first.path:
            value = Masked("visas inte")
        elif first.path in hidden:
            value = Masked(f"färre än {below}" if first.value < below else "visas inte")
        else:
            value = _plain(first.value, is_share(first.path))
        span = None if first.span is None or first.path in hidden or len(group) > 1 else _span(first.span, first.path)
        rows.append((where, what, value, span, status, codes.get(first.kalla_id or "", "")))
    return Table(
        "parametrar",
        "Alla tal som beskriver kommunen",
        ("Gäller", "Vad", "Värde", "Spann", "Status", "Källa"),
        tuple(rows),
        small=True,
    ).without_empty()


def source_codes(kommun: Kommun) -> dict[str, str]:
    """K1, K2 … in the order in which the numbers use them."""
    used = dict.fromkeys(number.kalla_id for number in sourced_numbers(kommun) if number.kalla_id)
    return {kalla_id: f"K{place}" for place, kalla_id in enumerate(used, start=1)}


def source_table(kommun: Kommun, documents: Mapping[str, str], figures: Mapping[str, str]) -> Table:
    """What each source says. `documents`: their codes by key; `figures`: what published figures are called by key."""
    rows: list[tuple[Cell, ...]] = []
    for kalla_id, code in source_codes(kommun).items():
        kalla = kommun.kallor[kalla_id]
        against = uppraknat(
            [f"{named[:1].lower()}{named[1:]}" for named in (figures.get(m, m) for m in kalla.mot or ())]
        )
        text = kalla.text + (f" Inpassat mot {against}." if against else "")
        rows.append((code, KALLTYPER[kalla.typ][0], typeset(text), documents[kalla.kalla] if kalla.kalla else "–"))
    return Table(
        "kallor",
        "Källorna",
        ("Källa", "Status", "Vad den säger", "Dokument"),
        tuple(rows),
        small=True,
    )


def _together(listed: Sequence[Sourced]) -> list[list[Sourced]]:
    """The months of a profile as one group, everything else alone."""
    groups: dict[str, list[Sourced]] = {}
    for number in listed:
        parts = number.path.split(".")
        key = ".".join(parts[:-1]) if len(parts) > 1 and parts[-2] in MONTHLY else number.path
        groups.setdefault(key, []).append(number)
    return list(groups.values())


def _called(kommun: Kommun, content: Mapping[str, Any], path: str, profile: bool) -> tuple[str, str]:
    """(where, what) in words; the path of a profile without its month."""
    parts = path.split(".")
    if parts[0] == "planerat":
        return "Planerat", planned_text(kommun, parts[1])
    names, _ = path_names(content, path)
    if profile or ELAPSED in parts:
        names = names[:-1]
    depth = 2 if parts[0] in ("verksamheter", "nulage") else 1
    if parts[0] == "nulage":
        names = [names[1], names[0], *names[2:]]
    if {"tid", "vantat"} & set(parts) and parts[-1] in DAYS:
        names.append("dygn")
    where = ", ".join(names[:depth])
    return where[:1].upper() + where[1:], ", ".join(names[depth:]) or "värde"


def _profile(values: Sequence[float]) -> str:
    if tuple(values) == ETTOR:
        return "lika alla månader"
    return "; ".join(f"{month}\u00a0{_plain(value).text}" for month, value in zip(MONTHS, values, strict=True))


def is_share(path: str) -> bool:
    """Whether a number is a part of a whole, or a rate that is told in per cent."""
    parts = path.split(".")
    return parts[-1] in SHARES or parts[-2:-1] in (["nasta"], ["malgrupper"]) or "arbetsloshet" in parts[1:2]


def _plain(number: float, share: bool = False) -> Number:
    """With as many decimals as the number has, at most so many that it has four figures that say something."""
    places = 0
    value = 100 * number if share else number
    while places < 6 and abs(round(value, places) - value) > 1e-9 * max(1.0, abs(value)):
        places += 1
    digits = len(re.sub(r"\D", "", tal(abs(value), 0).lstrip("0")))
    decimals = min(places, max(SIGNIFICANT - digits, 0) + (2 if abs(value) < 0.1 else 0))
    return Number(number, decimals, percent=share)


def _span(span: tuple[float, float], path: str) -> Interval:
    """A share has no more than the whole to range in."""
    share = is_share(path)
    low, high = (float(f"{min(end, 1.0) if share else end:.{SIGNIFICANT}g}") for end in span)
    return Interval(_plain(low, share), _plain(high, share))


def _hidden(listed: Sequence[Sourced], below: int) -> set[str]:
    """The paths of numbers of persons from the kommun's own data that are too small to show, and those that would give
    them away: the stock of a steg is taken to be known."""
    groups: dict[str, list[Sourced]] = {}
    for number in listed:
        parts = number.path.split(".")
        if parts[0] == "nulage" and parts[-1] in ("antal", "hemmamojliga"):
            groups.setdefault(".".join(parts[:4]), []).append(number)
    found: set[str] = set()
    for group in groups.values():
        own = [number for number in group if number.kalla is not None and number.kalla.typ == "egna_data"]
        if own:
            is_hidden = hidden_in_row([number.value for number in own], True, below)
            found |= {number.path for number, yes in zip(own, is_hidden, strict=True) if yes}
    return found
