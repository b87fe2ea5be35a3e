"""A made-up kommun with known truth, and published figures of it."""

from __future__ import annotations

from typing import Any

from hjalp import kommun
from sim.config import Kommun
from sim.config_kalibrering import Kalibrering
from sim.reconcile import Line, Uppgift
from sim.trials import Bench

MEDEL = 100.0
"""Mean length in days, exponential."""
PRESENT = 20
"""In the bought place at the start and, at the true inflow, at any time."""
TRUE_INFLOW = PRESENT * 365.25 / MEDEL
"""Little's law."""
DYGN = PRESENT * 365


def bought(per_ar: float = 40.0, antal: int = 11, price: float = 1000.0) -> Kommun:
    """Nobody queues: who arrives stays in a bought place for a while."""
    return kommun(
        {"kopt": {"typ": "extern", "dygnskostnad_kr": {"medel": price}}},
        {"nya": {"per_ar": per_ar, "forsta_steg": "vard"}},
        {
            "vard": {
                "behov": {"plats": ["kopt"]},
                "utfall": {"klar": {"tid": {"fordelning": "exponential", "medel": MEDEL}, "nasta": {"avslut": 1.0}}},
            }
        },
        nulage={"v": {"i_steg": {"vard": {"kopt": {"antal": antal}}}}},
    )


def own_and_bought(home: float = 0.6, per_ar: float = 150.0, **source: Any) -> Kommun:
    """Twenty own places; those who find none, or cannot be helped at home, are in a bought one."""
    kallor = {"test": {"galler": ["**"], "typ": "egna_data", "text": "påhittat"}}
    if source:
        kallor["hemma"] = {
            "galler": ["verksamheter.v.steg.vard.behov.hemmamojlig.andel"],
            "typ": "antagande",
            "text": "påhittat",
            **source,
        }
    return kommun(
        {"egen": {"typ": "boende", "platser": 20}, "kopt": {"typ": "extern", "dygnskostnad_kr": {"medel": 1000.0}}},
        {"nya": {"per_ar": per_ar, "forsta_steg": "vard"}},
        {
            "vard": {
                "behov": {
                    "plats": ["egen"],
                    "vanta_hogst_dagar": 0.0,
                    "reserv": "kopt",
                    "hemmamojlig": {"andel": home},
                },
                "utfall": {"klar": {"tid": {"fordelning": "exponential", "medel": 60.0}, "nasta": {"avslut": 1.0}}},
            }
        },
        nulage={"v": {"i_steg": {"vard": {"egen": {"antal": 15}, "kopt": {"antal": 10}}}}},
        kallor=kallor,
    )


def line(matt: str, del_: str, value: float) -> Line:
    uppgift = Uppgift(namn=matt, omrade="v", nyckeltal=matt, ar=2018, verksamhet="v", matt=matt, del_=del_)
    return Line(uppgift, value, "", "utfall", "")


def plan(figures: list[str], parameters: dict[str, Any], replications: int = 60) -> Kalibrering:
    return Kalibrering.model_validate(
        {
            "replikationer": replications,
            "replikationer_lutning": min(replications, 40),
            "siffror": [{"siffra": f"v.{name}", "ar": 2018} for name in figures],
            "parametrar": {name: {"text": "påhittat", **fri} for name, fri in parameters.items()},
        }
    )


def bench(of: Kommun, *lines: Line) -> Bench:
    from datetime import date

    return Bench(of, lines, 1, date(2018, 12, 31))
