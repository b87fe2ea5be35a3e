"""Simulations asked for on the page, one at a time: first what has no answer yet, the newest before the others."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from sim.errors import HemmaplanError
from sim.experiment import Progress, Study, StudyResult, run_study

KEPT = 6
"""Answers that are remembered, the last asked for."""
ABANDONED_SECONDS = 15.0
"""A question that no page asks about any longer waits for those that are."""

WAITING, RUNNING, DONE, STOPPED, FAILED = "vantar", "raknar", "klar", "avbruten", "fel"
Simulate = Callable[[Study, Progress], StudyResult]


class Question(Protocol):
    """What is to be simulated, in one stage or several, each with a sharper answer than the one before."""

    @property
    def stages(self) -> tuple[int, ...]:
        """Replications after which there is an answer."""

    @property
    def waits(self) -> bool:
        """Whether it can wait until every other has a first answer."""

    def key(self) -> str:
        """Equal for equal questions, also when the kommun's files have been read anew."""

    def answer(self, before: Any, first: int, last: int, simulate: Simulate, progress: Progress) -> Any:
        """The answer of `last` replications, from that of `first` (None where there is none yet)."""


@dataclass
class Job:
    """A question and how far its answer has come. Changed under the lock of its `Jobs` only."""

    id: str
    question: Question
    tillstand: str = WAITING
    klara: int = 0
    """Replications that the answer is of."""
    made: Any = None
    """The answer so far."""
    fel: str = ""
    asked: float = field(default_factory=time.monotonic)
    """When a page last asked."""
    spent: float = 0.0
    """Seconds of simulation."""
    under_way: float = 0.0
    """How much of the stage under way is done, 0 to 1."""
    figures: dict[str, bytes] = field(default_factory=dict)
    """Drawn, by file, of the answer as it is now."""

    @property
    def goal(self) -> int:
        return self.question.stages[-1]

    @property
    def ended(self) -> bool:
        return self.tillstand in {DONE, STOPPED, FAILED}

    @property
    def share(self) -> float:
        """Of the work that is done, 0 to 1."""
        ahead = next((stage for stage in self.question.stages if stage > self.klara), self.goal)
        return min((self.klara + self.under_way * (ahead - self.klara)) / self.goal, 1.0)

    @property
    def seconds_left(self) -> float | None:
        """By the pace so far; None before there is any."""
        return None if self.share < 0.05 or not self.spent else self.spent * (1 - self.share) / self.share

    @property
    def rank(self) -> tuple[bool, int]:
        """What is to be done first has the lowest."""
        return self.question.waits, self.klara


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

    def figure(self, key: str, file: str, draw: Callable[[Any], bytes]) -> bytes | None:
        """A figure of a job's answer, drawn once; None where there is no answer."""
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
        """Of the questions that a page still asks about, the lowest in rank, and of those the newest."""
        now = time.monotonic()
        wanted = [job for job in reversed(self._jobs.values()) if not job.ended and now - job.asked < ABANDONED_SECONDS]
        return min(wanted, key=lambda job: job.rank, default=None)

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
        """One stage further, unless the question is stopped or another has to be answered first."""
        last = next(stage for stage in job.question.stages if stage > job.klara)
        begun, before = time.monotonic(), job.spent

        def progress(done: int, total: int) -> None:
            with self._changed:
                job.under_way, job.spent = done / max(total, 1), before + time.monotonic() - begun
                other = self._next()
                if job.ended or self._closing or (other is not None and other.rank < job.rank):
                    raise Interrupted

        try:
            made = job.question.answer(job.made, job.klara, last, self._simulate, progress)
        except Interrupted:
            with self._changed:
                job.under_way = 0.0
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
            job.made, job.klara, job.under_way, job.figures = made, last, 0.0, {}
            job.spent = before + time.monotonic() - begun
            if not job.ended:
                job.tillstand = DONE if last == job.goal else WAITING
            self._changed.notify_all()

    def _failed(self, job: Job, text: str) -> None:
        with self._changed:
            job.tillstand, job.fel, job.under_way = FAILED, text, 0.0
