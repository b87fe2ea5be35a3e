"""Processes that share the work with this one. Which of them did what leaves no trace in what comes out."""

from __future__ import annotations

import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Future
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from queue import Empty, SimpleQueue
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

import joblib

from sim.errors import HemmaplanError
from sim.garbage import seldom_collected, uncollected

Job = TypeVar("Job")
Done = TypeVar("Done")
"""A piece of work, and what comes of it."""
IDLE_SECONDS = 60
MOST_WORKERS = 1024
TO_SIMULATE, TO_DRAW = ("sim.experiment", "sim.engine.compiled"), ("sim.figures",)
"""What the other processes need."""


def count_of(asked: int) -> int:
    """Processes at work, this one included; 0 = one per core."""
    return asked or int(joblib.cpu_count())


def begin_to_load(work: object, drawing: bool = False) -> Local:
    """Start the other processes, as `berakning` says; they load what they need while this one does.

    `drawing`: whether they are to draw too. Nothing is checked yet: what is strange waits.
    """
    asked = work.get("arbetare") if isinstance(work, Mapping) and work.get("adress") is None else 1
    count = count_of(asked) if isinstance(asked, int) and 0 <= asked <= MOST_WORKERS else 1
    others = Local(count)
    try:
        for _ in range(others.others):
            _pool(count).submit(_load, (*TO_SIMULATE, *(TO_DRAW if drawing else ())))
    except others.lost:  # an earlier study's, found dead only now: started anew when there is work
        others.end()
    return others


def _load(modules: Sequence[str]) -> None:
    with uncollected():
        for module in modules:
            import_module(module)
    seldom_collected()


def _pool(workers: int) -> Any:
    """The other processes. They are started when first needed and wait a while for more to do.

    Not the ones that joblib keeps for everybody: those take a folder of shared memory for each study, and may be
    somebody else's to end.
    """
    pools = _pools()
    if workers not in pools:
        pools.clear()
        loky = import_module("joblib.externals.loky")  # has no types
        pools[workers] = loky.ProcessPoolExecutor(workers - 1, timeout=IDLE_SECONDS, initializer=_leave_ctrl_c_alone)
    return pools[workers]


@lru_cache(maxsize=1)
def _pools() -> dict[int, Any]:
    """The other processes that are kept, by how many there are with this one: those of the last study."""
    return {}


def end_others() -> None:
    """All of them, at once: no more is to be done."""
    pools = _pools()
    while pools:
        pools.popitem()[1].shutdown(kill_workers=True)


class Crew(Protocol):
    """The processes beside this one, on this machine or on others."""

    @property
    def others(self) -> int:
        """How many jobs they do at a time."""
        ...

    @property
    def helped(self) -> bool:
        """Whether this process does jobs too."""
        ...

    @property
    def lost(self) -> tuple[type[BaseException], ...]:
        """What a job ends with when the process that did it is gone. It is then done again."""
        ...

    def executor(self) -> Any:
        """As in concurrent.futures; asked for anew after `end`."""
        ...

    def end(self) -> None:
        """They are to stop at once, whatever they do: it is not wanted, or one of them is gone."""
        ...


@dataclass(frozen=True)
class Local:
    """So many processes on this machine, this one included."""

    workers: int
    helped: bool = True
    lost: tuple[type[BaseException], ...] = (BrokenExecutor,)

    @property
    def others(self) -> int:
        return self.workers - 1

    def executor(self) -> Any:
        return _pool(self.workers)

    def end(self) -> None:
        if self.others:
            end_others()


def _leave_ctrl_c_alone() -> None:
    """A terminal sends Ctrl-C to every process; what it shall lead to is for the first one to decide."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


AT_HAND = 2
"""Jobs that each of the other processes has been sent: one that it does, and one to go on with."""
MOST_LOST = 5
"""So many times the other processes are started anew before that is given up."""


class WorkersLost(HemmaplanError):
    """Processes that did the work died again and again. What was finished before is as it was."""


class Answer(NamedTuple, Generic[Job, Done]):
    """A job that was sent, to the other processes as they were after so many losses, and what came of it."""

    job: Job
    losses: int
    future: Future[list[Done]]


class Shared(Generic[Job, Done]):
    """Jobs that several processes do, this one too unless the crew does without. The others begin when this is made."""

    def __init__(self, crew: Crew | int, jobs: Iterable[Job], there: Callable[[Job], tuple[Any, ...]]) -> None:
        """`crew`: a number is so many processes on this machine, this one included.

        `there`: a job as a function, which returns a list of what comes of it, and its arguments, to be sent.
        """
        self._crew: Crew = Local(crew) if isinstance(crew, int) else crew
        self._left = deque(jobs)
        self._there = there
        self._came: SimpleQueue[Answer[Job, Done]] = SimpleQueue()
        self._lock = threading.Lock()
        self._awaited = 0
        self._losses = 0
        self._pool: Any = None
        if self._crew.others > 0 and len(self._left) > self._crew.helped:
            self._start()

    @property
    def losses(self) -> int:
        """How often the other processes have been started anew."""
        return self._losses

    def done(self, here: Callable[[Job], Iterable[Done]]) -> Iterator[Done]:
        """What comes of every job, in any order. `here` does one in this process.

        The jobs of a process that dies are done again. Raises WorkersLost when that has happened too often.
        """
        try:
            while self._left or self._awaited:
                job = self._next() if self._crew.helped else None
                if job is None:
                    yield from self._received(0.1)
                    continue
                for found in here(job):
                    yield found
                    while not self._came.empty():
                        yield from self._received(0)
        finally:
            self._left.clear()

    def _next(self) -> Job | None:
        with self._lock:
            return self._left.popleft() if self._left else None

    def _received(self, seconds: float) -> list[Done]:
        """What came of a job; nothing if none comes for a while, so that Ctrl-C is heeded on Windows too."""
        try:
            answer = self._came.get(timeout=seconds) if seconds else self._came.get_nowait()
        except Empty:
            return []
        with self._lock:
            self._awaited -= 1
        try:
            return answer.future.result()
        except self._crew.lost:
            self._again(answer)
            return []

    def _again(self, answer: Answer[Job, Done]) -> None:
        """The job is put back, and the first of a crew's lost jobs has the others started anew."""
        with self._lock:
            self._left.appendleft(answer.job)
        if answer.losses < self._losses:
            return
        self._crew.end()
        if self._losses == MOST_LOST:
            raise WorkersLost(
                f"processer som räknar har dött {MOST_LOST + 1} gånger, kanske för att minnet tog slut. "
                "Stäng andra program, eller räkna med färre processer (berakning.arbetare=1 eller --arbetare 1)"
            )
        self._losses += 1
        self._start()

    def _start(self) -> None:
        self._pool = self._crew.executor()
        for _ in range(AT_HAND * self._crew.others):
            self._send()

    def _send(self) -> None:
        """The next job, if any is left."""
        with self._lock:
            if not self._left:
                return
            job, losses, pool = self._left.popleft(), self._losses, self._pool
            self._awaited += 1

        def arrived(future: Future[list[Done]]) -> None:
            """Called in a thread of the pool's own: one more job is sent before the answer can be taken."""
            if not future.cancelled() and future.exception() is None:
                self._send()
            self._came.put(Answer(job, losses, future))

        try:
            pool.submit(*self._there(job)).add_done_callback(arrived)
        except BaseException as error:
            failed: Future[list[Done]] = Future()
            failed.set_exception(error)
            self._came.put(Answer(job, losses, failed))
