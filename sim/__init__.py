"""hemmaplan: demand and capacity in Swedish municipal social services, simulated.

    from sim import load_kommun, load_scenario, simulate, compare

The names are loaded when first used, so that the command line starts fast.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.comparison import Comparison, compare
    from sim.errors import HemmaplanError
    from sim.loading import load_kommun, load_scenario
    from sim.simulation import Flow, simulate

__all__ = ["Comparison", "Flow", "HemmaplanError", "compare", "load_kommun", "load_scenario", "simulate"]
__version__ = "0.1.0"

_HOMES = {
    "Comparison": "comparison",
    "Flow": "simulation",
    "HemmaplanError": "errors",
    "compare": "comparison",
    "load_kommun": "loading",
    "load_scenario": "loading",
    "simulate": "simulation",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"sim.{_HOMES[name]}"), name)
