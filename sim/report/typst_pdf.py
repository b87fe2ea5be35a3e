"""A document as tagged PDF (PDF/UA-1 and PDF/A-2a), with typst. Knows nothing of what the document is about."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import Any

from sim.report.document import (
    Block,
    Bullets,
    Document,
    Figure,
    Finding,
    Heading,
    Inline,
    Paragraph,
    Strong,
    Table,
    cell_text,
    text_of,
)
from sim.report.text import broken, clean, spelled
from sim.report.widths import columns_of, letter_widths, typeface

STANDARDS = ["ua-1", "a-2a"]
TEXT_WIDTH = 459.2
"""Points."""


@dataclass(frozen=True)
class Type:
    """How text is `shown`, and how wide each character is, as a share of the size of type."""

    shown: Callable[[str], str]
    advances: Mapping[int, float]


def write_pdf(document: Document, path: Path) -> None:
    """Figures lie in `path`'s folder or below it. Raises RuntimeError where something lacks what accessibility asks."""
    (pdf,) = _laid_out(document, path.parent, pdf_standards=STANDARDS)
    path.write_bytes(pdf)


def page_pictures(document: Document, folder: Path, dpi: int) -> list[bytes]:
    """Every page as a PNG file."""
    return _laid_out(document, folder, format="png", ppi=float(dpi))


def _laid_out(document: Document, folder: Path, **how: Any) -> list[bytes]:
    """`folder`: where the figures lie, or below it."""
    from sim.figures_text import FACE, covered, font_folder

    known = covered(typeface()) | covered(font_folder() / FACE)

    def shown(text: str) -> str:
        return spelled(broken(clean(text)), known)

    template = files("sim.report").joinpath("mall.typ").read_bytes()
    return _compile(
        template,
        root=str(folder),
        font_paths=[typeface().parent, font_folder()],
        sys_inputs={"data": json.dumps(_content(document, folder, Type(shown, letter_widths())), ensure_ascii=False)},
        **how,
    )


def svg_to_png(svg: Path, width_points: float, dpi: int) -> None:
    """A drawing with text as pixels, beside it."""
    from sim.figures_text import font_folder

    source = f'#set page(width: {width_points}pt, height: auto, margin: 0pt)\n#image("/{svg.name}", width: 100%)'
    (png,) = _compile(
        source.encode(),
        root=str(svg.parent),
        font_paths=[font_folder()],
        format="png",
        ppi=float(dpi),
    )
    svg.with_suffix(".png").write_bytes(png)


def _compile(source: bytes, **how: Any) -> list[bytes]:
    """Without network and without the machine's own typefaces: one file, or of pictures one for each page."""
    import typst

    compiled: Any = typst.compile
    found = compiled(source, ignore_system_fonts=True, **how)
    return list(found) if isinstance(found, list) else [bytes(found)]


def _content(document: Document, root: Path, type_: Type) -> dict[str, Any]:
    shown = type_.shown
    blocks = _blocks(document.blocks, root, type_)
    listed = [place for place, block in enumerate(blocks) if block["t"] == "heading" and block["level"] < 3]
    before = sum(isinstance(block, Heading) for block in document.first_page)
    return {
        "title": shown(document.title),
        "subtitle": shown(document.subtitle),
        "footer": shown(document.footer),
        "date": document.date[:10],
        "first": _blocks(document.first_page, root, type_),
        "blocks": blocks,
        "middle": listed[min(max((len(listed) - before + 1) // 2, 0), len(listed) - 1)],
    }


def _blocks(blocks: Sequence[Block], root: Path, type_: Type) -> list[dict[str, Any]]:
    """What needs a page on its side shares one with what follows."""
    found: list[dict[str, Any]] = []
    for wide, group in groupby(blocks, lambda block: isinstance(block, Figure | Heading) and block.wide):
        written = [_block(block, root, type_) for block in group]
        found += [{"t": "sideways", "blocks": written}] if wide else written
    return found


def _block(block: Block, root: Path, type_: Type) -> dict[str, Any]:
    shown = type_.shown
    if isinstance(block, Heading):
        return {"t": "heading", "level": block.level, "text": shown(block.text)}
    if isinstance(block, Paragraph):
        return {"t": "paragraph", "kind": block.kind, "parts": _parts(block.parts, shown)}
    if isinstance(block, Finding):
        return {
            "t": "finding",
            "title": shown(block.title),
            "number": shown(block.number.text),
            "label": shown(block.label),
            "parts": _parts(block.parts, shown),
            "sure": block.sure,
        }
    if isinstance(block, Bullets):
        return {"t": "bullets", "items": [_parts(item, shown) for item in block.items]}
    if isinstance(block, Table):
        columns = columns_of(block, TEXT_WIDTH, type_.advances)
        return {
            "t": "table",
            "caption": shown(block.caption),
            "header": [shown(cell) for cell in block.header],
            "rows": [[shown(cell_text(cell)) for cell in row] for row in block.rows],
            "widths": columns.widths,
            "tight": columns.tight,
            "numeric": block.numeric,
            "note": _parts(block.note, shown),
            "small": block.small,
            "short": block.short,
        }
    where = block.path.relative_to(root).as_posix()
    return {
        "t": "figure",
        "path": f"/{where}",
        "alt": shown(block.alt_text),
        "caption": shown(block.caption),
        "width": block.width,
    }


def _parts(parts: Sequence[Inline], shown: Callable[[str], str]) -> list[dict[str, str]]:
    return [{"b": shown(part.text)} if isinstance(part, Strong) else {"s": shown(text_of((part,)))} for part in parts]
