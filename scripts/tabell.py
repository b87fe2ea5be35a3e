"""What the scripts share: means with intervals, Swedish cells, and a folder of results."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd

from sim import statistics
from sim.files import project_root
from sim.results import ResultFolder, write_csv
from sim.swedish import tal


def mean_interval(values: Sequence[float] | np.ndarray) -> tuple[float, float, float]:
    """Mean over replications and its 95 % interval, as in a study; the interval is NaN below two replications."""
    mean, low, high = statistics.mean_interval(np.asarray(values, dtype=float)[:, None])
    return float(mean[0]), float(low[0]), float(high[0])


def level(values: Sequence[float] | np.ndarray, decimals: int) -> str:
    return tal(mean_interval(values)[0], decimals)


def difference(values: Sequence[float] | np.ndarray, decimals: int) -> str:
    """+1,2 (0,8 till 1,6); *oförändrat* where no possible future differs."""
    if not np.any(np.asarray(values)):
        return "oförändrat"
    mean, low, high = mean_interval(values)
    return f"{tal(mean, decimals, sign=True)} ({tal(low, decimals)} till {tal(high, decimals)})"


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]], words: int = 2) -> list[str]:
    """A table whose first `words` columns are text and the rest numbers."""
    ruler = "|" + "---|" * words + "--:|" * (len(head) - words)
    return [f"| {' | '.join(head)} |", ruler, *(f"| {' | '.join(row)} |" for row in rows)]


def show(text: str) -> None:
    """Print Swedish text also where the terminal has another encoding."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    print(text)


def save(study: str, stem: str, lines: Sequence[str], table: pd.DataFrame) -> Path:
    """Text and numbers in `results/<study>/<time>/`; the folder's path."""
    folder = ResultFolder(project_root() / "results", study, datetime.now())
    try:
        (folder.path / f"{stem}.md").write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
        write_csv([str(name) for name in table], table.itertuples(index=False), folder.path / f"{stem}.csv")
        return folder.finish()
    except BaseException:
        folder.abandon()
        raise
