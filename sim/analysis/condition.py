"""A condition that a planner writes, as `ej_verkstallda missbruk.boende <= 2 per kvartal i 90 % av åren`.

    MÅTT [VERKSAMHET[.DEL]] <= TAL[ %| tkr| mnkr] [per år|halvår|kvartal|månad] [i TAL % av åren | i medel]

`>=` as well as `<=`; `högst` and `minst` mean the same. Without more words every one of the years judged must hold.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from sim.calendars import is_month
from sim.config import Kommun
from sim.costs import ALL_AREAS
from sim.errors import HemmaplanError, nearest, tal_text
from sim.labels import LABELS
from sim.periods import Floats
from sim.runs import Row
from sim.swedish import gement
from sim.tables import Table

Kind = Literal["år", "halvår", "kvartal", "månad"]
KINDS: dict[str, Kind] = {"år": "år", "halvår": "halvår", "kvartal": "kvartal", "månad": "månad", "manad": "månad"}
SIGNS = {"<=": "<=", "≤": "<=", "högst": "<=", "hogst": "<=", ">=": ">=", "≥": ">=", "minst": ">="}
FACTORS = {"": 1.0, "kr": 1.0, "tkr": 1e3, "mnkr": 1e6, "%": 0.01}
FORM = "MÅTT VERKSAMHET.DEL <= TAL per kvartal i 90 % av åren"
PART = re.compile(
    r"(?P<measure>\S+)(?:\s+(?P<where>.*?))?\s*(?P<sign><=|>=|≤|≥|\b(?:högst|hogst|minst)\b)\s*"
    r"(?P<number>[-−]?\d[\d\s\u00a0]*(?:[.,]\d+)?)\s*(?P<unit>%|mnkr\b|tkr\b|kr\b)?\s*(?P<rest>.*)",
    re.DOTALL,
)
REST = re.compile(
    r"(?:per\s+(?P<kind>\w+))?\s*(?:i\s+(?:(?P<mean>medel)|(?P<share>\d+(?:[.,]\d+)?)\s*(?P<percent>%)?\s+av\s+åren))?"
)


@dataclass(frozen=True)
class Condition:
    """`limit` in the measure's own unit. `share` of the years judged in which every period must hold; None: the mean
    over all periods and futures is what must hold. `area` and `part` are None until `settled`."""

    measure: str
    area: str | None
    part: str | None
    at_most: bool
    limit: float
    kind: Kind
    share: float | None

    @property
    def row(self) -> Row:
        assert self.area is not None and self.part is not None
        return self.area, self.measure, self.part

    def words(self, kommun: Kommun) -> str:
        """In plain Swedish."""
        label = LABELS[self.measure]
        verksamhet = kommun.verksamheter.get(self.area or "")
        step = verksamhet.steg.get(self.part or "") if verksamhet else None
        resource = kommun.resurser.get(self.part or "")
        area = gement(verksamhet.namn) if verksamhet else self.area
        part = gement(step.namn) if step else resource.namn if resource else self.part
        where = ", ".join(filter(None, (area, part)))
        where = f" ({where})" if where else ""
        if label.enhet == "andel":
            amount = f"{tal_text(round(100 * self.limit, 6))} %"
        elif label.enhet == "kr" and abs(self.limit) >= 1e5:
            amount = f"{tal_text(self.limit / 1e6)} mnkr"
        else:
            amount = f"{tal_text(self.limit)} {label.enhet}"
        each = f" varje {self.kind}" if self.kind != "år" else " om året" if label.over_tid == "summa" else ""
        years = " i medel" if self.share is None else ""
        if self.share is not None and self.share < 1:
            years = f" i minst {tal_text(round(100 * self.share, 6))} % av åren"
        return f"{label.namn}{where}: {'högst' if self.at_most else 'minst'} {amount}{each}{years}"


def parse_condition(text: str) -> Condition:
    """Raises HemmaplanError that says what cannot be read and what could stand there."""
    found = PART.fullmatch(text.strip())
    if found is None:
        raise HemmaplanError(f"villkor = {text}: kan inte tolkas; skriv som {FORM}")
    measure, where = found["measure"], (found["where"] or "").strip()
    if measure not in LABELS:
        raise HemmaplanError(f"villkor = {text}: måttet {measure} finns inte; {nearest(measure, LABELS)}")
    rest = REST.fullmatch(found["rest"].strip().rstrip("."))
    if rest is None:
        allowed = "per år, per kvartal, i medel, i 90 % av åren"
        raise HemmaplanError(f"villkor = {text}: {found['rest'].strip()}: kan inte tolkas; tillåtet: {allowed}")
    if rest["kind"] and rest["kind"] not in KINDS:
        raise HemmaplanError(f"villkor = {text}: per {rest['kind']}: {nearest(rest['kind'], KINDS)}")
    area, _, part = where.partition(".")
    kind = KINDS[rest["kind"] or "år"]
    if kind == "kvartal" and LABELS[measure].over_tid == "kvot":
        raise HemmaplanError(
            f"villkor = {text}: {measure} är en kvot och räknas inte per kvartal; tillåtet: per månad, halvår eller år"
        )
    return Condition(
        measure,
        area or None,
        part or None,
        SIGNS[found["sign"]] == "<=",
        _limit(text, measure, _number(found["number"]), found["unit"] or ""),
        kind,
        None if rest["mean"] else _share(text, rest["share"], rest["percent"]),
    )


def _number(written: str) -> float:
    return float(re.sub(r"[\s\u00a0]", "", written).replace(",", ".").replace("−", "-"))


def _limit(text: str, measure: str, number: float, unit: str) -> float:
    its = LABELS[measure].enhet
    fits = {"%": its == "andel", "kr": its.startswith("kr"), "tkr": its == "kr", "mnkr": its == "kr"}.get(unit, True)
    if not fits:
        raise HemmaplanError(f"villkor = {text}: {measure} mäts i {its}, inte i {unit}")
    if its == "andel" and not 0 <= number * FACTORS[unit] <= 1:
        written = tal_text(number)
        raise HemmaplanError(f"villkor = {text}: {measure} är en andel; skriv {written} % eller ett tal mellan 0 och 1")
    return round(number * FACTORS[unit], 12)


def _share(text: str, written: str | None, percent: str | None) -> float:
    share = 1.0 if written is None else _number(written) * (0.01 if percent else 1.0)
    if not 0 < share <= 1:
        raise HemmaplanError(f"villkor = {text}: i {written} av åren: ska vara över 0 och högst 100 %")
    return share


def settled(condition: Condition, rows: Sequence[Row], prefer: str | None) -> Condition:
    """With verksamhet and del, from the rows that are measured; `prefer`: the verksamhet meant where several have it.

    Raises HemmaplanError where it is not said which, or there is none.
    """
    measure = condition.measure
    parts: dict[str, list[str]] = {}
    for row in rows:
        if row[1] == measure:
            parts.setdefault(row[0], []).append(row[2])
    if not parts:
        there = {row[1] for row in rows}
        raise HemmaplanError(f"villkor: måttet {measure} finns inte i kommunen; {nearest(measure, there)}")
    area = condition.area
    if area is None:
        choices = [name for name in (prefer, ALL_AREAS) if name and name in parts] or list(parts)
        if len(choices) > 1 and choices[0] != prefer:
            raise HemmaplanError(f"villkor: {measure} finns i flera verksamheter; ange en: {', '.join(sorted(parts))}")
        area = choices[0]
    elif area not in parts:
        raise HemmaplanError(f"villkor: {measure} finns inte för {area}; {nearest(area, parts)}")
    part = condition.part
    if part is None:
        choices = [""] if "" in parts[area] else parts[area]
        if len(choices) > 1:
            raise HemmaplanError(
                f"villkor: {measure} i {area} finns för flera delar; skriv {area}.DEL, {nearest('', parts[area])}"
            )
        part = choices[0]
    elif part not in parts[area]:
        raise HemmaplanError(f"villkor: {measure} finns inte för {area}.{part}; {nearest(part, parts[area])}")
    return replace(condition, area=area, part=part)


def values_of(table: Table, condition: Condition, years: Sequence[str]) -> Floats:
    """The measure in each period judged, (replications, years, periods a year); NaN where there was nothing to measure.

    Raises HemmaplanError where it is never measured in such periods.
    """
    found = np.stack([_in_year(table, condition, year) for year in years], axis=1)
    if np.isnan(found).all():
        label = LABELS[condition.measure].namn
        raise HemmaplanError(f"villkor: {label} ({condition.row[0]}) mäts inte per {condition.kind}; pröva per år")
    return found


def _in_year(table: Table, condition: Condition, year: str) -> Floats:
    """(replications, periods of the year)"""
    if condition.kind == "år":
        labels = [year]
    elif condition.kind == "halvår":
        labels = [period for period in table.periods if period.startswith(f"{year}H")]
    else:
        labels = [period for period in table.periods if is_month(period) and period.startswith(year)]
    row = table.rows.index(condition.row)
    values = table.values[:, row][:, [table.periods.index(label) for label in labels]]
    if condition.kind != "kvartal":
        return np.asarray(values)
    quarters = values.reshape(len(values), -1, 3)
    over_time = LABELS[condition.measure].over_tid
    if over_time == "slutet":
        return np.asarray(quarters[:, :, -1])
    if over_time == "summa":
        return np.asarray(quarters.sum(axis=2))
    starts = np.array(labels, dtype="datetime64[M]")
    lengths = ((starts + 1).astype("datetime64[D]") - starts.astype("datetime64[D]")).astype(np.float64)
    weights = lengths.reshape(-1, 3)
    return np.asarray((quarters * weights).sum(axis=2) / weights.sum(axis=1))


def margins(condition: Condition, values: Floats) -> Floats:
    """How far within the limit each future is, below 0 where it is not; NaN where there was nothing to measure.

    With a share of years: what the year that just decides it has left in its worst period, a period without anything to
    measure being within. In the mean: that of all periods.
    """
    left = condition.limit - values if condition.at_most else values - condition.limit
    if condition.share is None:
        count = np.sum(~np.isnan(left), axis=(1, 2))
        with np.errstate(invalid="ignore"):
            return np.asarray(np.nansum(left, axis=(1, 2)) / np.where(count, count, np.nan))
    worst = np.where(np.isnan(left), np.inf, left).min(axis=2)
    needed = int(np.ceil(condition.share * worst.shape[1] - 1e-9))
    return np.asarray(-np.sort(-worst, axis=1)[:, needed - 1])
