"""Which figures over time a study has, from what its kommun is made of."""

from __future__ import annotations

from dataclasses import dataclass

from sim.comparison import Comparison
from sim.config import Boende, Extern, Team
from sim.swedish import gement


@dataclass(frozen=True)
class Line:
    """Which measure a figure over time shows."""

    file: str
    """No two figures share it: stegs of two verksamheter may be called the same."""
    area: str
    measure: str
    part: str
    title: str
    unit: str
    factor: float = 1.0


def lines_of(made: Comparison) -> list[Line]:
    """The figures over time that fit what the kommun is made of."""
    kommun = made.resultat.study.kommun
    found = []
    for area, verksamhet in sorted(kommun.verksamheter.items()):
        several = sum(steg.bistand_kr_per_manad is not None for steg in verksamhet.steg.values()) > 1
        for key, steg in verksamhet.steg.items():
            if steg.bistand_kr_per_manad is not None:
                title = f"{steg.namn}, per månad" if several else "Hushåll med bistånd, per månad"
                found.append(Line(f"hushall_{area}_{key}", area, "bidragsmanader", key, title, "hushåll"))
                which = f", {gement(steg.namn)}" if several else ""
                title = f"Utbetalt bistånd{which}, per månad"
                found.append(Line(f"bistand_{area}_{key}", area, "utbetalt_bistand", key, title, "mnkr", 1e-6))
            places = getattr(steg.behov, "plats", ())
            if any(isinstance(kommun.resurser[name], Boende) for name in places):
                title = f"Kö till {gement(steg.namn)}, medelantal per månad"
                found.append(Line(f"ko_{area}_{key}", area, "ko", key, title, "personer"))
            if steg.frist is not None:
                title = f"Tid till beslut, {gement(steg.namn)} ({gement(verksamhet.namn)}), klara i månaden"
                found.append(Line(f"utredningstid_{area}_{key}", area, "utredningstid_medel", key, title, "dygn"))
        for name, resurs in kommun.resurser.items():
            if resurs.verksamhet != area:
                continue
            if isinstance(resurs, Team):
                low = gement(resurs.namn)
                title = f"Ärenden per handläggare, {low.removeprefix('handläggare ')}"
                found.append(Line(f"arenden_{name}", area, "arenden_per_handlaggare", name, title, "ärenden"))
                title = f"Årsarbetare som behövs, {low}"
                found.append(Line(f"behov_{name}", area, "arsarbetare_behov", name, title, "årsarbetare"))
            if isinstance(resurs, Boende) and resurs.vardplats:
                title = f"Beläggning: {resurs.namn}"
                found.append(Line(f"belaggning_{name}", area, "belaggning", name, title, "procent", 100.0))
                title = f"Blockerade platser (inlåsning): {resurs.namn}"
                found.append(Line(f"blockerade_{name}", area, "blockerade", name, title, "platser"))
        if any(isinstance(r, Extern) and r.verksamhet == area for r in kommun.resurser.values()):
            title = f"Externa vårddygn per månad, {gement(verksamhet.namn)}"
            found.append(Line(f"externa_dygn_{area}", area, "varddygn_extern", "", title, "dygn"))
    return found
