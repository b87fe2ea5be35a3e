"""A folder of exports → typed lists without anything that names a person, and what is to be said of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from sim.errors import HemmaplanError
from sim.files import os_reason
from sim.intake.columns import FIELDS, fields_for
from sim.intake.mapping import NAME, Fil, LasIn, read_mapping
from sim.intake.parsing import Parsed, parse
from sim.intake.people import WHO, numbered
from sim.intake.privacy import Identities, check_names, shielded
from sim.intake.quality import checked
from sim.intake.recognise import Recognised, check_headings, check_personnummer, recognise
from sim.intake.records import SCHEMAS, Lists, Window, empty
from sim.intake.remarks import Remark, remark_of
from sim.intake.tables import TEXT_SUFFIXES, Grid, Table, find_header, grids, table_of
from sim.intake.typed import Typed, typed
from sim.intake.wide import lengthened
from sim.intake.windows import seen_window
from sim.intake.workbooks import SUFFIXES

_NO_LIST = ("inga_rubriker", "ingen_lista")
_NOT_OURS = (".json", ".yaml", ".yml", ".md")


@dataclass(frozen=True)
class Source:
    """What was understood of a table, for the dry run: only headings and words that may be shown."""

    fil: str
    kodning: str
    lista: str
    rubrikrad: int
    rader: int
    """Rows that were read; `utelamnade` more were not."""
    utelamnade: int
    kolumner: Mapping[str, str]
    """Our column → the file's heading."""
    tveksamma: Mapping[str, tuple[str, ...]]
    """Our column → other headings that could have been it."""
    kastade: tuple[str, ...]
    """Headings of the columns that were thrown away."""


@dataclass(frozen=True)
class Read:
    """Everything that is known after the reading."""

    lists: Lists
    remarks: tuple[Remark, ...]
    sources: tuple[Source, ...]
    words: Mapping[str, Mapping[str, Mapping[str, str]]]
    """List → column → word of the files → key, of the words that may be shown."""
    seen: Mapping[str, bool]
    """By list, whether its window was seen from the list (and not said in the mapping file)."""
    mapping: LasIn


def read_folder(folder: Path) -> Read:
    """All lists of a folder. Raises HemmaplanError (Swedish; never a cell) where they cannot be read."""
    files = _files(folder)
    mapping = read_mapping(folder, files)
    people = Identities()
    remarks: list[Remark] = []
    found: list[_Part] = []
    problems: list[str] = []
    for name in files:
        if not mapping.of(name).hoppa_over:
            try:
                more, said = shielded(name, _read_file, folder / name, mapping, people)
            except HemmaplanError as error:
                problems.append(str(error))
            else:
                found += more
                remarks += said
    if problems:  # of all files at once
        raise HemmaplanError("\n".join(problems))
    if not found:
        raise HemmaplanError(
            f"{folder.name}: ingen fil i mappen kändes igen som en lista (placeringar, ärenden, utbetalningar eller "
            f"volymer). Ta ut mallar med hemmaplan las-in --mallar MAPP, eller säg i {NAME} vad kolumnerna är."
        )
    return shielded(folder.name, _together, found, remarks, mapping, people)


def _files(folder: Path) -> list[str]:
    if not folder.is_dir():
        raise HemmaplanError(f"{folder}: mappen finns inte")
    try:
        every = sorted(path.name for path in folder.iterdir() if path.is_file())
    except OSError as error:
        reason = os_reason(error)
    else:
        shown = [name for name in every if not name.startswith((".", "~$")) and Path(name).stem != "las-in"]
        check_names(shown)
        return [name for name in shown if Path(name).suffix.lower() not in _NOT_OURS]
    raise HemmaplanError(f"{folder}: kan inte läsas ({reason})")


@dataclass(frozen=True, repr=False)
class _Part:
    """What is kept of a table: of the cells only those of our columns, typed."""

    source: Source
    fil: Fil
    parsed: Parsed


def _read_file(path: Path, mapping: LasIn, people: Identities) -> tuple[list[_Part], list[Remark]]:
    found: list[_Part] = []
    if path.suffix.lower() not in (*TEXT_SUFFIXES, *SUFFIXES):
        text = f"Filer som slutar på {path.suffix or 'ingenting'} läses inte; spara listor som csv eller xlsx."
        return [], [remark_of("annan_fil", "", path.name, (), text, "Filen hoppas över.", "upplysning")]
    said: list[Remark] = []
    for grid in grids(path):
        known = _recognised(grid, path.name, mapping)
        if isinstance(known, Remark):
            said.append(known)
        else:
            parsed = parse(known, people)
            said += [*known.table.remarks, *parsed.remarks]
            found.append(_Part(_source(known, parsed), known.fil, parsed))
    if not found and path.name in mapping.filer:
        why = " ".join(remark.text for remark in said) or "Filen är tom."
        raise HemmaplanError(f"{path.name}: står i {NAME} men kan inte läsas. {why}")
    if found:  # the other sheets of a workbook
        said = [replace(remark, allvar="upplysning") if remark.kod in _NO_LIST else remark for remark in said]
    return found, said


def _recognised(grid: Grid, name: str, mapping: LasIn) -> Recognised | Remark:
    fil = mapping.of(name)
    header = find_header(grid, fil.kolumner)
    if header is None:
        why = "Inga rubriker kändes igen." if grid.rows else "Bladet eller filen är tom."
        return remark_of("inga_rubriker", "", grid.fil, (), why, "Den hoppas över.", "varning")
    table = table_of(grid, header)
    check_personnummer(table, fil)
    if name in mapping.filer and grid.fil == name:  # of several files or sheets, some may lack a column
        check_headings(table, mapping.filer[name])
    long = lengthened(table) if fil.lista in (None, "volymer") else None
    known = recognise(long, fil) if long and _volumes(long) else recognise(table, fil)
    if known is None:
        return remark_of(
            "ingen_lista", "", grid.fil, (), "Kolumnerna är inte någon av listornas.", "Den hoppas över.", "varning"
        )
    return known


def _volumes(table: Table) -> bool:
    """Whether what has been made long has nothing of the other lists: somebody's number, a day."""
    return not any(
        fields_for(lista, heading) for heading in table.headings for lista in WHO if _of_people(lista, heading)
    )


def _of_people(lista: str, heading: str) -> bool:
    return any(FIELDS[lista][field].kind in ("id", "date") for field in fields_for(lista, heading))


def _together(found: Sequence[_Part], said: Sequence[Remark], mapping: LasIn, people: Identities) -> Read:
    """The tables of each list as one, typed and checked."""
    raw = {
        lista: pd.concat([part.parsed.frame for part in found if part.parsed.lista == lista], ignore_index=True)
        for lista in SCHEMAS
        if any(part.parsed.lista == lista and len(part.parsed.frame) for part in found)
    }
    remarks = list(said)
    made: dict[str, Typed] = {}
    for lista, frame in numbered(raw, people).items():
        made[lista] = typed(lista, frame)
        remarks += made[lista].remarks
    frames = {lista: each.frame for lista, each in made.items() if len(each.frame)}
    given = {lista: _given(lista, found) for lista in frames}
    windows = {lista: given[lista] or seen_window(lista, frame) for lista, frame in frames.items()}
    frames, more = checked(frames, windows, mapping.sla_ihop)
    if not any(map(len, frames.values())):
        told = [str(remark) for remark in (*remarks, *more) if remark.kod not in _NO_LIST]
        why = "\n".join(told[:10])
        raise HemmaplanError(f"Ingen rad blev kvar av listorna.\n{why}".rstrip())
    lists = Lists(
        placeringar=frames.get("placeringar", empty("placeringar")),
        arenden=frames.get("arenden", empty("arenden")),
        utbetalningar=frames.get("utbetalningar", empty("utbetalningar")),
        volymer=frames.get("volymer", empty("volymer")),
        fonster={lista: windows[lista] for lista, frame in frames.items() if len(frame)},
        namn=_names(made, found),
    )
    words = {lista: each.words for lista, each in made.items()}
    seen = {lista: given[lista] is None for lista in lists.fonster}
    rows = {
        lista: sum(part.source.rader + part.source.utelamnade for part in found if part.source.lista == lista)
        for lista in SCHEMAS
    }
    every = tuple(_with_share(remark, rows) for remark in (*remarks, *more))
    return Read(lists, every, tuple(part.source for part in found), words, seen, mapping)


def _with_share(remark: Remark, rows: Mapping[str, int]) -> Remark:
    """With its share of the list's rows, where it names rows."""
    read = rows.get(remark.lista, 0)
    return replace(remark, andel_rader=min(1.0, remark.antal / read)) if remark.rader and read else remark


def _given(lista: str, found: Sequence[_Part]) -> Window | None:
    """What the mapping file says that the files of a list cover together."""
    said = [part.fil.fonster.window for part in found if part.source.lista == lista and part.fil.fonster]
    return Window(min(each.fran for each in said), max(each.till for each in said)) if said else None


def _names(made: Mapping[str, Typed], found: Sequence[_Part]) -> dict[str, str]:
    """What the files call each key; the mapping file's word before others."""
    names = {key: word for each in made.values() for key, word in each.names.items()}
    mine = {key: word for part in found for values in part.fil.varden.values() for word, key in values.items() if key}
    return {key: word for key, word in sorted({**mine, **names}.items()) if key}


def _source(known: Recognised, parsed: Parsed) -> Source:
    table = known.table
    return Source(
        table.fil,
        table.kodning,
        known.lista,
        table.header_row,
        len(parsed.frame),
        parsed.skipped,
        {field: table.headings[place] for field, place in known.places.items()},
        known.doubtful,
        known.thrown,
    )
