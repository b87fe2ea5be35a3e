"""Public statistics of a made-up municipality, as files: unemployment and inhabitants (json-stat2), and Kolada.

Its own key figures are counted in its lists. The other municipalities are made up too, with codes that none has.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.intake.kolada import save_pages
from sim.intake.records import Lists

UNEMPLOYMENT, POPULATION, KOLADA = "arbetsloshet.json", "befolkning.json", "kolada.json"
KOMMUNKOD = "0199"
"""No municipality has it, nor those below."""
OTHERS = [f"{code}" for code in range(9901, 9916)]
AGES = (("0-17", "0–17 år", 0.21), ("18-64", "18–64 år", 0.58), ("65+", "65 år och äldre", 0.21))
SEXES = (("1", "män", 0.502), ("2", "kvinnor", 0.498))
ON_BENEFIT = 0.018
"""Households with benefit in a year for each inhabitant."""
DIFFER = 0.25
"""How much the others differ (standard deviation of the logarithm)."""
Category = dict[str, Any]


def write_public(lists: Lists, namn: str, folder: Path, seed: int) -> list[str]:
    """Write the files into a folder. Returns their names."""
    rng = np.random.default_rng([seed, 31])
    population = _inhabitants(lists)
    _write(folder / UNEMPLOYMENT, _unemployment(lists, namn))
    _write(folder / POPULATION, _population(population, namn))
    save_pages(list(_kolada(lists, population, namn, rng)), folder / KOLADA)
    return [UNEMPLOYMENT, POPULATION, KOLADA]


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")


def _unemployment(lists: Lists, namn: str) -> dict[str, Any]:
    assert lists.arbetsloshet is not None
    months = [f"{day:%Y}M{day:%m}" for day in pd.DatetimeIndex(lists.arbetsloshet.index)]
    return _cube(
        "Arbetslösa i procent av arbetskraften efter region, tabellinnehåll och månad (påhittat)",
        {
            "Region": _category("region", {KOMMUNKOD: namn}),
            "ContentsCode": _category("tabellinnehåll", {"andel": "Andel arbetslösa"}, "procent"),
            "Tid": _category("månad", dict(zip(months, months, strict=True))),
        },
        [round(100 * share, 2) for share in lists.arbetsloshet],
    )


def _population(by_year: pd.Series, namn: str) -> dict[str, Any]:
    years = [str(year) for year in by_year.index]
    cells = [round(count * age * sex) for _, _, age in AGES for _, _, sex in SEXES for count in by_year.to_numpy(float)]
    return _cube(
        "Folkmängd efter region, ålder, kön och år (påhittat)",
        {
            "Region": _category("region", {KOMMUNKOD: namn}),
            "Alder": _category("ålder", {code: label for code, label, _ in AGES}),
            "Kon": _category("kön", {code: label for code, label, _ in SEXES}),
            "Tid": _category("år", dict(zip(years, years, strict=True))),
        },
        cells,
    )


def _category(label: str, codes: dict[str, str], unit: str = "") -> Category:
    index = {code: place for place, code in enumerate(codes)}
    units = {"unit": {code: {"base": unit, "decimals": 2} for code in codes}} if unit else {}
    return {"label": label, "category": {"index": index, "label": codes} | units}


def _cube(label: str, dimensions: dict[str, Category], cells: Sequence[float]) -> dict[str, Any]:
    return {
        "version": "2.0",
        "class": "dataset",
        "label": label,
        "source": "påhittat av hemmaplan exempeldata",
        "id": list(dimensions),
        "size": [len(each["category"]["index"]) for each in dimensions.values()],
        "dimension": dimensions,
        "value": list(cells),
        "role": {"time": ["Tid"], "geo": ["Region"]},
    }


def _inhabitants(lists: Lists) -> pd.Series:
    """By year: as many as the households with benefit suggest in all of the years, growing a little."""
    by_year = lists.utbetalningar.groupby(lists.utbetalningar["manad"].dt.year)["hushall"].nunique()
    last = round(float(by_year.mean()) / ON_BENEFIT, -2)
    years = by_year.index.to_numpy(int)
    return pd.Series(np.round(last * 1.006 ** (years - years[-1])), years)


def _kolada(lists: Lists, population: pd.Series, namn: str, rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    """Names, and then the values of our municipality and of others like it."""
    own = _own(lists, population)
    yield {"values": [{"id": kpi, "title": title} for kpi, (title, _) in own.items()]}
    places = {KOMMUNKOD: namn} | {code: f"Påhittköping {at}" for at, code in enumerate(OTHERS, 1)}
    yield {"values": [{"id": code, "title": title, "type": "K"} for code, title in places.items()]}
    rows = []
    for kpi, (_, by_year) in own.items():
        told = list(zip(by_year.index.to_numpy(int).tolist(), by_year.to_numpy(float).tolist(), strict=True))
        for code, factor in zip(places, [1.0, *np.exp(rng.normal(0.0, DIFFER, len(OTHERS)))], strict=True):
            rows += [_row(kpi, code, year, value * float(factor)) for year, value in told]
    yield {"values": rows, "count": len(rows), "next_url": None}


def _own(lists: Lists, population: pd.Series) -> dict[str, tuple[str, pd.Series]]:
    """Key figures by year, counted in the lists."""
    paid, cases, placed = lists.utbetalningar, lists.arenden, lists.placeringar
    by_year = paid.groupby(paid["manad"].dt.year).agg(hushall=("hushall", "nunique"), kr=("belopp_kr", "sum"))
    children = cases[(cases["verksamhet"] == "barn_och_ungdom") & cases["inledd"].notna() & cases["beslut"].notna()]
    decided = children["beslut"].dt.year
    days = (children["beslut"] - children["inledd"]).dt.days.groupby(decided).mean()
    bought = placed[(placed["verksamhet"] == "missbruk") & (placed["utforare"] == "extern")]
    price = bought["dygnspris_kr"].groupby(bought["start"].dt.year).mean()
    return {
        "N31910": ("Hushåll som fått ekonomiskt bistånd, antal", by_year["hushall"]),
        "N31849": ("Utbetalt ekonomiskt bistånd, kr/hushåll", by_year["kr"] / by_year["hushall"]),
        "N31001": ("Kostnad ekonomiskt bistånd, kr/inv", by_year["kr"] / population),
        "U33401": ("Utredningstid barn och unga, medelvärde, dagar", days[days.index >= by_year.index[0]]),
        "N35025": ("Kostnad per vårddygn, vuxna, kr/dygn", price[price.index >= by_year.index[0]]),
    }


def _row(kpi: str, code: str, year: int, value: float) -> dict[str, Any]:
    told = {"gender": "T", "count": 1, "status": "", "value": round(value, 1), "isdeleted": False}
    return {"kpi": kpi, "municipality": code, "period": year, "values": [told]}
