"""Typed lists → a folder of exports in the style of a system, with invented people, and a mapping file for reading."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.intake.example_dirt import KIND, SPELLING, soiled
from sim.intake.example_excel import write_workbook
from sim.intake.example_people import People, people
from sim.intake.example_styles import COST_WORDS, STYLES, Columns, Style
from sim.intake.records import Lists, Window

Draw = np.random.Generator
Texts = NDArray[np.object_]
DATES = ("start", "slut", "inkom", "inledd", "beslut")
SUPPLIERS = ("Påhittade HVB AB", "Låtsas Omsorg AB", "Exempelvård i Norr AB", "Fiktiva Boenden AB")
OWN, CHILDREN = "Egen regi", "barn_och_ungdom"
MONTHS = [
    "januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november",
    "december",
]  # fmt: skip
THROWN = ("personnummer", "person_namn", "anteckning")
"""What a reader must not look at."""


def write_exports(lists: Lists, folder: Path, system: str, seed: int, clean: bool) -> tuple[Any, list[dict[str, Any]]]:
    """Write the lists into `folder`. Returns what `las-in.yaml` says of the files, and where the faults are."""
    rng = np.random.default_rng([seed, 29])
    invented = _invented(lists, rng)
    filer: dict[str, Any] = {}
    faults: list[dict[str, Any]] = []
    for lista, style in STYLES[system].items():
        frame = soiled(lista, _told(lista, lists, invented, rng), rng, clean)
        name, window = style.filer[lista], lists.fonster[lista]
        above = _write(style, lista, frame, window, lists.namn, folder / name)
        filer[name] = _mapping(style, lista, window)
        for kod, rows in frame.groupby(KIND, sort=True).groups.items():
            if kod:
                faults.append({"fil": name, "fel": str(kod), "rader": [int(row) + above + 1 for row in rows]})
    return filer, faults


def _invented(lists: Lists, rng: Draw) -> People:
    """People of the age that they should have."""
    heard = pd.concat(
        [
            pd.DataFrame({"who": frame[who], "day": frame[day], "child": frame.get("verksamhet") == CHILDREN})
            for frame, who, day in (
                (lists.placeringar, "person", "start"),
                (lists.arenden, "person", "inkom"),
                (lists.utbetalningar, "hushall", "manad"),
            )
        ]
    )
    by_person = heard.groupby("who").agg(day=("day", "min"), child=("child", "any"))
    return people(rng, by_person["day"].dt.year.to_numpy(np.int64), by_person["child"].to_numpy(bool))


def _told(lista: str, lists: Lists, invented: People, rng: Draw) -> pd.DataFrame:
    """A list with people in it: keys and dates still as they are."""
    frame: pd.DataFrame = getattr(lists, lista).drop(columns=["fil", "rad"])
    if lista == "volymer":
        return frame
    who = frame["hushall" if lista == "utbetalningar" else "person"].to_numpy(np.int64)
    told = frame.assign(
        personnummer=invented.personnummer[who], person_namn=invented.namn[who], klientnr=invented.klientnr[who]
    )
    if lista == "utbetalningar":
        return told
    told["anteckning"] = invented.notes(rng, who, told["slut" if lista == "placeringar" else "beslut"])
    if lista == "placeringar":
        supplier = np.array(SUPPLIERS, dtype=object)[rng.integers(len(SUPPLIERS), size=len(told))]
        return told.assign(leverantor=np.where(told["utforare"] == "egen", OWN, supplier))
    return told.assign(arendenr=[f"Ä{number:06d}" for number in rng.permutation(999_999)[: len(told)] + 1])


def _mapping(style: Style, lista: str, window: Window) -> dict[str, Any]:
    """What `las-in.yaml` must say of a file for it to be read aright."""
    said: dict[str, Any] = {"lista": lista}
    if lista != "volymer":
        said["fonster"] = {"fran": window.fran.isoformat(), "till": window.till.isoformat()}
    if lista in style.tolkning:
        said["kolumner"] = dict(style.tolkning[lista])
    sources = [source for _, source in style.kolumner[lista]]
    values = {source: style.varden[source] for source in sources if source in style.varden}
    if values:
        said["varden"] = {source: dict(words) for source, words in values.items()}
    thrown = [_joined(heading) for heading, source in style.kolumner[lista] if source in THROWN]
    return said | ({"bortse": thrown} if thrown else {})


def _joined(heading: str) -> str:
    """A heading on two rows, as it is read."""
    return heading.replace("|", " ")


def _write(style: Style, lista: str, frame: pd.DataFrame, window: Window, names: Mapping[str, str], path: Path) -> int:
    """One file. Returns the rows above the first one of the list."""
    columns = style.kolumner[lista]
    ingress = [line.format(fran=window.fran, till=window.till) for line in style.ingress if lista != "volymer"]
    totals = _sum_row(style, columns, frame) if style.summarad and lista != "volymer" else []
    if style.form == "excel":
        values = [(source, _in_excel(style, source, frame, names)) for _, source in columns]
        return write_workbook(path, ingress, [heading for heading, _ in columns], values, totals)
    told = [_as_text(style, source, frame, names) for _, source in columns]
    above: list[Sequence[str]] = [*([line] for line in ingress), [heading for heading, _ in columns]]
    rows = [*above, *zip(*told, strict=True), *([totals] if totals else [])]
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=style.avgransare, lineterminator="\r\n").writerows(rows)
    path.write_bytes(text.getvalue().encode(style.kodning))
    return len(above)


def _words(style: Style, source: str, frame: pd.DataFrame, names: Mapping[str, str]) -> Texts | None:
    """A column of words as the system writes them; None where it holds something else."""
    known = style.ord.get(source)
    if source == "namn":
        spelled = {key: key.replace("_", " ").capitalize() for key in set(frame[source]) - set(names)}
        known = {**names, **spelled, **COST_WORDS}
    if known is None:
        return None
    words = frame[source].astype(str).map(lambda key: known.get(key, "")).to_numpy(dtype=object)
    if source == "form":
        spelling = frame[SPELLING].to_numpy()
        words = np.where(spelling == 1, [word.upper() for word in words], words)
        words = np.where(spelling == 2, [f"{word} " for word in words], words)
    return words


def _as_text(style: Style, source: str, frame: pd.DataFrame, names: Mapping[str, str]) -> Any:
    """A column as a text file has it."""
    words = _words(style, source, frame, names)
    if words is not None:
        return words
    values = frame[source]
    if source in DATES:
        days, of = np.unique(values.to_numpy(), return_inverse=True)
        return np.array([_day(style.datum, day) for day in days], dtype=object)[of]
    if source == "manad":
        days, of = np.unique(values.to_numpy(), return_inverse=True)
        return np.array([_day(style.manad, day) for day in days], dtype=object)[of]
    if source in ("dygnspris_kr", "belopp_kr", "varde"):
        return [_amount(style.belopp, value) for value in values.to_numpy(float)]
    return values.astype(str).to_numpy(dtype=object)


def _day(form: str, day: np.datetime64) -> str:
    if np.isnat(day):
        return ""
    told = day.astype("datetime64[s]").item()
    return str(told.strftime(form.replace("%B", MONTHS[told.month - 1])))


def _amount(form: str, value: float) -> str:
    if np.isnan(value):
        return ""
    grouped = f"{value:,.2f}".replace(",", "" if form == "1234,50" else "\u00a0").replace(".", ",")
    return f"{grouped} kr" if form.endswith("kr") else grouped


def _sum_row(style: Style, columns: Columns, frame: pd.DataFrame) -> list[str]:
    """The last row: how many there are, and what the payments sum to."""
    cells = {"belopp_kr": _amount(style.belopp, frame["belopp_kr"].sum())} if "belopp_kr" in frame else {}
    return ["Summa", f"{len(frame)} st", *(cells.get(source, "") for _, source in columns[2:])]


def _in_excel(style: Style, source: str, frame: pd.DataFrame, names: Mapping[str, str]) -> list[Any]:
    """A column as Python values; None or empty where the cell is to be empty."""
    words = _words(style, source, frame, names)
    if words is not None:
        return list(words)
    values = frame[source]
    if source in (*DATES, "manad"):
        return [None if each != each else each for each in values.to_numpy().astype("datetime64[s]").tolist()]
    if values.dtype.kind in "if":
        return [None if np.isnan(value) else float(value) for value in values.to_numpy(float)]
    return list(values.astype(str))
