"""The municipality's own yearly figures from its lists, and which measure of the model answers to each."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from sim.intake.file_benefit import HOUSEHOLD
from sim.intake.file_care import bought_key
from sim.intake.file_cases import FIRST, SECOND, judged_first
from sim.intake.ground import BENEFIT, OWN, Ground, days_within
from sim.intake.sourced import FEW, Tree, significant, yaml_text
from sim.swedish import tal

COLUMNS = ("kalla", "kommun", "ar", "period", "omrade", "matt", "enhet", "typ", "varde", "anm")
"""As conf/underlag/nyckeltal.csv."""
SPREAD_YEARS = 5
ACCEPTABLE = 0.10
"""A year of a figure whose own years differ by more than this cannot be graded to within it."""
PRICED = 0.95
"""A cost is worked out from the list only where so much of its dygn has a price."""
FOLLOWS = "inflöden, tider och andelar är inpassade mot samma listor"


@dataclass(frozen=True)
class Fact:
    """A figure of one year; `persons` are behind it. `del_` and `faktor` as in `sim.reconcile.Uppgift`."""

    namn: str
    omrade: str
    nyckeltal: str
    ar: int
    enhet: str
    varde: float
    persons: int
    matt: str
    del_: str = ""
    faktor: float = 1.0


def facts(ground: Ground, area: str) -> list[Fact]:
    """Of a verksamhet, every whole year of its lists; none with fewer than `FEW` persons behind it."""
    found = [*_placed(ground, area), *_handled(ground, area)]
    if area == BENEFIT and ground.fitted.bistand:
        found += _paid(ground)
    return [fact for fact in found if fact.persons >= FEW]


def _years(ground: Ground, kind: str) -> range:
    window = ground.lists.fonster.get(kind)
    if window is None:
        return range(0)
    first = window.fran.year + ((window.fran.month, window.fran.day) != (1, 1))
    return range(first, ground.sista + 1)


def _placed(ground: Ground, area: str) -> Iterator[Fact]:
    forms = ground.fitted.vard.get(area, {})
    rows = ground.lists.placeringar
    rows = rows[(rows["verksamhet"] == area) & rows["form"].isin(list(forms))]
    is_own = rows["utforare"] == OWN
    parts: list[tuple[str, str, pd.Series]] = []
    for key in dict.fromkeys(key for care in forms.values() for key in care.egna):
        of = [form for form, care in forms.items() if key in care.egna]
        alone = all(forms[form].egna == (key,) for form in of)
        there = rows["form"].isin(of) & is_own & (True if alone else rows["resurs"] == key)
        parts.append((ground.label(key), ground.resource(area, key), there))
    for form in forms:
        bought = (rows["form"] == form) & ~is_own
        parts.append((f"{ground.label(form)}, köpt", ground.resource(area, bought_key(form)), bought))
    for year in _years(ground, "placeringar"):
        days = days_within(rows, year)
        for label, resource, there in parts:
            persons = int(rows.loc[there & (days > 0), "person"].nunique())
            total = float(days[there].sum())
            yield Fact(
                f"{label}, vårddygn", area, f"varddygn_{resource}", year, "dygn", total, persons, "varddygn", resource
            )
        for form in forms:
            began = rows[(rows["form"] == form) & (rows["start"].dt.year == year)]
            label = f"{ground.label(form)}, påbörjade"
            count = len(began)
            persons = int(began["person"].nunique())
            yield Fact(label, area, f"startade_{form}", year, "antal", count, persons, "startade", form)
        bought_days = days[~is_own]
        priced = rows.loc[~is_own, "dygnspris_kr"]
        if bought_days[priced.notna()].sum() >= PRICED * bought_days.sum() > 0:
            cost = float((bought_days * priced.fillna(priced.mean())).sum()) / 1000
            persons = int(rows.loc[~is_own & (days > 0), "person"].nunique())
            yield Fact("Köpta platser", area, "kostnad_extern", year, "tkr", cost, persons, "kostnad", "extern", 0.001)


def _handled(ground: Ground, area: str) -> Iterator[Fact]:
    handling = ground.fitted.arenden.get(area)
    if handling is None:
        return
    rows = ground.lists.arenden
    rows = rows[rows["verksamhet"] == area]
    judged = judged_first(handling)
    first, begun = (FIRST, rows["inledd"]) if judged else (SECOND, rows["inkom"])
    for year in _years(ground, "arenden"):
        came = rows[rows["inkom"].dt.year == year]
        persons = int(came["person"].nunique())
        yield Fact("Inkomna ärenden", area, "inkomna", year, "antal", len(came), persons, "begarda", first)
        if judged:
            opened = rows[rows["inledd"].dt.year == year]
            persons = int(opened["person"].nunique())
            yield Fact("Inledda utredningar", area, "inledda", year, "antal", len(opened), persons, "startade", SECOND)
        done = begun.notna() & (rows["beslut"].dt.year == year)
        if done.any():
            mean = float((rows["beslut"] - begun)[done].dt.days.mean())
            persons = int(rows.loc[done, "person"].nunique())
            yield Fact(
                "Utredningstid, medel",
                area,
                "utredningstid",
                year,
                "dygn",
                mean,
                persons,
                "utredningstid_medel",
                SECOND,
            )


def _paid(ground: Ground) -> Iterator[Fact]:
    rows = ground.lists.utbetalningar
    rows = rows[rows["belopp_kr"] > 0]
    for year in _years(ground, "utbetalningar"):
        of = rows[rows["manad"].dt.year == year]
        persons = int(of["hushall"].nunique())
        months = len(of.drop_duplicates(["hushall", "manad"]))
        paid = float(of["belopp_kr"].sum()) / 1000
        area = BENEFIT
        yield Fact("Hushåll med bistånd", area, "hushall", year, "hushåll", persons, persons, "hushall", HOUSEHOLD)
        yield Fact(
            "Bidragsmånader", area, "bidragsmanader", year, "månader", months, persons, "bidragsmanader", HOUSEHOLD
        )
        yield Fact("Utbetalt bistånd", area, "utbetalt", year, "tkr", paid, persons, "kostnad", "bistand", 0.001)


def facts_csv(found: list[Fact], kommun_id: str, namn: str) -> str:
    """The figures as conf/underlag/<id>.csv."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for fact in found:
        value = f"{significant(fact.varde, 6):.6f}".rstrip("0").rstrip(".")
        row = (kommun_id, namn, fact.ar, "helår", fact.omrade, fact.nyckeltal, fact.enhet, "utfall", value, "")
        writer.writerow(row)
    return text.getvalue()


def own_spread(fact: Fact, found: Sequence[Fact]) -> float:
    """How much the lists' own years differ: coefficient of variation over the last five; NaN for fewer than three."""
    same = [each for each in found if (each.omrade, each.nyckeltal) == (fact.omrade, fact.nyckeltal)]
    values = [each.varde for each in same if fact.ar - SPREAD_YEARS < each.ar <= fact.ar]
    mean = sum(values) / len(values)
    if len(values) < 3 or not mean:
        return math.nan
    return math.sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1)) / abs(mean)


def reconciliation_text(found: list[Fact], ground: Ground, kommun_id: str) -> str:
    """conf/avstamning/<id>.yaml: the last year of the lists beside the first of the model."""
    wanted: list[Tree] = []
    for fact in found:
        if fact.ar != ground.sista:
            continue
        given: Tree = {"namn": fact.namn, "omrade": fact.omrade, "nyckeltal": fact.nyckeltal, "ar": fact.ar}
        given |= {"verksamhet": fact.omrade, "matt": fact.matt}
        given |= {"del": fact.del_} if fact.del_ else {}
        given |= {"faktor": fact.faktor} if fact.faktor != 1 else {}
        spread = own_spread(fact, found)
        if math.isnan(spread):
            given["ograderad"] = "för få år i listorna att jämföra med"
        elif spread > ACCEPTABLE:
            given["ograderad"] = f"åren i listorna skiljer sig själva {tal(100 * spread)} procent (cv)"
        wanted.append(given | {"modellar": ground.basar, "foljer": FOLLOWS})
    header = (
        f"Gjord av `hemmaplan las-in`: listornas sista hela år, {ground.sista}, bredvid modellens första, "
        f"{ground.basar}.\nEtt år skiljer dem åt, så en skillnad kan också vara en verklig förändring."
    )
    return yaml_text({"kalla": kommun_id, "uppgifter": wanted}, header)
