"""Are a municipality's numbers found again from its lists? Made-up municipalities with known truth, fitted and counted.

    python scripts/inlasning.py --antal 100 --fro 1

What is tried is the uncertainty that the fits state: how often the 95 % interval holds what is true, how wide it is,
and how wrong one would be without minding what the lists do not show.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
import pandas as pd
from scipy import stats
from tabell import markdown, save, show

from sim.intake.recovery import ABSOLUTE, KINDS, Found, recovered
from sim.swedish import tal

COLUMNS = [
    "Tal",
    "Antal",
    "Inom 95 % (95 % KI)",
    "Under",
    "Över",
    "Halv bredd, median",
    "Fel, median",
    "Naivt fel, median",
]


def by_kind(answers: Sequence[Found]) -> list[list[str]]:
    rows = []
    for kind, _ in KINDS:
        own = [each for each in answers if each.kind == kind]
        if own:
            rows.append(row(kind, own))
    return rows


def row(kind: str, own: Sequence[Found]) -> list[str]:
    held = sum(each.held for each in own)
    exact = stats.binomtest(held, len(own)).proportion_ci(method="exact")
    absolute = kind.startswith(ABSOLUTE)
    scale = np.array([1.0 if absolute else max(abs(each.true), 1e-9) for each in own])
    half = np.array([(each.high - each.low) / 2 for each in own]) / scale
    error = np.array([each.estimate - each.true for each in own]) / scale
    naive = np.array([each.naive - each.true for each in own]) / scale
    naive = naive[np.isfinite(naive)]
    return [
        kind,
        tal(len(own)),
        f"{tal(100 * held / len(own), 1)} % ({tal(100 * exact.low)}–{tal(100 * exact.high)})",
        tal(sum(each.high < each.true for each in own)),
        tal(sum(each.low > each.true for each in own)),
        size(float(np.median(half)), absolute),
        size(float(np.median(error)), absolute, sign=True),
        size(float(np.median(naive)), absolute, sign=True) if len(naive) else "",
    ]


def size(value: float, absolute: bool, sign: bool = False) -> str:
    return tal(value, 3, sign=sign) if absolute else f"{tal(100 * value, 1, sign=sign)} %"


def main() -> None:
    parser = argparse.ArgumentParser(description="Återfinns en påhittad kommuns tal ur dess listor?")
    parser.add_argument("--antal", type=int, default=100, help="påhittade kommuner, var och en med eget frö")
    parser.add_argument("--fro", type=int, default=1, help="den första kommunens frö")
    asked = parser.parse_args()
    answers: list[Found] = []
    for number in range(asked.antal):
        answers += recovered(asked.fro + number)
        print(f"\r{number + 1} av {asked.antal}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    lines = [
        f"# Återfunna tal: {tal(asked.antal)} påhittade kommuner, åtta års listor",
        "",
        *markdown(COLUMNS, by_kind(answers), words=1),
        "",
        f"Alla tal: {tal(100 * sum(each.held for each in answers) / len(answers), 1)} % av {tal(len(answers))} "
        "intervall rymmer det sanna. Under och över: intervall som ligger helt under eller över det sanna. Bredd och "
        "fel i förhållande till det sanna; för elasticitet, trend och goda och dåliga år som de är.",
    ]
    show("\n".join(lines))
    table = pd.DataFrame([{**asdict(each), "held": each.held} for each in answers])
    show(f"\nResultat: {save('inlasning', 'inlasning', lines, table)}")


if __name__ == "__main__":
    main()
