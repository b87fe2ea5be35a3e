"""Do the tests see when the engine is wrong? One deliberate break at a time, in a copy of the repository.

    python tests/mutationer.py [word …]     only the breaks whose name has one of the words

Prints a table and ends with 1 if a break survives. The unbroken copy must pass the same tests first. Not collected by
pytest; takes up to an hour, since what is compiled (the breaks called "compiled: …", and those of the inflow) must be
compiled anew after each break. `nice -n 15` lets others work meanwhile.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COPIED = ("sim", "tests", "conf", "scenarios", "pyproject.toml")
TIMEOUT = 900.0
"""Seconds for one run of pytest; a break that makes the engine go on for ever is caught too. Compiling takes one or two
minutes, on a busy machine more."""
PASSED, FAILED = 0, 1
FIRST_FAILURE_IS_ENOUGH = """\
from hypothesis import Phase, settings

settings.register_profile("mutation", phases=(Phase.explicit, Phase.generate))
settings.load_profile("mutation")
"""


@dataclass(frozen=True)
class Mutation:
    """A break: `old`, which stands exactly once in `file`, becomes `new`. `test` is the one to see it."""

    name: str
    file: str
    old: str
    new: str
    test: str

    @property
    def engine(self) -> str:
        """With which engine a check against theory is to see it."""
        if not self.test.startswith("tests/teori"):
            return ""
        return "simpy" if self.file.startswith("sim/engine") else "snabb"


def theory(name: str, test: str = "") -> str:
    """A file in `tests/teori`, or one test in it where the whole file would take long."""
    return f"tests/teori/test_{name}.py" + (f"::{test}" if test else "")


RESOURCES, QUEUES, STAYS = (f"sim/engine/{name}.py" for name in ("resources", "queues", "stays"))
HOLDINGS, LIVES, HEAPS, OUTCOMES, COMPILED = (
    f"sim/engine/{name}.py" for name in ("holdings", "lives", "heaps", "outcomes", "compiled")
)
BY_HAND = "tests/enhet/test_teams_by_hand.py"
AGREEMENT = "tests/egenskap/test_engines_agree.py::test_on_random_networks"
EARLIER_BASAR = "tests/egenskap/test_uppvarmning.py::test_a_warm_up_is_a_run_from_an_earlier_basar"
SIMPY, CASES, PRESENT, STEG_MEASURES = (
    f"sim/{name}.py" for name in ("engine/simpy_engine", "cases", "present", "steg_measures")
)

MUTATIONS = (
    Mutation(
        "the last place is never used",
        RESOURCES,
        "self.occupied + self.held + part <= self.capacity",
        "self.occupied + self.held + part < self.capacity",
        theory("erlang_b", "test_share_in_reserv_is_erlangs_whatever_the_distribution[simpy-konstant]"),
    ),
    Mutation(
        "a place too many",
        RESOURCES,
        "self.occupied + self.held + part <= self.capacity",
        "self.occupied + self.held <= self.capacity",
        theory("tandem"),
    ),
    Mutation(
        "a place is not freed when a stay ends",
        QUEUES,
        "self.places[stay.resource].occupied -= stay.asked_spec.part",
        "self.places[stay.resource].occupied -= 0",
        theory("vantegrans"),
    ),
    Mutation(
        "a team's capacity is ignored",
        RESOURCES,
        "return stay if self.load + stay.asked_spec.weight <= self.capacity else None",
        "return stay",
        theory("talamod"),
    ),
    Mutation(
        "last come, first served",
        STAYS,
        "return (rank, self.asked_spec.priority[self.case.group], self.requested, self.case.key)",
        "return (rank, self.asked_spec.priority[self.case.group], -self.requested, self.case.key)",
        theory("mmc"),
    ),
    Mutation(
        "priority is ignored",
        STAYS,
        "return (rank, self.asked_spec.priority[self.case.group], self.requested, self.case.key)",
        "return (rank, 0, self.requested, self.case.key)",
        theory("prioritet"),
    ),
    Mutation(
        "the limit to waiting is ignored",
        SIMPY,
        "if stay.home_possible and spec.wait_limit < FOREVER:",
        "if False:",
        theory("vantegrans"),
    ),
    Mutation(
        "the limit to waiting is 3 % too long",
        SIMPY,
        "limit = float(round_duration(spec.wait_limit)) if spec.wait_limit else 0.0",
        "limit = float(round_duration(1.03 * spec.wait_limit)) if spec.wait_limit else 0.0",
        theory("vantegrans"),
    ),
    Mutation(
        "who can be helped at home is ignored",
        SIMPY,
        "if share < 1.0:",
        "if share < 0.0:",
        theory(
            "erlang_b",
            "test_those_who_cannot_be_helped_at_home_go_to_the_reserv_and_leave_the_places_to_the_others",
        ),
    ),
    Mutation(
        "nobody in the reserv may come home",
        QUEUES,
        "stay.eligible = True",
        "stay.eligible = False",
        theory("hemtagning"),
    ),
    Mutation(
        "home an hour too late",
        QUEUES,
        "(float(round_duration(spec.recall_earliest)) if spec.recall_earliest else 0.0)",
        "float(round_duration(spec.recall_earliest + 0.04))",
        theory("hemtagning"),
    ),
    Mutation(
        "patience is ignored",
        SIMPY,
        "if spec.patience is not None:",
        "if False:",
        theory("talamod"),
    ),
    Mutation(
        "patience is a little too long",
        SIMPY,
        "u = self._draw(stay, Purpose.TALAMOD)",
        "u = self._draw(stay, Purpose.TALAMOD) ** 0.95",
        theory("talamod"),
    ),
    Mutation(
        "who gives up is lost",
        SIMPY,
        "steg = stay.asked_spec.patience_next",
        "steg = EXIT",
        theory("littles_lag"),
    ),
    Mutation(
        "kvar lets go of the place at once",
        SIMPY,
        "if outcome.stays and steg != EXIT:",
        "if False:",
        theory("tandem"),
    ),
    Mutation(
        "guaranteed closings are ignored",
        RESOURCES,
        "return stay if fits or self.closings < self.guaranteed else None",
        "return stay if fits else None",
        theory("avslut"),
    ),
    Mutation(
        "a guaranteed closing too many",
        RESOURCES,
        "return stay if fits or self.closings < self.guaranteed else None",
        "return stay if fits or self.closings <= self.guaranteed else None",
        theory("avslut"),
    ),
    Mutation(
        "closings in the queue go before all new cases",
        RESOURCES,
        "if not len(self.closing_line) or self.closings_first or not len(self.line):",
        "if True:",
        BY_HAND,
    ),
    Mutation(
        "every candidate arrives",
        CASES,
        "if mark < rate_values[piece] * effect[index]:",
        "if True:",
        theory("tidsvarierande_inflode"),
    ),
    Mutation(
        "two arrivals in a hundred are lost",
        CASES,
        "if mark < rate_values[piece] * effect[index]:",
        "if mark < 0.98 * rate_values[piece] * effect[index]:",
        theory("tidsvarierande_inflode"),
    ),
    Mutation(
        "stays are 2 % too short",
        SIMPY,
        "stay.end = self._end_after(stay.steg, now, self._length(stay, Purpose.LANGD))",
        "stay.end = self._end_after(stay.steg, now, 0.98 * self._length(stay, Purpose.LANGD))",
        theory("tidsvarierande_inflode"),
    ),
    Mutation(
        "the rate is that of the first day of the month",
        CASES,
        "while piece + 1 < len(rate_times) and rate_times[piece + 1] <= time:",
        "while False:",
        theory("tidsvarierande_inflode"),
    ),
    Mutation(
        "pace is ignored",
        SIMPY,
        "return start + work if pace is None else float(advance(pace[0], pace[1], start, work))",
        "return start + work",
        theory("takt"),
    ),
    Mutation(
        "pace is that of the day a stay starts",
        SIMPY,
        "return start + work if pace is None else float(advance(pace[0], pace[1], start, work))",
        "return start + float(round_duration(work / (1.0 if pace is None else self.network.pace[steg].at(start))))",
        theory("takt"),
    ),
    Mutation(
        "stays in the stock begin on day 0",
        PRESENT,
        "elapsed = length * (1 - draw[Purpose.NULAGE_VANTAN])",
        "elapsed = 0 * length",
        theory("stationar_start"),
    ),
    Mutation(
        "stays in the stock are as long as others",
        PRESENT,
        "with_table(length_biased(length) if under_way and here and float(mean(length)) > 0 else length)",
        "with_table(length)",
        theory("stationar_start"),
    ),
    Mutation(
        "the stock has outcomes by share alone",
        PRESENT,
        "factor = np.array([mean(length)])",
        "factor = np.ones(1)",
        theory("stationar_start"),
    ),
    Mutation(
        "the stock has målgrupper by share alone",
        PRESENT,
        "np.array(stock.group_shares)[:, None] * weights.sum(axis=1)",
        "np.array(stock.group_shares)[:, None] * np.ones_like(weights.sum(axis=1))",
        theory("stationar_start"),
    ),
    Mutation(
        "durations are not whole ticks",
        SIMPY,
        "return float(round_duration(quantile(params, u)))",
        "return float(quantile(params, u))",
        theory("littles_lag"),
    ),
    Mutation(
        "who comes home is counted in the queue again",
        STEG_MEASURES,
        "if stays.part[i] > 0:\n            continue",
        "if stays.part[i] > 1:\n            continue",
        theory("littles_lag"),
    ),
    Mutation(
        "compiled: last come, first served",
        HOLDINGS,
        "node.time = stay.requested",
        "node.time = -stay.requested",
        AGREEMENT,
    ),
    Mutation(
        "compiled: an offer's place is held for ever",
        HOLDINGS,
        "place.held -= memory.spec(world, stay.asked_spec).part",
        "place.held -= 0",
        AGREEMENT,
    ),
    Mutation(
        "compiled: closing does not take over the load of follow-up",
        HOLDINGS,
        "    stop_following(world, i)\n    team.used +=",
        "    team.used +=",
        AGREEMENT,
    ),
    Mutation(
        "compiled: a guaranteed closing too many",
        HOLDINGS,
        "fits or team.closings < team.guaranteed else ABSENT",
        "fits or team.closings <= team.guaranteed else ABSENT",
        AGREEMENT,
    ),
    Mutation(
        "compiled: a closing in the queue waits behind every new case",
        HOLDINGS,
        "return node_before(world, team.closing_line, team.line)",
        "return False",
        AGREEMENT,
    ),
    Mutation(
        "compiled: may come home at once",
        HOLDINGS,
        "time = now + (round_duration(earliest) if earliest != 0.0 else 0.0)",
        "time = now",
        AGREEMENT,
    ),
    Mutation(
        "compiled: a limit of no days lasts a tick",
        LIVES,
        "limit = round_duration(spec.wait_limit) if spec.wait_limit != 0.0 else 0.0",
        "limit = round_duration(spec.wait_limit)",
        AGREEMENT,
    ),
    Mutation(
        "compiled: who gives up is lost",
        LIVES,
        "stay.target = memory.spec(world, stay.asked_spec).patience_next",
        "stay.target = EXIT",
        AGREEMENT,
    ),
    Mutation(
        "compiled: what remains at home in the inverse ratio",
        LIVES,
        "ratio = mean_home / memory.ending(world, memory.variant(world, before).ends_at + stay.outcome).mean",
        "ratio = memory.ending(world, memory.variant(world, before).ends_at + stay.outcome).mean / mean_home",
        AGREEMENT,
    ),
    Mutation(
        "compiled: a stay that has left is still there",
        LIVES,
        "    stay.serial = 0\n    stay.next_free",
        "    stay.next_free",
        AGREEMENT,
    ),
    Mutation(
        "compiled: an age that has passed ends the stay at once",
        OUTCOMES,
        "stay.end = max(limit, now + TICK)",
        "stay.end = max(limit, now)",
        AGREEMENT,
    ),
    Mutation(
        "compiled: patience of who has waited already starts anew",
        OUTCOMES,
        "if waited > 0:",
        "if waited < 0:",
        AGREEMENT,
    ),
    Mutation(
        "compiled: kinds of simultaneous events in reverse",
        HEAPS,
        "return bool(x.what < y.what)",
        "return bool(x.what > y.what)",
        AGREEMENT,
    ),
    Mutation(
        "compiled: the last event in the heap is not looked at",
        HEAPS,
        "if right < size and (",
        "if right + 1 < size and (",
        AGREEMENT,
    ),
    Mutation(
        "compiled: a freed event is given away twice",
        HEAPS,
        "world.events_free = memory.event(world, number).next",
        "pass",
        AGREEMENT,
    ),
    Mutation(
        "compiled: events of stays that are over still happen",
        COMPILED,
        "current = memory.stay(world, i).serial == event.serial",
        "current = True",
        AGREEMENT,
    ),
    Mutation(
        "compiled: who keeps a place until the next steg begins is forgotten",
        COMPILED,
        "memory.stay(world, i).held = world.goes_from",
        "memory.stay(world, i).held = ABSENT",
        AGREEMENT,
    ),
    Mutation(
        "compiled: a team where a closing began is not looked at again",
        COMPILED,
        "plan_end_of_closing(world, i, now)\n        touch(world, number)",
        "plan_end_of_closing(world, i, now)",
        AGREEMENT,
    ),
    Mutation(
        "compiled: queues that somebody leaves are not looked at again",
        HOLDINGS,
        "        touch(world, line_number(world, i, index))\n    at = stay.nodes",
        "        pass\n    at = stay.nodes",
        AGREEMENT,
    ),
    Mutation(
        "compiled: arrivals before what else happens at that instant",
        COMPILED,
        "elif at_event == now:",
        "elif at_event == now and at_arrival != now:",
        "tests/egenskap/test_engines_agree.py::test_who_has_finished_asks_before_who_arrives_at_that_instant",
    ),
    Mutation(
        "warm-up: a scenario acts in it",
        "sim/scenario.py",
        "acts = day >= kommun.start and any(",
        "acts = any(",
        "tests/enhet/test_uppvarmning.py::test_a_change_without_a_date_acts_from_day_0",
    ),
    Mutation(
        "warm-up: who left in it stays in the log",
        "sim/visits.py",
        "np.logical_or.at(lasts, first_part, ~(self.slappt < 0))",
        "np.logical_or.at(lasts, first_part, True)",
        "tests/enhet/test_uppvarmning.py::test_who_is_there_on_day_0_has_come_since_the_empty_start",
    ),
    Mutation(
        "warm-up: it begins with the capacity of day 0",
        "sim/flat.py",
        '"capacity": _at(resource.capacity, begin),',
        '"capacity": _at(resource.capacity, 0.0),',
        "tests/egenskap/test_uppvarmning.py::test_a_scenario_leaves_the_warm_up_alone",
    ),
    Mutation(
        "warm-up: every day in it is a working day",
        "sim/paths.py",
        "lambda time: self.at(time) * other.at(time), first=min(times))",
        "lambda time: self.at(time) * other.at(time), first=0.0)",
        EARLIER_BASAR,
    ),
)


@dataclass(frozen=True)
class Verdict:
    code: int
    by: str
    seconds: float


def copy_to(folder: Path) -> None:
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy2(source, folder / name)
    (folder / "conftest.py").write_text(FIRST_FAILURE_IS_ENOUGH, encoding="utf-8")


def pytest(folder: Path, tests: Sequence[str]) -> Verdict:
    """Run tests in the copy until one fails. Code 0: all passed; 1: one failed, or they took too long."""
    # No bytecode: a file changed twice within a second may have the same time and size.
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-x",
        "-q",
        "-m",
        "",
        "--tb=no",
        "-rfE",
        "-p",
        "no:cacheprovider",
        *tests,
    ]
    began = time.monotonic()
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return Verdict(FAILED, "took too long", time.monotonic() - began)
    if process.returncode < 0:  # by a signal: the break made the engine touch memory that is not its own
        return Verdict(FAILED, signal.strsignal(-process.returncode) or "crash", time.monotonic() - began)
    found = re.search(r"^(?:FAILED|ERROR) \S*?(test_\S+)", output, re.MULTILINE)
    by = found.group(1) if found else "" if process.returncode == PASSED else output[-2000:]
    return Verdict(process.returncode, by, time.monotonic() - began)


def broken(text: str, mutation: Mutation) -> str:
    if text.count(mutation.old) != 1:
        raise SystemExit(
            f"{mutation.name}: {mutation.file} holds {text.count(mutation.old)} times, not once: {mutation.old}"
        )
    return text.replace(mutation.old, mutation.new)


def caught(folder: Path, mutation: Mutation) -> Verdict:
    """Break the copy, test it, and put it right again."""
    path = folder / mutation.file
    right = path.read_text(encoding="utf-8")
    path.write_text(broken(right, mutation), encoding="utf-8")
    try:
        return pytest(folder, ["-k", mutation.engine, mutation.test] if mutation.engine else [mutation.test])
    finally:
        path.write_text(right, encoding="utf-8")


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main(words: Sequence[str]) -> int:
    chosen = [m for m in MUTATIONS if not words or any(word in m.name for word in words)]
    if not chosen:
        say(f"no break has {' or '.join(words)} in its name")
        return 2
    with tempfile.TemporaryDirectory(prefix="mutationer-") as name:
        folder = Path(name)
        copy_to(folder)
        for mutation in chosen:
            broken((folder / mutation.file).read_text(encoding="utf-8"), mutation)
        unbroken = pytest(folder, sorted({mutation.test for mutation in chosen}))
        if unbroken.code != PASSED:
            say(f"the unbroken code does not pass: {unbroken.by}")
            return 1
        say(f"unbroken: passes ({unbroken.seconds:.0f} s)\n\n| mutation | caught by | caught | s |\n|---|---|---|---|")
        survivors = 0
        for mutation in chosen:
            verdict = caught(folder, mutation)
            if verdict.code not in (PASSED, FAILED):
                say(f"{mutation.name}: pytest could not run:\n{verdict.by}")
                return 1
            survivors += verdict.code == PASSED
            answer = "no" if verdict.code == PASSED else "yes"
            say(f"| {mutation.name} | {verdict.by} | {answer} | {verdict.seconds:.0f} |")
    say(f"\n{len(chosen) - survivors} of {len(chosen)} caught")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
