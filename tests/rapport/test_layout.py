"""How the document is laid out: widths of columns, pages on their side, and names instead of keys."""

from __future__ import annotations

import re
from itertools import permutations
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from docx import Document as open_word
from docx.oxml.ns import qn
from docx.shared import Cm

from sim import load_kommun
from sim.figure_list import lines_of
from sim.report.document import Document, Figure, Heading, Interval, Number, Table, inlines_of, text_of
from sim.report.documents import load_documents
from sim.report.pictures import CAPTION, HEADING, LYING_PAGE, UPRIGHT, Chain, chain_blocks
from sim.report.source_list import is_share, parameter_table, source_table
from sim.report.widths import PADDING, columns_of

ROOT = Path(__file__).resolve().parents[2]
KOMMUNER = sorted(path.stem for path in (ROOT / "conf" / "kommun").glob("*.yaml"))
EVEN = dict.fromkeys(map(ord, "abcdefghijklmnopqrstuvwxyzåäö0123456789 \u00a0,-−"), 0.5)
"""A typeface in which every character is half as wide as the type is high."""
LETTER = 4.5
"""Of a table's ordinary type in it, points."""


def table(*rows: tuple[Any, ...], header: tuple[str, ...] = ("a", "b", "c")) -> Table:
    return Table("prov", "Prov", header, rows)


def test_what_has_room_stands_on_one_line() -> None:
    short, longer = "kort", "en text som är fyrtiofyra tecken lång ungefär"
    found = columns_of(table((short, longer, Interval(Number(-1200.0), Number(3400.0)))), 460.0, EVEN)
    assert sum(found.widths) == pytest.approx(460)
    assert not found.tight
    for width, text in zip(found.widths, (short, longer, "−1 200 till 3 400"), strict=True):
        assert width - PADDING >= LETTER * len(text)


def test_no_word_is_broken_and_no_number_takes_two_lines_while_there_is_room() -> None:
    words = "många ord i en lång rad som inte får plats " * 6
    number = Interval(Number(-120000.0), Number(340000.0))
    found = columns_of(table(("variationskoefficienten", words, number)), 460.0, EVEN)
    assert sum(found.widths) == pytest.approx(460)
    assert not found.tight
    assert found.widths[0] - PADDING >= LETTER * len("variationskoefficienten")
    assert found.widths[2] - PADDING >= LETTER * len(number.text)


def test_words_that_do_not_fit_may_be_broken() -> None:
    found = columns_of(table(*[("o" * 29,) * 6], header=("a",) * 6), 460.0, EVEN)
    assert found.tight and found.widths == pytest.approx([460 / 6] * 6)


def test_rows_are_not_made_taller_than_with_even_columns() -> None:
    """Of columns that do not all fit, the widths are no worse than those of a table without thought."""
    rows = [("kort", "ord " * (5 + number), "fler ord " * (20 - number)) for number in range(12)]
    found = columns_of(table(*rows), 300.0, EVEN)

    def lines(widths: tuple[float, ...]) -> int:
        count = 0
        for row in rows:
            count += max(-(-len(text) * LETTER // (width - PADDING)) for text, width in zip(row, widths, strict=True))
        return count

    assert lines(found.widths) <= lines((100.0, 100.0, 100.0))


@pytest.mark.parametrize("name", KOMMUNER)
def test_no_two_figures_share_a_file(name: str) -> None:
    kommun = load_kommun(name, ROOT)
    made: Any = SimpleNamespace(resultat=SimpleNamespace(study=SimpleNamespace(kommun=kommun)))
    files = [line.file for line in lines_of(made)]
    assert len(files) == len(set(files))


@pytest.mark.parametrize("name", KOMMUNER)
def test_every_document_has_a_title_and_no_key_is_shown(name: str) -> None:
    kommun = load_kommun(name, ROOT)
    known = load_documents(ROOT)
    keys = {kalla.kalla for kalla in kommun.kallor.values() if kalla.kalla}
    assert keys and keys <= set(known)
    assert all(known[key].utgivare and known[key].ar and known[key].titel != key for key in keys)
    rows = source_table(kommun, dict.fromkeys(keys, "D1"), {}).rows
    assert not [row for row in rows if str(row[3]) in keys]


@pytest.mark.parametrize("name", KOMMUNER)
def test_a_share_is_in_per_cent_and_ranges_over_no_more_than_the_whole(name: str) -> None:
    shown = [row for row in parameter_table(load_kommun(name, ROOT), 0).rows if ", vidare till, " in str(row[1])]
    assert shown
    for _, _, value, span, *_ in shown:
        assert isinstance(value, Number) and value.percent and value.text.endswith("\u00a0%")
        assert span is None or (isinstance(span, Interval) and 0 <= span.low.value <= span.high.value <= 1)


def test_which_numbers_are_shares() -> None:
    assert is_share("verksamheter.v.steg.s.utfall.klar.nasta.avslut")
    assert is_share("verksamheter.v.inflode.i.malgrupper.barn") and is_share("drivare.arbetsloshet.bas")
    assert not is_share("resurser.team.arsarbetare") and not is_share("verksamheter.v.steg.s.utfall.klar.tid.medel")
    assert not is_share("verksamheter.v.steg.s.utfall.klar.malgrupper.unga.tid.medel") and not is_share("start")


@pytest.mark.parametrize("name", KOMMUNER)
def test_no_number_is_told_in_per_cent_that_is_more_than_the_whole(name: str) -> None:
    for where, what, value, *_ in parameter_table(load_kommun(name, ROOT), 0).rows:
        assert not (isinstance(value, Number) and value.percent) or value.value <= 1, (where, what, value.text)


def test_keys_of_the_configuration_do_not_stand_where_results_are_told(document: Document) -> None:
    """But for how to run it again, and where a setting is named."""
    own = {"reproduktion"}
    kept = [block for block in document.every_block if not (isinstance(block, Table) and block.key in own)]
    written = "\n".join(text_of((part,)) for part in inlines_of(Document("", "", "", "", (), tuple(kept))))
    assert set(re.findall(r"\b[a-zåäö0-9]+_[a-zåäö0-9_]+\b", written)) <= {"maskera_under"}


SIZES = [
    [(760, 230)] * 4,
    [(1650, 310), (1140, 290), (1140, 300), (760, 215)],
    [(1394, 420), (1140, 430), (760, 215), (900, 300)],
    [(1394, 310), (1140, 290), (760, 250), (760, 250)],
    [(1394, 420)],
]
"""Widths and heights of drawings."""


def pages_of(chains: list[Chain], first: float) -> int:
    """How many pages on their side they take in this order. `first`: the room of the first."""
    pages, room = 0, 0.0
    for chain in chains:
        height = chain.height * min(1.0, 1400 / chain.width) + CAPTION
        if room < height:
            pages, room = pages + 1, LYING_PAGE if pages else first
        room -= height
    return pages


@pytest.mark.parametrize("sizes", SIZES)
def test_vardkedjor_on_pages_on_their_side_take_no_more_pages_than_the_wide_ones_need(
    sizes: list[tuple[float, float]],
) -> None:
    kommun = load_kommun("sodertalje_2019", ROOT)
    chains = [Chain(area, Path("x.svg"), *size) for area, size in zip(sorted(kommun.verksamheter), sizes, strict=False)]
    heading, *figures = chain_blocks("Vårdkedjor", kommun, chains)
    by_key = {f"vardkedja_{chain.area}": chain for chain in chains}
    drawn = [figure for figure in figures if isinstance(figure, Figure)]
    assert {figure.key for figure in drawn} == set(by_key) and len(drawn) == len(chains)
    assert [figure.wide for figure in drawn] == sorted(figure.wide for figure in drawn)
    assert isinstance(heading, Heading) and heading.wide == all(figure.wide for figure in drawn)
    wide = [chain for chain in chains if chain.width > UPRIGHT]
    lying = [by_key[figure.key] for figure in drawn if figure.wide]
    assert {chain.area for chain in wide} <= {chain.area for chain in lying}
    first = LYING_PAGE - HEADING * heading.wide
    assert pages_of(lying, first) == min(pages_of(list(order), first) for order in permutations(wide))


def test_word_has_a_footer_of_the_pages_width_and_pictures_at_the_margin(folder: Path) -> None:
    word = open_word(str(folder / "bilaga.docx"))
    for section in word.sections:
        (stop,) = section.footer.paragraphs[0].paragraph_format.tab_stops
        sides = [section.page_width, section.left_margin, section.right_margin]
        assert all(side is not None for side in sides)
        assert abs(stop.position - (sides[0] - sides[1] - sides[2])) < Cm(0.02)  # type: ignore[operator]
    for shape in word.inline_shapes:
        assert {shape._inline.get(f"dist{side}") for side in "TBLR"} == {"0"}
    modes = {
        each.get(qn("w:name")): each.get(qn("w:val")) for each in word.settings.element.iter(qn("w:compatSetting"))
    }
    assert modes["compatibilityMode"] == "15"


def test_no_row_of_a_long_table_stands_alone_on_a_page_of_word(folder: Path, document: Document) -> None:
    """Its first three rows, with the header, and its last three are kept together; between them it may be divided."""
    word = open_word(str(folder / "bilaga.docx"))
    tables = [block for block in document.every_block if isinstance(block, Table)]
    tried = 0
    for written, block in zip(word.tables, tables, strict=True):
        kept = [row.find(f".//{qn('w:keepNext')}") is not None for row in written._tbl.tr_lst]
        assert kept[0] and not kept[-1]
        if not block.short:
            assert kept[:3] == [True] * 3 and kept[-3:-1] == [True] * 2 and not any(kept[3:-3])
            tried += 1
    assert tried
