"""Försörjningsstöd: households, how long they are paid, and who comes back."""

from __future__ import annotations

from dataclasses import replace

from sim.calendars import DAYS_PER_YEAR
from sim.intake.file_cases import AVSLUT, MOST_BACK, SECOND, CasePart, away_steg, away_stock, case_part, cases_per_year
from sim.intake.file_inflow import inflow_tree
from sim.intake.file_lengths import length_tree, shares_tree, shown_count, stock_tree
from sim.intake.fitted import Benefit, Estimate, Handling
from sim.intake.ground import BENEFIT, Ground
from sim.intake.sourced import assumed, from_lists, scaled

HOUSEHOLD, PAUSE, NEW = "bistand", "paus", "nya_hushall"


def benefit_part(ground: Ground, benefit: Benefit, handling: Handling | None, team: str) -> CasePart:
    """With cases: they lead to spells in the proportion of the two lists. Without: spells begin of themselves.

    The inflow of the payments is of households never paid before; the rest come back through `paus`.
    """
    back = benefit.aterkomst if benefit.aterkomst.tid else None
    spells = benefit.inflode.per_ar.varde / (1 - (min(back.andel.varde, MOST_BACK) if back else 0.0))
    if handling is None:
        onward, target = 1.0, HOUSEHOLD
        why = " Som aldrig haft bistånd; de som återkommer kommer därutöver." if back else ""
        new = inflow_tree(ground, benefit.inflode, "Nya hushåll", HOUSEHOLD, why=why)
        cases = CasePart({NEW: new}, {}, {}, 0.0)
    else:
        asked = cases_per_year(handling, ())
        onward, target = min(spells / asked, 1.0) if asked else 1.0, SECOND
        returning = min(back.andel.varde / onward, MOST_BACK) * spells if back and onward else 0.0
        cases = _with_cases(ground, handling, team, onward, asked - returning)
    steg = dict(cases.steg)
    i_steg = dict(cases.i_steg)
    label = "Hushåll med bistånd"
    steg[HOUSEHOLD] = {
        "namn": label,
        "bistand_kr_per_manad": from_lists(benefit.belopp_kr_per_manad, "Utbetalt per hushåll och månad.", low=0.0),
        "uppfoljning": {"team": team, "vikt": assumed(1, "Ett hushåll med bistånd är måttet på ett ärende.", 1.0, 1.0)},
        "utfall": {"klar": {"tid": length_tree(benefit.langd, "Tid med bistånd, inpassad med hänsyn till pågående.")}},
    }
    ways: dict[str, Estimate] = {}
    if back and back.tid:
        scale = 1 / onward if onward else 1.0
        ways[PAUSE] = scaled(back.andel, scale, 0.0, MOST_BACK)
        steg[PAUSE] = away_steg("Egen försörjning, kommer tillbaka", back, target)
        waiting = spells * ways[PAUSE].varde * back.tid.medel.varde / DAYS_PER_YEAR
        if stock := away_stock(shown_count(round(waiting))):
            i_steg[PAUSE] = {"utan_resurs": stock}
    steg[HOUSEHOLD]["utfall"]["klar"]["nasta"] = shares_tree(ways, "avslut", "Andel hushåll som kommer tillbaka.")
    stock = stock_tree([benefit.bestand], benefit.langd, "Hushåll med bistånd när listan slutar.")
    if stock:
        i_steg[HOUSEHOLD] = {"utan_resurs": stock}
    return CasePart(cases.inflode, steg, i_steg, cases.load)


def _with_cases(ground: Ground, handling: Handling, team: str, granted: float, first_time: float) -> CasePart:
    """`first_time`: cases a year without those that come after a spell, which the model makes itself."""
    nan = float("nan")
    count = sum(inflow.per_ar.n for inflow in handling.inflode.values())
    counted = sum(inflow.per_ar.varde for inflow in handling.inflode.values())
    decided = {HOUSEHOLD: Estimate(granted, nan, nan, count)}
    plain = case_part(ground, BENEFIT, replace(handling, aterkomst=None), team)
    plain.steg[SECOND]["utfall"]["klar"]["nasta"] = shares_tree(decided, AVSLUT, "Så många beslut leder till bistånd.")
    part = max(first_time, 0.0) / counted if counted else 0.0
    why = " De som återkommer efter bistånd kommer därutöver."
    inflode = {
        kind: inflow_tree(ground, inflow, ground.label(kind), plain.inflode[kind]["forsta_steg"], part, why)
        for kind, inflow in handling.inflode.items()
    }
    return CasePart(inflode, plain.steg, plain.i_steg, plain.load)
