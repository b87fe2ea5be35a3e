"""A finished study read back from its folder of results, to the last digit, without simulating."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from sim.comparison import Chance, Comparison
from sim.errors import HemmaplanError
from sim.experiment import StudyResult, plans_of
from sim.files import read_yaml
from sim.runs import Row
from sim.settings import study_from
from sim.statistics import DIFFERENCES, LEVELS, Statistics
from sim.tables import Table

if TYPE_CHECKING:
    import pandas as pd

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


ROW = "concat_ws(chr(31), verksamhet, matt, coalesce(del, '')) AS rad"
"""The three names of a row as one text, which is quicker to sort out."""


def _tables(path: Path, scenarios: Sequence[str]) -> tuple[Table, ...]:
    import pandas as pd

    with duckdb.connect() as connection:
        frame = connection.execute(
            f"SELECT scenario, replikation, period, {ROW}, varde FROM read_parquet(?)", [path.as_posix()]
        ).df()
    found = []
    for scenario in scenarios:
        mine = frame[frame["scenario"] == scenario]
        row, rows = _names(mine)
        period, periods = pd.factorize(mine["period"], sort=True)
        number, replications = pd.factorize(mine["replikation"], sort=True)
        values = np.full((len(replications), len(rows), len(periods)), np.nan)
        values[number, row, period] = mine["varde"].to_numpy()
        found.append(Table(scenario, tuple(map(int, replications)), rows, tuple(map(str, periods)), values))
    return tuple(found)


def _names(frame: pd.DataFrame) -> tuple[NDArray[np.intp], tuple[Row, ...]]:
    """The place of each line's row among the rows, and the rows in order."""
    import pandas as pd

    codes, names = pd.factorize(frame["rad"])
    split = [tuple(str(name).split("\x1f")) for name in names]
    order = sorted(range(len(split)), key=split.__getitem__)
    place = np.argsort(np.array(order, dtype=np.intp))
    rows = tuple((area, matt, part) for area, matt, part in (split[number] for number in order))
    return place[codes], rows


def _read_csv(path: Path, chosen: str, numbers: Sequence[str]) -> pd.DataFrame:
    """What `write_csv` and `write_statistics` have written. `chosen`: which texts, as SQL."""
    with path.open(encoding="utf-8-sig") as file:
        header = file.readline().rstrip("\n").split(";")
    types = {name: "DOUBLE" if name in numbers else "VARCHAR" for name in header}
    with duckdb.connect() as connection:
        return connection.execute(
            f"SELECT {', '.join([chosen, *numbers])} FROM read_csv(?, delim=';', quote='\"', escape='\"', "
            f"decimal_separator=',', skip=1, header=false, auto_detect=false, nullstr='', columns={types})",
            [path.as_posix()],
        ).df()


def _statistics(path: Path, scenarios: Sequence[str], columns: Sequence[str]) -> tuple[Statistics, ...]:
    import pandas as pd

    frame = _read_csv(path, f"scenario, period, {ROW}", columns)
    found = []
    for scenario in scenarios:
        mine = frame[frame["scenario"] == scenario]
        row, rows = _names(mine)
        period, periods = pd.factorize(mine["period"], sort=True)
        values = {}
        for name in columns:
            values[name] = np.full((len(rows), len(periods)), np.nan)
            values[name][row, period] = mine[name].to_numpy()
        found.append(Statistics(scenario, rows, tuple(map(str, periods)), values))
    return tuple(found)


def _chances(path: Path) -> tuple[Chance, ...]:
    return tuple(
        Chance(*row)
        for row in _read_csv(path, "scenario, period, verksamhet", ["inom_budget"]).itertuples(index=False, name=None)
    )
