"""Tiny municipalities whose answers can be worked out by hand."""

from __future__ import annotations

from typing import Any

from sim.config import Scenario

PRICE = 1000.0
"""Kronor a bought dygn."""


def scenario(name: str, *changes: dict[str, Any]) -> Scenario:
    return Scenario.model_validate({"id": name, "namn": name.capitalize(), "motiv": "prov", "andringar": list(changes)})


def constant(days: float, nasta: str = "avslut") -> dict[str, Any]:
    """One outcome, always as long."""
    return {"klar": {"tid": {"fordelning": "konstant", "medel": days}, "nasta": {nasta: 1.0}}}


def cohort(day: str, count: int, steg: str) -> dict[str, Any]:
    """So many who come on a day, and nobody else."""
    return {"per_ar": 0.0, "forsta_steg": steg, "kohorter": {"k": {"datum": day, "antal": count}}}
