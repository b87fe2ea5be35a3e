"""The months of a run and the intensity of each inflow in them: what all replications of a scenario share."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.calendars import Period, months
from sim.network import Inflow, Network


class Stream(NamedTuple):
    """One inflow. By month of the run, warm-up included, shape (months,): its number and year, its first day and
    (excluded) last day of the run, the days of the whole month, the cases expected in it at the base rate. By step: the
    intensity in cases a day.
    """

    months: NDArray[np.int64]
    years: NDArray[np.int64]
    first: NDArray[np.float64]
    last: NDArray[np.float64]
    days: NDArray[np.float64]
    expected: NDArray[np.float64]
    rate_times: NDArray[np.float64]
    rate_values: NDArray[np.float64]


def streams_of(network: Network) -> tuple[Stream, ...]:
    periods = months(network.start, network.end, network.begin)
    return tuple(_stream(inflow, periods) for inflow in network.inflows)


def _stream(inflow: Inflow, periods: list[Period]) -> Stream:
    numbers = [month_number(period) for period in periods]
    days = [_days_in(number) for number in numbers]
    expected = [
        inflow.base_rate.integral(period.first, period.first + whole)
        for period, whole in zip(periods, days, strict=True)
    ]
    return Stream(
        np.array(numbers, dtype=np.int64),
        np.array(numbers, dtype=np.int64) // 12,
        np.array([period.first for period in periods]),
        np.array([period.last for period in periods]),
        np.array(days),
        np.array(expected),
        *inflow.rate.arrays(),
    )


def month_number(period: Period) -> int:
    return int(period.label[:4]) * 12 + int(period.label[5:]) - 1


def _days_in(month: int) -> float:
    after = month + 1
    return float((date(after // 12, after % 12 + 1, 1) - date(month // 12, month % 12 + 1, 1)).days)
