"""The reference model in hemmaplan, in three Python simulators and as a loop written by hand: same answer, what time?

    python benchmarks/referens.py [--replikationer 60]

Every round runs each implementation once, so that whatever else the machine does strikes them alike; times are the
processor's, and a ratio is the median of the rounds' own ratios. Ends with 1 if an answer differs.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import importlib.util
import sys
import time
from collections.abc import Callable, Collection
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from referensmodell import STEGS, Answer, Model, Runner, our_answer, our_plan
from scipy import stats
from utskrift import show, table

from sim.build import build_network
from sim.cases import draw_cases
from sim.engine import run
from sim.form import Form, form_of
from sim.network import Network
from sim.swedish import tal
from sim.visits import RESERV

Floats = NDArray[np.float64]

LEVEL = 0.999
SEED = 1
PEERS = {"SimPy": ("simpy", "med_simpy"), "Ciw": ("ciw", "med_ciw"), "salabim": ("salabim", "med_salabim")}
"""The library that each needs, and the module that uses it."""
BY_HAND = "handskriven slinga"
ENGINE, CASES, ALL = "hemmaplan: motorn", "hemmaplan: motorn och ärendena", "hemmaplan: och alla mått"
MEASURES = {
    "external_share": ("Andel externt", "%", 100.0, 2),
    "mean_wait": ("Väntan före handläggning", "dygn", 1.0, 4),
    "mean_occupied": ("Belagda platser", "platser", 1.0, 3),
    "finished": ("Avslutade ärenden", "ärenden", 1.0, 0),
}
SHARPER = 10
"""How many times more replications the two fast ones are compared over."""
WARM_UP_DAYS = 365


class Rounds(NamedTuple):
    """Of each implementation: answers of shape (rounds, measures), and seconds of processor time (rounds,)."""

    answers: dict[str, Floats]
    seconds: dict[str, Floats]


def runners(without: Collection[str] = ()) -> dict[str, Runner]:
    """By name those not left out and whose library is there. A missing one is said."""
    found: dict[str, Runner] = {BY_HAND: importlib.import_module("handskriven").run}
    for name, (library, module) in PEERS.items():
        if name in without:
            continue
        if importlib.util.find_spec(library) is None:
            show(f"{name} är inte installerat och hoppas över (pip install -e '.[jamforelse]').")
        else:
            found[name] = importlib.import_module(module).run
    return found


def _ours(form: Form, network: Network, replication: int) -> tuple[Answer, dict[str, float]]:
    """Our answer, and the seconds that its parts took, each row with those before it."""
    clock = time.process_time
    began = clock()
    cases = draw_cases(network, SEED, replication)
    drawn = clock()
    log = run(network, cases, SEED, replication)
    ended = clock()
    form.filled(log, SEED, replication)
    seconds = {ENGINE: ended - drawn, CASES: ended - began, ALL: clock() - began}
    return our_answer(network, log), seconds


def rounds(model: Model, count: int, others: dict[str, Runner]) -> Rounds:
    """Run each implementation once a round, in turn, from another one each time. The first round is not counted."""
    plan = our_plan(model)
    network = build_network(plan)
    form = form_of(plan, network)
    answers: dict[str, list[Answer]] = {name: [] for name in (CASES, *others)}
    seconds: dict[str, list[float]] = {name: [] for name in (ENGINE, CASES, ALL, *others)}

    def ours(replication: int) -> Answer:
        answer, parts = _ours(form, network, replication)
        for name, part in parts.items():
            seconds[name].append(part)
        return answer

    def other(name: str, replication: int) -> Answer:
        began = time.process_time()
        answer = others[name](model, replication)
        seconds[name].append(time.process_time() - began)
        return answer

    turns: dict[str, Callable[[int], Answer]] = {CASES: ours} | {name: partial(other, name) for name in others}
    names = list(turns)
    gc.freeze()  # what the libraries have made is no rubbish of anybody's
    for number in range(-1, count):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            gc.collect()
            answers[name].append(turns[name](max(number, 0)))
    gc.unfreeze()
    return Rounds(
        {name: np.array(found[1:], dtype=np.float64) for name, found in answers.items()},
        {name: np.array(found[1:]) for name, found in seconds.items()},
    )


def half_width(values: Floats) -> float:
    """Of the interval of a mean."""
    if len(values) < 2:
        return float("nan")
    return float(stats.t.ppf((1 + LEVEL) / 2, len(values) - 1) * stats.sem(values))


def agreement(answers: dict[str, Floats]) -> tuple[list[list[str]], bool]:
    """Rows that compare each implementation with ours, and whether 0 lies in every interval."""
    rows, agreed = [], True
    ours = answers[CASES]
    for column, (name, unit, scale, decimals) in enumerate(MEASURES[field] for field in Answer._fields):
        mean = ours[:, column].mean()
        rows.append([name, unit, "hemmaplan", tal(mean * scale, decimals), "", "", ""])
        for other in (name for name in answers if name != CASES):
            differences = answers[other][:, column] - ours[:, column]
            difference, half = float(differences.mean()), half_width(differences)
            same = abs(difference) <= half
            agreed &= same
            rows.append(
                [
                    "",
                    "",
                    other,
                    tal(answers[other][:, column].mean() * scale, decimals),
                    f"{tal(difference * scale, decimals, sign=True)} ± {tal(half * scale, decimals)}",
                    f"{tal(100 * half / mean, 1)} %",
                    "ja" if same else "NEJ",
                ]
            )
    return rows, agreed


AGREEMENT_HEAD = ["Mått", "Enhet", "Program", "Medel", "Skillnad (99,9 %)", "Halva intervallet", "Lika"]


def speed(seconds: dict[str, Floats]) -> list[list[str]]:
    """Rows of times and of ratios between rounds: how many times our time each takes."""
    rows = []
    for name, found in seconds.items():
        ratios = found / seconds[CASES]
        low, middle, high = np.quantile(ratios, (0.1, 0.5, 0.9))
        by_simpy = seconds["SimPy"] / found
        rows.append(
            [
                name,
                tal(1000 * float(np.median(found)), 1),
                tal(float(middle), 2),
                f"{tal(float(low), 2)}–{tal(float(high), 2)}",
                tal(float(np.median(by_simpy)), 1),
            ]
        )
    return rows


SPEED_HEAD = ["Program", "ms (median)", "Gånger vår tid", "P10–P90", "Gånger fortare än SimPy"]


def erlang_b(servers: int, load: float) -> float:
    """Share lost where nobody can wait."""
    lost = 1.0
    for number in range(1, servers + 1):
        lost = load * lost / (number + load * lost)
    return lost


def theory(model: Model, count: int) -> tuple[list[list[str]], bool]:
    """Our engine against Erlang, where Erlang holds: with exponential services the flow out of stage 1 is Poisson.

    (Burke 1956: departures from M/M/c in steady state; drawing 0.3 of them keeps them Poisson.) The first year, when
    the places fill, is left out.
    """
    model = model._replace(exponential_service=True)
    network = build_network(our_plan(model))
    load = model.arrivals_per_day * model.service_mean
    lost = erlang_b(model.servers, load)
    waits = model.servers * lost / (model.servers - load * (1 - lost))
    expected = {
        "Andel externt": erlang_b(model.places, model.arrivals_per_day * model.place_share * model.stay_mean),
        "Väntan före handläggning": waits * model.service_mean / (model.servers - load),
    }
    found: dict[str, list[float]] = {name: [] for name in expected}
    for replication in range(count):
        log = run(network, draw_cases(network, SEED, replication), SEED, replication)
        late = log.begaran >= WARM_UP_DAYS
        stage_1, placed = (late & (log.steg == network.steg_number(f"vard.{name}")) for name in STEGS)
        found["Andel externt"].append(float(log.has(RESERV)[placed].mean()))
        found["Väntan före handläggning"].append(float(np.nanmean((log.start - log.begaran)[stage_1])))
    rows, agreed = [], True
    for name, exact in expected.items():
        values = np.array(found[name])
        half = half_width(values)
        same = abs(values.mean() - exact) <= half
        agreed &= bool(same)
        rows.append(
            [
                name,
                tal(exact, 4),
                f"{tal(float(values.mean()), 4)} ± {tal(half, 4)}",
                "ja" if same else "NEJ",
            ]
        )
    return rows, agreed


def main() -> int:
    parser = argparse.ArgumentParser(description="Referensmodellen: samma svar, vilken tid?")
    parser.add_argument("--replikationer", type=int, default=60)
    parser.add_argument("--dagar", type=int, default=Model().days)
    parser.add_argument("--utan", nargs="*", default=[], choices=sorted(PEERS.keys() - {"SimPy"}), help="hoppa över")
    asked = parser.parse_args()
    model, count = Model(days=asked.dagar), asked.replikationer
    if count < 2:
        parser.error("minst två replikationer")
    others = runners(asked.utan)
    made = rounds(model, count, others)
    rows, agreed = agreement(made.answers)
    show(f"Referensmodellen, {model.days} dygn, {count} replikationer av varje i tur och ordning")
    show(table(AGREEMENT_HEAD, rows, words=3))
    show("Processortid")
    show(table(SPEED_HEAD, speed(made.seconds), words=1))
    fast = rounds(model, SHARPER * count, {BY_HAND: others[BY_HAND]})
    rows, sharply = agreement(fast.answers)
    show(f"De två snabba, {SHARPER * count} replikationer")
    show(table(AGREEMENT_HEAD, rows, words=3))
    in_theory = True
    if model.days > 2 * WARM_UP_DAYS:
        rows, in_theory = theory(model, SHARPER * count)
        show("hemmaplan mot Erlang B och C, med exponentiell handläggning och första året borträknat")
        show(table(["Mått", "Teori", "Simulerat (99,9 %)", "Lika"], rows, words=1))
    return 0 if agreed and sharply and in_theory else 1


if __name__ == "__main__":
    sys.exit(main())
