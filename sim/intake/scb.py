"""Public statistics from a file: json-stat2, as SCB's PxWebApi gives it, to a series of unemployment or population.

json-stat2 is a cube: `id` names its dimensions, `size` how many categories each has, `value` the cells with the last
dimension fastest, as a list or, sparse, by number.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.errors import HemmaplanError, nearest
from sim.files import os_reason

TOTAL = re.compile(r"^(tot|total|totalt|samtliga|alla|båda könen|1\+2|sum)\b", re.IGNORECASE)
"""What the category that is all the others is called, as code or in words."""
_TIME = re.compile(r"^(\d{4})(?:([MKQ])(\d{1,2}))?$")
"""2024, 2024M03, 2024K1 (quarter)."""
MOST_PERCENT = 100.0
MOST_SHARE = 1.0


@dataclass(frozen=True)
class Dimension:
    """`codes` in the order of the cells; `labels` and `units` by code."""

    name: str
    label: str
    codes: tuple[str, ...]
    labels: Mapping[str, str]
    units: Mapping[str, str]

    @property
    def total(self) -> str | None:
        """The category that is all the others together, where there is one."""
        for code in self.codes:
            if TOTAL.match(code) or TOTAL.match(self.labels.get(code, "")):
                return code
        return None


@dataclass(frozen=True)
class Cube:
    """A table of public statistics. `values` has one axis for each dimension; NaN where nothing is told."""

    namn: str
    dimensions: tuple[Dimension, ...]
    values: NDArray[np.float64]
    time: int
    """Which dimension is time, and which is place (-1 where the table has none)."""
    place: int


def read_cube(path: Path) -> Cube:
    """A json-stat2 file. Raises HemmaplanError, in Swedish, where it is something else."""
    content = read_json(path)
    if not isinstance(content, dict) or content.get("class") != "dataset" or "dimension" not in content:
        raise HemmaplanError(
            f"{path.name}: är inte JSON-stat 2 (class: dataset). Hämta tabellen ur SCB:s statistikdatabas och välj "
            "filformatet JSON-stat2."
        )
    try:
        return _cube(path.name, content)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        raise HemmaplanError(f"{path.name}: JSON-stat-filen är inte hel; hämta den på nytt") from None


def read_json(path: Path) -> Any:
    """What a JSON file holds. Raises HemmaplanError, in Swedish."""
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        reason = os_reason(error)
    except UnicodeDecodeError:
        raise HemmaplanError(f"{path.name}: filen är inte sparad som UTF-8") from None
    except json.JSONDecodeError as error:
        raise HemmaplanError(f"{path.name}, rad {error.lineno}: filen är inte giltig JSON") from None
    raise HemmaplanError(f"{path}: kan inte läsas ({reason})")


def _cube(name: str, content: Mapping[str, Any]) -> Cube:
    ids = [str(each) for each in content["id"]]
    sizes = [int(each) for each in content["size"]]
    dimensions = tuple(_dimension(each, content["dimension"][each]) for each in ids)
    if [len(dimension.codes) for dimension in dimensions] != sizes:
        raise ValueError("sizes")
    cells = np.full(math.prod(sizes), np.nan)
    told = content["value"]
    pairs = told.items() if isinstance(told, dict) else enumerate(told)
    for at, value in pairs:
        cells[int(at)] = np.nan if value is None else float(value)
    if not isinstance(told, dict) and len(told) != len(cells):
        raise ValueError("cells")
    roles = content.get("role") or {}
    time = _place_of(ids, roles.get("time"), ("tid", "time", "år", "månad", "kvartal"))
    if time < 0:
        raise HemmaplanError(f"{name}: tabellen har ingen tid")
    place = _place_of(ids, roles.get("geo"), ("region", "kommun", "lan", "län"))
    return Cube(str(content.get("label", name)), dimensions, cells.reshape(sizes), time, place)


def _place_of(ids: Sequence[str], role: Sequence[str] | None, names: Sequence[str]) -> int:
    wanted = {str(each) for each in role or ()}
    return next((at for at, each in enumerate(ids) if each in wanted or each.casefold() in names), -1)


def _dimension(name: str, told: Mapping[str, Any]) -> Dimension:
    category = told["category"]
    labels = {str(code): str(label) for code, label in (category.get("label") or {}).items()}
    index = category.get("index", list(labels))
    codes = sorted(index, key=lambda code: index[code]) if isinstance(index, dict) else index
    units = {str(code): str((unit or {}).get("base", "")) for code, unit in (category.get("unit") or {}).items()}
    return Dimension(name, str(told.get("label", name)), tuple(map(str, codes)), labels, units)


def unemployment(path: Path, kommunkod: str | None = None) -> pd.Series:
    """Share of the labour force by first day of month, as `Lists.arbetsloshet` holds it.

    Percent become shares. A quarter or a year is told for each of its months. `kommunkod`: which place, where the table
    has several. Raises HemmaplanError, in Swedish, where it is not one series of shares.
    """
    cube = read_cube(path)
    values = _one_series(path.name, cube, kommunkod, summed=False)
    told = values.to_numpy(float)
    units = " ".join(unit for dimension in cube.dimensions for unit in dimension.units.values()).casefold()
    highest = float(np.nanmax(told)) if len(told) else 0.0
    if highest > MOST_PERCENT:
        raise HemmaplanError(
            f"{path.name}: talen är upp till {highest:.0f} och ser ut att vara antal personer. Välj en tabell med "
            "arbetslösa i procent av arbetskraften."
        )
    share = told / 100 if "procent" in units or "%" in units or highest > MOST_SHARE else told
    months = pd.Series(share, values.index, name="arbetsloshet").dropna()
    if not (months > 0).all():
        raise HemmaplanError(f"{path.name}: arbetslösheten är noll eller mindre i någon månad")
    return months


def population(path: Path, kommunkod: str | None = None) -> pd.Series:
    """Inhabitants by year, over all ages and both sexes; the last month or quarter of a year where it has them."""
    values = _one_series(path.name, read_cube(path), kommunkod, summed=True).dropna()
    years = pd.Index(pd.DatetimeIndex(values.index).year, name="ar")
    return values.groupby(years).last().rename("befolkning")


def _one_series(name: str, cube: Cube, kommunkod: str | None, summed: bool) -> pd.Series:
    """One place and, of what else there is, the total (or, `summed`, the sum) by month."""
    values = np.moveaxis(cube.values, cube.time, 0)
    others = [at for at in range(len(cube.dimensions)) if at != cube.time]
    for at in reversed(others):
        axis = 1 + others.index(at)
        dimension = cube.dimensions[at]
        if at == cube.place:
            chosen: str | None = _place(name, dimension, kommunkod)
        else:
            chosen = dimension.total or (dimension.codes[0] if len(dimension.codes) == 1 else None)
        if chosen is None and not (summed and not dimension.units):
            told = ", ".join(dimension.labels.get(code, code) for code in dimension.codes[:4])
            raise HemmaplanError(
                f"{name}: tabellen är uppdelad efter {dimension.label} ({told} …) och har inget totalt; välj en av dem"
            )
        kept = values if chosen is None else values.take([dimension.codes.index(chosen)], axis)
        values = np.asarray(kept.sum(axis))
    days: list[pd.Timestamp] = []
    told_values: list[float] = []
    for code, value in zip(cube.dimensions[cube.time].codes, values.tolist(), strict=True):
        for day in _months_of(name, code):
            days.append(day)
            told_values.append(value)
    return pd.Series(told_values, pd.DatetimeIndex(days, dtype="datetime64[s]"), dtype=float).sort_index()


def _place(name: str, dimension: Dimension, kommunkod: str | None) -> str:
    if kommunkod in dimension.codes:
        return str(kommunkod)
    if len(dimension.codes) == 1:
        return dimension.codes[0]
    if kommunkod is None:
        raise HemmaplanError(
            f"{name}: tabellen har {len(dimension.codes)} platser; säg vilken med kommunkod i las-in.yaml"
        )
    raise HemmaplanError(
        f"{name}: kommunkod = {kommunkod}: finns inte i tabellen; {nearest(kommunkod, dimension.codes)}"
    )


def _months_of(name: str, code: str) -> list[pd.Timestamp]:
    """The first days of the months that a time's code covers."""
    found = _TIME.match(code)
    if not found:
        raise HemmaplanError(f"{name}: tiden {code} ska skrivas som 2024, 2024M03 eller 2024K1")
    year, kind, number = int(found[1]), found[2], int(found[3] or 0)
    if kind == "M" and 1 <= number <= 12:
        return [pd.Timestamp(year, number, 1)]
    if kind in ("K", "Q") and 1 <= number <= 4:
        return [pd.Timestamp(year, month, 1) for month in range(3 * number - 2, 3 * number + 1)]
    if kind is None:
        return [pd.Timestamp(year, month, 1) for month in range(1, 13)]
    raise HemmaplanError(f"{name}: tiden {code} ska skrivas som 2024, 2024M03 eller 2024K1")
