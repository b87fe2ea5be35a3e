"""A document's tables and figures as a workbook: numbers as numbers, native charts. Knows nothing of its subject."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

from sim.report.document import Cell, Chart, Document, Figure, Interval, Number, Table, text_of
from sim.report.text import clean

ACCENT, PALE, LINE, MUTED = "#12496B", "#E9F0F5", "#C4D0DA", "#4A5560"
COLOURS = ("#000000", "#0072B2", "#D55E00", "#007A5A", "#8A4F7D", "#5A5A00", "#444444")
DASHES = ("solid", "dash", "square_dot", "long_dash_dot", "dash_dot", "long_dash", "round_dot")
MARKERS = ("none", "circle", "square", "triangle", "diamond", "x", "plus")
MOST_WIDE = 70
HEADER_ROW = 2
"""Below the title and an empty row."""


class Exact(float):
    """Written with all its digits; XlsxWriter keeps sixteen, and some numbers need seventeen."""

    def __format__(self, spec: str) -> str:
        return repr(float(self))


def write_excel(document: Document, path: Path) -> None:
    """One sheet that explains, then one for each table and each figure, named as in the document."""
    moment = datetime.fromisoformat(document.date).replace(tzinfo=None)
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(str(path), options)
    book.set_properties({"title": clean(document.title), "author": "hemmaplan", "created": moment})
    book.set_size(2400, 1500)
    _Book(book).write(document)
    book.close()


class _Book:
    """The workbook and its formats."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.numbers: dict[str, Any] = {}
        self.font = font = {"font_name": "Calibri", "font_size": 11, "valign": "top"}
        self.title = book.add_format(font | {"bold": True, "font_size": 14, "font_color": ACCENT})
        head = font | {"bold": True, "bg_color": PALE, "bottom": 1, "text_wrap": True, "valign": "bottom"}
        self.head = book.add_format(head)
        self.head_right = book.add_format(head | {"align": "right"})
        self.text = book.add_format(font | {"text_wrap": True, "bottom": 1, "bottom_color": LINE})
        self.note = book.add_format(font | {"text_wrap": True, "font_color": MUTED})
        self.link = book.add_format(font | {"font_color": ACCENT, "underline": 1})

    def write(self, document: Document) -> None:
        named: list[tuple[str, Table, Figure | None]] = []
        tables, figures = count(1), count(1)
        for block in document.every_block:
            if isinstance(block, Table):
                named.append((f"Tabell {next(tables)}", block, None))
            elif isinstance(block, Figure):
                number = next(figures)
                if block.chart is not None:
                    named.append((f"Figur {number}", block.chart.table, block))
        named += [(table.key, table, None) for table in document.sheets]
        self._readme(self.book.add_worksheet("Läs mig"), document, named)
        for name, table, figure in named:
            sheet = self.book.add_worksheet(name)
            columns = self._table(sheet, table)
            if figure is not None and figure.chart is not None:
                self._charts(sheet, name, figure, figure.chart, columns)

    def _readme(self, sheet: Any, document: Document, named: Sequence[tuple[str, Table, Figure | None]]) -> None:
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 16)
        sheet.set_column(1, 1, 100)
        sheet.write_string(0, 0, clean(document.title), self.title)
        row = 2
        for paragraph in document.readme:
            self._long_text(sheet, row, 1, 116, text_of(paragraph.parts))
            row += 1
        row += 1
        for column, title in enumerate(("Blad", "Innehåll")):
            sheet.write_string(row, column, title, self.head)
        for name, table, _ in named:
            row += 1
            sheet.write_url(row, 0, f"internal:'{name}'!A1", self.link, name)
            sheet.write_string(row, 1, clean(table.caption), self.text)
        self._paper(sheet)

    def _long_text(self, sheet: Any, row: int, last_column: int, width: float, text: str) -> None:
        """Across some columns, on as many lines as it takes."""
        if last_column:
            sheet.merge_range(row, 0, row, last_column, "", self.note)
        sheet.write_string(row, 0, clean(text), self.note)
        sheet.set_row(row, 15.0 * (1 + int(1.1 * len(text) / width)))

    def _paper(self, sheet: Any) -> None:
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)

    def _number(self, number: Number) -> Any:
        """The format of a number: decimals and thousands as in Swedish, a true minus."""
        shown = "#,##0" + ("." + "0" * number.decimals if number.decimals else "")
        shown += '"\u00a0"%' if number.percent else f'"\u00a0{number.unit}"' if number.unit else ""
        plus = "+" if number.sign else ""
        code = f"[$-41D]{plus}{shown};[$-41D]\u2212{shown};[$-41D]{shown}"
        if code not in self.numbers:
            look = {"num_format": code, "align": "right", "bottom": 1, "bottom_color": LINE}
            self.numbers[code] = self.book.add_format(self.font | look)
        return self.numbers[code]

    def _table(self, sheet: Any, table: Table) -> list[int]:
        """Returns the sheet's first column of each of the table's: an interval takes two."""
        sheet.hide_gridlines(2)
        sheet.write_string(0, 0, clean(table.caption), self.title)
        spans = [any(isinstance(row[place], Interval) for row in table.rows) for place in range(len(table.header))]
        columns = [place + sum(spans[:place]) for place in range(len(table.header))]
        widths = [0] * (len(columns) + sum(spans))
        for place, (column, title) in enumerate(zip(columns, table.header, strict=True)):
            for offset, end in enumerate((" från", " till") if spans[place] else ("",)):
                look = self.head_right if table.numeric[place] else self.head
                sheet.write_string(HEADER_ROW, column + offset, clean(title + end), look)
                widths[column + offset] = max(11, *(len(word) + 2 for word in title.split(" ")))
        sheet.set_row(HEADER_ROW, 15.0 * (2 if max(map(len, table.header)) < 28 else 3))
        for number, cells in enumerate(table.rows, start=HEADER_ROW + 1):
            for column, cell in zip(columns, cells, strict=True):
                parts: tuple[Cell, ...] = (cell.low, cell.high) if isinstance(cell, Interval) else (cell,)
                for offset, part in enumerate(parts):
                    length = self._cell(sheet, number, column + offset, part)
                    widths[column + offset] = max(widths[column + offset], min(length + 2, MOST_WIDE))
        last = HEADER_ROW + len(table.rows)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        if table.rows:
            sheet.autofilter(HEADER_ROW, 0, last, len(widths) - 1)
        sheet.freeze_panes(HEADER_ROW + 1, 1)
        self._paper(sheet)
        sheet.repeat_rows(HEADER_ROW)
        if table.note:
            self._long_text(sheet, last + 2, len(widths) - 1, sum(widths), text_of(table.note))
        return columns

    def _cell(self, sheet: Any, row: int, column: int, cell: Cell) -> int:
        """Returns about how many characters it takes. Text is written as text, whatever it begins with."""
        if isinstance(cell, Number):
            sheet.write_number(row, column, Exact(cell.value), self._number(cell))
            return len(f"{cell.value:,.{cell.decimals}f}") + len(cell.unit) + 2
        text = "" if cell is None else clean(cell if isinstance(cell, str) else cell.text)
        if text:
            sheet.write_string(row, column, text, self.text)
        else:
            sheet.write_blank(row, column, None, self.text)
        return len(text)

    def _charts(self, sheet: Any, name: str, figure: Figure, chart: Chart, columns: Sequence[int]) -> None:
        """Beside the table: one, or one for each group of rows."""
        every = ((chart.table.caption, chart.unit, 0, len(chart.table.rows)),)
        wide = columns[-1] + 2 + any(isinstance(row[-1], Interval) for row in chart.table.rows)
        for place, (title, unit, first, after) in enumerate(chart.groups or every):
            drawn = self._chart(name, chart, columns, HEADER_ROW + 1 + first, HEADER_ROW + after)
            drawn.set_title({"name": clean(title), "name_font": {"size": 12, "color": ACCENT}})
            values: dict[str, Any] = {"name": unit, "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9"}}}
            if chart.kind == "line" and (low := _low_end(chart)) is not None:
                values["min"] = low
            if chart.kind == "bar":
                drawn.set_x_axis(values)
                drawn.set_y_axis({"reverse": True, "label_position": "low"})
            else:
                drawn.set_y_axis(values)
                drawn.set_x_axis({"label_position": "low"})
            drawn.set_legend({"position": "bottom"} if len(chart.series) > 1 else {"none": True})
            drawn.set_size({"width": 760, "height": 380})
            described = {"description": clean(figure.alt_text), "y_offset": 400 * place}
            sheet.insert_chart(HEADER_ROW, wide, drawn, described)

    def _chart(self, name: str, chart: Chart, columns: Sequence[int], first: int, last: int) -> Any:
        """Excel's own, legible without colour."""
        drawn = self.book.add_chart({"type": chart.kind})
        for place, series in enumerate(chart.series):
            column = columns[series]
            colour = COLOURS[place % len(COLOURS)]
            look: dict[str, Any] = {
                "name": [name, HEADER_ROW, column],
                "categories": [name, first, 0, last, 0],
                "values": [name, first, column, last, column],
            }
            if chart.kind == "line":
                look["line"] = {"color": colour, "width": 2, "dash_type": DASHES[place % len(DASHES)]}
                look["marker"] = {"type": MARKERS[place % len(MARKERS)], "size": 4, "fill": {"color": colour}}
            else:
                look["fill"] = {"color": colour}
                look["border"] = {"color": "#000000"}
            drawn.add_series(look)
        return drawn


def _low_end(chart: Chart) -> float | None:
    """Where the axis begins, in a round number, where lines would otherwise lie close together far above zero."""
    cells = [row[place] for row in chart.table.rows for place in chart.series]
    shown = [cell.value for cell in cells if isinstance(cell, Number)]
    if not shown or min(shown) <= 0 or max(shown) - min(shown) > min(shown):
        return None
    step = 10.0 ** math.floor(math.log10(max(max(shown) - min(shown), 1e-9)))
    return step * (math.ceil(min(shown) / step) - 1)
