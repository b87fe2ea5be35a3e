"""What was understood of a folder, in Swedish, before anything is fitted or written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sim.intake.reading import Read, Source
from sim.intake.records import SCHEMAS
from sim.intake.remarks import Remark

_WEIGHTS = {"fel": "Utelämnat", "varning": "Att kontrollera", "upplysning": "För kännedom"}
_NAMES = {"placeringar": "Placeringar", "arenden": "Ärenden", "utbetalningar": "Utbetalningar", "volymer": "Volymer"}
_MOST_WORDS = 30


def dry_run_text(read: Read) -> str:
    """Files, columns, words, windows and remarks. Holds headings and words that may be shown, and no cell else."""
    return "\n".join([*_files(read), *_lists(read), *_remarks(read.remarks)])


def _files(read: Read) -> Iterator[str]:
    yield "Filer"
    for source in read.sources:
        yield from _file(source)


def _file(source: Source) -> Iterator[str]:
    skipped = f", {source.utelamnade} utelämnade" if source.utelamnade else ""
    how = f"{source.kodning}; rubriker på rad {source.rubrikrad}; {source.rader} rader{skipped}"
    yield f"  {source.fil} → {source.lista} ({how})"
    for column, heading in source.kolumner.items():
        also = source.tveksamma.get(column)
        doubt = f"   (kunde också ha varit {', '.join(also)}: säg annars i las-in.yaml)" if also else ""
        yield f"    {column:<13} ← {heading}{doubt}"
    if source.kastade:
        yield f"    kastas: {', '.join(source.kastade)}"


def _lists(read: Read) -> Iterator[str]:
    for lista in SCHEMAS:
        frame = getattr(read.lists, lista)
        if not len(frame):
            continue
        window = read.lists.fonster[lista]
        how = "sett ur listan; säg annars i las-in.yaml" if read.seen[lista] else "enligt las-in.yaml"
        yield ""
        yield f"{_NAMES[lista]}: {len(frame)} rader, {window.fran} till {window.till} ({how})"
        yield from _words(read.words.get(lista, {}))


def _words(words: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """What the words of the files were taken for, a line a key."""
    for column, keys in words.items():
        by_key: dict[str, list[str]] = {}
        for word, key in sorted(keys.items()):
            by_key.setdefault(key, []).append(word)
        for key, found in sorted(by_key.items())[:_MOST_WORDS]:
            yield f"  {column}: {', '.join(found[:8])}{' …' if len(found) > 8 else ''} → {key}"
        if len(by_key) > _MOST_WORDS:
            yield f"  {column}: och {len(by_key) - _MOST_WORDS} ord till"


def _remarks(remarks: tuple[Remark, ...]) -> Iterator[str]:
    for weight, title in _WEIGHTS.items():
        those = [remark for remark in remarks if remark.allvar == weight]
        if those:
            yield ""
            yield title
            for remark in those:
                yield f"  {remark}{_share(remark)}"


def _share(remark: Remark) -> str:
    """How much it matters, where that can be told."""
    of = {"placeringar": "dygnen", "utbetalningar": "kronorna"}.get(remark.lista, "")
    parts = [
        f"{_percent(share)} av {what}"
        for share, what in ((remark.andel_rader, "raderna"), (remark.andel_vikt, of))
        if share == share and what
    ]
    return f" ({', '.join(parts)})" if parts else ""


def _percent(share: float) -> str:
    return "under 0,1 %" if 0 < share < 0.001 else f"{100 * share:.1f} %".replace(".", ",")
