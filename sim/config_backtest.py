"""What a kommun is backtested on, as it is written: `conf/backtest/<kommun>.yaml`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from sim.config import Andring
from sim.config_kalibrering import Fri
from sim.config_kalla import Kalla
from sim.units import Modell, Namn, Text

Nyckel = Annotated[str, Field(pattern=r"^[a-z0-9_]+\.[a-z0-9_]+$")]
"""omrade.nyckeltal, as in conf/underlag/nyckeltal.csv."""


class Provsiffra(Modell):
    """A published figure to predict, with the measure that conf/avstamning gives it.

    `inpassad`: the year before is fitted to it. `foljer`: why it says nothing that the others do not; it is then
    neither fitted nor counted. `forandring`: the year before is not published itself, but follows from this change.
    """

    siffra: Nyckel
    period: Text | None = None
    inpassad: bool = True
    foljer: Text | None = None
    forandring: Nyckel | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> Provsiffra:
        if self.foljer and "inpassad" in self.model_fields_set:
            raise ValueError("en siffra som följer av andra passas inte in; ta bort inpassad")
        return self


class Handelse(Andring):
    """Something of the predicted year that the document names: known before it (`i_forvag`), or only in it."""

    kand: Literal["i_forvag", "under_aret"]
    text: Text

    def andring(self) -> Andring:
        return Andring.model_validate(self.model_dump(exclude={"kand", "text"}, exclude_none=True))


class Prov(Modell):
    """Fitted on the year `ar`, predicts the next, against its outcome or against the municipality's own forecast.

    `kommun` is how the kommun was otherwise in `ar`, laid over its files; `planerat`: those of its planned changes
    that stay. `inpassning` names parameters of conf/kalibrering, `parametrar` are others. `jamvikt`: verksamheter
    whose stock at the start of `ar` is as in the long run, whatever the parameters.
    """

    namn: Text
    slag: Literal["utfall", "prognos"]
    ar: Annotated[int, Field(strict=True, ge=2001, le=2150)]
    period: Text = "helår"
    kommun: dict[str, Any] = {}
    planerat: tuple[Namn, ...] = ()
    jamvikt: tuple[Namn, ...] = ()
    siffror: Annotated[tuple[Provsiffra, ...], Field(min_length=1)]
    inpassning: tuple[Namn, ...] = ()
    parametrar: dict[Namn, Fri] = {}
    handelser: dict[Namn, Handelse] = {}
    utelamnat: tuple[Text, ...] = ()
    saknas: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _each_once(self) -> Prov:
        keys = [figure.siffra for figure in self.siffror]
        if doubled := sorted({key for key in keys if keys.count(key) > 1}):
            raise ValueError(f"siffran {doubled[0]} står två gånger")
        if not self.inpassning and not self.parametrar:
            raise ValueError("ange vad som passas in: inpassning (namn i conf/kalibrering) eller parametrar")
        for key, event in self.handelser.items():
            if event.fran is None or event.fran.year <= self.ar:
                raise ValueError(f"händelsen {key} ska ha fran i det förutsagda året, {self.ar + 1}, eller senare")
        return self


class Backtest(Modell):
    """`replikationer`: possible futures; `replikationer_lutning`: possible years over which slopes are measured."""

    replikationer: Annotated[int, Field(strict=True, ge=20, le=10_000)] = 100
    replikationer_lutning: Annotated[int, Field(strict=True, ge=2, le=10_000)] = 16
    fro: Annotated[int, Field(strict=True, ge=0, lt=2**63)] = 1
    prov: Annotated[dict[Namn, Prov], Field(min_length=1)]
    kallor: dict[Namn, Kalla] = {}
