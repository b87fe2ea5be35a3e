"""Today's stock as it is configured: how many are where on the first day."""

from __future__ import annotations

from sim.units import Antal, Dygn, Icke_negativt, Modell, Namn

UTAN_RESURS = "utan_resurs"
"""The place of those who are in a steg that needs nothing."""


class Bestand(Modell):
    """How many are in a steg, by resource, on the first day; `hemmamojliga` of those in a reserv queue for home.

    `pagatt_dagar`: for how long each stay under way has gone on, in the days that its length is counted in.
    """

    antal: Antal
    hemmamojliga: Antal = 0
    pagatt_dagar: tuple[Icke_negativt, ...] | None = None


class Klara(Modell):
    """Of the stock in `steg` and resource `i`: so many whose time is up and who have waited so long since then."""

    steg: Namn
    i: Namn
    antal: Antal
    vantat: Dygn


class Blockerade(Klara):
    """Those who keep their place while they wait for the steg `till`."""

    till: Namn


class Ko(Modell):
    antal: Antal
    vantat: Dygn


class Nulage(Modell):
    """Today's stock. `i_steg` by steg and resource (`utan_resurs` for a steg that needs nothing)."""

    i_steg: dict[Namn, dict[Namn, Bestand]] = {}
    blockerade: dict[Namn, Blockerade] = {}
    vantar_pa_avslut: dict[Namn, Klara] = {}
    ko: dict[Namn, Ko] = {}

    def finished(self, steg: str, resurs: str) -> int:
        """How many of the stock in a steg and resource have their time behind them."""
        parts = (*self.blockerade.values(), *self.vantar_pa_avslut.values())
        return sum(part.antal for part in parts if (part.steg, part.i) == (steg, resurs))
