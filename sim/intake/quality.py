"""What is wrong with typed lists: each kind found, told, and treated the same way every time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from sim.intake.records import Window
from sim.intake.remarks import Remark, Weight, remark_of
from sim.intake.windows import SPANS

Mask = pd.Series


class Finding(NamedTuple):
    """Rows with one kind of trouble."""

    rows: Mask
    kod: str
    text: str
    behandling: str
    allvar: Weight = "fel"


def checked(
    frames: Mapping[str, pd.DataFrame], windows: Mapping[str, Window], join: bool
) -> tuple[dict[str, pd.DataFrame], tuple[Remark, ...]]:
    """The lists without what cannot be, and what was found. `join`: whether rows that follow on each other are one."""
    remarks: list[Remark] = []
    done = {}
    for lista, frame in frames.items():
        if lista in SPANS:
            frame, said = _spans(lista, frame, windows[lista])
            remarks += said
        done[lista] = frame
    return done, tuple(remarks)


def _spans(lista: str, frame: pd.DataFrame, window: Window) -> tuple[pd.DataFrame, list[Remark]]:
    begin, end = SPANS[lista]
    first, last = pd.Timestamp(window.fran), pd.Timestamp(window.till)
    remarks: list[Remark] = []

    def leave_out(rows: Mask, kod: str, text: str, allvar: Weight = "fel") -> None:
        nonlocal frame
        remarks.extend(_told(lista, frame, Finding(rows, kod, text, "Raderna är utelämnade.", allvar)))
        frame = frame[~rows]

    leave_out(
        frame.duplicated([each for each in frame if each not in ("fil", "rad")]),
        "dubblett",
        "Samma rad står flera gånger.",
    )
    leave_out(frame[end] < frame[begin], "slut_fore_start", f"Raden slutar ({end}) före den börjar ({begin}).")
    leave_out(frame[begin] > last, "efter_fonstret", f"Raden börjar efter fönstrets slut, {window.till}.")
    leave_out(frame[end] < first, "fore_fonstret", f"Raden slutade före fönstrets början, {window.fran}.", "upplysning")
    later = frame[end] > last
    text = f"Slutet ligger efter fönstrets slut, {window.till} (planerat?)."
    remarks += _told(
        lista, frame, Finding(later, "slut_efter_fonstret", text, "Raden räknas som pågående.", "upplysning")
    )
    frame = frame.assign(**{end: frame[end].mask(later)})
    return frame.reset_index(drop=True), remarks


def _told(lista: str, frame: pd.DataFrame, found: Finding) -> list[Remark]:
    """One remark a file."""
    rows = frame.loc[found.rows, ["fil", "rad"]]
    return [
        remark_of(found.kod, lista, str(fil), part["rad"], found.text, found.behandling, found.allvar)
        for fil, part in rows.groupby("fil", observed=True)
    ]
