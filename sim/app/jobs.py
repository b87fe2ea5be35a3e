"""Simulations asked for on the page: rough at once, sharper while one reads, one at a time, newest question first."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from sim.comparison import Comparison, comparison
from sim.config import Kommun, Scenario
from sim.errors import HemmaplanError
from sim.experiment import Progress, Study, StudyResult, run_study
from sim.tables import Table

STAGES = (4, 16, 40)
"""Replications after which there is an answer; the last are as many as the command line takes."""
KEPT = 6
"""Answers that are remembered, the last asked for."""
ABANDONED_SECONDS = 15.0
"""A question that no page asks about any longer waits for those that are."""

WAITING, RUNNING, DONE, STOPPED, FAILED = "vantar", "raknar", "klar", "avbruten", "fel"
Simulate = Callable[[Study, Progress], StudyResult]


@dataclass(frozen=True)
class Question:
    """What is to be simulated beside nuläge."""

    kommun: Kommun
    scenarios: tuple[Scenario, ...]
    fro: int = 1
    arbetare: int = 0

    def key(self) -> str:
        """Equal for equal questions, also when the kommun's files have been read anew."""
        texts = [self.kommun.model_dump_json(), *(each.model_dump_json() for each in self.scenarios), str(self.fro)]
        return hashlib.blake2b("\n".join(texts).encode(), digest_size=12).hexdigest()

    def study(self, first: int, last: int) -> Study:
        """Some of its replications, by number."""
        return Study(
            self.kommun, self.scenarios, last - first, self.fro, arbetare=self.arbetare, forsta_replikation=first
        )


@dataclass
class Job:
    """A question and how far its answer has come. Changed under the lock of its `Jobs` only."""

    id: str
    question: Question
    tillstand: str = WAITING
    klara: int = 0
    """Replications that the answer is of."""
    made: Comparison | None = None
    fel: str = ""
    asked: float = field(default_factory=time.monotonic)
    """When a page last asked."""
    spent: float = 0.0
    """Seconds of simulation."""
    runs: int = 0
    """Of the stage under way."""
    asks: int = 0
    figures: dict[str, bytes] = field(default_factory=dict)
    """Drawn, by file, of the answer as it is now."""

    @property
    def goal(self) -> int:
        return STAGES[-1]

    @property
    def ended(self) -> bool:
        return self.tillstand in {DONE, STOPPED, FAILED}

    @property
    def share(self) -> float:
        """Of the work that is done, 0 to 1."""
        plans = 1 + len(self.question.scenarios)
        return min((self.klara + self.runs / plans) / self.goal, 1.0)

    @property
    def seconds_left(self) -> float | None:
        """By the pace so far; None before there is any."""
        return None if self.share < 0.05 or not self.spent else self.spent * (1 - self.share) / self.share


class Interrupted(Exception):
    """What is simulated is no longer wanted, or has to wait."""


class Jobs:
    """The questions of every open page, and the one thread that simulates. Nothing in it depends on the web."""

    def __init__(self, simulate: Simulate = run_study) -> None:
        self._simulate = simulate
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._changed = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._work, name="simulering", daemon=True)
        self._thread.start()

    def ask(self, question: Question) -> Job:
        """The job of a question: the one there is, or a new one that is begun at once."""
        key = question.key()
        with self._changed:
            job = self._jobs.get(key)
            if job is None or (job.tillstand == FAILED and time.monotonic() - job.asked > ABANDONED_SECONDS):
                job = self._jobs[key] = Job(key, question)
            job.asked = time.monotonic()
            self._jobs.move_to_end(key)
            self._forget()
            self._changed.notify_all()
            return replace(job)

    def stop(self, key: str) -> None:
        """What is finished stays."""
        with self._changed:
            job = self._jobs.get(key)
            if job is not None and not job.ended:
                job.tillstand = STOPPED
            self._changed.notify_all()

    def resume(self, key: str) -> None:
        """Goes on with what was stopped or failed."""
        with self._changed:
            job = self._jobs.get(key)
            if job is not None and job.tillstand in {STOPPED, FAILED}:
                job.tillstand, job.fel, job.asked = WAITING, "", time.monotonic()
            self._changed.notify_all()

    def find(self, key: str) -> Job | None:
        with self._changed:
            job = self._jobs.get(key)
            return None if job is None else replace(job)

    def figure(self, key: str, file: str, draw: Callable[[Comparison], bytes]) -> bytes | None:
        """A figure of a job's answer, drawn once."""
        with self._changed:
            job = self._jobs.get(key)
            if job is None or job.made is None:
                return None
            made, figures = job.made, job.figures
        if file not in figures:
            figures[file] = draw(made)
        return figures[file]

    def close(self) -> None:
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join(timeout=5)

    def _forget(self) -> None:
        while len(self._jobs) > KEPT:
            self._jobs.popitem(last=False)[1].tillstand = STOPPED

    def _next(self) -> Job | None:
        """Of the questions that a page still asks about, the roughest answer first, and then the newest."""
        now = time.monotonic()
        wanted = [job for job in reversed(self._jobs.values()) if not job.ended and now - job.asked < ABANDONED_SECONDS]
        return min(wanted, key=lambda job: job.klara, default=None)

    def _work(self) -> None:
        while True:
            with self._changed:
                while (job := self._next()) is None and not self._closing:
                    self._changed.wait()
                if self._closing or job is None:
                    return
                job.tillstand = RUNNING
            self._stage(job)

    def _stage(self, job: Job) -> None:
        """One stage further, unless the question is stopped or a newer one has no answer yet."""
        last = next(stage for stage in STAGES if stage > job.klara)
        begun, before = time.monotonic(), job.spent

        def progress(done: int, total: int) -> None:
            with self._changed:
                job.runs, job.spent = done, before + time.monotonic() - begun
                other = self._next()
                if job.ended or self._closing or (other is not None and other is not job and other.klara < job.klara):
                    raise Interrupted

        try:
            result = self._simulate(job.question.study(job.klara, last), progress)
            made = comparison(joined(job.made.resultat, result) if job.made else result)
        except Interrupted:
            with self._changed:
                job.runs = 0
                if not job.ended:
                    job.tillstand = WAITING
            return
        except HemmaplanError as error:
            self._failed(job, str(error))
            return
        except Exception as error:  # the thread must live on; what failed is told on the page
            self._failed(job, f"simuleringen gick inte att göra ({type(error).__name__})")
            return
        with self._changed:
            job.made, job.klara, job.runs, job.figures = made, last, 0, {}
            job.spent = before + time.monotonic() - begun
            if not job.ended:
                job.tillstand = DONE if last == job.goal else WAITING
            self._changed.notify_all()

    def _failed(self, job: Job, text: str) -> None:
        with self._changed:
            job.tillstand, job.fel, job.runs = FAILED, text, 0


def joined(first: StudyResult, more: StudyResult) -> StudyResult:
    """Replications simulated in two rounds, as if in one."""
    tables = tuple(_joined(a, b) for a, b in zip(first.tables, more.tables, strict=True))
    count = first.klara + more.klara
    return replace(first, study=replace(first.study, replikationer=count), tables=tables, klara=count, begarda=count)


def _joined(first: Table, more: Table) -> Table:
    return replace(
        first,
        replications=(*first.replications, *more.replications),
        values=np.concatenate([first.values, more.values]),
    )
