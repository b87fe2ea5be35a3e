"""Whatever a folder holds, it is read or refused in Swedish, and nothing in it is met that was not foreseen."""

from __future__ import annotations

import csv
import io
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.errors import HemmaplanError
from sim.intake.columns import FIELDS
from sim.intake.dry_run import dry_run_text
from sim.intake.reading import Read, read_folder
from sim.intake.records import SCHEMAS
from uttag import write_xlsx

UNFORESEEN = "kunde inte tolkas"
ODD = st.one_of(
    st.sampled_from(
        ["", "Summa", "\ue000hvb", "NULL", '"', ";", "\n", "9999-12-31", "2024-02-30", "1,5", "1.234", "-", "K1"]
    ),
    st.text(max_size=8),
    st.floats(allow_nan=True).map(str),
    st.dates(date(1700, 1, 1), date(2300, 1, 1)).map(str),
)
RIGHT: dict[str, st.SearchStrategy[str]] = {
    "id": st.sampled_from(["K1", "K2", "0003", "3"]),
    "word": st.sampled_from(["HVB", "Familjehem", "Missbruk", "Köpt", "Anmälan", "platser", "Villa Ek"]),
    "date": st.dates(date(2020, 1, 1), date(2024, 12, 31)).map(str),
    "month": st.dates(date(2020, 1, 1), date(2024, 12, 31)).map(lambda day: f"{day:%Y-%m}"),
    "year": st.sampled_from(["2023", "2024"]),
    "number": st.floats(-1e6, 1e6).map(lambda value: f"{value:.2f}".replace(".", ",")),
}


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    """Headings of a list and perhaps others, and rows whose cells are mostly what they should be."""
    fields = FIELDS[draw(st.sampled_from(list(FIELDS)))]
    names = [name for name, about in fields.items() if about.needed or draw(st.booleans())]
    headings = [draw(st.sampled_from([name, *fields[name].headings.split(",")[:3]])).strip() for name in names]
    kinds = [RIGHT[fields[name].kind] for name in names]
    if draw(st.booleans()):
        headings.append(draw(st.text(max_size=8)))
        kinds.append(ODD)
    above = draw(st.lists(st.lists(ODD, max_size=3), max_size=2))
    rows = [
        [draw(kind if draw(st.integers(0, 9)) else ODD) for kind in kinds] + draw(st.lists(ODD, max_size=1))
        for _ in range(draw(st.integers(0, 7)))
    ]
    return [*above, headings, *rows]


def as_csv(table: list[list[str]], delimiter: str) -> str:
    """With quotes where they are needed."""
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter).writerows(table)
    return file.getvalue()


def tried(write: Any) -> Read | None:
    """What comes of a folder with one file. Fails where something was not foreseen."""
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder))
        refused = ""
        try:
            read = read_folder(Path(folder))
        except HemmaplanError as error:
            refused = str(error)
    assert UNFORESEEN not in refused
    if refused:
        return None
    for lista, columns in SCHEMAS.items():
        assert list(getattr(read.lists, lista)) == list(columns)
    assert dry_run_text(read)
    return read


@given(content=st.binary(max_size=300), suffix=st.sampled_from(["csv", "txt", "xlsx", "xls", "ods"]))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_any_bytes(content: bytes, suffix: str) -> None:
    tried(lambda folder: (folder / f"placeringar.{suffix}").write_bytes(content))


@given(
    table=tables(),
    delimiter=st.sampled_from(";,\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16", "cp850", "utf-16-le"]),
    name=st.sampled_from(["placeringar", "ärenden", "utbetalningar", "volymer 2024", "x"]),
    quoted=st.booleans(),
)
@settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
def test_any_table_of_text(table: list[list[str]], delimiter: str, encoding: str, name: str, quoted: bool) -> None:
    text = as_csv(table, delimiter) if quoted else "\n".join(delimiter.join(row) for row in table)
    tried(lambda folder: (folder / f"{name}.csv").write_bytes(text.encode(encoding, errors="replace")))


TYPED: dict[str, st.SearchStrategy[Any]] = {
    "date": st.dates(date(2020, 1, 1), date(2024, 12, 31)),
    "month": st.dates(date(2020, 1, 1), date(2024, 12, 31)),
    "year": st.integers(2020, 2024),
    "number": st.floats(-1e6, 1e6, width=32),
    "id": st.integers(0, 10**9),
}
ODDLY_TYPED = st.one_of(st.none(), st.booleans(), st.integers(-(10**9), 10**9), st.sampled_from(["Summa", "x" * 50]))


@st.composite
def sheets(draw: st.DrawFn) -> tuple[list[str], list[list[Any]]]:
    """A list's own headings, and typed cells."""
    fields = FIELDS[draw(st.sampled_from(list(FIELDS)))]
    kinds = [TYPED.get(about.kind, RIGHT.get(about.kind, ODD)) for about in fields.values()]
    rows = [
        [draw(kind if draw(st.integers(0, 9)) else ODDLY_TYPED) for kind in kinds]
        for _ in range(draw(st.integers(1, 6)))
    ]
    return list(fields), rows


@given(sheet=sheets())
@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
def test_any_sheet(sheet: tuple[list[str], list[list[Any]]]) -> None:
    tried(lambda folder: write_xlsx(folder / "uttag.xlsx", *sheet))
