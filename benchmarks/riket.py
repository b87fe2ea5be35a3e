"""A made-up country: 290 municipalities × 100 replications of nuläge, and what 1, 10 and 100 machines would do with it.

    python benchmarks/riket.py                                  # a sample of 10 × 10, and the whole on paper
    python benchmarks/riket.py --kommuner 290 --replikationer 100
    python benchmarks/riket.py --adress tcp://name:8786         # the sample on a Dask cluster, on the clock

A municipality is one of the five in conf/kommun with all its people, places and handläggare so many times more. The
factors are lognormal quantiles in a fixed order, many small and few large, and no municipality's own. What is sent to
a cluster is what `berakning=kluster` sends: the packed scenarios with every task, the measures back.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np
from utskrift import show, table

from sim.config import Kommun
from sim.engine import FASTEST
from sim.experiment import MOST_AT_ONCE, Asked, Study, plans_of, run_study
from sim.files import kommun_ids, project_root, read_kommun
from sim.loading import checked_kommun
from sim.replication import posed
from sim.swedish import tal

COUNTRY, REPLICATIONS = 290, 100
MEDIAN, SIGMA = 0.25, 1.0
"""Of the factors, against the municipality that is scaled."""
SCALED = {"per_ar", "arsarbetare", "platser", "tak", "antal", "hemmamojliga"}
ONE_EACH = "pagatt_dagar"
"""A list of one number a case."""
SEED = 1
CORES = 32
"""Of each machine, on paper."""
NETWORK_BYTES = 1e9 / 8
"""A second, into the machine that asks, on paper: one gigabit."""


def factor_of(number: int) -> float:
    """How many times larger a municipality is; 7 is prime to 290, so every quantile comes once."""
    return MEDIAN * math.exp(SIGMA * NormalDist().inv_cdf((number * 7 % COUNTRY + 0.5) / COUNTRY))


def resized(content: Any, factor: float) -> Any:
    """A kommun's content with so many times the people, places and handläggare; who does what is as before."""
    if not isinstance(content, Mapping):
        return content
    return {
        key: _times(value, factor) if key in (*SCALED, ONE_EACH) else resized(value, factor)
        for key, value in content.items()
    }


def _times(value: Any, factor: float) -> Any:
    """What is whole stays whole, and what was something does not become nothing."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return max(round(value * factor), 1) if value > 0 else int(value * factor)
    if isinstance(value, float):
        return value * factor
    if isinstance(value, list):
        return [value[place % len(value)] for place in range(_times(len(value), factor))]
    return {key: _times(each, factor) for key, each in value.items()}


def kommun_of(number: int) -> Kommun:
    """One of the made-up municipalities, the same each time."""
    names = kommun_ids(project_root())
    factor = factor_of(number)
    content = resized(read_kommun(project_root(), names[number % len(names)]), factor)
    for change in content.get("planerat", {}).values():
        for operation in ("satt", "plus"):
            if operation in change and change["mal"].rpartition(".")[2] in SCALED:
                change[operation] = _times(change[operation], factor)
    return checked_kommun({**content, "id": f"kommun_{number}", "namn": f"Kommun {number}"})


class Spent(NamedTuple):
    """Of one municipality: processor seconds to prepare it and for each replication; bytes of a task and its answer."""

    factor: float
    prepare: float
    replications: tuple[float, ...]
    task_bytes: int
    answer_bytes: int


def spent(number: int, replications: int) -> Spent:
    """In this process. The first replication, in which the network is worked out, is not counted."""
    clock = time.process_time
    began = clock()
    asked = Asked(posed(plans_of(Study(kommun_of(number), ())), None), None)
    packed = asked.packed()
    prepare = clock() - began
    seconds = []
    for replication in range(-1, replications):
        began = clock()
        (values,) = asked.measured(SEED, max(replication, 0), FASTEST)
        seconds.append(clock() - began)
    return Spent(factor_of(number), prepare, tuple(seconds[1:]), len(packed), MOST_AT_ONCE * values.nbytes)


def chosen(count: int) -> list[int]:
    """So many municipalities, spread over the country, as many of each of the five."""
    if 5 * count > COUNTRY:
        return list(range(count))
    places = (place * COUNTRY // count for place in range(count))
    return [place - place % 5 + number % 5 for number, place in enumerate(places)]


def on_paper(found: Sequence[Spent]) -> Iterator[list[str]]:
    """Rows for machines: the country's hours of work shared out, beside what the one that asks must do by itself."""
    work = COUNTRY * REPLICATIONS * float(np.mean([second for each in found for second in each.replications]))
    prepare = COUNTRY * float(np.mean([each.prepare for each in found]))
    tasks = COUNTRY * REPLICATIONS / MOST_AT_ONCE
    sent = tasks * float(np.mean([each.task_bytes for each in found]))
    received = tasks * float(np.mean([each.answer_bytes for each in found]))
    for machines in (1, 10, 100):
        shared, transfer = work / (machines * CORES), (sent + received) / NETWORK_BYTES
        yield [
            f"{machines} × {CORES} kärnor",
            *(tal(seconds, 0) for seconds in (shared, prepare, transfer)),
            tal(max(shared, prepare, transfer), 0),
        ]
    yield ["en kärna", tal(work, 0), tal(prepare, 0), "", tal(work + prepare, 0)]


def report(found: Sequence[Spent]) -> None:
    each = np.array([second for one in found for second in one.replications])
    show(f"{len(found)} påhittade kommuner × {len(found[0].replications)} replikationer av nuläget, en process")
    rows = [
        [
            "Storlek mot förebilden, minst–störst",
            f"{tal(min(one.factor for one in found), 2)}–{tal(max(one.factor for one in found), 2)}",
        ],
        ["Förbereda en kommun, ms", tal(1000 * np.mean([one.prepare for one in found]), 0)],
        ["En replikation, ms i medel", tal(1000 * each.mean(), 1)],
        ["Replikationer per processorsekund", tal(1 / each.mean(), 1)],
        ["Ett uppdrag (4 replikationer), kB ut", tal(np.mean([one.task_bytes for one in found]) / 1000, 0)],
        ["Svaret, kB in", tal(np.mean([one.answer_bytes for one in found]) / 1000, 0)],
    ]
    show(table(["Mätt", ""], rows))
    head = ["Hela landet på papper", "Räkna, s", "Förbereda, s", "Nätet, s", "Tillsammans, s"]
    show(table(head, list(on_paper(found))))


def on_cluster(numbers: Sequence[int], replications: int, adress: str) -> None:
    """The sample as `berakning=kluster` does it, one municipality after another, on the clock."""
    began = time.perf_counter()
    for number in numbers:
        run_study(Study(kommun_of(number), (), replications, SEED, adress=adress))
    seconds = time.perf_counter() - began
    show(f"{adress}: {tal(len(numbers) * replications / seconds, 1)} replikationer i sekunden på klockan")


def main() -> int:
    parser = argparse.ArgumentParser(description="290 påhittade kommuner × 100 replikationer")
    parser.add_argument("--kommuner", type=int, default=10)
    parser.add_argument("--replikationer", type=int, default=10)
    parser.add_argument("--adress", help="ett klusters adress; annars räknar en process här")
    asked = parser.parse_args()
    if not 1 <= asked.kommuner <= COUNTRY or asked.replikationer < 2:
        parser.error(f"1 till {COUNTRY} kommuner och minst två replikationer")
    numbers = chosen(asked.kommuner)
    if asked.adress:
        on_cluster(numbers, asked.replikationer, asked.adress)
    else:
        report([spent(number, asked.replikationer) for number in numbers])
    return 0


if __name__ == "__main__":
    sys.exit(main())
