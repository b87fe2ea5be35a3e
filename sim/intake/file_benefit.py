"""Försörjningsstöd: households, how long they are paid, and who comes back."""

from __future__ import annotations

from dataclasses import replace

from sim.calendars import DAYS_PER_YEAR
from sim.intake.file_cases import SECOND, CasePart, away_steg, away_stock, case_part
from sim.intake.file_inflow import inflow_tree
from sim.intake.file_lengths import length_tree, shares_tree, shown_count, stock_tree
from sim.intake.fitted import Benefit, Estimate, Handling
from sim.intake.ground import BENEFIT, Ground
from sim.intake.sourced import assumed, from_lists, scaled

HOUSEHOLD, PAUSE, NEW = "bistand", "paus", "nya_hushall"


def benefit_part(ground: Ground, benefit: Benefit, handling: Handling | None, team: str) -> CasePart:
    """With cases: they lead to spells in the proportion of the two lists. Without: spells begin of themselves.

    Those who come back go through `paus`, and are taken from the inflow.
    """
    back = benefit.aterkomst if benefit.aterkomst.tid else None
    spells = benefit.inflode.per_ar
    share_back = min(back.andel.varde, 0.95) if back else 0.0
    if handling is None:
        onward, target = 1.0, HOUSEHOLD
        why = " De som återkommer kommer därutöver." if back else ""
        new = inflow_tree(ground, benefit.inflode, "Nya hushåll", HOUSEHOLD, 1 - share_back, why)
        cases = CasePart({NEW: new}, {}, {}, 0.0)
    else:
        decisions = sum(inflow.per_ar.varde for inflow in handling.inflode.values())
        granted = min(spells.varde / decisions, 1.0) if decisions else 1.0
        onward, target = granted, SECOND
        cases = _with_cases(ground, handling, team, granted, share_back)
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
        ways[PAUSE] = scaled(back.andel, scale, 0.0, 0.95)
        steg[PAUSE] = away_steg("Egen försörjning, kommer tillbaka", back, target)
        waiting = spells.varde * ways[PAUSE].varde * back.tid.medel.varde / DAYS_PER_YEAR
        if stock := away_stock(shown_count(round(waiting))):
            i_steg[PAUSE] = {"utan_resurs": stock}
    steg[HOUSEHOLD]["utfall"]["klar"]["nasta"] = shares_tree(ways, "avslut", "Andel hushåll som kommer tillbaka.")
    stock = stock_tree([benefit.bestand], benefit.langd, "Hushåll med bistånd när listan slutar.")
    if stock:
        i_steg[HOUSEHOLD] = {"utan_resurs": stock}
    return CasePart(cases.inflode, steg, i_steg, cases.load)


def _with_cases(ground: Ground, handling: Handling, team: str, granted: float, share_back: float) -> CasePart:
    """The cases without those that come after a spell, which the model makes itself."""
    nan = float("nan")
    count = sum(inflow.per_ar.n for inflow in handling.inflode.values())
    decided = {HOUSEHOLD: Estimate(granted, nan, nan, count)}
    plain = case_part(ground, BENEFIT, replace(handling, aterkomst=None), team, decided)
    inflode = {
        kind: inflow_tree(
            ground,
            inflow,
            ground.label(kind),
            plain.inflode[kind]["forsta_steg"],
            1 - share_back,
            " De som återkommer efter bistånd kommer därutöver.",
        )
        for kind, inflow in handling.inflode.items()
    }
    return CasePart(inflode, plain.steg, plain.i_steg, plain.load)
