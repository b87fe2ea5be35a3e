"""Text files of rows as Swedish systems write them: which letters, which delimiter, where a quote never ends."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

DELIMITERS = {";": "semikolon", ",": "komma", "\t": "tabb", "|": "lodstreck"}
_LOOKED_AT = 60
_LONGEST_CELL_LINES = 40
"""A cell of more lines than this is a quote that never ends."""
_LETTERS = re.compile(r"[A-Za-z][åäöÅÄÖéü]|[åäöÅÄÖéü][A-Za-z]")
_TWICE = re.compile("Ã[\u0080-\u00bf¥¤¶…„–‰]")


class Text(NamedTuple):
    text: str
    kodning: str
    lagad: str = ""
    """What was mended, in Swedish; empty where nothing."""


class Rows(NamedTuple):
    rows: list[list[str]]
    avgransare: str
    lagad: str = ""


def decoded(content: bytes) -> Text:
    """The text of a file: by its mark, else UTF-8 if it is, else the old one whose å, ä and ö stand in words."""
    for mark, name, said in (
        (codecs.BOM_UTF8, "utf-8-sig", "UTF-8 med BOM"),
        (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
        (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
    ):
        if content.startswith(mark):
            return _mended(content.decode(name, errors="replace"), said)
    head = content[:2000]
    if len(head) > 3 and head.count(0) > len(head) // 4:
        return Text(content.decode("utf-16-le" if head[1] == 0 else "utf-16-be", errors="replace"), "UTF-16 utan BOM")
    text = _utf8(content)
    if text is not None:
        return _mended(text, "UTF-8" if not content.isascii() else "ASCII")
    tried = [
        (_swedish(sample := content.decode(name, errors="replace")), -place, sample, said)
        for place, (name, said) in enumerate(
            (("cp1252", "cp1252 (Windows)"), ("cp850", "cp850 (DOS)"), ("mac_roman", "Mac Roman"))
        )
    ]
    _, _, text, said = max(tried)
    return Text(text, said)


def _utf8(content: bytes) -> str | None:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _swedish(text: str) -> int:
    """How often å, ä, ö stand beside a plain letter, less what never stands in Swedish."""
    head = text[:200_000]
    return len(_LETTERS.findall(head)) - 2 * len(re.findall("[†„”‰Ž™Œ¸›Õ\ufffd]", head))


def _mended(text: str, kodning: str) -> Text:
    """UTF-8 that was once taken for cp1252 and saved again reads as Ã¥: taken back."""
    if not _TWICE.search(text):
        return Text(text, kodning)
    right = "".join(_once(line) for line in text.splitlines(keepends=True))
    return Text(right, kodning, "å, ä och ö var sparade två gånger (Ã¥, Ã¤, Ã¶) och är återställda.")


def _once(line: str) -> str:
    if not _TWICE.search(line):
        return line
    try:
        return line.encode("cp1252").decode("utf-8")
    except UnicodeError:
        for wrong, right in (("Ã¥", "å"), ("Ã¤", "ä"), ("Ã¶", "ö"), ("Ã…", "Å"), ("Ã„", "Ä"), ("Ã–", "Ö"), ("Ã©", "é")):
            line = line.replace(wrong, right)
        return line


def rows_of(text: str, known: int | None = None) -> Rows:
    """Every record as a list of cells, also empty ones, so that places in the list are rows as Excel counts."""
    text = text.replace("\x00", "")
    first = re.match(r'"?sep=(.)"?\r?\n', text, flags=re.IGNORECASE)
    if first:
        rows, lagad = _parsed(text[first.end() :], first.group(1))
        return Rows([[], *rows], first.group(1), lagad)
    delimiter = _delimiter(text)
    rows, lagad = _parsed(text, delimiter)
    return Rows(rows, delimiter, lagad)


def _delimiter(text: str) -> str:
    """The one that cuts the most lines into the same number of cells, more than one."""
    lines = [line for line in text[:200_000].splitlines() if line.strip()][:_LOOKED_AT]
    return max(DELIMITERS, key=lambda each: _evenness(lines, each))


def _evenness(lines: Sequence[str], delimiter: str) -> tuple[float, int]:
    widths = Counter(len(cells) for line in lines for cells in csv.reader([line], delimiter=delimiter))
    even = {width: count for width, count in widths.items() if width > 1}
    if not even:
        return 0.0, 0
    width, count = max(even.items(), key=lambda item: (item[1], item[0]))
    return count * min(width, 4), width


def _parsed(text: str, delimiter: str) -> tuple[list[list[str]], str]:
    rows = _quoted(text, delimiter)
    if rows is not None:
        return rows, ""
    return list(_unquoted(text, delimiter)), "Ett citattecken stängs aldrig; filen lästes rad för rad."


def _quoted(text: str, delimiter: str) -> list[list[str]] | None:
    """None where a quote swallows the rows after it."""
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=False))
    except csv.Error:
        return None
    longest = max((cell.count("\n") for row in rows for cell in row if len(cell) > 200), default=0)
    return rows if longest <= _LONGEST_CELL_LINES and not _open_at_end(text, rows) else None


def _open_at_end(text: str, rows: list[list[str]]) -> bool:
    """Whether the last cell goes on to the end of the file over several lines without a closing quote."""
    last = next((row[-1] for row in reversed(rows) if row), "")
    return "\n" in last.rstrip() and not text.rstrip().endswith('"')


def _unquoted(text: str, delimiter: str) -> Iterator[list[str]]:
    for line in io.StringIO(text, newline=None):
        cells = list(csv.reader([line.rstrip("\n")], delimiter=delimiter, quoting=csv.QUOTE_NONE))
        yield [cell.strip('"') for cell in cells[0]] if cells else []
