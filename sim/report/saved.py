"""A finished study read back from its folder of results, to the last digit, without simulating."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from sim.comparison import Chance, Comparison
from sim.errors import HemmaplanError
from sim.experiment import StudyResult, plans_of
from sim.files import read_yaml
from sim.results import quoted
from sim.runs import Row
from sim.settings import study_from
from sim.statistics import DIFFERENCES, LEVELS, Statistics
from sim.tables import Table

NEEDED = ("konfiguration.yaml", "manifest.json", "nivaer.csv", "skillnader.csv", "budget.csv", "matt.parquet")


@dataclass(frozen=True)
class Saved:
    """`content`: the configuration as it was composed. `made.resultat` holds years and half-years, but no months;
    `made.niva` and `made.andring` hold all."""

    folder: Path
    content: Mapping[str, Any]
    manifest: Mapping[str, Any]
    made: Comparison


def load_saved(folder: Path, root: Path) -> Saved:
    """Raises HemmaplanError where the folder does not hold a study."""
    missing = [name for name in NEEDED if not (folder / name).is_file()]
    if missing:
        what = "mappen finns inte" if not folder.is_dir() else f"saknar {', '.join(missing)}"
        raise HemmaplanError(f"{folder}: {what}; ange en mapp som jamfor eller kor har skrivit under results/")
    content = read_yaml(folder / "konfiguration.yaml")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    study, _ = study_from(content, root)
    plans = plans_of(study)
    ids = [plan.id for plan in plans]
    tables = _tables(folder / "matt.parquet", ids)
    result = StudyResult(study, plans, tables, manifest["replikationer_klara"], manifest["replikationer_begarda"])
    made = Comparison(
        result,
        _statistics(folder / "nivaer.csv", ids, LEVELS),
        _statistics(folder / "skillnader.csv", ids[1:], DIFFERENCES),
        _chances(folder / "budget.csv"),
    )
    return Saved(folder, content, manifest, made)


TEXTS = ("scenario", "period", "verksamhet", "matt", "del")
"""The columns of texts that tell which number it is."""


@dataclass(frozen=True)
class Lines:
    """Lines of a table; each text as its number among `names`, which are in order."""

    names: Mapping[str, Sequence[str]]
    columns: Mapping[str, NDArray[Any]]

    def of(self, scenario: str) -> Lines:
        number = self.names["scenario"].index(scenario) if scenario in self.names["scenario"] else -1
        mine = self.columns["scenario"] == number
        return Lines(self.names, {name: column[mine] for name, column in self.columns.items()})

    def periods(self) -> tuple[NDArray[np.intp], tuple[str, ...]]:
        """The place of each line's period among those that occur, and these, in order."""
        place, found = _placed(self.columns["period"], len(self.names["period"]))
        return place, tuple(self.names["period"][number] for number in found)

    def rows(self) -> tuple[NDArray[np.intp], tuple[Row, ...]]:
        """The place of each line's row among those that occur, and these, in order."""
        areas, measures, parts = (self.names[name] for name in TEXTS[2:])
        numbers = [self.columns[name].astype(np.int64) for name in TEXTS[2:]]
        whole = (numbers[0] * len(measures) + numbers[1]) * len(parts) + numbers[2]
        place, found = _placed(whole, len(areas) * len(measures) * len(parts))
        split = ((number // len(parts), number % len(parts)) for number in found)
        rows = ((*divmod(pair, len(measures)), part) for pair, part in split)
        return place, tuple((areas[area], measures[measure], parts[part]) for area, measure, part in rows)


def _placed(numbers: NDArray[Any], count: int) -> tuple[NDArray[np.intp], list[int]]:
    """The place of each number (of 0 to count - 1) among those that occur, and these, in order."""
    found = np.flatnonzero(np.bincount(numbers, minlength=count))
    place = np.zeros(count, dtype=np.intp)
    place[found] = np.arange(len(found))
    return place[numbers], found.tolist()


def _read(source: str, numbers: Sequence[str], kept: str) -> Lines:
    """Texts and numbers of a source (as SQL). DuckDB numbers the texts. `kept`: as a VIEW or a TABLE."""
    with duckdb.connect() as connection:
        connection.execute(f"CREATE {kept} rader AS SELECT * FROM {source}")
        names: dict[str, list[str]] = {}
        for name in TEXTS:
            text = f"coalesce({name}, '')"
            connection.execute(
                f"CREATE TYPE {name}_i AS ENUM (SELECT DISTINCT {text} AS namn FROM rader ORDER BY namn)"
            )
            (each,) = connection.execute(f"SELECT enum_range(NULL::{name}_i)").fetchall()
            names[name] = each[0]
        codes = (f"enum_code(CAST(coalesce({name}, '') AS {name}_i)) AS {name}" for name in TEXTS)
        found = connection.execute(f"SELECT {', '.join([*codes, *numbers])} FROM rader").fetchnumpy()
        empty = dict.fromkeys(numbers, np.nan)
        return Lines(names, {name: np.ma.filled(column, empty.get(name)) for name, column in found.items()})


def _tables(path: Path, scenarios: Sequence[str]) -> tuple[Table, ...]:
    lines = _read(f"read_parquet({quoted(path)})", ["replikation", "varde"], "VIEW")
    found = []
    for scenario in scenarios:
        mine = lines.of(scenario)
        row, rows = mine.rows()
        period, periods = mine.periods()
        replications, number = np.unique(mine.columns["replikation"], return_inverse=True)
        values = np.full((len(replications), len(rows), len(periods)), np.nan)
        values[number, row, period] = mine.columns["varde"]
        found.append(Table(scenario, tuple(replications.tolist()), rows, periods, values))
    return tuple(found)


def _csv(path: Path, numbers: Sequence[str]) -> str:
    """What `write_csv` and `write_statistics` have written, as a source."""
    with path.open(encoding="utf-8-sig") as file:
        header = file.readline().rstrip("\n").split(";")
    types = {name: "DOUBLE" if name in numbers else "VARCHAR" for name in header}
    return (
        f"read_csv({quoted(path)}, delim=';', quote='\"', escape='\"', decimal_separator=',', skip=1, "
        f"header=false, auto_detect=false, nullstr='', columns={types})"
    )


def _statistics(path: Path, scenarios: Sequence[str], columns: Sequence[str]) -> tuple[Statistics, ...]:
    lines = _read(_csv(path, columns), columns, "TEMP TABLE")
    found = []
    for scenario in scenarios:
        mine = lines.of(scenario)
        row, rows = mine.rows()
        period, periods = mine.periods()
        values = {}
        for name in columns:
            values[name] = np.full((len(rows), len(periods)), np.nan)
            values[name][row, period] = mine.columns[name]
        found.append(Statistics(scenario, rows, periods, values))
    return tuple(found)


def _chances(path: Path) -> tuple[Chance, ...]:
    with duckdb.connect() as connection:
        chosen = f"SELECT scenario, period, verksamhet, inom_budget FROM {_csv(path, ['inom_budget'])}"
        return tuple(Chance(*row) for row in connection.execute(chosen).fetchall())
