"""Processes that share the work with this one. Which of them did what leaves no trace in what comes out."""

from __future__ import annotations

import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

import joblib
from joblib.executor import get_memmapping_executor

from sim.errors import HemmaplanError

Job = TypeVar("Job")
Done = TypeVar("Done")
"""A piece of work, and what comes of it."""
IDLE_SECONDS = 60


def count_of(asked: int) -> int:
    """Processes at work, this one included; 0 = one per core."""
    return asked or int(joblib.cpu_count())


def warm_up(workers: int, load: Callable[[], object]) -> None:
    """Begin to start the other processes, and let them load what they are to use while this one does."""
    for _ in range(workers - 1):
        _pool(workers).submit(load)


def _pool(workers: int) -> Any:
    """The other processes. They are started when first needed and wait a while for more to do.

    Joblib's own, so that whoever uses joblib in the same process finds what it expects.
    """
    return get_memmapping_executor(workers - 1, timeout=IDLE_SECONDS, initializer=_leave_ctrl_c_alone, max_nbytes=None)


def _leave_ctrl_c_alone() -> None:
    """A terminal sends Ctrl-C to every process; what it shall lead to is for the first one to decide."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


AT_HAND = 2
"""Jobs that each of the other processes has been sent: one that it does, and one to go on with."""


class Shared(Generic[Job, Done]):
    """Jobs that several processes do, this one too. The others begin when this is made."""

    def __init__(self, workers: int, jobs: Iterable[Job], there: Callable[[Job], tuple[Any, ...]]) -> None:
        """`there`: a job as a function, which returns a list of what comes of it, and its arguments, to be sent."""
        self._left = deque(jobs)
        self._there = there
        self._came: SimpleQueue[Future[list[Done]]] = SimpleQueue()
        self._lock = threading.Lock()
        self._awaited = 0
        self._pool = _pool(workers) if workers > 1 and len(self._left) > 1 else None
        for _ in range(AT_HAND * (workers - 1)):
            self._send()

    def done(self, here: Callable[[Job], Iterable[Done]]) -> Iterator[Done]:
        """What comes of every job, in any order. `here` does one in this process.

        Raises HemmaplanError if another process has died.
        """
        try:
            while self._left:
                with self._lock:
                    job = self._left.popleft() if self._left else None
                if job is not None:
                    for found in here(job):
                        yield found
                        while not self._came.empty():
                            yield from self._received()
            while self._awaited:
                with suppress(Empty):
                    yield from self._received()
        except BrokenExecutor:
            raise HemmaplanError(
                "en av processerna som räknar dog, kanske för att minnet tog slut; försök med berakning.arbetare=1"
            ) from None
        finally:
            self._left.clear()

    def _received(self) -> list[Done]:
        """Raises Empty if nothing has come for a while, so that Ctrl-C is heeded on Windows too."""
        future = self._came.get(timeout=0.1)
        with self._lock:
            self._awaited -= 1
        return future.result()

    def _send(self) -> None:
        """The next job, if any is left."""
        with self._lock:
            if self._pool is None or not self._left:
                return
            job = self._left.popleft()
            self._awaited += 1
        try:
            self._pool.submit(*self._there(job)).add_done_callback(self._arrived)
        except BaseException as error:
            failed: Future[list[Done]] = Future()
            failed.set_exception(error)
            self._came.put(failed)

    def _arrived(self, future: Future[list[Done]]) -> None:
        """Called in a thread of the pool's own: one more job is sent before the answer can be taken."""
        self._send()
        self._came.put(future)
