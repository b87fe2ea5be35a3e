"""The bilaga of a finished study, written into its folder of results: everything is made from what is saved there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from sim.chain import draw_chain
from sim.errors import HemmaplanError
from sim.figures_content import Content, contents_of, drawn
from sim.fingerprint import fingerprint
from sim.report.content import Drawn, document_of
from sim.report.document import Document
from sim.report.excel import write_excel
from sim.report.pictures import Chain
from sim.report.saved import Saved, load_saved
from sim.report.typst_pdf import svg_to_png, write_pdf
from sim.report.word import write_word
from sim.results import UNFINISHED
from sim.settings import Rapport

FIGURES = "figurer"
DRAWN_BY = "program_sha256.txt"
"""In the folder of figures, where another program than the run's has drawn them anew: which."""
WRITERS: Mapping[str, tuple[str, Callable[[Document, Path], None]]] = {
    "word": (".docx", write_word),
    "pdf": (".pdf", write_pdf),
    "excel": (".xlsx", write_excel),
}
WORD_POINTS, DPI = 453.6, 300
"""The width of text in Word, points."""


def write_bilaga(folder: Path, root: Path, settings: Rapport) -> list[Path]:
    """Draw what is not drawn by this very program, and write the files that are asked for. Returns them."""
    saved = load_saved(folder, root)
    return write_files(document_of(saved, root, settings, draw(saved)), folder, settings.format)


def draw(saved: Saved) -> Drawn:
    """Every figure and every vårdkedja."""
    from sim.figures_text import drawable

    folder = saved.folder / FIGURES
    folder.mkdir(exist_ok=True)
    contents: Sequence[Content] = contents_of(saved.made)
    program, mark = fingerprint(), folder / DRAWN_BY
    redraw = program != (mark.read_text("ascii") if mark.is_file() else saved.manifest.get("program_sha256"))
    for content in contents:
        if redraw or not all((folder / f"{content.file}{kind}").is_file() for kind in (".svg", ".png")):
            drawn(content, folder)
    if redraw:
        mark.write_text(program, "ascii")
    kommun = saved.made.resultat.study.kommun
    chains = []
    for area in sorted(kommun.verksamheter):
        path = folder / f"vardkedja_{area}.svg"
        drawing = drawable(draw_chain(kommun, area))
        path.write_text(drawing, encoding="utf-8", newline="\n")
        svg_to_png(path, WORD_POINTS, DPI)
        sides = (float(drawing.split(f'{side}="')[1].split('"')[0]) for side in ("width", "height"))
        chains.append(Chain(area, path, *sides))
    return Drawn(contents, folder, chains)


def write_files(document: Document, folder: Path, formats: Sequence[str]) -> list[Path]:
    """bilaga.docx, bilaga.pdf and bilaga.xlsx: each whole, or as it was."""
    written = []
    for each in dict.fromkeys(formats):
        ending, write = WRITERS[each]
        unfinished, path = folder / f"{UNFINISHED}bilaga{ending}", folder / f"bilaga{ending}"
        try:
            write(document, unfinished)
            unfinished.replace(path)
        except PermissionError:
            raise HemmaplanError(f"{path}: kan inte skrivas; är filen öppen i ett annat program?") from None
        finally:
            unfinished.unlink(missing_ok=True)
        written.append(path)
    return written
