"""A document's tables and figures as a workbook: numbers as numbers, native charts. Knows nothing of its subject."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import xlsxwriter  # type: ignore[import-untyped]

from sim.report.document import (
    Cell,
    Chart,
    Document,
    Figure,
    Finding,
    Heading,
    Interval,
    Month,
    Number,
    Table,
    cell_text,
    text_of,
)
from sim.report.excel_charts import ACCENT, Ends, add_charts, number_code, parts_of, reach
from sim.report.excel_layout import (
    BOLD,
    HEADER_ROW,
    LONG,
    MARGINS,
    PAGE_HIGH,
    PAGE_WIDE,
    ROW,
    SCREEN,
    Columns,
    Paper,
    column_at,
    columns_of,
    lines_of,
    paper_of,
    pixels,
    place_charts,
    sheet_name,
    title_pixels,
)
from sim.report.text import clean

PALE, MUTED = "#E9F0F5", "#4A5560"
UNDER = {"bottom": 1, "bottom_color": "#C4D0DA"}
"""The line below a row."""
README = "Läs mig"
README_WIDTHS = (32, 84, 34)
README_SCALE = 0.75
"""Where the first sheet needs to be made smaller than so to stand on one page, it takes two."""
LINE, AIR = 15.0, 4.0
"""Points: of a line of text, and between rows of text."""
NARROWEST = 8
"""A column to which nothing is done, in characters."""
NOTE_WIDE = 100
"""A note goes at least so far to the right, in characters."""
Where = tuple[bool, bool, bool]
"""Of a cell: whether its column is of numbers, whether the one before is, whether its row has several lines."""
LONGEST_HEADER = 255
"""Of a table in Excel."""


class Exact(float):
    """Written with all its digits; XlsxWriter keeps sixteen, and some numbers need seventeen."""

    def __format__(self, spec: str) -> str:
        return repr(float(self))


@dataclass(frozen=True)
class Sheet:
    """`data`: to filter and count on, not to read from end to end."""

    name: str
    section: str
    table: Table
    figure: Figure | None = None
    data: bool = False


def write_excel(document: Document, path: Path) -> None:
    """One sheet that explains, then one for each table and each figure, named as in the document."""
    moment = datetime.fromisoformat(document.date).replace(tzinfo=None)
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    written = BytesIO()
    book = xlsxwriter.Workbook(written, options)
    told = {"title": document.title, "subject": document.subtitle, "company": document.publisher, "author": "hemmaplan"}
    book.set_properties({name: clean(text) for name, text in told.items()} | {"created": moment})
    book.set_size(1366, 728)
    book.set_tab_ratio(80)
    _Book(book, document).write()
    book.close()
    path.write_bytes(in_swedish(written.getvalue()))


def in_swedish(book: bytes) -> bytes:
    """XlsxWriter says that charts are in English, and nothing of the rest."""
    written = BytesIO()
    with ZipFile(BytesIO(book)) as old, ZipFile(written, "w", ZIP_DEFLATED) as new:
        for part in old.infolist():
            content = old.read(part)
            if part.filename.startswith("xl/charts/"):
                content = content.replace(b'<c:lang val="en-US"/>', b'<c:lang val="sv-SE"/>')
                content = content.replace(b' lang="en-US"', b' lang="sv-SE"')
            elif part.filename == "docProps/core.xml":
                end = b"</cp:coreProperties>"
                content = content.replace(end, b"<dc:language>sv-SE</dc:language>" + end)
            new.writestr(part, content)
    return written.getvalue()


def sheets_of(document: Document) -> list[Sheet]:
    """Every table and every figure with numbers, in order, then the data."""
    found: list[Sheet] = []
    tables, figures = count(1), count(1)
    section, part = "", ""
    for block in document.every_block:
        if isinstance(block, Heading):
            section, part = (block.text, "") if block.level == 1 else (section, block.text)
        where = f"{section}, {part}" if part else section
        if isinstance(block, Table):
            name = sheet_name(f"Tabell {next(tables)}", block.caption)
            found.append(Sheet(name, where, block))
        elif isinstance(block, Figure):
            name = sheet_name(f"Figur {next(figures)}", block.caption)
            if block.chart is not None:
                found.append(Sheet(name, where, block.chart.table, block))
    data = (Sheet(table.key, "Data att filtrera och räkna på", table, data=True) for table in document.sheets)
    return [*found, *data]


class _Book:
    """The workbook and its formats."""

    def __init__(self, book: Any, document: Document) -> None:
        self.book, self.document = book, document
        self.looks: dict[tuple[tuple[str, Any], ...], Any] = {}
        self.cell_looks: dict[tuple[Where, str], Any] = {}
        self.title = self._look(bold=True, font_size=14, font_color=ACCENT)
        self.strong = self._look(bold=True, text_wrap=True, valign="top")
        self.note = self._look(text_wrap=True, valign="top", font_color=MUTED)
        self.hint = self._look(font_color=MUTED)
        self.link = self._look(font_color=ACCENT, underline=1)
        self.listed = self._look(font_color=ACCENT, underline=1, valign="top", **UNDER)
        self.text = self._look(text_wrap=True, valign="top", **UNDER)

    def _look(self, **look: Any) -> Any:
        """A format, made once."""
        key = tuple(sorted(look.items()))
        if key not in self.looks:
            self.looks[key] = self.book.add_format({"font_name": "Calibri", "font_size": 11} | look)
        return self.looks[key]

    def _head(self, numeric: bool, filtered: bool, after_number: bool = False) -> Any:
        """To the right where the numbers are, but not below the button of a filter."""
        where: dict[str, Any] = (
            {"align": "right", "indent": 2 * filtered} if numeric else {"align": "left", "indent": int(after_number)}
        )
        return self._look(bold=True, bg_color=PALE, bottom=1, text_wrap=True, valign="bottom", **where)

    def write(self) -> None:
        sheets = sheets_of(self.document)
        self._readme(self.book.add_worksheet(README), sheets)
        for each in sheets:
            self._sheet(self.book.add_worksheet(each.name), each)

    def _readme(self, sheet: Any, sheets: Sequence[Sheet]) -> None:
        sheet.hide_gridlines(2)
        for column, width in enumerate(README_WIDTHS):
            sheet.set_column(column, column, width)
        sheet.write_string(0, 0, clean(self.document.title), self.title)
        row, more = 1, 0
        for paragraph in self.document.readme:
            row += 1
            more += self._long_text(sheet, row, 0, README_WIDTHS, text_of(paragraph.parts), self.note) - 1
        row += 1
        findings = [block for block in self.document.first_page if isinstance(block, Finding)]
        if findings:
            row += 1
            sheet.write_string(row, 0, "Slutsatser", self._head(False, False))
            sheet.merge_range(row, 1, row, 2, "", self._head(False, False))
        for finding in findings:
            row += 1
            sheet.write_string(row, 0, clean(finding.title), self.strong)
            label = f"{finding.label[:1].upper()}{finding.label[1:]}"
            told = f"{label}: {finding.number.text}. {text_of(finding.parts)}"
            more += self._long_text(sheet, row, 1, README_WIDTHS, told, self.text) - 1
        row += 2
        sheet.repeat_rows(row)
        for column, title in enumerate(("Blad", "Innehåll", "Avsnitt i bilagan")):
            sheet.write_string(row, column, title, self._head(False, False))
        for each in sheets:
            row += 1
            sheet.write_url(row, 0, f"internal:'{each.name}'!A1", self.listed, each.name)
            sheet.write_string(row, 1, clean(each.table.caption), self.text)
            sheet.write_string(row, 2, clean(each.section), self.text)
        whole = PAGE_HIGH / (ROW * (row + 1 + more)) >= README_SCALE
        self._paper(sheet, Paper(whole=whole), row, len(README_WIDTHS) - 1)

    def _long_text(self, sheet: Any, row: int, first: int, widths: Sequence[int], text: str, look: Any) -> int:
        """Across columns, on as many lines as it takes. Returns how many."""
        if len(widths) - 1 > first:
            sheet.merge_range(row, first, row, len(widths) - 1, "", look)
        sheet.write_string(row, first, clean(text), look)
        lines = lines_of(clean(text), sum(widths[first:]) - 2)
        sheet.set_row(row, LINE * lines + AIR)
        return lines

    def _paper(self, sheet: Any, paper: Paper, last_row: int, last_column: int) -> None:
        """A4 on its side; what is printed ends with `last_row` and `last_column`."""
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(**MARGINS)
        sheet.print_area(0, 0, last_row, last_column)
        if paper.scale:
            sheet.set_print_scale(paper.scale)
            sheet.set_h_pagebreaks(list(paper.breaks))
        else:
            sheet.fit_to_pages(1, 1 if paper.whole else 0)
        sheet.set_header(f"&L{_printed(self.document.footer)}&R&A", {"margin": 0.35})
        sheet.set_footer(f"&LRäknat {self.document.date[:10]}&RSida &P av &N", {"margin": 0.35})

    def _sheet(self, sheet: Any, each: Sheet) -> None:
        table, chart = each.table, each.figure.chart if each.figure else None
        sheet.hide_gridlines(2)
        if each.data or chart is not None:
            sheet.set_tab_color(MUTED if each.data else ACCENT)
        sheet.write_string(0, 0, clean(table.caption), self.title)
        sheet.write_url(1, 0, f"internal:'{README}'!A1", self.link, f"← {README}")
        columns = columns_of(table, len(table.rows) > LONG, math.inf if each.data else SCREEN)
        for column, width in enumerate(columns.widths):
            sheet.set_column(column, column, width)
        self._table(sheet, each, columns)
        sheet.freeze_panes(HEADER_ROW + 1, 1)
        sheet.repeat_rows(HEADER_ROW)
        last, right = HEADER_ROW + len(table.rows), max(columns.pixels, title_pixels(table.caption))
        high = last
        if table.note:
            last += 2
            widths = list(columns.widths)
            while sum(widths) < NOTE_WIDE:
                widths.append(NARROWEST)
            high = last + self._long_text(sheet, last, 0, widths, text_of(table.note), self.note)
            right = max(right, sum(map(pixels, widths)))
        charts = None
        if each.figure is not None and chart is not None:
            charts = place_charts(len(parts_of(chart)), len(table.rows), last + 1, columns)
            last = max(last, charts.after - 1)
            high, right = last, max(right, charts.right)
            ends, ends_row = self._reaches(sheet, chart, columns, last + 3)
            add_charts(self.book, sheet, each.name, each.figure, columns, charts.places, ends, ends_row)
        if each.data:
            last = self._data_hint(sheet, columns, last)
        self._paper(sheet, paper_of(right, high + 1, charts), last, column_at(right, columns.widths))

    def _data_hint(self, sheet: Any, columns: Columns, last: int) -> int:
        """Returns the last row that is printed, if nobody asks for more."""
        rows = last - HEADER_ROW
        scale = min(1.0, PAGE_WIDE / columns.pixels)
        first_page = int(0.95 * PAGE_HIGH / scale / ROW) - 1
        if last <= first_page:
            return last
        many = f"{rows:,}".replace(",", "\u00a0")
        hint = (
            f"Data att filtrera och räkna på, {many} rader. Bara den första sidan skrivs ut; vill du skriva ut allt, "
            "eller det du har filtrerat fram: Sidlayout, Utskriftsområde, Rensa utskriftsområde."
        )
        sheet.write_string(1, 1, hint, self.hint)
        return first_page

    def _table(self, sheet: Any, each: Sheet, columns: Columns) -> None:
        """As a table of Excel's where it can be one, so that its header row is known to who cannot see it."""
        table, width = each.table, len(columns.widths)
        after_number = [column > 0 and columns.numeric[column - 1] for column in range(width)]
        pairs = zip(columns.numeric, after_number, strict=True)
        looks = [self._head(numeric, columns.filtered, after) for numeric, after in pairs]
        sheet.set_row(HEADER_ROW, LINE * columns.header_lines + AIR)
        last = HEADER_ROW + len(table.rows)
        unique = len({title.lower() for title in columns.titles}) == width
        if table.rows and unique and max(map(len, columns.titles)) <= LONGEST_HEADER and all(columns.titles):
            heads = [{"header": t, "header_format": look} for t, look in zip(columns.titles, looks, strict=True)]
            name = re.sub(r"\W", "_", " ".join(each.name.split()[:2]))
            how = {"name": name, "style": None, "autofilter": columns.filtered, "columns": heads}
            sheet.add_table(HEADER_ROW, 0, last, width - 1, how | {"title": clean(table.caption)})
        else:
            for column, (title, look) in enumerate(zip(columns.titles, looks, strict=True)):
                sheet.write_string(HEADER_ROW, column, title, look)
            if columns.filtered:
                sheet.autofilter(HEADER_ROW, 0, last, width - 1)
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{last + 1}"})
        mirrored = each.figure is None and not each.data
        for row, cells in enumerate(table.rows, start=HEADER_ROW + 1):
            lines = 1 if each.data else columns.lines(cells)
            if lines > 1:
                sheet.set_row(row, LINE * lines + AIR)
            for place, cell in enumerate(cells):
                column, span = columns.first[place], columns.spans[place]
                parts: tuple[Cell, ...] = (cell.low, cell.high) if isinstance(cell, Interval) else (cell,) * (1 + span)
                for end, part in enumerate(parts, start=column):
                    where = columns.numeric[end], after_number[end], lines > 1
                    self._cell(sheet, row, end, "–" if part is None and mirrored else part, where)

    def _cell(self, sheet: Any, row: int, column: int, cell: Cell, where: Where) -> None:
        """Text is written as text, whatever it begins with."""
        if isinstance(cell, Number):
            code = number_code(decimals_of(cell), cell.percent, cell.unit, cell.sign)
            sheet.write_number(row, column, Exact(cell.value), self._cell_look(where, code))
        elif isinstance(cell, Month):
            day = date(cell.year, cell.month, 1)
            sheet.write_datetime(row, column, day, self._cell_look(where, "[$-41D]mmm yyyy"))
        elif text := clean("" if cell is None else cell_text(cell)):
            sheet.write_string(row, column, text, self._cell_look(where))
        else:
            sheet.write_blank(row, column, None, self._cell_look(where))

    def _cell_look(self, where: Where, code: str = "General") -> Any:
        numeric, after_number, wrapped = where
        if (where, code) not in self.cell_looks:
            aligned = {"align": "right" if numeric else "left", "indent": int(after_number and not numeric)}
            look = {"valign": "top" if wrapped else "vcenter", "text_wrap": wrapped, "num_format": code}
            self.cell_looks[where, code] = self._look(**UNDER, **aligned, **look)
        return self.cell_looks[where, code]

    def _reaches(self, sheet: Any, chart: Chart, columns: Columns, row: int) -> tuple[Ends, int]:
        """What the streaks of intervals are drawn from, below what is printed. Returns its columns and first row."""
        ends: Ends = {}
        if chart.kind == "line" or not chart.spans:
            return ends, row
        text = "Hjälptal till diagrammets streck: så långt når intervallet under och över det som stapeln visar."
        sheet.write_string(row, 0, text, self.hint)
        look = self._look(num_format="[$-41D]#,##0.00")
        widths, most = (*columns.widths, *[NARROWEST] * 2 * len(chart.spans)), 1
        for series, _, _ in chart.spans:
            name = chart.table.header[series]
            column = 1 + 2 * len(ends)
            ends[series] = column, column + 1
            for place, where in enumerate(("under", "över")):
                head = clean(f"{name}, {where}")
                sheet.write_string(row + 1, column + place, head, self._head(True, False))
                most = max(most, lines_of(head, widths[column + place] / BOLD - 1))
            for number, cells in enumerate(chart.table.rows):
                for place, value in enumerate(reach(chart, series, cells)):
                    if value is not None:
                        sheet.write_number(row + 2 + number, column + place, Exact(value), look)
        sheet.set_row(row + 1, LINE * most + AIR)
        for number, cells in enumerate(chart.table.rows):
            named = clean(", ".join(map(cell_text, cells[: chart.names + 1])))
            sheet.write_string(row + 2 + number, 0, named, self._look(text_wrap=True, valign="top"))
            sheet.set_row(row + 2 + number, LINE * lines_of(named, widths[0] - 1))
        return ends, row + 2


def decimals_of(number: Number) -> int:
    """One or two more where the number would be shown as a zero that it is not: Excel would give it a sign."""
    size = abs(100 * number.value if number.percent else number.value)
    most = (number.decimals + more for more in range(3))
    return next((places for places in most if size >= 0.5 * 0.1**places), number.decimals)


def _printed(text: str) -> str:
    """For a page's header, where & begins a code."""
    return clean(text)[:100].replace("&", "&&")
