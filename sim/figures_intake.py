"""Figures of a municipality's own lists: how long people stay, and how many come, data beside what was fitted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sim.distributions import cdf
from sim.durations import from_config
from sim.figures_axes import write_figure
from sim.figures_look import GREY, NOTE, TITLE, WIDTH
from sim.intake.file_lengths import length_tree
from sim.intake.fitted import Inflow, Length
from sim.intake.sourced import FEW, plain
from sim.swedish import tal
from sim.units import Fordelning

HEIGHT = 2.9
FEWEST_STAYS = 30
"""Stays below which a curve would show single ones."""
POINTS = 200
FITTED = "#0072B2"
PERIODS = ((1, "månad"), (3, "kvartal"), (12, "år"))
"""Months put together until no period has fewer than `FEW`."""


def draw_length(name: str, length: Length, path: Path) -> Path | None:
    """Share still there by day, from the list and as fitted; None where too few stays would be seen one by one."""
    days, share, low, high = length.overlevnad
    shown = share * length.n >= FEW
    if length.n < FEWEST_STAYS or shown.sum() < 3:
        return None
    title = f"{name}: andel som är kvar"
    seen = (days[shown], share[shown], low[shown], high[shown])
    return write_figure(lambda: _survival(title, length, seen), title, path)


def _survival(title: str, length: Length, seen: Sequence[np.ndarray]) -> Figure:
    days, share, low, high = seen
    drawing = Figure(figsize=(WIDTH, HEIGHT), layout="constrained")
    axes = drawing.subplots()
    axes.fill_between(days, 100 * low, 100 * high, step="post", color="#d9d9d9", linewidth=0)
    axes.step(days, 100 * share, where="post", color="black", linewidth=1.2, label="listan")
    along = np.linspace(0, float(days[-1]), POINTS)
    law = from_config(Fordelning.model_validate(plain(length_tree(length, "-"))))
    left = [100 * (1 - float(cdf(law, day))) for day in along]
    axes.plot(along, left, color=FITTED, linewidth=1.6, linestyle=(0, (5, 2)), label="inpassat")
    _plain_axes(drawing, title, "dygn sedan början", "procent")
    axes.set_ylim(0, 102)
    axes.set_xlim(0, float(days[-1]))
    axes.legend(frameon=False, fontsize=NOTE)
    note = (
        f"Skattning (Kaplan–Meier) av {tal(length.n)} tider, med 95-procentsintervall i grått.\n"
        f"Kurvan slutar där färre än {FEW} personer är kvar."
    )
    drawing.supxlabel(note, fontsize=NOTE, x=0.01, ha="left", color=GREY)
    return drawing


def draw_inflow(name: str, inflow: Inflow, path: Path) -> Path | None:
    """How many came in each month, quarter or year, and how many the fit expects; None where too few came."""
    for months, period in PERIODS:
        told = _together(inflow.manader, months)
        if len(told) >= 3 and min(count for _, count, _ in told) >= FEW:
            title = f"{name}: nya per {period}"
            return write_figure(partial(_arrivals, title, told), title, path)
    return None


def _together(months: Sequence[tuple[date, int, float]], size: int) -> list[tuple[date, int, float]]:
    """Whole periods of so many months that begin with one of the calendar's."""
    first = next((at for at, month in enumerate(months) if (month[0].month - 1) % size == 0), len(months))
    parts = [months[at : at + size] for at in range(first, len(months) - size + 1, size)]
    return [(part[0][0], sum(each[1] for each in part), sum(each[2] for each in part)) for part in parts]


def _arrivals(title: str, told: Sequence[tuple[date, int, float]]) -> Figure:
    drawing = Figure(figsize=(WIDTH, HEIGHT), layout="constrained")
    axes = drawing.subplots()
    when = [day.year + (day.month - 1) / 12 for day, _, _ in told]
    came, expected = [count for _, count, _ in told], [found for _, _, found in told]
    axes.plot(when, came, color="black", linewidth=0.9, marker="o", markersize=2, label="listan")
    axes.plot(when, expected, color=FITTED, linewidth=1.6, linestyle=(0, (5, 2)), label="inpassat")
    _plain_axes(drawing, title, "", "antal")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: str(round(value))))
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False, fontsize=NOTE)
    note = "Inpassat: nivå, säsong och trend, och arbetslösheten där listan kan visa att den betyder något."
    drawing.supxlabel(note, fontsize=NOTE, x=0.01, ha="left", color=GREY)
    return drawing


def _plain_axes(drawing: Figure, title: str, below: str, beside: str) -> None:
    axes = drawing.axes[0]
    axes.spines[["top", "right"]].set_visible(False)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: tal(value)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: tal(value)))
    axes.set_xlabel(below)
    axes.set_ylabel(beside)
    drawing.suptitle(title, fontsize=TITLE, fontweight="bold", x=0.01, ha="left")
