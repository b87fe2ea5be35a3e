"""What is wrong with typed lists: each kind found, told, and treated the same way every time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from sim.intake.joining import joined, superseded
from sim.intake.quality_series import series_remarks
from sim.intake.records import Window
from sim.intake.remarks import Remark, Weight, remark_of
from sim.intake.windows import SPANS

Mask = pd.Series
DEAREST_DYGN_KR = 30_000
"""A dearer dygn is taken for a month's price or a slip."""
LARGEST_PAYMENT_KR = 100_000
"""A household's month above it is told, and kept."""
_OLDEST_YEARS = 30
_ENOUGH_TO_LINK, _FEW_LINKED = 20, 0.1


def checked(
    frames: Mapping[str, pd.DataFrame], windows: Mapping[str, Window], join: bool
) -> tuple[dict[str, pd.DataFrame], tuple[Remark, ...]]:
    """The lists without what cannot be, and what was found. `join`: whether rows that follow on each other are one."""
    remarks: list[Remark] = []
    done = {}
    for lista, frame in frames.items():
        checks = _Checks(lista, frame, windows[lista])
        if lista in SPANS:
            checks.spans()
            checks.older()
        if lista == "placeringar":
            checks.prices()
            checks.repeated(join)
            checks.overlaps()
        if lista == "arenden":
            checks.openings()
        if lista == "utbetalningar":
            checks.payments()
        done[lista] = checks.frame.reset_index(drop=True)
        remarks += checks.remarks
        if len(done[lista]):
            remarks += series_remarks(lista, done[lista], windows[lista])
    return done, (*remarks, *_unlinked(done))


def _unlinked(frames: Mapping[str, pd.DataFrame]) -> Iterator[Remark]:
    """Whether those who are placed are found among the cases: else the lists have different numbers."""
    if not {"placeringar", "arenden"} <= set(frames):
        return
    cases = frames["arenden"]
    placed = frames["placeringar"][frames["placeringar"]["verksamhet"].isin(cases["verksamhet"].unique())]
    people = placed["person"].drop_duplicates()
    known = people.isin(cases["person"])
    if len(people) >= _ENOUGH_TO_LINK and known.mean() < _FEW_LINKED:
        text = (
            f"Bara {100 * known.mean():.0f} % av de placerade finns i listan över ärenden: har listorna olika nummer?"
        )
        treated = "Vägen från beslut till placering kan inte ses; ta ut samma klientnummer i båda."
        yield Remark("olika_nummer", "placeringar", "listan placeringar", (), int((~known).sum()), text, treated)


class _Checks:
    """The rows of a list that are left, and what has been said of them."""

    def __init__(self, lista: str, frame: pd.DataFrame, window: Window) -> None:
        self.lista, self.frame, self.window = lista, frame, window
        self.first, self.last = pd.Timestamp(window.fran), pd.Timestamp(window.till)
        self.remarks: list[Remark] = []
        self.weight = weights(lista, frame, window)

    def tell(self, rows: Mask, kod: str, text: str, treated: str, allvar: Weight = "varning") -> None:
        """One remark a file."""
        total = float(self.weight.sum())
        for fil, part in self.frame.loc[rows, ["fil", "rad"]].groupby("fil", observed=True):
            share = float(self.weight[part.index].sum()) / total if total > 0 else float("nan")
            self.remarks.append(remark_of(kod, self.lista, str(fil), part["rad"], text, treated, allvar, share))

    def leave_out(self, rows: Mask, kod: str, text: str, allvar: Weight = "fel") -> None:
        self.tell(rows, kod, text, "Raderna är utelämnade.", allvar)
        self.frame = self.frame[~rows]

    def spans(self) -> None:
        """Beginnings and ends against each other and against the window."""
        begin, end = SPANS[self.lista]
        same = [name for name in self.frame if name not in ("fil", "rad")]
        self.leave_out(self.frame.duplicated(same), "dubblett", "Samma rad står flera gånger.")
        text = f"Raden slutar ({end}) före den börjar ({begin})."
        self.leave_out(self.frame[end] < self.frame[begin], "slut_fore_start", text)
        self.leave_out(
            self.frame[begin] > self.last, "efter_fonstret", f"Raden börjar efter fönstret ({self.window.till})."
        )
        text = f"Raden slutade före fönstret ({self.window.fran})."
        self.leave_out(self.frame[end] < self.first, "fore_fonstret", text, "upplysning")
        later = self.frame[end] > self.last
        text = f"Slutet ligger efter fönstret ({self.window.till}), alltså i framtiden när listan togs ut."
        self.tell(later, "slut_efter_fonstret", text, "Raderna räknas som pågående.", "upplysning")
        self.frame = self.frame.assign(**{end: self.frame[end].mask(later)})
        old = self.frame[begin] < self.first - pd.DateOffset(years=_OLDEST_YEARS)
        text = f"Raden börjar mer än {_OLDEST_YEARS} år före fönstret: är årtalet rätt?"
        self.tell(old, "gammalt_datum", text, "Raderna är med som de står.")

    def prices(self) -> None:
        price = self.frame["dygnspris_kr"]
        absurd = price > DEAREST_DYGN_KR
        text = f"Dygnspriset är över {DEAREST_DYGN_KR} kronor: är det en månadskostnad?"
        self.tell(absurd, "orimligt_pris", text, "Priset används inte; placeringarna är med.")
        nothing = price <= 0
        self.tell(
            nothing, "inget_pris", "Dygnspriset är noll eller mindre.", "Priset används inte; placeringarna är med."
        )
        self.frame = self.frame.assign(dygnspris_kr=price.mask(absurd | nothing))

    def older(self) -> None:
        """The same placement or case in several exports."""
        old = superseded(self.lista, self.frame)
        text = "Detsamma står på en annan rad, där det är avslutat (ett senare uttag?)."
        self.tell(old, "aldre_uttag", text, "Raden utan slut används inte.", "upplysning")
        self.frame = self.frame[~old]

    def repeated(self, join: bool) -> None:
        """The same placement in several decisions."""
        frame, follows = joined(self.frame, self.last)
        text = "Samma person, form och plats utan uppehåll från raden före: flera beslut om samma placering."
        treated = "De räknas som en placering." if join else "De räknas var för sig (sla_ihop: false)."
        self.tell(follows, "flera_beslut", text, treated, "upplysning")
        if join:
            self.frame = frame

    def overlaps(self) -> None:
        """Two places at a time: usual for a day or so when somebody moves, else a forgotten end."""
        ordered = self.frame.sort_values(["person", "start", "rad"], kind="stable")
        ends = ordered["slut"].fillna(self.last + pd.Timedelta(days=1))
        latest = ends.groupby(ordered["person"]).cummax().groupby(ordered["person"]).shift()
        double = (latest > ordered["start"] + pd.Timedelta(days=1)).reindex(self.frame.index)
        text = "Samma person är redan placerad någon annanstans: har ett slut glömts?"
        self.tell(double, "overlapp", text, "Båda placeringarna är med.")

    def openings(self) -> None:
        """The day when an utredning was opened lies between received and decided."""
        opened, frame = self.frame["inledd"], self.frame
        wrong = (opened < frame["inkom"]) | (opened > frame["beslut"])
        self.leave_out(wrong, "inledd_utanfor", "Utredningen inleddes före ärendet kom in eller efter beslutet.")
        later = self.frame["inledd"] > self.last
        text = f"Utredningen inleds efter fönstret ({self.window.till})."
        self.tell(later, "inledd_efter_fonstret", text, "Ärendena räknas som inte inledda.", "upplysning")
        self.frame = self.frame.assign(inledd=self.frame["inledd"].mask(later))

    def payments(self) -> None:
        outside = (self.frame["manad"] < self.first.replace(day=1)) | (self.frame["manad"] > self.last)
        self.leave_out(outside, "utanfor_fonstret", "Månaden ligger utanför fönstret.")
        large = self.frame["belopp_kr"] > LARGEST_PAYMENT_KR
        text = f"Hushållets månad är över {LARGEST_PAYMENT_KR} kronor: är det en summa?"
        self.tell(large, "stort_belopp", text, "De är med som de står.")


def weights(lista: str, frame: pd.DataFrame, window: Window) -> pd.Series:
    """What each row weighs: dygn in the window for placements, kronor for payments, nothing for others."""
    if lista == "placeringar":
        day, after = np.timedelta64(1, "D"), np.datetime64(window.till) + np.timedelta64(1, "D")
        ends = np.minimum(frame["slut"].fillna(pd.Timestamp(after)).to_numpy(), after)
        begins = np.maximum(frame["start"].to_numpy(), np.datetime64(window.fran))
        return pd.Series(np.maximum((ends - begins) / day, 0.0), index=frame.index)
    if lista == "utbetalningar":
        return pd.Series(frame["belopp_kr"].to_numpy(), index=frame.index)
    return pd.Series(np.zeros(len(frame)), index=frame.index)
