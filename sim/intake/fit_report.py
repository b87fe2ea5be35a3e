"""What the lists say, as rows and as tables for a planner: each number with its interval and what it rests on."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sim.intake.file_cases import judged_first
from sim.intake.fitted import Benefit, Care, Elasticity, Estimate, Handling, Inflow, Length, Returns
from sim.intake.ground import BENEFIT, Ground
from sim.intake.sourced import FEW, share_of_persons
from sim.swedish import gement, tal

COLUMNS = ("verksamhet", "galler", "tal", "enhet", "varde", "lag95", "hog95", "antal", "anmarkning")
FAMILIES = {"blandning": "blandning av korta och långa"}


@dataclass(frozen=True)
class Row:
    """A number that the lists told; days, kronor, shares."""

    verksamhet: str
    galler: str
    tal: str
    enhet: str
    estimate: Estimate
    anmarkning: str = ""

    @property
    def few(self) -> bool:
        return self.estimate.n < FEW


def fit_rows(ground: Ground) -> list[Row]:
    fitted = ground.fitted
    rows: list[Row] = []
    for area, handling in fitted.arenden.items():
        rows += _of_cases(ground, area, handling)
    for area, forms in fitted.vard.items():
        for form, care in forms.items():
            rows += _of_care(ground, area, form, care)
        for form, inflow in fitted.direkt.get(area, {}).items():
            rows += _of_inflow(area, f"{ground.label(form)}, direkt", inflow)
    if fitted.bistand:
        rows += _of_benefit(fitted.bistand)
    for area, effect in fitted.elasticitet.items():
        rows += _of_unemployment(area, effect)
    return rows


def _of_cases(ground: Ground, area: str, handling: Handling) -> Iterator[Row]:
    for kind, inflow in handling.inflode.items():
        yield from _of_inflow(area, ground.label(kind), inflow)
    if judged_first(handling) and handling.forhandsbedomning and handling.leder_till_utredning:
        yield from _of_length(area, "Förhandsbedömning", handling.forhandsbedomning)
        yield Row(
            area, "Förhandsbedömning", "leder till utredning", "andel", share_of_persons(handling.leder_till_utredning)
        )
    yield from _of_length(area, "Utredning", handling.utredning)
    for key, share in handling.nasta.items():
        yield Row(area, "Utredning", f"leder till {gement(ground.label(key))}", "andel", share_of_persons(share))
    yield from _of_returns(area, "Ärenden", handling.aterkomst)


def _of_care(ground: Ground, area: str, form: str, care: Care) -> Iterator[Row]:
    label = ground.label(form)
    yield from _of_length(area, label, care.langd)
    for group, length in care.langd_malgrupp.items():
        yield from _of_length(area, f"{label}, {gement(ground.label(group))}", length)
    for key, price in care.pris.items():
        own = f"{label}, {ground.label(key)}" if ground.label(key) != label else label
        name = own if key in care.egna else f"{label}, köpt"
        yield Row(area, name, "pris per dygn", "kr", price.medel)
    for key, share in care.nasta.items():
        if key in ground.fitted.vard[area]:
            yield Row(area, label, f"går vidare till {gement(ground.label(key))}", "andel", share_of_persons(share))


def _of_inflow(area: str, label: str, inflow: Inflow) -> Iterator[Row]:
    yield Row(area, label, "nya per år", "antal", inflow.per_ar, inflow.anmarkning)
    yield Row(area, label, "ökning per år", "andel", inflow.trend_per_ar)
    yield Row(area, label, "månadernas varians delad med medelvärdet", "", inflow.overspridning)
    if inflow.arseffekt_cv:
        yield Row(area, label, "så mycket skiljer sig år (cv)", "andel", inflow.arseffekt_cv)


def _of_length(area: str, label: str, length: Length) -> Iterator[Row]:
    yield Row(area, label, "tid, medel", "dygn", length.medel, length.anmarkning)
    yield Row(area, label, "tid, median", "dygn", length.median)


def _of_returns(area: str, label: str, back: Returns | None) -> Iterator[Row]:
    if back:
        yield Row(area, label, "tillbaka inom tolv månader", "andel", share_of_persons(back.inom_ar))
        yield Row(area, label, "tillbaka någon gång", "andel", share_of_persons(back.andel))


def _of_benefit(benefit: Benefit) -> Iterator[Row]:
    yield from _of_inflow(BENEFIT, "Nya hushåll", benefit.inflode)
    yield from _of_length(BENEFIT, "Hushåll med bistånd", benefit.langd)
    yield from _of_returns(BENEFIT, "Hushåll med bistånd", benefit.aterkomst)
    yield Row(BENEFIT, "Hushåll med bistånd", "utbetalt per månad", "kr", benefit.belopp_kr_per_manad)


def _of_unemployment(area: str, effect: Elasticity) -> Iterator[Row]:
    lag = f"inflödet, {tal(effect.lag_dagar)} dygn efter" if effect.avgors else "inflödet"
    yield Row(area, "Arbetslösheten", f"{lag}: procent per procent", "", effect.inflode, effect.anmarkning)
    if effect.langd:
        yield Row(area, "Arbetslösheten", "tiden: procent per procent", "", effect.langd)


def row_values(row: Row) -> tuple[object, ...]:
    """In order of `COLUMNS`; what fewer than `FEW` observations say is left out."""
    each = row.estimate
    numbers: tuple[object, ...] = (each.varde, each.lag, each.hog, each.n)
    return (
        *(row.verksamhet, row.galler, row.tal, row.enhet),
        *((math.nan, math.nan, math.nan, f"färre än {FEW}") if row.few else numbers),
        row.anmarkning,
    )


def fit_lines(ground: Ground, rows: Sequence[Row]) -> list[str]:
    """Tables by verksamhet, and how the lengths were fitted."""
    lines: list[str] = []
    for area in dict.fromkeys(row.verksamhet for row in rows):
        lines += ["", f"### {ground.label(area)}", ""]
        lines += ["| Gäller | Tal | Värde | 95 % | Enhet | Iakttagelser |", "|---|---|--:|--:|---|--:|"]
        mine = [row for row in rows if row.verksamhet == area]
        lines += [_line(row) for row in mine]
        said = [f"- {row.galler}: {row.anmarkning}" for row in mine if row.anmarkning]
        lines += ["", *dict.fromkeys(said)] if said else []
    return lines


def _line(row: Row) -> str:
    each = row.estimate
    if row.few:
        cells = (row.galler, row.tal, "visas inte", "", row.enhet, f"färre än {FEW}")
    else:
        places = _places(row)
        percent = 100 if row.enhet == "andel" else 1
        value, low, high = (tal(percent * number, places) for number in (each.varde, each.lag, each.hog))
        spread = f"{low} till {high}" if math.isfinite(each.lag + each.hog) else "kan inte räknas ut"
        cells = (row.galler, row.tal, value, spread, "%" if row.enhet == "andel" else row.enhet, tal(each.n))
    return f"| {' | '.join(cells)} |"


def _places(row: Row) -> int:
    if row.enhet in ("kr", "dygn", "antal"):
        return 0 if abs(row.estimate.varde) >= 20 else 1
    return 1 if row.enhet == "andel" else 2


def length_lines(ground: Ground) -> list[str]:
    """Which law each length has, what was tried beside it, and how wrong the mean of those that ended would be."""
    lengths = list(lengths_of(ground))
    if not lengths:
        return []
    lines = [
        "| Tid | Fördelning | Näst bäst | Medel | Bara avslutade | Avslutade | Pågår | Började före listan |",
        "|---|---|---|--:|--:|--:|--:|--:|",
    ]
    for _, name, length in lengths:
        tried = sorted(length.forsokta, key=lambda each: each.kriterium)
        behind = f"{tried[1].familj} (+{tal(tried[1].kriterium - tried[0].kriterium, 1)})" if len(tried) > 1 else "–"
        family = str(length.fordelning.get("fordelning", "lognormal"))
        counts = (length.n - length.oppna, length.oppna, length.trunkerade)
        few = length.n < FEW
        cells = (
            *(name, FAMILIES.get(family, family), behind),
            *("–" if few else tal(length.medel.varde), "–" if few else tal(length.naivt_medel)),
            *(f"färre än {FEW}" if 0 < count < FEW else tal(count) for count in counts),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def lengths_of(ground: Ground) -> Iterator[tuple[str, str, Length]]:
    """(key, name, length) of every length that has a curve of its own."""
    for area, handling in ground.fitted.arenden.items():
        if judged_first(handling) and handling.forhandsbedomning:
            label = f"Förhandsbedömning, {gement(ground.label(area))}"
            yield f"{area}_forhandsbedomning", label, handling.forhandsbedomning
        yield f"{area}_utredning", f"Utredning, {gement(ground.label(area))}", handling.utredning
    for area, forms in ground.fitted.vard.items():
        for form, care in forms.items():
            yield f"{area}_{form}", f"{ground.label(form)}, {gement(ground.label(area))}", care.langd
    if ground.fitted.bistand:
        yield "bistand", "Hushåll med bistånd", ground.fitted.bistand.langd


def inflows_of(ground: Ground) -> Iterator[tuple[str, str, Inflow]]:
    """(key, name, inflow) of every inflow."""
    for area, handling in ground.fitted.arenden.items():
        for kind, inflow in handling.inflode.items():
            yield f"{area}_{kind}", f"{ground.label(kind)}, {gement(ground.label(area))}", inflow
    for area, forms in ground.fitted.direkt.items():
        for form, inflow in forms.items():
            yield f"{area}_{form}", f"{ground.label(form)}, {gement(ground.label(area))}", inflow
    if ground.fitted.bistand:
        yield "bistand", "Nya hushåll", ground.fitted.bistand.inflode
