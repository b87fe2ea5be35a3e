"""The work done by a Dask cluster, found by its address. The only module that knows Dask."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sim.errors import HemmaplanError
from sim.fingerprint import fingerprint
from sim.fingerprint import fingerprint as program_here

ANSWER_SECONDS = 5.0
"""How long the address is given to answer, and the first of its workers to come."""
NO_DASK = (
    "berakning.adress: ett kluster kräver Dask, som inte är installerat. Installera det med "
    "pip install -c constraints.txt -e .[kluster], eller räkna på den här datorn med berakning=lokal"
)
NOT_THERE = "hemmaplan är inte installerat hos alla arbetare"
OTHER = "har en annan version av hemmaplan, Python, numpy, scipy eller numba än den här datorn"


@dataclass(frozen=True)
class Cluster:
    """`others`: threads of the workers that were there when it was connected to; more may come and go.

    Each job is done only by a worker with the same `program`, as one that comes later has not been asked about its own.
    """

    adress: str
    client: Any
    others: int
    lost: tuple[type[BaseException], ...]
    program: str
    helped: bool = False

    def executor(self) -> Checked:
        """Dask does a dead worker's tasks again by itself; a task that has killed several comes back as lost."""
        if self.client.status != "running":
            raise HemmaplanError(f"berakning.adress = {self.adress}: klustret svarar inte längre")
        return Checked(self.client.get_executor(pure=False), self.adress, self.program)

    def end(self) -> None:
        """Dask drops what nobody waits for when the client is closed, and starts by itself those that are gone."""


@dataclass(frozen=True)
class Checked:
    """Dask's executor, whose jobs see to it that the worker has the program that the one who asks has."""

    executor: Any
    adress: str
    program: str

    def submit(self, job: Callable[..., Any], *arguments: Any) -> Any:
        return self.executor.submit(_with_same_program, self.adress, self.program, job, *arguments)


def _with_same_program(adress: str, program: str, job: Callable[..., Any], *arguments: Any) -> Any:
    """In a worker. Raises HemmaplanError if it has another program."""
    if _program() != program:
        raise HemmaplanError(f"berakning.adress = {adress}: en arbetare som kom till {OTHER}")
    return job(*arguments)


@lru_cache(maxsize=1)
def _program() -> str:
    """A worker's own, which is the same as long as it lives."""
    return fingerprint()


@contextmanager
def connected(adress: str) -> Iterator[Cluster]:
    """The cluster at an address (tcp://name:port), to be let go at the end.

    Raises HemmaplanError if Dask is missing, nothing answers, nobody is there to work, or a worker has another program.
    """
    try:
        distributed = importlib.import_module("distributed")
    except ImportError:
        raise HemmaplanError(NO_DASK) from None
    client = _client(distributed, adress)
    try:
        workers = _workers(client, adress)
        _check_same_program(client, adress)
        lost = (distributed.KilledWorker, BrokenExecutor, CancelledError)
        yield Cluster(adress, client, sum(workers.values()), lost, program_here())
    except ImportError:  # of a worker that came later
        raise HemmaplanError(f"berakning.adress = {adress}: {NOT_THERE}") from None
    finally:
        client.close(timeout=1)


def _client(distributed: Any, adress: str) -> Any:
    try:
        return distributed.Client(adress, timeout=ANSWER_SECONDS, set_as_default=False)
    except (OSError, TimeoutError):
        why = f"inget kluster svarar inom {ANSWER_SECONDS:.0f} sekunder"
    except ValueError:
        why = "ska vara en adress som tcp://dator:8786"
    raise HemmaplanError(f"berakning.adress = {adress}: {why}") from None


def _workers(client: Any, adress: str) -> dict[str, int]:
    """Threads by worker, once there is one."""
    until = time.monotonic() + ANSWER_SECONDS
    while not (found := client.nthreads()):
        if time.monotonic() > until:
            text = "klustret har inga arbetare; starta några med dask worker"
            raise HemmaplanError(f"berakning.adress = {adress}: {text} {adress} --nthreads 1")
        time.sleep(0.1)
    return dict(found)


def _check_same_program(client: Any, adress: str) -> None:
    """Else the results would depend on who did what."""
    try:
        there: dict[str, str] = client.run(fingerprint)
    except ImportError:
        raise HemmaplanError(f"berakning.adress = {adress}: {NOT_THERE}") from None
    mine = program_here()
    strange = sorted(worker for worker, its in there.items() if its != mine)
    if strange:
        raise HemmaplanError(f"berakning.adress = {adress}: arbetaren {strange[0]} {OTHER}")
