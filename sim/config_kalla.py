"""Where numbers come from."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from sim.errors import tal_text
from sim.units import Modell, Positivt, Tal, Text


class Kalla(Modell):
    """Where numbers come from. `galler` are patterns of paths: `*` is one name, `**` any number of names.

    `fordelning`: an antagande is drawn from its range in studies with parameter uncertainty, evenly or mostly near the
    number as written.
    """

    galler: Annotated[tuple[Text, ...], Field(min_length=1)]
    typ: Literal["dokument", "egna_data", "nationell", "lag", "kalibrerad", "antagande"]
    text: Text
    kalla: str | None = None
    spann: tuple[Tal, Tal] | None = None
    spann_relativt: tuple[Positivt, Positivt] | None = None
    mot: tuple[Text, ...] | None = None
    fordelning: Literal["triangel", "likformig"] | None = None

    @model_validator(mode="after")
    def _range(self) -> Kalla:
        if self.typ == "antagande" and (self.spann is None) == (self.spann_relativt is None):
            raise ValueError("ett antagande ska ha ett spann: ange spann (värden) eller spann_relativt (faktorer)")
        if self.fordelning is not None and self.typ != "antagande":
            raise ValueError("bara ett antagande kan dras ur en fördelning; ta bort fordelning")
        if self.typ == "kalibrerad" and not self.mot:
            raise ValueError("ett kalibrerat värde ska säga vilka siffror det är inpassat mot: ange mot")
        for low_high in (self.spann, self.spann_relativt):
            if low_high and low_high[0] > low_high[1]:
                raise ValueError(
                    f"spannets nedre gräns {tal_text(low_high[0])} är större än dess övre {tal_text(low_high[1])}"
                )
        return self
