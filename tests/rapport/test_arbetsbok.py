"""The workbook: every number to the last digit, sheets that explain themselves, and pages that can be read."""

from __future__ import annotations

import re
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from sim import load_kommun
from sim.describe import part_text
from sim.report.document import (
    Chart,
    Document,
    Figure,
    Interval,
    Month,
    Number,
    Paragraph,
    Table,
    cell_text,
)
from sim.report.excel import Sheet, decimals_of, sheets_of, write_excel
from sim.report.excel_layout import columns_of, lines_of, paper_of, place_charts, sheet_name
from sim.report.text import clean

HEADER, FIRST = 3, 4
"""Rows of a sheet, as Excel counts."""


@pytest.fixture(scope="module")
def book(folder: Path) -> Workbook:
    return openpyxl.load_workbook(folder / "bilaga.xlsx")


@pytest.fixture(scope="module")
def parts(folder: Path) -> dict[str, str]:
    with zipfile.ZipFile(folder / "bilaga.xlsx") as packed:
        return {name: packed.read(name).decode() for name in packed.namelist()}


def value_of(cell: Any) -> object:
    if isinstance(cell, Number):
        return cell.value
    if isinstance(cell, Month):
        return datetime(cell.year, cell.month, 1)
    return None if cell is None else clean(cell_text(cell)) or None


def expected_rows(each: Sheet) -> list[list[object]]:
    """Intervals take two columns; the document's own tables have a dash where there is no number, as on paper."""
    table = each.table
    empty = "–" if each.figure is None and not each.data else None
    spans = [any(isinstance(row[place], Interval) for row in table.rows) for place in range(len(table.header))]
    found: list[list[object]] = []
    for row in table.rows:
        cells: list[object] = []
        for cell, span in zip(row, spans, strict=True):
            if isinstance(cell, Interval):
                cells += [cell.low.value, cell.high.value]
            else:
                cells += [empty if cell is None else value_of(cell)] * (1 + span)
        found.append(cells)
    return found


def test_every_number_is_there_to_the_last_digit(book: Workbook, document: Document) -> None:
    sheets = sheets_of(document)
    assert book.sheetnames == ["Läs mig", *(each.name for each in sheets)]
    for each in sheets:
        rows = [[cell.value for cell in row] for row in book[each.name].iter_rows(min_row=FIRST)]
        wide = len(expected_rows(each)[0])
        assert [row[:wide] for row in rows[: len(each.table.rows)]] == expected_rows(each), each.name


def test_sheets_are_numbered_as_in_the_document_and_named_in_words(document: Document) -> None:
    tables = [block for block in document.every_block if isinstance(block, Table)]
    names = [each.name for each in sheets_of(document)]
    assert [name.split()[1] for name in names if name.startswith("Tabell")] == [str(n + 1) for n in range(len(tables))]
    assert all(len(name) <= 31 for name in names)
    assert len({name.lower() for name in names}) == len(names)
    assert all(len(name.split()) > 2 for name in names if name not in {"Nivåer", "Skillnader"})


def test_names_of_sheets_are_cut_at_a_clause_and_hold_nothing_that_excel_refuses() -> None:
    assert sheet_name("Tabell 2", "Utfall, budget, prognos och avvikelse 2019, tkr") == "Tabell 2 Utfall, budget"
    assert sheet_name("Figur 14", "Missbruk: köpta placeringar mot budget") == "Figur 14 Missbruk"
    assert sheet_name("Figur 6", "Externa vårddygn per månad, missbruk (dygn)") == "Figur 6 Externa vårddygn"
    assert sheet_name("Figur 1", "Kostnad mot budget") == "Figur 1 Kostnad mot budget"
    for hostile in ("='[x]y'!A1*?:/\\", "🏠" * 9, "o" * 40, "", "(så) som på"):
        name = sheet_name("Figur 1", hostile)
        assert name.startswith("Figur 1") and len(name) <= 31
        assert not re.search(r"[\[\]:*?/\\'=]|^ | $", name) and name.isprintable()


def test_the_first_sheet_explains_and_leads_to_every_other_and_they_lead_back(
    book: Workbook, document: Document
) -> None:
    first = book.worksheets[0]
    links = {cell.value: cell.hyperlink.location for cell in first["A"] if cell.hyperlink is not None}
    assert links == {name: f"'{name}'!A1" for name in book.sheetnames[1:]}
    told = "\n".join(str(cell.value) for row in first.iter_rows() for cell in row if cell.value is not None)
    for each in (*(block for block in document.readme), *document.first_page):
        if isinstance(each, Paragraph) and each in document.readme:
            assert all(part in told for part in each.parts if isinstance(part, str))
    for sheet in book.worksheets[1:]:
        assert sheet.freeze_panes == "B4"
        assert sheet["A2"].hyperlink is not None and sheet["A2"].hyperlink.location == "'Läs mig'!A1"


def test_tables_are_tables_that_screen_readers_know(book: Workbook, document: Document) -> None:
    """Buttons of filters are only where there is something to filter."""
    for each in sheets_of(document):
        (table,) = book[each.name].tables.values()
        left, top, right, bottom = range_boundaries(table.ref)
        assert (left, top, bottom) == (1, HEADER, HEADER + len(each.table.rows))
        heads = [book[each.name].cell(HEADER, column).value for column in range(left, right + 1)]
        assert heads == [column.name for column in table.tableColumns] and all(heads)
        assert (table.autoFilter is not None) == (len(each.table.rows) > 12)


def printed(sheet: Worksheet) -> tuple[int, int, int, int]:
    """The first column, the first row, the last column, the last row."""
    found = range_boundaries(sheet.print_area.split("!")[-1].replace("$", ""))
    assert all(found)
    return found  # type: ignore[return-value]


def test_numbers_have_formats_and_no_column_is_too_narrow_for_them(book: Workbook, document: Document) -> None:
    """What Excel cannot show it makes into ####."""
    for each in sheets_of(document):
        sheet = book[each.name]
        widths = [sheet.column_dimensions[get_column_letter(n + 1)].width for n in range(sheet.max_column)]
        for row in sheet.iter_rows(min_row=FIRST, max_row=HEADER + len(each.table.rows)):
            for cell, width in zip(row, widths, strict=True):
                if isinstance(cell.value, float | int):
                    assert cell.number_format != "General", (each.name, cell.coordinate)
                    percent = cell.number_format.endswith("%")
                    decimals = re.search(r"0\.(0+)", cell.number_format)
                    value = 100 * cell.value if percent else cell.value
                    shown = f"{value:+,.{len(decimals[1]) if decimals else 0}f}" + 2 * percent * " "
                    assert len(shown) + 1 <= width, (each.name, cell.coordinate)


def test_a_printed_sheet_is_a_lying_a4_with_its_name_and_page(book: Workbook, document: Document) -> None:
    for sheet in book.worksheets:
        setup = sheet.page_setup
        assert (setup.orientation, setup.paperSize) == ("landscape", 9)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage or 40 <= setup.scale <= 100
        assert (sheet.oddHeader.left.text, sheet.oddHeader.right.text) == (document.footer, "&A")
        assert sheet.oddFooter.right.text == "Sida &P av &N"
        assert sheet.print_title_rows
    for each in sheets_of(document):
        _, _, _, last = printed(book[each.name])
        wanted = HEADER + len(each.table.rows)
        if each.data and len(each.table.rows) > 60:
            assert last < 60 and "Utskriftsområde" in book[each.name]["B2"].value
        else:
            assert last >= wanted


def test_charts_lie_within_what_is_printed_and_on_one_page(book: Workbook, document: Document) -> None:
    drawn = [each for each in sheets_of(document) if each.figure is not None]
    assert drawn
    for each in drawn:
        sheet = book[each.name]
        _, _, right, bottom = printed(sheet)
        breaks = [mark.id for mark in sheet.row_breaks.brk]
        for chart in sheet._charts:
            start, end = chart.anchor._from, chart.anchor.to
            assert end.row < bottom and end.col < right
            assert not [row for row in breaks if start.row < row <= end.row]
            wide = len(expected_rows(each)[0])
            beside, below = start.col >= wide, start.row >= HEADER + len(each.table.rows)
            assert beside or below


def test_charts_have_alt_texts_axes_with_units_and_no_english(parts: dict[str, str], document: Document) -> None:
    drawings = "".join(text for name, text in parts.items() if re.match(r"xl/drawings/d.*xml$", name))
    described = re.findall(r'descr="([^"]+)"', drawings)
    charts = [block.chart for block in document.every_block if isinstance(block, Figure) and block.chart is not None]
    assert len(described) == sum(max(1, len(chart.groups)) for chart in charts)
    assert all(re.match(r"(Linje|Stapel|Liggande stapel)diagram\. ", text) for text in described)
    assert all(re.search(r"\d", text) for text in described)
    assert len(set(described)) == len(described)
    written = [text for name, text in parts.items() if name.startswith("xl/charts/chart")]
    assert len(written) == len(described)
    for text in written:
        assert "en-US" not in text and 'lang val="sv-SE"' in text
        assert len(re.findall(r"<c:title>", text)) >= 2
    assert "Chart " not in drawings


def test_lines_differ_also_without_colour(parts: dict[str, str]) -> None:
    for name, text in parts.items():
        if name.startswith("xl/charts/chart") and "<c:lineChart>" in text:
            series = re.findall(r"<c:ser>.*?</c:ser>", text)
            looks = [
                (re.search(r'prstDash val="(\w+)"', each), re.search(r'symbol val="(\w+)"', each), ' w="12700"' in each)
                for each in series
            ]
            main = [(d and d[1], s and s[1]) for d, s, thin in looks if not thin]
            assert len(set(main)) == len(main)


def test_intervals_are_drawn_from_what_is_written_below_the_chart(book: Workbook, document: Document) -> None:
    """As far as from the mean to each end, worked out again from the table's own cells."""
    seen = 0
    for each in sheets_of(document):
        chart = each.figure.chart if each.figure else None
        if chart is None or chart.kind == "line" or not chart.spans:
            continue
        sheet = book[each.name]
        heads = [cell.value for cell in sheet[HEADER]]
        (row,) = [cell.row for cell in sheet["A"] if str(cell.value).startswith("Hjälptal")]
        assert row > printed(sheet)[3]
        for number, (series, low, high) in enumerate(chart.spans):
            title = chart.table.header[series]
            lows, highs = chart.table.header[low], chart.table.header[high]
            if low == high:
                lows, highs = f"{lows} från", f"{highs} till"
            column, least, most = (heads.index(clean(name)) + 1 for name in (title, lows, highs))
            for place in range(len(chart.table.rows)):
                mean, bottom, top = (sheet.cell(FIRST + place, at).value for at in (column, least, most))
                below, above = (sheet.cell(row + 2 + place, 2 + 2 * number + end).value for end in (0, 1))
                assert below == pytest.approx(mean - bottom) and above == pytest.approx(top - mean)
                seen += 1
    assert seen


def test_the_workbook_says_what_it_is(book: Workbook, parts: dict[str, str], document: Document) -> None:
    said = book.properties
    assert (said.title, said.subject, said.language) == (document.title, document.subtitle, "sv-SE")
    assert f"<Company>{document.publisher}</Company>" in parts["docProps/app.xml"]


def grown(count: int, plans: int) -> Figure:
    """A figure of so many rows and scenarios."""
    names = [f"Ett scenario med ett ganska långt namn {number}" for number in range(plans)]
    number = Number(1234567.891, 2)
    rows = [
        (f"Mått {place // plans}", names[place % plans], number, Interval(number, number)) for place in range(count)
    ]
    table = Table("prov", "Prov", ("Vad", "Scenario", "Skillnad", "95-procentsintervall"), tuple(rows))
    groups = tuple((f"Mått {n}", "kr", n * plans, (n + 1) * plans) for n in range(count // plans))
    chart = Chart("bar", table, (2,), "", names=1, spans=((2, 3, 3),), groups=groups)
    return Figure("prov", Path("prov.svg"), ("Punktdiagram. Något.",), "Prov", chart)


@pytest.mark.parametrize("measures", [1, 3, 8, 20])
def test_many_charts_are_divided_between_pages_and_never_within(tmp_path: Path, measures: int) -> None:
    figure = grown(3 * measures, 3)
    document = Document("Prov", "prov", "prov", "2025-01-01T00:00:00", (), (figure,))
    write_excel(document, tmp_path / "prov.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "prov.xlsx")["Figur 1 Prov"]
    breaks = [mark.id for mark in sheet.row_breaks.brk]
    anchors = [(chart.anchor._from.row, chart.anchor.to.row) for chart in sheet._charts]
    assert len(anchors) == measures
    assert all(not start < row <= end for start, end in anchors for row in breaks)
    setup = sheet.sheet_properties.pageSetUpPr
    whole = setup is not None and bool(setup.fitToPage)
    assert whole == (measures <= 3)
    if not whole:
        high = 655 / 20 / (sheet.page_setup.scale / 100)
        edges = [0, *breaks, max(end for _, end in anchors)]
        charts = [b - a for a, b in zip(edges, edges[1:], strict=False)]
        assert all(length <= high for length in charts[1:]) and breaks
    boxes = [(c.anchor._from.row, c.anchor._from.col, c.anchor.to.row, c.anchor.to.col) for c in sheet._charts]
    for place, one in enumerate(boxes):
        for other in boxes[place + 1 :]:
            apart = one[2] < other[0] or other[2] < one[0] or one[3] <= other[1] or other[3] <= one[1]
            assert apart, (one, other)


def test_long_text_is_given_lines_and_none_is_wider_than_a_screen() -> None:
    rows = tuple((f"K{n}", "ord " * (5 * n), "Dokument " * n) for n in range(1, 30))
    columns = columns_of(Table("t", "T", ("Källa", "Vad", "Dokument"), rows), True)
    assert sum(columns.widths) <= 165
    assert [columns.lines(row) for row in rows] == sorted(columns.lines(row) for row in rows)
    assert lines_of("ett två", 3.9) == 2 and lines_of("ett två", 30) == 1 and lines_of("o" * 100, 20) > 4


def test_a_chart_beside_a_table_is_seen_with_it_on_a_laptop() -> None:
    """Of 1366 pixels, 30 are the row numbers' and 20 the scroll bar's; more scenarios may take more."""
    for scenarios in range(3):
        header = ("Månad", "Nuläge, medel", "Nuläge, P10", "Nuläge, P90", *["Ett scenario, medel"] * scenarios)
        rows = tuple((Month(2024 + n // 12, n % 12 + 1), *[Number(1234.5, 1)] * (3 + scenarios)) for n in range(48))
        columns = columns_of(Table("t", "T", header, rows), True)
        assert place_charts(1, 48, 53, columns).right <= 1366 - 50


def test_a_page_holds_all_where_it_can_be_read() -> None:
    columns = columns_of(Table("t", "T", ("a", "b"), (("x", Number(1.0)),)), False)
    assert paper_of(900, 48, place_charts(1, 48, 53, columns)).whole
    long = place_charts(1, 240, 245, columns)
    assert not paper_of(1200, 245, long).whole and not paper_of(1200, 245, long).scale
    assert paper_of(900, 500, None).breaks == ()


def test_what_is_not_zero_is_not_shown_as_zero_with_a_sign() -> None:
    """Excel shows −0,26 without decimals as −0."""
    shown = [(-0.26, 0), (0.475, 0), (0.004, 1), (0.0, 0), (12.3, 0), (1e-9, 1)]
    assert [decimals_of(Number(value, places)) for value, places in shown] == [1, 1, 3, 0, 0, 1]
    assert decimals_of(Number(0.004, 0, percent=True)) == 1


def test_parts_of_measures_are_in_words() -> None:
    kommun = load_kommun("sodertalje_2019")
    assert part_text(kommun, "forsorjningsstod", "bistand nasta=paus malgrupp=under_25") == (
        "Hushåll med bistånd, vidare till egen försörjning, målgrupp under 25 år"
    )
    assert part_text(kommun, "missbruk", "malgrupp=unga") == "målgrupp unga"
    assert part_text(kommun, "alla", "") == ""
