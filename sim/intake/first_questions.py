"""Scenarios to begin with, that fit what the lists hold."""

from __future__ import annotations

from collections.abc import Iterator

from sim.config import Boende, Kommun, PlatsBehov, Team
from sim.intake.file_benefit import HOUSEHOLD
from sim.intake.ground import BENEFIT
from sim.intake.sourced import Tree, yaml_text

MORE_CASES = 1.2
UNEMPLOYMENT = 1.2


def first_questions(kommun: Kommun) -> dict[str, str]:
    """Texts of scenarios/<name>.yaml by name: places, unemployment, more cases, where there is ground for them."""
    first = f"{kommun.basar + 1}-01-01"
    texts = {}
    for name, content in (*_places(kommun, first), *_unemployment(kommun, first), *_more_cases(kommun, first)):
        key = f"{kommun.id}_{name}"
        texts[key] = yaml_text(content, f"@package scenarios.{key}\nPassar: {kommun.id}")
    return texts


def _places(kommun: Kommun, first: str) -> Iterator[tuple[str, Tree]]:
    """More of the own places that those in bought ones most often stand outside."""
    best: tuple[int, str] | None = None
    for area, nulage in kommun.nulage.items():
        for name, steg in kommun.verksamheter[area].steg.items():
            if isinstance(steg.behov, PlatsBehov) and steg.behov.reserv:
                held = nulage.i_steg.get(name, {}).get(steg.behov.reserv)
                count = held.antal if held else 0
                if best is None or count > best[0]:
                    best = count, steg.behov.plats[0]
    if best is None or best[0] < 2:
        return
    more = 5 if best[0] >= 10 else 2
    resurs = kommun.resurser[best[1]]
    assert isinstance(resurs, Boende)
    words = {5: "Fem", 2: "Två"}[more]
    yield (
        "platser",
        {
            "namn": f"{words} fler platser, {resurs.namn}",
            "motiv": f"Hur många köpta dygn och kronor sparar {words.lower()} nya egna platser, {resurs.namn}?",
            "forbehall": "Svaret vilar på andelen som kan få hjälp på en egen plats; listorna säger bara var de är.",
            "andringar": [{"mal": f"resurser.{best[1]}.platser", "plus": more, "fran": first}],
        },
    )


def _unemployment(kommun: Kommun, first: str) -> Iterator[tuple[str, Tree]]:
    driven = [each.namn for each in kommun.verksamheter.values() if "arbetsloshet" in each.drivare]
    if driven:
        yield (
            "arbetsloshet",
            {
                "namn": "Arbetslösheten en femtedel högre",
                "motiv": f"Vad händer med volymer, bemanning och kostnad i {', '.join(driven)}?",
                "forbehall": "Svaret vilar på elasticiteten, som är ett antagande med spann i kommunens filer.",
                "andringar": [{"mal": "drivare.arbetsloshet.varde", "ganger": UNEMPLOYMENT, "fran": first}],
            },
        )


def _more_cases(kommun: Kommun, first: str) -> Iterator[tuple[str, Tree]]:
    """Of the verksamhet with the most cases a year that wait for handläggare."""
    waiting = {
        area: sum(inflode.per_ar for inflode in verksamhet.inflode.values())
        for area, verksamhet in kommun.verksamheter.items()
        if any(isinstance(resurs, Team) and resurs.verksamhet == area for resurs in kommun.resurser.values())
        and (area != BENEFIT or set(verksamhet.steg) - {HOUSEHOLD})
    }
    if not waiting:
        return
    area = max(waiting, key=lambda key: waiting[key])
    verksamhet = kommun.verksamheter[area]
    changes = [
        {"mal": f"verksamheter.{area}.inflode.{name}.per_ar", "ganger": MORE_CASES, "fran": first}
        for name in verksamhet.inflode
    ]
    yield (
        "fler_arenden",
        {
            "namn": f"En femtedel fler nya ärenden, {verksamhet.namn}",
            "motiv": "När räcker handläggarna inte till, och vad kostar de insatser som följer?",
            "forbehall": "Svaret vilar på ärendetaket, som listorna inte säger: ett antagande i kommunens filer.",
            "andringar": changes,
        },
    )
