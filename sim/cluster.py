"""The work done by a Dask cluster, found by its address. The only module that knows Dask."""

from __future__ import annotations

import importlib
import time
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, CancelledError
from contextlib import contextmanager
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Cluster:
    """`others`: threads of the workers that were there when it was connected to; more may come and go."""

    adress: str
    client: Any
    others: int
    lost: tuple[type[BaseException], ...]
    helped: bool = False

    def executor(self) -> Any:
        """Dask does a dead worker's tasks again by itself; a task that has killed several comes back as lost."""
        if self.client.status != "running":
            raise HemmaplanError(f"berakning.adress = {self.adress}: klustret svarar inte längre")
        return self.client.get_executor(pure=False)

    def end(self) -> None:
        """Dask drops what nobody waits for when the client is closed, and starts by itself those that are gone."""


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
        yield Cluster(adress, client, sum(workers.values()), lost)
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
        raise HemmaplanError(f"berakning.adress = {adress}: hemmaplan är inte installerat hos alla arbetare") from None
    mine = program_here()
    strange = sorted(worker for worker, its in there.items() if its != mine)
    if strange:
        text = "har en annan version av hemmaplan, Python, numpy, scipy eller numba än den här datorn"
        raise HemmaplanError(f"berakning.adress = {adress}: arbetaren {strange[0]} {text}")
