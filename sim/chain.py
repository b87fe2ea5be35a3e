"""A verksamhet's vårdkedja as a drawing: stegs from left to right, what they need, and where cases go next.

Written as SVG text, with a title and a description, so that it needs no plotting library and reads aloud.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from xml.sax.saxutils import escape

from sim.blocking import keeps_place
from sim.config import AVSLUT, Inflode, Kommun, PlatsBehov, Steg, TeamBehov, Verksamhet
from sim.swedish import gement, tal

BOX_WIDTH, BOX_HEIGHT = 190, 104
GAP_X, GAP_Y = 64, 34
LANE = 26
"""Height of the lane that a long edge takes through a column."""
MARGIN, HEADER, LEGEND, ARRIVAL = 20, 56, 36, 168
NOTE_LINE, NOTE_LETTER = 14, 6.2
SMALL = 12
"""Size of small type."""
START = "\u0000start"
Point = tuple[float, float]


@dataclass(frozen=True)
class Edge:
    """A way from one steg to another. `kind`: flow, kvar (the place is kept until the next begins) or avhopp."""

    source: str
    target: str
    share: float
    kind: str


def edges_of_chain(verksamhet: Verksamhet) -> list[Edge]:
    """Every way on, with its share of those who leave the steg; arrivals come from START."""
    found = [Edge(START, inflode.forsta_steg, inflode.per_ar, "flow") for inflode in verksamhet.inflode.values()]
    for name, steg in verksamhet.steg.items():
        shares: dict[tuple[str, str], float] = {}
        for outcome, utfall in steg.utfall.items():
            for target, share in utfall.nasta.items():
                queues = target != AVSLUT and verksamhet.steg[target].behov is not None
                kind = "kvar" if keeps_place(steg, outcome) and queues else "flow"
                shares[target, kind] = shares.get((target, kind), 0.0) + utfall.andel * share
        found += [Edge(name, target, share, kind) for (target, kind), share in shares.items() if share > 0]
        if steg.nasta_vid_avhopp is not None:
            found.append(Edge(name, steg.nasta_vid_avhopp, float("nan"), "avhopp"))
    return found


def _columns(verksamhet: Verksamhet, edges: list[Edge]) -> dict[str, int]:
    """The column of each steg: the longest way from the start without going in circles."""
    after: dict[str, list[str]] = {}
    for edge in edges:
        if edge.target != AVSLUT and edge.source != START:
            after.setdefault(edge.source, []).append(edge.target)
    firsts = list(dict.fromkeys(inflode.forsta_steg for inflode in verksamhet.inflode.values()))
    order: list[str] = []
    under_way: set[str] = set()
    forward: dict[str, list[str]] = {}

    def visit(name: str) -> None:
        under_way.add(name)
        for target in after.get(name, []):
            if target not in under_way:
                forward.setdefault(name, []).append(target)
                if target not in order:
                    visit(target)
        under_way.discard(name)
        order.append(name)

    for name in [*firsts, *verksamhet.steg]:
        if name not in order:
            visit(name)
    column = dict.fromkeys(verksamhet.steg, 0)
    for name in reversed(order):
        for target in forward.get(name, []):
            column[target] = max(column[target], column[name] + 1)
    return column


@dataclass(frozen=True)
class Layout:
    """Top left corner of each steg's box, the points that each forward edge passes, and where the boxes end."""

    box: dict[str, Point]
    through: dict[Edge, list[Point]]
    bottom: float


def _layout(column: dict[str, int], forward: list[Edge]) -> Layout:
    """Layered: a long edge gets a lane of its own in every column that it passes, so that it crosses no box."""
    columns: list[list[str]] = [[] for _ in range(max(column.values()) + 1)]
    for name, number in column.items():
        columns[number].append(name)
    chains: dict[Edge, list[str]] = {}
    for index, edge in enumerate(forward):
        lanes = []
        for number in range(column[edge.source] + 1, column[edge.target]):
            lanes.append(f"\u0000{index}.{number}")
            columns[number].append(lanes[-1])
        chains[edge] = [edge.source, *lanes, edge.target]
    links = [pair for chain in chains.values() for pair in pairwise(chain)]
    middle = {name: float(place) for names in columns for place, name in enumerate(names)}
    for sweep in range(8):
        for names in columns if sweep % 2 == 0 else reversed(columns):
            near = {
                name: [middle[a] for a, b in links if b == name] + [middle[b] for a, b in links if a == name]
                for name in names
            }
            names.sort(key=lambda name: (sum(near[name]) / len(near[name]) if near[name] else middle[name], name))
            _stack(names, column, middle)
    top = min(middle[name] - _height(name, column) / 2 for name in middle)
    y = {name: value - top + HEADER for name, value in middle.items()}
    left = {name: _left(number) for number, names in enumerate(columns) for name in names}
    box = {name: (left[name], y[name] - BOX_HEIGHT / 2) for name in column}
    through = {
        edge: [p for lane in chain[1:-1] for p in ((left[lane], y[lane]), (left[lane] + BOX_WIDTH, y[lane]))]
        for edge, chain in chains.items()
    }
    bottom = max(y[name] + _height(name, column) / 2 for name in y)
    return Layout(box, through, bottom)


def _left(column: int) -> float:
    return ARRIVAL + column * (BOX_WIDTH + GAP_X)


def _height(name: str, column: dict[str, int]) -> float:
    return BOX_HEIGHT if name in column else LANE


def _stack(names: list[str], column: dict[str, int], middle: dict[str, float]) -> None:
    """Place a column's boxes and lanes below each other, around its middle."""
    heights = [_height(name, column) + GAP_Y * (name in column) for name in names]
    y = -sum(heights) / 2
    for name, height in zip(names, heights, strict=True):
        middle[name] = y + height / 2
        y += height


def needs_text(kommun: Kommun, steg: Steg) -> list[str]:
    """What a steg needs, in a line or two."""
    behov = steg.behov
    if isinstance(behov, TeamBehov):
        return [kommun.resurser[behov.team].namn]
    if isinstance(behov, PlatsBehov):
        lines = [", ".join(kommun.resurser[name].namn for name in behov.plats)]
        if behov.reserv is not None:
            lines.append(f"annars {gement(kommun.resurser[behov.reserv].namn)}")
        return lines
    return []


@dataclass(frozen=True)
class Note:
    """What is written above a steg's box, in a line or two; `marked` where it is the place to look."""

    lines: tuple[str, ...]
    marked: bool = False


def draw_chain(kommun: Kommun, area: str, notes: Mapping[str, Note] | None = None) -> str:
    """The vårdkedja of a verksamhet as SVG, with notes by steg if there are any."""
    notes = notes or {}
    verksamhet = kommun.verksamheter[area]
    edges = [edge for edge in edges_of_chain(verksamhet) if edge.source != START and edge.target != AVSLUT]
    column = _columns(verksamhet, edges_of_chain(verksamhet))
    forward = [edge for edge in edges if column[edge.target] > column[edge.source]]
    layout = _layout(column, forward)
    back = [edge for edge in edges if edge not in forward]
    width = _left(max(column.values())) + BOX_WIDTH + MARGIN
    width = max(width, 760)
    height = layout.bottom + 22 * len(back) + LEGEND + MARGIN
    title = f"{verksamhet.namn}: vårdkedjan"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'height="{height:g}" role="img" lang="sv" font-family="DejaVu Sans, Arial, sans-serif" fill="#1a1a1a">',
        f"<title>{escape(title)}</title>",
        f"<desc>{escape(description(kommun, area, notes))}</desc>",
        '<defs><marker id="pil" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="9" markerHeight="9" '
        'markerUnits="userSpaceOnUse" orient="auto"><path d="M0,0 L10,5 L0,10 z"/></marker></defs>',
        f'<rect width="{width:g}" height="{height:g}" fill="#ffffff"/>',
        f'<text x="{MARGIN}" y="30" font-size="16" font-weight="bold">{escape(title)}</text>',
    ]
    ports = _ports(forward, layout)
    parts += [_forward_edge(edge, layout, ports) for edge in forward]
    parts += [_back_edge(edge, layout, number) for number, edge in enumerate(back)]
    for first in dict.fromkeys(inflode.forsta_steg for inflode in verksamhet.inflode.values()):
        inflows = [inflode for inflode in verksamhet.inflode.values() if inflode.forsta_steg == first]
        parts.append(_arrivals(inflows, layout.box[first]))
    leaving = {e.source: e.share for e in edges_of_chain(verksamhet) if e.target == AVSLUT and e.kind == "flow"}
    parts += [_box(kommun, steg, layout.box[name], leaving.get(name, 0.0)) for name, steg in verksamhet.steg.items()]
    parts += [_note(note, layout.box[name]) for name, note in notes.items() if name in layout.box]
    return "\n".join([*parts, *_legend(edges, back, height), "</svg>", ""])


def _note(note: Note, at: Point) -> str:
    """Right above the box, inside a frame where it is marked."""
    x, y = at
    height = NOTE_LINE * len(note.lines) + 4
    top = y - height - 1
    width = max(BOX_WIDTH, 12 + NOTE_LETTER * max(map(len, note.lines)))
    frame = f'<rect x="{x:g}" y="{top:g}" width="{width:g}" height="{height}" fill="#FFF3D6" stroke="#B45309"/>'
    text = "".join(
        f'<text x="{x + 6:g}" y="{top + NOTE_LINE * (number + 1) - 1:g}" font-size="11" '
        f'paint-order="stroke" stroke="#fff" stroke-width="2">{escape(line)}</text>'
        for number, line in enumerate(note.lines)
    )
    return (frame if note.marked else "") + text


def _ports(forward: list[Edge], layout: Layout) -> dict[tuple[Edge, str], float]:
    """Where on the side of a box each edge leaves and enters: spread out, in the order of where they lead."""
    found: dict[tuple[Edge, str], float] = {}
    for name, (_, y) in layout.box.items():
        for side, end, other in (("ut", "source", "target"), ("in", "target", "source")):
            here = [edge for edge in forward if getattr(edge, end) == name]

            def near_point(edge: Edge, side: str = side, other: str = other) -> float:
                points = layout.through[edge]
                if not points:
                    return layout.box[getattr(edge, other)][1] + BOX_HEIGHT / 2
                return points[0][1] if side == "ut" else points[-1][1]

            ordered = sorted(here, key=lambda edge: (near_point(edge), edge.kind))
            for number, edge in enumerate(ordered):
                found[edge, side] = y + BOX_HEIGHT * (number + 1) / (len(ordered) + 1)
    return found


LOOKS = {"flow": "", "kvar": 'stroke-width="3"', "avhopp": 'stroke-dasharray="3 3"'}


def _forward_edge(edge: Edge, layout: Layout, ports: dict[tuple[Edge, str], float]) -> str:
    start = (layout.box[edge.source][0] + BOX_WIDTH, ports[edge, "ut"])
    end = (layout.box[edge.target][0], ports[edge, "in"])
    points = [start, *layout.through[edge], end]
    path = f"M{start[0]:g},{start[1]:g}"
    for (x1, y1), (x2, y2) in pairwise(points):
        bend = (x2 - x1) / 2
        path += f" C{x1 + bend:g},{y1:g} {x2 - bend:g},{y2:g} {x2:g},{y2:g}"
    label = "" if edge.share != edge.share else f"{tal(100 * edge.share)} %"
    return _line(path, LOOKS[edge.kind], label, start[0] + 5, start[1] - 4)


def _back_edge(edge: Edge, layout: Layout, number: int) -> str:
    (x1, y1), (x2, y2) = layout.box[edge.source], layout.box[edge.target]
    low = layout.bottom + 12 + 22 * number
    sx, tx = x1 + BOX_WIDTH * 0.5 + 16 * number, x2 + BOX_WIDTH * 0.3 + 16 * number
    path = (
        f"M{sx:g},{y1 + BOX_HEIGHT:g} V{low - 10:g} Q{sx:g},{low:g} {sx - 10:g},{low:g} "
        f"H{tx + 10:g} Q{tx:g},{low:g} {tx:g},{low - 10:g} V{y2 + BOX_HEIGHT:g}"
    )
    return _line(
        path,
        f'stroke-dasharray="8 4" {LOOKS[edge.kind]}',
        f"{tal(100 * edge.share)} %",
        sx + 5,
        y1 + BOX_HEIGHT + 14 + 13 * number,
    )


def _line(path: str, look: str, label: str, x: float, y: float) -> str:
    return (
        f'<path d="{path}" fill="none" stroke="#333333" {look} marker-end="url(#pil)"/>'
        f'<text x="{x:g}" y="{y:g}" font-size="{SMALL}" paint-order="stroke" stroke="#fff" stroke-width="3">'
        f"{label}</text>"
    )


def description(kommun: Kommun, area: str, notes: Mapping[str, Note] | None = None) -> str:
    """The chain in words, for those who cannot see it."""
    notes = notes or {}
    verksamhet = kommun.verksamheter[area]
    sentences = []
    for name, steg in verksamhet.steg.items():
        ways = [e for e in edges_of_chain(verksamhet) if e.source == name and e.kind != "avhopp"]
        shares = ", ".join(f"{tal(100 * e.share)} % till {_called(verksamhet, e.target)}" for e in ways)
        needs = f" ({' '.join(needs_text(kommun, steg))})" if steg.behov else ""
        sentences.append(f"{steg.namn}{needs}: {shares}.")
        sentences += [f"{line}." for line in notes[name].lines] if name in notes else []
    return " ".join(sentences)


def _called(verksamhet: Verksamhet, name: str) -> str:
    return "att lämna" if name == AVSLUT else gement(verksamhet.steg[name].namn)


def _arrivals(inflows: Sequence[Inflode], at: Point) -> str:
    """One arrow for all that begins in a steg, with their names and numbers above and below it."""
    x, y = at
    if x > _left(0):  # boxes stand in the way from the left
        lines = textwrap.wrap(", ".join(f"{inflow.namn} {tal(inflow.per_ar)} per år" for inflow in inflows), 24)
        text = "".join(
            f'<text x="{x + 22:g}" y="{y - 10 - 14 * (len(lines) - 1 - number):g}" font-size="{SMALL}" '
            f'paint-order="stroke" stroke="#fff" stroke-width="3">{escape(line)}</text>'
            for number, line in enumerate(lines)
        )
        return (
            f'<path d="M{x + 14:g},{y - 12 - 14 * len(lines):g} V{y:g}" stroke="#333333" marker-end="url(#pil)"/>{text}'
        )
    middle = y + BOX_HEIGHT / 2
    lines = [line for inflow in inflows for line in textwrap.wrap(f"{inflow.namn} {tal(inflow.per_ar)} per år", 20)]
    above = -(-len(lines) // 2) if len(inflows) > 1 else len(lines)
    text = "".join(
        f'<text x="{MARGIN}" y="{middle + (14 * (number - above) + (6 if number < above else 16)):g}" '
        f'font-size="{SMALL}">{escape(line)}</text>'
        for number, line in enumerate(lines)
    )
    return f'<path d="M{MARGIN},{middle:g} H{x:g}" stroke="#333333" marker-end="url(#pil)"/>{text}'


def _wrapped(text: str, width: int, most: int) -> list[str]:
    """At most so many lines of so many characters; the last says if there is more."""
    return textwrap.wrap(text, width, max_lines=most, placeholder=" …")


def _box(kommun: Kommun, steg: Steg, at: Point, leaving: float) -> str:
    x, y = at
    needs = needs_text(kommun, steg)
    fill = "#E8F0F7" if needs else "#F6F6F6"
    width = 2.5 if steg.kvar else 1.2
    names = _wrapped(steg.namn, 20, 2)
    each = 2 if len(needs) == 1 else 1
    below = [line for need in needs[:2] for line in _wrapped(need, 23, each)]
    rows = [(20 + 15 * number, 13, "bold", line) for number, line in enumerate(names)]
    rows += [(22 + 15 * len(names) + 14 * number, SMALL, "normal", line) for number, line in enumerate(below)]
    if leaving > 0:
        rows.append((BOX_HEIGHT - 9, SMALL, "normal", f"lämnar: {tal(100 * leaving)} %"))
    text = "".join(
        f'<text x="{x + 10:g}" y="{y + down:g}" font-size="{size}" font-weight="{weight}">{escape(line)}</text>'
        for down, size, weight, line in rows
    )
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="6" fill="{fill}" '
        f'stroke="#333333" stroke-width="{width}"/>{text}'
    )


def _legend(edges: list[Edge], back: list[Edge], height: float) -> list[str]:
    """What the lines that are there mean."""
    y = height - MARGIN
    kinds = {edge.kind for edge in edges}
    items = [
        ("", "går vidare (andel av dem som slutar)", True),
        ('stroke-width="3"', "platsen hålls kvar tills nästa steg börjar", "kvar" in kinds),
        ('stroke-dasharray="3 3"', "ger upp väntan", "avhopp" in kinds),
        ('stroke-dasharray="8 4"', "tillbaka i kedjan", bool(back)),
    ]
    parts = []
    x = float(MARGIN)
    for look, text, there in items:
        if there:
            parts.append(f'<path d="M{x:g},{y:g} h34" stroke="#333333" {look}/>')
            parts.append(f'<text x="{x + 42:g}" y="{y + 4:g}" font-size="{SMALL}">{text}</text>')
            x += 66 + 6.9 * len(text)
    return parts
