"""A finished replication, and how its measures are named."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from sim.network import Network
from sim.periods import Floats, Ints, edges_of
from sim.scenario import Plan
from sim.stays import Flags, Stays, closings_of, stays_of
from sim.visits import VisitLog

__all__ = ["Floats", "Ints", "Row", "Rows", "Run", "edges_of", "split"]

Row = tuple[str, str, str]
"""(verksamhet, matt, del)"""
Rows = dict[Row, Floats]
"""One value for each period."""


def split(part: str, **by: str) -> str:
    """The `del` of a row that is split: `bistand`, malgrupp under_25 → "bistand malgrupp=under_25"."""
    return " ".join(filter(None, (part, *(f"{what}={which}" for what, which in by.items()))))


@dataclass(frozen=True)
class Run:
    """A finished replication: what measures and costs are made from."""

    plan: Plan
    network: Network
    log: VisitLog

    @cached_property
    def stays(self) -> Stays:
        """The log with what follows from it."""
        return stays_of(self.log, closings_of(self.network))

    @property
    def left(self) -> Floats:
        """When each stay was left; stays under way at the end of the run count to its end."""
        return self.stays.left

    @property
    def closing_asked(self) -> Flags:
        """Stays whose outcome is to be closed, the last part of each."""
        return self.stays.to_close

    def steg_area(self, steg: int) -> tuple[str, str]:
        area, name = self.network.steg_names[steg].split(".", 1)
        return area, name
