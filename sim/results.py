"""Results on disk: one folder a study, written under a temporary name and renamed when whole."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import platform
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import datetime
from importlib.metadata import version
from itertools import compress
from operator import add
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import yaml
from numpy.typing import NDArray

from sim.calendars import is_month
from sim.comparison import KEYS, Chance, Comparison, texts_of
from sim.errors import HemmaplanError
from sim.experiment import StudyResult
from sim.files import os_reason
from sim.periods import Floats
from sim.precision import judgements
from sim.statistics import DIFFERENCES, LEVELS, Statistics
from sim.tables import Table

if TYPE_CHECKING:
    import pandas as pd

LIBRARIES = (
    "hemmaplan",
    "simpy",
    "numpy",
    "scipy",
    "pandas",
    "numba",
    "pydantic",
    "hydra-core",
    "matplotlib",
    "duckdb",
)

UNFINISHED = ".skrivs-"
"""What the name of a folder being filled begins with."""
STALE_SECONDS = 7 * 24 * 3600


class ResultFolder(AbstractContextManager["ResultFolder"]):
    """A folder being filled: `path` until `finish` gives it its lasting name. A block left before that takes it away.

    What a killed run has left behind goes when another begins a week later.
    """

    def __init__(self, results: Path, study_name: str, moment: datetime) -> None:
        parent = results / study_name
        try:
            parent.mkdir(parents=True, exist_ok=True)
            _remove_stale(parent)
            self.path = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=parent))
            self.path.chmod(0o755)
        except OSError as error:
            _remove_empty(parent, results)
            raise HemmaplanError(f"{parent}: resultaten kan inte skrivas dit ({os_reason(error)})") from None
        self._parent = parent
        self._name = moment.strftime("%Y-%m-%d_%H-%M-%S")
        self._left = False

    def __exit__(self, *what: object) -> None:
        if self.path.exists() and not self._left:
            self.abandon()

    def finish(self) -> Path:
        """Rename to the time of the study, with a number behind where that is taken."""
        for attempt in range(1, 1000):
            lasting = self._parent / (self._name if attempt == 1 else f"{self._name}_{attempt}")
            if lasting.exists():
                continue
            try:
                return self.path.rename(lasting)
            except OSError as error:
                if error.errno not in {errno.EEXIST, errno.ENOTEMPTY}:
                    raise
        raise HemmaplanError(f"{self._parent / self._name}: finns redan")

    def leave(self) -> None:
        """Let the folder be as it is, for another run to go on with."""
        self._left = True

    def abandon(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
        _remove_empty(self._parent, self._parent.parent)


def _remove_stale(parent: Path) -> None:
    """Unfinished folders in which nothing has been written for a week; a run of today may be filling a newer one."""
    for folder in parent.glob(f"{UNFINISHED}*"):
        with contextlib.suppress(OSError):
            touched = max(path.stat().st_mtime for path in (folder, *folder.rglob("*")))
            if time.time() - touched > STALE_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)


def _remove_empty(*folders: Path) -> None:
    for folder in folders:
        with contextlib.suppress(OSError):
            folder.rmdir()


def write_tables(
    folder: Path, content: Mapping[str, Any], made: Comparison, moment: datetime, more: Mapping[str, Any]
) -> None:
    """Configuration, manifest, every replication of years and half-years as a long table, and the comparison.

    `more`: what else the manifest says of how the study was made, and of what to be warned.
    """
    text = yaml.safe_dump(dict(content), allow_unicode=True, sort_keys=True, width=120)
    (folder / "konfiguration.yaml").write_text(text, encoding="utf-8", newline="\n")
    manifest = manifest_of(made.resultat, text, moment) | dict(more)
    (folder / "manifest.json").write_text(
        json.dumps(manifest, ensure_ascii=False, indent=2) + "\n", encoding="utf-8", newline="\n"
    )
    years = [period for period in made.resultat.tables[0].periods if not is_month(period)]
    with ThreadPoolExecutor(1) as beside:
        long = beside.submit(write_long, made.resultat.tables, years, folder / "matt.parquet")
        write_statistics(made.niva, LEVELS, folder / "nivaer.csv")
        write_statistics(made.andring, DIFFERENCES, folder / "skillnader.csv")
        write_csv(Chance._fields, made.inom_budget, folder / "budget.csv")
        long.result()


def manifest_of(result: StudyResult, configuration: str, moment: datetime) -> dict[str, Any]:
    """How to make the same results again."""
    study = result.study
    return {
        "status": "klar" if result.klara == result.begarda else "avbruten",
        "kommun": study.kommun.id,
        "scenarier": [scenario.id for scenario in study.scenarios],
        "replikationer_begarda": result.begarda,
        "replikationer_klara": result.klara,
        "fro": study.fro,
        "motor": study.motor,
        "slumptal": "Philox 4x64-10",
        "precision": [
            {
                "scenario": scenario,
                "mal": aim.key,
                "begard": each.asked,
                "halvt_intervall": each.half_width,
                "nadd": each.reached,
            }
            for scenario, aim, each in judgements(study.precision, result.tables)
        ],
        "konfiguration_sha256": hashlib.sha256(configuration.encode()).hexdigest(),
        "commit": _commit(),
        "tid": moment.isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "bibliotek": {name: version(name) for name in LIBRARIES},
    }


def _commit() -> str | None:
    """The project's commit, where git and a repository are at hand."""
    try:
        found = subprocess.run(
            ["git", "rev-parse", "HEAD"],
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return found.stdout.strip()


def write_csv(names: Sequence[str], rows: Iterable[Sequence[object]], path: Path) -> None:
    """For people and Excel: semicolon, decimal comma, UTF-8 with a mark that Excel knows."""
    with path.open("w", encoding="utf-8-sig", newline="\n") as file:
        file.writelines(";".join(map(_cell, row)) + "\n" for row in (names, *rows))


def _cell(value: object) -> str:
    """Numbers exact; what is missing is empty."""
    if isinstance(value, float):
        return "" if value != value else repr(value).replace(".", ",")
    text = "" if value is None else str(value)
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ';"\n\r') else text


def write_statistics(scenarios: Sequence[Statistics], names: Sequence[str], path: Path) -> None:
    """As `write_csv`, one line for each scenario, period and measure."""
    numbers = [np.stack([each.columns[name].T[each.known.T] for name in names], axis=1) for each in scenarios]
    ends, which = _in_text(np.concatenate([np.empty((0, len(names))), *numbers]))
    with path.open("w", encoding="utf-8-sig", newline="\n") as file:
        file.write(";".join(["scenario", *KEYS, *names]) + "\n")
        last = 0
        for each, values in zip(scenarios, numbers, strict=True):
            first, last = last, last + len(values)
            file.write("".join(map(add, _line_starts(each), ends[which[first:last]])))


def _line_starts(each: Statistics) -> Iterator[str]:
    """The texts of each line, where there was anything to measure."""
    rows = [";".join(map(_cell, texts)) for texts in zip(*texts_of(each.rows).values(), strict=True)]
    for period, known in zip(each.periods, each.known.T.tolist(), strict=True):
        start = f"{_cell(each.scenario)};{_cell(period)};"
        yield from (start + row for row in compress(rows, known))


def _in_text(numbers: Floats) -> tuple[NDArray[np.object_], NDArray[np.intp]]:
    """The ends of lines, of shape (lines, numbers in a line): those that differ as text, and which of them each is.

    Most of what a scenario's lines say, nuläge's say too. DuckDB makes text of a number faster than Python does.
    """
    different, which = _distinct(numbers)
    columns = {f"tal_{number}": np.ascontiguousarray(column) for number, column in enumerate(different.T)}
    cells = (f"coalesce(CAST(CASE WHEN isnan({name}) THEN NULL ELSE {name} END AS VARCHAR), '')" for name in columns)
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register("tabell", columns)
        line = " || ';' || ".join(cells)
        query = f"SELECT ';' || replace({line}, '.', ',') || chr(10) AS slut FROM tabell"
        return np.asarray(connection.execute(query).fetchnumpy()["slut"], dtype=object), which


def _distinct(lines: Floats) -> tuple[Floats, NDArray[np.intp]]:
    """The lines that are unlike to the last bit, and which of them each line is.

    They are told apart by a number made of their bits; should two unlike ones share it, none is taken for another.
    """
    mixed = np.zeros(len(lines), dtype=np.uint64)
    for column in np.ascontiguousarray(lines.T).view(np.uint64):
        mixed ^= mixed >> np.uint64(29)
        mixed = (mixed + column) * ODD
    _, first, which = np.unique(mixed, return_index=True, return_inverse=True)
    different = lines[first]
    if np.array_equal(different[which].view(np.uint64), np.ascontiguousarray(lines).view(np.uint64)):
        return different, which
    return lines, np.arange(len(lines))


# A limit to what is tried as a dictionary: every text fits, and no number does.
PARQUET = "FORMAT parquet, COMPRESSION zstd, DICTIONARY_SIZE_LIMIT 1000"


def write_parquet(tables: Sequence[pd.DataFrame], path: Path) -> None:
    """Tables of the same columns, one after another, exact. Same tables, same bytes."""
    _copy(tables, "*", path, PARQUET)


ODD = np.uint64(0x9E3779B97F4A7C15)
"""2**64 over the golden ratio: a multiplier that spreads what differs in few bits over all of them."""
PIECE = 500
"""Replications whose long table is made at a time, so that memory does not grow with how many there are."""


def write_long(tables: Sequence[Table], periods: Sequence[str], path: Path) -> None:
    """The long tables of all scenarios over some periods; where they are large, in pieces that are put together."""
    if sum(len(table.replications) for table in tables) <= 2 * PIECE:
        write_parquet([table.long(periods, coded=True) for table in tables], path)
        return
    parts: list[Path] = []
    for number, piece in enumerate(piece for table in tables for piece in table.pieces(PIECE)):
        parts.append(path.with_name(f"{path.stem}_{number}.tmp"))
        write_parquet([piece.long(periods, coded=True)], parts[-1])
    shown = ", ".join(quoted(part) for part in parts)
    with duckdb.connect(config={"threads": 1}) as connection:
        _written(connection, f"SELECT * FROM read_parquet([{shown}])", path, PARQUET)
    for part in parts:
        part.unlink()


def _copy(tables: Sequence[object], columns: str, path: Path, how: str) -> None:
    """Columns of tables, one table after another, to a file. Raises HemmaplanError if it cannot be written."""
    with duckdb.connect(config={"threads": 1}) as connection:
        names = [f"tabell_{number}" for number in range(len(tables))]
        for name, table in zip(names, tables, strict=True):
            connection.register(name, table)
        every = " UNION ALL ".join(f"SELECT {columns} FROM {name}" for name in names)
        _written(connection, every, path, how)


def _written(connection: duckdb.DuckDBPyConnection, query: str, path: Path, how: str) -> None:
    try:
        connection.execute(f"COPY ({query}) TO {quoted(path)} ({how})")
    except duckdb.IOException:
        raise HemmaplanError(f"{path}: kan inte skrivas; är disken full?") from None


def quoted(path: Path) -> str:
    """As DuckDB wants a text."""
    return "'" + path.as_posix().replace("'", "''") + "'"


def read_parquet(path: Path) -> pd.DataFrame:
    with duckdb.connect() as connection:
        return connection.execute("SELECT * FROM read_parquet(?)", [path.as_posix()]).df()
