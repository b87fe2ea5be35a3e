"""Excel's own charts of a document's figures, legible without colour, with intervals where there are any."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from xlsxwriter.utility import xl_range_formula  # type: ignore[import-untyped]

from sim.report.document import Cell, Chart, Figure, Interval, Month, Number, cell_text
from sim.report.excel_layout import HEADER_ROW, Columns, Place
from sim.report.text import clean

ACCENT, GRID, EDGE = "#12496B", "#D9D9D9", "#000000"
COLOURS = ("#000000", "#0072B2", "#D55E00", "#007A5A", "#8A4F7D", "#5A5A00", "#444444")
DASHES = ("solid", "dash", "square_dot", "long_dash_dot", "dash_dot", "long_dash", "round_dot")
MARKERS = ("none", "circle", "square", "triangle", "diamond", "x", "plus")
FILLS = ("#E6E6E6", "#8FB3CB", "#E7B08A", "#C9C9C9")
"""Light, so that the streaks of intervals are seen against them."""
PATTERNS = (None, None, "wide_upward_diagonal", "wide_downward_diagonal", "dotted_diamond", "large_grid")
KINDS = {"line": "Linjediagram", "column": "Stapeldiagram", "bar": "Liggande stapeldiagram"}
FEW_LABELS = 9
"""So many months are named along an axis, at most."""

Ends = dict[int, tuple[int, int]]
"""Of each drawn series: the sheet's columns with how far its interval reaches below and above it."""


def number_code(decimals: int, percent: bool = False, unit: str = "", sign: bool = False) -> str:
    """A format of Excel's: thousands apart and a true minus, as in Swedish."""
    shown = "#,##0" + ("." + "0" * decimals if decimals else "")
    shown += '"\u00a0"%' if percent else f'"\u00a0{unit}"' if unit else ""
    return f'[$-41D]{"+" if sign else ""}{shown};[$-41D]"\u2212"{shown};[$-41D]{shown}'


def parts_of(chart: Chart) -> tuple[tuple[str, str, int, int], ...]:
    """(title, unit, first row, row after the last) of each chart."""
    return chart.groups or ((chart.table.caption, chart.unit, 0, len(chart.table.rows)),)


def reach(chart: Chart, series: int, row: Sequence[Cell]) -> tuple[float | None, float | None]:
    """How far below and above a number its interval goes."""
    for place, low, high in chart.spans:
        ends = _end(row[low], False), _end(row[high], True)
        middle = row[series]
        if place == series and isinstance(middle, Number) and ends[0] is not None and ends[1] is not None:
            return middle.value - ends[0].value, ends[1].value - middle.value
    return None, None


def _end(cell: Cell, last: bool) -> Number | None:
    if isinstance(cell, Interval):
        return cell.high if last else cell.low
    return cell if isinstance(cell, Number) else None


def add_charts(
    book: Any,
    sheet: Any,
    name: str,
    figure: Figure,
    columns: Columns,
    places: Sequence[Place],
    ends: Ends,
    ends_row: int,
) -> None:
    """`ends_row`: where the rows begin that `ends` has columns of."""
    chart = figure.chart
    assert chart is not None
    for number, ((title, unit, first, after), place) in enumerate(zip(parts_of(chart), places, strict=True), start=1):
        drawn = book.add_chart({"type": chart.kind, "name": f"Diagram {number}"})
        top = HEADER_ROW + 1
        rows = (top + first, top + after - 1)
        streaks = ends_row + first, ends_row + after - 1
        _add_series(drawn, chart, name, columns, rows, ends, streaks)
        _add_axes(drawn, chart, unit, first, after)
        drawn.set_title({"name": clean(title), "name_font": {"size": 12, "color": ACCENT}, "overlay": False})
        drawn.set_legend({"position": "bottom"} if len(chart.series) > 1 else {"none": True})
        drawn.set_size({"width": place.width, "height": place.height})
        where = {"x_offset": place.left, "object_position": 1}
        sheet.insert_chart(place.row, place.column, drawn, where | {"description": alt_of(figure, number - 1)})


def alt_of(figure: Figure, part: int) -> str:
    """What a chart shows: as the document says of the figure, or row by row where it is one of several."""
    chart = figure.chart
    assert chart is not None
    if not chart.groups:
        _, told = figure.alt_text.split(". ", 1)
        return clean(f"{KINDS[chart.kind]}. {told}")
    title, unit, first, after = chart.groups[part]
    rows = []
    for row in chart.table.rows[first:after]:
        named, value = row[chart.names], row[chart.series[0]]
        text = value.text if isinstance(value, Number) else "oförändrat"
        for _, low, high in chart.spans:
            least, most = _end(row[low], False), _end(row[high], True)
            if least is not None and most is not None:
                text += f" ({chart.table.header[low]} {least.text} till {most.text})"
        rows.append(f"{cell_text(named)}: {text}")
    return clean(f"{KINDS[chart.kind]}. {title}, {unit}. {'; '.join(rows)}.")


def _add_series(
    drawn: Any,
    chart: Chart,
    name: str,
    columns: Columns,
    rows: tuple[int, int],
    ends: Ends,
    streaks: tuple[int, int],
) -> None:
    first, last = rows
    along = columns.first[chart.names]
    for place, series in enumerate(chart.series):
        column = columns.first[series]
        common: dict[str, Any] = {"categories": [name, first, along, last, along]}
        look = common | {"name": [name, HEADER_ROW, column], "values": [name, first, column, last, column]}
        if chart.kind == "line":
            drawn.add_series(look | _line(place))
            thin = {"color": COLOURS[place % len(COLOURS)], "width": 1, "dash_type": "square_dot"}
            for _, low, high in (span for span in chart.spans if span[0] == series):
                for end in (columns.end(low, False), columns.end(high, True)):
                    edge = {"name": [name, HEADER_ROW, end], "values": [name, first, end, last, end], "line": thin}
                    drawn.add_series(common | edge | {"marker": {"type": "none"}})
            continue
        look |= _fill(place + (len(chart.series) == 1))
        if series in ends:
            below, above = (
                f"={xl_range_formula(name, streaks[0], column, streaks[1], column)}" for column in ends[series]
            )
            which = "x_error_bars" if chart.kind == "bar" else "y_error_bars"
            look[which] = {"type": "custom", "minus_values": below, "plus_values": above, "line": {"width": 1.5}}
        drawn.add_series(look)


def _line(place: int) -> dict[str, Any]:
    colour = COLOURS[place % len(COLOURS)]
    return {
        "line": {"color": colour, "width": 2, "dash_type": DASHES[place % len(DASHES)]},
        "marker": {"type": MARKERS[place % len(MARKERS)], "size": 4, "fill": {"color": colour}},
    }


def _fill(place: int) -> dict[str, Any]:
    colour, pattern = FILLS[place % len(FILLS)], PATTERNS[place % len(PATTERNS)]
    look: dict[str, Any] = {"border": {"color": EDGE}, "gap": 60}
    if pattern is None:
        return look | {"fill": {"color": colour}}
    return look | {"pattern": {"pattern": pattern, "fg_color": "#7A4A20", "bg_color": colour}}


def _add_axes(drawn: Any, chart: Chart, unit: str, first: int, after: int) -> None:
    font = {"bold": False, "size": 10}
    low, high, step = _bounds(chart, first, after)
    percent = any(isinstance(cell, Number) and cell.percent for cell in chart.table.rows[first])
    decimals = len(f"{100 * step if percent else step:.10f}".rstrip("0").split(".")[1])
    values: dict[str, Any] = {"name": clean(unit), "name_font": font, "min": low, "max": high, "major_unit": step}
    values["num_format"] = number_code(decimals, percent)
    values["major_gridlines"] = {"visible": True, "line": {"color": GRID}}
    names: dict[str, Any] = {"name": clean(chart.table.header[chart.names]), "name_font": font, "label_position": "low"}
    if isinstance(chart.table.rows[first][chart.names], Month):
        months = next(each for each in (1, 2, 3, 6, 12, 24, 60) if (after - first) / each <= FEW_LABELS)
        names |= {"date_axis": True, "num_format": "[$-41D]mmm yyyy", "major_unit": months, "major_unit_type": "months"}
    if chart.kind == "bar":
        drawn.set_x_axis(values)
        drawn.set_y_axis(names | {"reverse": True, "crossing": "max", "name": ""})
    else:
        drawn.set_y_axis(values)
        drawn.set_x_axis(names)


def _bounds(chart: Chart, first: int, after: int) -> tuple[float, float, float]:
    """Round ends of the axis, with what is drawn between them, and the step. From zero, but for lines that would lie
    close together far above it."""
    shown: list[float] = []
    for row in chart.table.rows[first:after]:
        for place in (*chart.series, *(place for _, low, high in chart.spans for place in (low, high))):
            shown += [end.value for end in (_end(row[place], False), _end(row[place], True)) if end is not None]
    low, high = min(shown, default=0.0), max(shown, default=1.0)
    far = chart.kind == "line" and (low > 0 and high - low < low)
    if not far:
        low, high = min(low, 0.0), max(high, 0.0)
    width = high - low or 1.0
    size = 10.0 ** math.floor(math.log10(width / 5))
    step = next(size * each for each in (1, 2, 2.5, 5, 10) if width / (size * each) <= 7)
    return _round(math.floor(low / step + 1e-9) * step), _round(math.ceil(high / step - 1e-9) * step), _round(step)


def _round(value: float) -> float:
    return float(f"{value:.6g}")
