"""Engines: pure functions `(network, cases, seed, replication) → visit log`."""

from __future__ import annotations

from collections.abc import Callable

from sim.cases import Cases
from sim.errors import HemmaplanError, nearest
from sim.events import Event
from sim.network import Network
from sim.visits import VisitLog

Engine = Callable[[Network, Cases, int, int], VisitLog]
ENGINES = ("snabb", "simpy")
FASTEST = "snabb"
"""Compiled, for studies. The other, `simpy`, is the reference, and can be stepped through and traced."""


def run(network: Network, cases: Cases, seed: int, replication: int, engine: str = FASTEST) -> VisitLog:
    """Simulate one replication with the named engine. The log begins with those who are there on day 0."""
    log = engine_named(engine)(network, cases, seed, replication)
    return log.from_day_0() if network.begin < 0 else log


def trace(network: Network, cases: Cases, seed: int, replication: int) -> tuple[VisitLog, list[Event]]:
    """The same replication by the reference engine: the log, and all that happened, in order."""
    from sim.engine import tracing

    log, events = tracing.run_and_trace(network, cases, seed, replication)
    if network.begin == 0:
        return log, events
    return log.from_day_0(), [event for event in events if event.time >= 0]


def engine_named(name: str) -> Engine:
    if name == "snabb":
        from sim.engine import compiled

        if not compiled.can_run():
            raise HemmaplanError(
                "berakning.motor = snabb: går inte medan miljövariabeln NUMBA_DISABLE_JIT är satt; "
                "ta bort den, eller ange berakning.motor=simpy"
            )
        return compiled.run
    if name == "simpy":
        from sim.engine import simpy_engine

        return simpy_engine.run
    raise HemmaplanError(f"berakning.motor = {name}: finns inte; {nearest(name, ENGINES)}")


def is_ready(name: str) -> bool:
    """Whether the engine can begin at once; a compiled one must first be compiled on each machine."""
    if name == "snabb":
        from sim.engine import compiled

        return compiled.is_compiled()
    return True


def is_shareable(name: str) -> bool:
    """Whether several processes can use the engine without each having to compile it."""
    if name == "snabb":
        from sim.engine import compiled

        return compiled.is_kept_for_others()
    return True
