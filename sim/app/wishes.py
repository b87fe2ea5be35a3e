"""Conditions to choose on the page instead of writing them: what is to hold, in words, with a number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sim.app.draft import number_from
from sim.config import Extern, Kommun, PlatsBehov
from sim.errors import HemmaplanError, tal_text
from sim.swedish import gement


@dataclass(frozen=True)
class Wish:
    """`written`: as a condition is written, with {tal} where the number goes. `usual`: what stands there at first."""

    key: str
    words: str
    unit: str
    written: str
    usual: float

    def condition(self, number: float) -> str:
        return self.written.format(tal=tal_text(number).replace("\u00a0", ""))


def wishes_of(kommun: Kommun) -> tuple[Wish, ...]:
    """Those that fit what the kommun is made of; first those of what is bought, which places are most asked for."""
    return tuple(sorted(_wishes(kommun), key=lambda wish: not wish.key.startswith("extern-")))


def _wishes(kommun: Kommun) -> Iterator[Wish]:
    for area, verksamhet in kommun.verksamheter.items():
        low = gement(verksamhet.namn)
        if any(isinstance(each, Extern) and each.verksamhet == area for each in kommun.resurser.values()):
            words = f"Extern andel av kostnaden, {low}, högst"
            yield Wish(f"extern-{area}", words, "%", f"andel_extern_kostnad {area} <= {{tal}} %", 25)
        for key, steg in verksamhet.steg.items():
            where, called = f"{area}.{key}", f"{gement(steg.namn)} ({low})"
            if steg.frist is not None:
                days = tal_text(steg.frist.dagar)
                words = f"Inom {days} dygn, {called}, minst"
                yield Wish(f"frist-{where}", words, "%", f"andel_inom_frist {where} >= {{tal}} %", 95)
            if steg.ej_verkstallt_efter is not None:
                words = f"Ej verkställda beslut, {called}, högst"
                yield Wish(f"ej-{where}", words, "per kvartal", f"ej_verkstallda {where} <= {{tal}} per kvartal", 2)
            if isinstance(steg.behov, PlatsBehov):
                words = f"Kö till {called}, i medeltal högst"
                yield Wish(f"ko-{where}", words, "personer", f"ko {where} <= {{tal}}", 1)


def condition_from(wishes: tuple[Wish, ...], key: str, number: str) -> str:
    """What was chosen, as it is written. Raises HemmaplanError."""
    wish = next((each for each in wishes if each.key == key), None)
    if wish is None:
        raise HemmaplanError("välj ett villkor i listan")
    value = number_from(number, wish.words) if number.strip() else wish.usual
    if not 0 <= value <= 1_000_000:
        raise HemmaplanError(f"{wish.words} = {number[:20]}: ska vara 0 till 1 000 000")
    return wish.condition(value)
