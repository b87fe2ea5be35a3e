"""Södertälje 2019, all areas: a whole study end to end, where its time goes, and how time grows.

    python benchmarks/sodertalje.py [--replikationer 100] [--scenarier 4]

The study is the command that a planner gives, in processes of its own and a folder that is thrown away: four
scenarios beside nuläget, five years. Linux only: memory is read from /proc.
"""

from __future__ import annotations

import argparse
import math
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple, TypeVar

import numpy as np
from minne import Cost, cost_of, peak_memory, time_of
from utskrift import show, table

from sim.build import build_network
from sim.cases import draw_cases
from sim.commands.study import draw_all
from sim.comparison import comparison
from sim.engine import FASTEST, run
from sim.experiment import plans_of, run_study
from sim.files import ROOT_VARIABLE, project_root, read_kommun, read_scenario
from sim.form import form_of
from sim.loading import checked_kommun
from sim.replication import posed, replicated
from sim.results import write_tables
from sim.scenario import make_plan
from sim.settings import study_from
from sim.summary import summary_text
from sim.swedish import tal

T = TypeVar("T")

KOMMUN = "sodertalje_2019"
SCENARIOS = ("arbetsloshet_11", "stodboende_5", "handlaggare_4", "sociala_kontrakt_10")
YEARS = 5
SEED = 1
ROUNDS = 3
"""Of the measuring of growth."""
GIB = 2**30
SCALED = {"per_ar", "arsarbetare", "platser", "tak", "antal", "hemmamojliga", "pagatt_dagar"}
"""Every number of cases, places or handläggare, and the list of one number a case."""


def larger(content: Any, times: int) -> Any:
    """A kommun's content with so many times the people, places and handläggare; who does what is as before."""
    if isinstance(content, Mapping):
        return {
            key: times * value if key in SCALED and isinstance(value, int | float | list) else larger(value, times)
            for key, value in content.items()
        }
    return content


def content_of(times: int, years: int) -> dict[str, Any]:
    """Södertälje, so many times larger and for so many years. Planned changes of numbers follow."""
    content: dict[str, Any] = larger(read_kommun(project_root(), KOMMUN), times)
    content["slut"] = f"{content['basar'] + years - 1}-12-31"
    for change in content["planerat"].values():
        for operation in ("satt", "plus"):
            if operation in change and change["mal"].rpartition(".")[2] in SCALED:
                change[operation] *= times
    return content


class Spent(NamedTuple):
    """Seconds of processor time (the median replication), records in the visit log, bytes at the peak."""

    cases: float
    engine: float
    measures: float
    build: float
    stays: float
    memory: int

    @property
    def total(self) -> float:
        return self.cases + self.engine + self.measures


def spent(times: int, years: int, replications: int) -> Spent:
    """Replications of nuläget one after the other; the first is not counted."""
    clock = time.process_time
    began = clock()
    kommun = checked_kommun(content_of(times, max(years, YEARS)))
    plan = make_plan(kommun)
    network = build_network(plan, date(kommun.basar + years - 1, 12, 31))
    form = form_of(plan, network)
    build = clock() - began
    rows = []
    for replication in range(-1, replications):
        number = max(replication, 0)
        at = [clock()]
        cases = draw_cases(network, SEED, number)
        at.append(clock())
        log = run(network, cases, SEED, number)
        at.append(clock())
        form.filled(log, SEED, number)
        at.append(clock())
        rows.append([*np.diff(at), len(log)])
    *seconds, stays = (float(value) for value in np.median(rows[1:], axis=0))
    return Spent(seconds[0], seconds[1], seconds[2], build, stays, peak_memory())


def alone(work: Callable[..., T], *arguments: int) -> T:
    """In a process of its own, so that its memory is its own, and so is what is loaded."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(work, arguments)


def together(replications: int, scenarios: int) -> dict[str, float]:
    """Seconds of processor time (the median replication) of nuläget and of each scenario beside it.

    A scenario takes from nuläget what it leaves as it is there.
    """
    question, _ = study_from(settings(replications, 1, scenarios), project_root())
    plans = plans_of(question)
    ready = posed(plans, None)
    clock = time.process_time
    rows = []
    for replication in range(-1, replications):
        at = [clock()]
        at += [clock() for _ in replicated(ready, SEED, max(replication, 0), FASTEST)]
        rows.append(np.diff(at))
    return dict(zip([plan.namn for plan in plans], np.median(rows[1:], axis=0).tolist(), strict=True))


def settings(replications: int, workers: int, scenarios: int = len(SCENARIOS)) -> dict[str, Any]:
    """The study as the command line would compose it."""
    root = project_root()
    return {
        "kommun": content_of(1, YEARS),
        "scenarios": {name: read_scenario(root, name) for name in SCENARIOS[:scenarios]},
        "studie": {"replikationer": replications, "fro": SEED, "slut": None, "namn": None},
        "berakning": {"arbetare": workers, "motor": FASTEST},
    }


def study(replications: int, workers: int, scenarios: int) -> Cost:
    """The command `hemmaplan kor`, to the end of its last process. A short run before compiles what is not compiled.

    Bytecode is kept between the runs, as on anybody's machine, whatever this one's environment says of it.
    """
    root = project_root()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("conf", "scenarios"):
            shutil.copytree(root / part, folder / part)
        asked = settings(replications, workers)
        command = [
            *(sys.executable, "-m", "sim", "kor"),
            f"kommun={KOMMUN}",
            f"scenarios=[{','.join(SCENARIOS[:scenarios])}]",
            f"kommun.slut='{asked['kommun']['slut']}'",
            f"berakning.arbetare={workers}",
        ]
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment = kept | {
            ROOT_VARIABLE: name,
            "PYTHONPATH": os.pathsep.join(filter(None, (str(root), os.environ.get("PYTHONPATH")))),
        }
        time_of([*command, "studie.replikationer=2"], environment, folder)
        return cost_of([*command, f"studie.replikationer={replications}"], environment, folder)


def stages(replications: int, scenarios: int) -> dict[str, float]:
    """Seconds of processor time of each part of the same study, all in this process."""
    asked = settings(replications, 1, scenarios)
    seconds: dict[str, float] = {}

    def timed(name: str, work: Callable[[], T]) -> T:
        began = time.process_time()
        result = work()
        seconds[name] = time.process_time() - began
        return result

    question, _ = timed("läsa och granska", lambda: study_from(asked, project_root()))
    result = timed("simulera och mäta", lambda: run_study(question))
    made = timed("jämföra", lambda: comparison(result))
    with tempfile.TemporaryDirectory() as name:
        timed("skriva tabeller", lambda: write_tables(Path(name), asked, made, datetime.now(), {}))
        timed("rita", lambda: draw_all(made, Path(name) / "figurer"))
        timed("skriva sammanfattning", lambda: summary_text(made))
    return seconds


def growth(points: Sequence[tuple[int, int]], replications: int) -> list[list[str]]:
    """Rows of times for (inflow, years), each set beside n log n from the first point's time.

    The points take turns, as the machine may be quicker in one minute than in the next; ratios are medians over rounds.
    """
    rounds = [[alone(spent, *point, replications) for point in points] for _ in range(ROUNDS)]
    rows = []
    for place, (times, years) in enumerate(points):
        mine = [found[place] for found in rounds]
        here = Spent(*np.median(mine, axis=0).tolist())
        first_stays = rounds[0][0].stays
        n_log_n = here.stays * math.log(here.stays) / (first_stays * math.log(first_stays))
        engine = median(found[place].engine / found[0].engine for found in rounds)
        total = median(found[place].total / found[0].total for found in rounds)
        rows.append(
            [
                f"{times} ×",
                str(years),
                tal(here.stays, 0),
                *(tal(1000 * part, 1) for part in (here.cases, here.engine, here.measures, here.total)),
                tal(1e6 * here.total / here.stays, 2),
                tal(engine / n_log_n, 2),
                tal(total / n_log_n, 2),
                tal(here.memory / GIB, 2),
            ]
        )
    return rows


GROWTH_HEAD = [
    *("Inflöde", "År", "Vistelser", "Ärenden, ms", "Motor, ms", "Mått, ms", "Summa, ms"),
    *("µs per vistelse", "Motorn mot n log n", "Summan mot n log n", "Minne, GiB"),
]
INFLOWS = ((1, YEARS), (10, YEARS), (100, YEARS))
HORIZONS = ((1, 1), (1, 2), (1, 5), (1, 10), (1, 20))


def report_study(replications: int, workers: int, scenarios: int, parts_too: bool) -> None:
    show(f"{KOMMUN}: nuläget och {scenarios} scenarier × {replications} replikationer × {YEARS} år")
    cost = study(replications, workers, scenarios)
    rows = [
        ["Sekunder", tal(cost.seconds, 1)],
        [f"Processorsekunder / {workers}", tal(cost.processor_seconds / workers, 1)],
        ["Processorsekunder som värden gav åt andra", tal(cost.taken, 1)],
        ["Minne som mest, GiB", tal(cost.memory / GIB, 2)],
    ]
    show(table(["Hela kommandot", ""], rows))
    if not parts_too:
        return
    parts = alone(stages, replications, scenarios)
    parts["starta processerna och läsa in koden"] = cost.processor_seconds - sum(parts.values())
    rows = [[name, tal(seconds, 2)] for name, seconds in parts.items()]
    show(table(["Vart tiden går", "Processorsekunder"], rows))
    one = alone(spent, 1, YEARS, 20)
    rows = [
        [name, tal(1000 * part, 1), tal(100 * part / one.total, 0) + " %"]
        for name, part in (("dra ärendena", one.cases), ("motorn", one.engine), ("måtten", one.measures))
    ]
    show(table(["Nuläget en gång, processortid", "ms", "Andel"], rows))
    each = alone(together, 20, scenarios)
    rows = [
        [name, tal(1000 * part, 1), tal(replications * part / workers, 1)]
        for name, part in (*each.items(), ("Summa", sum(each.values())))
    ]
    show(table(["En replikation, processortid", "ms", f"Sekunder för alla / {workers}"], rows))


def report_growth(largest: int) -> None:
    show("Hur tiden växer: nuläget, processortid per körning")
    inflows = [point for point in INFLOWS if point[0] <= largest]
    show(table(GROWTH_HEAD, growth(inflows, 2), words=2))
    show(table(GROWTH_HEAD, growth(HORIZONS, 5), words=2))


def main() -> int:
    parser = argparse.ArgumentParser(description="Södertälje 2019: hela studien, och hur tiden växer")
    parser.add_argument("--replikationer", type=int, default=100)
    parser.add_argument("--arbetare", type=int, default=2, help="processer")
    parser.add_argument("--hogst", type=int, default=100, help="största inflödet, gånger Södertäljes")
    parser.add_argument(
        "--scenarier", type=int, default=len(SCENARIOS), help="så många av de fyra scenarierna, vid sidan av nuläget"
    )
    parser.add_argument("--bara", choices=("studie", "kommandot", "vaxt"), help="bara en del")
    asked = parser.parse_args()
    if asked.replikationer < 2 or asked.arbetare < 1 or not 0 <= asked.scenarier <= len(SCENARIOS):
        parser.error(f"minst två replikationer och en process, högst {len(SCENARIOS)} scenarier")
    if not Path("/proc/self/smaps_rollup").exists():
        parser.error("minnet läses ur /proc, som bara finns i Linux")
    if asked.bara != "vaxt":
        report_study(asked.replikationer, asked.arbetare, asked.scenarier, asked.bara != "kommandot")
    if asked.bara in (None, "vaxt"):
        report_growth(asked.hogst)
    return 0


if __name__ == "__main__":
    sys.exit(main())
