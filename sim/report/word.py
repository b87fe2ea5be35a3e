"""A document as a Word file: real headings, captions and header rows, alt texts. Knows nothing of its subject."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from io import BytesIO
from itertools import count
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from docx import Document as new_document
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.shared import Cm, Emu, Pt
from docx.text.paragraph import Paragraph as WordParagraph

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
from sim.report.text import clean
from sim.report.widths import columns_of, letter_widths
from sim.report.word_template import (
    ACCENT,
    LINE,
    LYING_MARGIN_CM,
    MARGIN_CM,
    PALE,
    TEXT_WIDTH_CM,
    WIDE_CM,
    prepare,
    write_footer,
)

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
NAMESPACE = f'xmlns:w="{WORD}"'
TWIPS_PER_POINT, POINTS_PER_CM = 20, 28.346
FEWEST = 3
"""Rows of a divided table on a page, at its beginning and its end."""
BELOW_FIGURE = 3
"""Points between it and its caption."""
STYLES = {"body": "Normal", "lead": "Ingress", "note": "Anmärkning", "box": "Ruta"}


def write_word(document: Document, path: Path) -> None:
    """Pictures are the PNG files beside the figures' SVG."""
    word = new_document()
    footer = clean(document.footer)
    prepare(word, clean(document.title), footer, datetime.fromisoformat(document.date))
    writer = _Writer(word, footer)
    word.add_paragraph(clean(document.title), style="Title")
    word.add_paragraph(clean(document.subtitle), style="Subtitle")
    for block in document.first_page:
        writer.add(block)
    writer.contents(document)
    for block in document.blocks:
        writer.add(block)
    buffer = BytesIO()
    word.save(buffer)
    path.write_bytes(_undated(buffer.getvalue()))


class _Writer:
    """Adds block after block; numbers captions and bookmarks."""

    def __init__(self, word: WordDocument, footer: str) -> None:
        self.word = word
        self.footer = footer
        self.captions = {"Tabell": count(1), "Figur": count(1)}
        self.bookmarks = count(1)
        self.ids = count(100)
        self.letters = letter_widths()
        self.wide = False
        """Whether the page lies on its side."""

    def add(self, block: Block) -> None:
        wide = isinstance(block, Figure | Heading) and block.wide
        if wide != self.wide:
            self._turn(wide)
        if isinstance(block, Heading):
            self._heading(block)
        elif isinstance(block, Paragraph):
            self._parts(self.word.add_paragraph(style=STYLES[block.kind]), block.parts)
        elif isinstance(block, Finding):
            self._finding(block)
        elif isinstance(block, Bullets):
            for item in block.items:
                self._parts(self.word.add_paragraph(style="List Bullet"), item)
        elif isinstance(block, Table):
            self._table(block)
        else:
            self._figure(block)

    def contents(self, document: Document) -> None:
        """A list of headings with links, as a field that Word fills with page numbers when the file is opened. Until
        then there are none: the pages are known only to what lays them out."""
        title = self.word.add_paragraph("Innehåll", style="Innehållsrubrik")
        title.paragraph_format.page_break_before = True
        headings = [block for block in document.every_block if isinstance(block, Heading) and block.level < 3]
        for number, heading in enumerate(headings, start=1):
            paragraph = self.word.add_paragraph(style=f"TOC {heading.level}")
            if number == 1:
                for kind in ("begin", 'TOC \\o "1-2" \\h \\z', "separate"):
                    paragraph._p.append(_field(kind))
            mark = f"_Rubrik{number}"
            link = parse_xml(f'<w:hyperlink {NAMESPACE} w:anchor="{mark}" w:history="1"/>')
            link.append(parse_xml(f"<w:r {NAMESPACE}><w:t>{escape(clean(heading.text))}</w:t></w:r>"))
            link.append(parse_xml(f"<w:r {NAMESPACE}><w:tab/></w:r>"))
            for kind in ("begin", f"PAGEREF {mark} \\h", "separate", "end"):
                link.append(_field(kind))
            paragraph._p.append(link)
            if number == len(headings):
                paragraph._p.append(_field("end"))

    def _heading(self, block: Heading) -> None:
        paragraph = self.word.add_paragraph(style=f"Heading {block.level}")
        number = next(self.bookmarks) if block.level < 3 else None
        if number is not None:
            mark = f'{NAMESPACE} w:id="{number}"'
            paragraph._p.append(parse_xml(f'<w:bookmarkStart {mark} w:name="_Rubrik{number}"/>'))
        paragraph.add_run(clean(block.text))
        if number is not None:
            paragraph._p.append(parse_xml(f"<w:bookmarkEnd {mark}/>"))

    def _parts(self, paragraph: WordParagraph, parts: tuple[Inline, ...]) -> None:
        for part in parts:
            run = paragraph.add_run(clean(text_of((part,))))
            run.bold = True if isinstance(part, Strong) else None

    def _finding(self, block: Finding) -> None:
        paragraph = self.word.add_paragraph(style="Nyckeltal")
        paragraph.add_run(clean(block.number.text), style="Nyckeltal siffra" if block.sure else "Nyckeltal osäker")
        paragraph.add_run(f"  {clean(block.label)}", style="Nyckeltal enhet")
        body = self.word.add_paragraph(style="Normal")
        body.add_run(f"{clean(block.title)}. ").bold = True
        self._parts(body, block.parts)

    def _caption(self, kind: str, text: str, above: bool) -> None:
        paragraph = self.word.add_paragraph(style="Caption")
        paragraph.paragraph_format.keep_with_next = above
        if not above:
            paragraph.paragraph_format.space_before = Pt(BELOW_FIGURE)
        paragraph.add_run(f"{kind} ")
        for each in ("begin", f"SEQ {kind} \\* ARABIC", "separate"):
            paragraph._p.append(_field(each))
        paragraph.add_run(str(next(self.captions[kind])))
        paragraph._p.append(_field("end"))
        paragraph.add_run(f": {clean(text)}")

    def _table(self, block: Table) -> None:
        self._caption("Tabell", block.caption, above=True)
        body = self.word.element.body
        body.insert(list(body).index(body.sectPr), parse_xml(_table_xml(block, self.letters)))
        if block.note:
            self._parts(self.word.add_paragraph(style="Anmärkning"), block.note)

    def _figure(self, block: Figure) -> None:
        paragraph = self.word.add_paragraph(style="Figur")
        width = Cm((WIDE_CM if block.wide else TEXT_WIDTH_CM) * block.width)
        picture = paragraph.add_run().add_picture(str(block.path.with_suffix(".png")), width=Emu(int(width)))
        for side in "TBLR":
            picture._inline.set(f"dist{side}", "0")  # LibreOffice would leave a third of a centimetre
        properties = picture._inline.docPr
        properties.set("descr", clean(block.alt_text))
        properties.set("name", f"Figur {next(self.ids)}")
        self._caption("Figur", block.caption, above=False)

    def _turn(self, wide: bool) -> None:
        """The pages that follow stand or lie."""
        section = self.word.add_section()
        sides = sorted([section.page_width or 0, section.page_height or 0])
        section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = sides[::-1] if wide else sides
        section.top_margin = section.bottom_margin = Cm(LYING_MARGIN_CM if wide else MARGIN_CM)
        write_footer(section, self.footer, WIDE_CM if wide else TEXT_WIDTH_CM)
        self._without_empty_paragraph()
        self.wide = wide

    def _without_empty_paragraph(self) -> None:
        """The end of a section is said in the paragraph before it, not in an empty one, which would be read aloud."""
        end = self.word.paragraphs[-1]._p
        before = end.getprevious()
        if before is not None and before.tag == end.tag and not end.findall(qn("w:r")):
            before.get_or_add_pPr().append(end.get_or_add_pPr().find(qn("w:sectPr")))
            self.word.element.body.remove(end)


def _field(kind: str) -> object:
    """Part of a field: its beginning, what it is, its middle or its end."""
    if kind in {"begin", "separate", "end"}:
        return parse_xml(f'<w:r {NAMESPACE}><w:fldChar w:fldCharType="{kind}"/></w:r>')
    code = f'<w:instrText xml:space="preserve"> {escape(kind)} </w:instrText>'
    return parse_xml(f"<w:r {NAMESPACE}>{code}</w:r>")


def _table_xml(block: Table, letters: Mapping[int, float]) -> str:
    """Built as text: a long table takes python-docx many seconds."""
    columns = columns_of(block, TEXT_WIDTH_CM * POINTS_PER_CM, letters)
    widths = [round(width * TWIPS_PER_POINT) for width in columns.widths]
    style = "Tabelltext liten" if block.small else "Tabelltext"
    border = f'w:val="single" w:sz="4" w:space="0" w:color="{LINE}"'
    strong = f'w:val="single" w:sz="8" w:space="0" w:color="{ACCENT}"'
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    divided = '<w:suppressAutoHyphens w:val="0"/>' if columns.tight else ""
    look = f'<w:pStyle w:val="{style.replace(" ", "").replace("ä", "a")}"/>'
    rows = [_row_xml(block.header, widths, block.numeric, f"{look}<w:keepNext/>{divided}", header=True)]
    last = len(block.rows) - 1
    for place, row in enumerate(block.rows):
        cells = [cell_text(cell) for cell in row]
        alone = place < FEWEST - 1 or last - FEWEST < place  # the first and the last rows do not stand by themselves
        together = "<w:keepNext/>" if (block.short or alone) and place < last else ""
        rows.append(_row_xml(cells, widths, block.numeric, f"{look}{together}{divided}"))
    margins = "".join(f'<w:{side} w:w="70" w:type="dxa"/>' for side in ("left", "right"))
    return (
        f'<w:tbl {NAMESPACE}><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblBorders><w:top {strong}/>'
        f"<w:bottom {border}/><w:insideH {border}/></w:tblBorders>"
        f'<w:tblLayout w:type="fixed"/><w:tblCellMar>{margins}</w:tblCellMar>'
        f'<w:tblLook w:val="0020" w:firstRow="1" w:lastRow="0" w:firstColumn="0" w:lastColumn="0" w:noHBand="1" '
        f'w:noVBand="1"/><w:tblCaption w:val={quoteattr(clean(block.caption))}/></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def _row_xml(
    cells: Sequence[str],
    widths: Sequence[int],
    numeric: Sequence[bool],
    look: str,
    header: bool = False,
) -> str:
    """A header row comes again on every page; no row is cut by the end of a page. `look`: properties of paragraphs."""
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{PALE}"/><w:vAlign w:val="bottom"/>' if header else ""
    bold = "<w:rPr><w:b/></w:rPr>" if header else ""
    found = []
    for cell, width, is_number in zip(cells, widths, numeric, strict=True):
        side = '<w:jc w:val="right"/>' if is_number else ""
        found.append(
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}</w:tcPr>'
            f"<w:p><w:pPr>{look}{side}</w:pPr>"
            f'<w:r>{bold}<w:t xml:space="preserve">{escape(clean(cell))}</w:t></w:r></w:p></w:tc>'
        )
    properties = f"<w:trPr><w:cantSplit/>{'<w:tblHeader/>' if header else ''}</w:trPr>"
    return f"<w:tr>{properties}{''.join(found)}</w:tr>"


def _undated(content: bytes) -> bytes:
    """The same file without the time at which its parts were packed: the same document gives the same bytes."""
    packed = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), old.read(name), zipfile.ZIP_DEFLATED)
    return packed.getvalue()
