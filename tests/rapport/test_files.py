"""The three files: tagged, readable, Swedish, and the same numbers in each."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pikepdf
from docx import Document as open_word
from docx.oxml.ns import qn

from rapport.pdf import assert_tagged
from sim.report.bilaga import write_bilaga
from sim.report.document import Document, Figure, Heading, Table, cell_text
from sim.report.saved import Saved
from sim.report.text import broken, clean, spelled, typeset
from sim.settings import FORMATS, Rapport


def tables_of(document: Document) -> list[Table]:
    return [block for block in document.every_block if isinstance(block, Table)]


def figures_of(document: Document) -> list[Figure]:
    return [block for block in document.every_block if isinstance(block, Figure)]


def test_the_pdf_is_tagged(folder: Path) -> None:
    assert_tagged(folder / "bilaga.pdf")


def test_the_pdf_says_which_standards_it_keeps(folder: Path) -> None:
    with pikepdf.open(folder / "bilaga.pdf") as pdf, pdf.open_metadata() as metadata:
        assert metadata["pdfuaid:part"] == "1"
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "A")


def test_the_conclusions_fill_one_page(folder: Path) -> None:
    """The list of contents is the second page's."""
    with pikepdf.open(folder / "bilaga.pdf") as pdf:
        outline = list(pdf.open_outline().root)
    assert [item.title for item in outline][:2] == ["Slutsatser", "Budget"]


def test_word_has_headings_captions_and_header_rows(folder: Path, document: Document) -> None:
    word = open_word(str(folder / "bilaga.docx"))
    headings = [p.text for p in word.paragraphs if p.style is not None and str(p.style.name).startswith("Heading")]
    assert headings == [block.text for block in document.every_block if isinstance(block, Heading)]
    captions = [p.text for p in word.paragraphs if p.style is not None and p.style.name == "Caption"]
    tables, figures = tables_of(document), figures_of(document)
    assert len(captions) == len(tables) + len(figures)
    assert f"Tabell 1: {tables[0].caption}" in captions and f"Figur 1: {figures[0].caption}" in captions
    assert len(word.tables) == len(tables)
    for table in word.tables:
        assert table._tbl.tr_lst[0].find(f".//{qn('w:tblHeader')}") is not None


def test_words_list_of_contents_is_a_field_with_every_heading_and_its_page(folder: Path, document: Document) -> None:
    """Word fills it when the file is opened. Each entry is linked to its heading, and so is its number of page."""
    word = open_word(str(folder / "bilaga.docx"))
    entries = [p for p in word.paragraphs if p.style is not None and str(p.style.name).upper().startswith("TOC")]
    headings = [block.text for block in document.every_block if isinstance(block, Heading) and block.level < 3]
    assert ["".join(t.text or "" for t in entry._p.iter(qn("w:t"))) for entry in entries] == headings
    codes = [[code.text.split() for code in entry._p.iter(qn("w:instrText"))] for entry in entries]
    assert codes[0][0][:3] == ["TOC", "\\o", '"1-2"']
    marks = {mark.get(qn("w:name")): mark.getparent() for mark in word.element.body.iter(qn("w:bookmarkStart"))}
    for entry, heading, code in zip(entries, headings, codes, strict=True):
        (page,) = [words for words in code if words[0] == "PAGEREF"]
        link = entry._p.find(qn("w:hyperlink"))
        assert link.get(qn("w:anchor")) == page[1]
        assert "".join(t.text or "" for t in marks[page[1]].iter(qn("w:t"))) == heading
    kinds = [each.get(qn("w:fldCharType")) for entry in entries for each in entry._p.iter(qn("w:fldChar"))]
    assert kinds.count("begin") == kinds.count("end") == kinds.count("separate") == len(headings) + 1
    assert word.settings.element.find(qn("w:updateFields")).get(qn("w:val")) == "true"


def test_word_holds_the_tables_cell_by_cell(folder: Path, document: Document) -> None:
    word = open_word(str(folder / "bilaga.docx"))
    for written, table in zip(word.tables, tables_of(document), strict=True):
        rows = [["".join(t.text or "" for t in tc.iter(qn("w:t"))) for tc in tr.tc_lst] for tr in written._tbl.tr_lst]
        assert rows == [list(table.header), *([cell_text(cell) for cell in row] for row in table.rows)]


def test_every_picture_of_word_has_its_alt_text(folder: Path, document: Document) -> None:
    word = open_word(str(folder / "bilaga.docx"))
    found = [shape._inline.docPr.get("descr") for shape in word.inline_shapes]
    assert found == [clean(figure.alt_text) for figure in figures_of(document)]
    assert all(re.search(r"\d", text) for text in found)


def test_word_is_in_swedish_and_has_a_title(folder: Path, document: Document) -> None:
    word = open_word(str(folder / "bilaga.docx"))
    assert word.core_properties.title == document.title
    assert word.core_properties.language == "sv-SE"
    assert word.styles.element.find(f".//{qn('w:docDefaults')}//{qn('w:lang')}").get(qn("w:val")) == "sv-SE"


def luminance(colour: str) -> float:
    """WCAG 2.1's relative luminance of RRGGBB."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_every_colour_of_text_stands_out(folder: Path) -> None:
    """Against white, and against the tint of header rows and boxes."""
    assert contrast("4F81BD", "FFFFFF") < 4.5  # Word's own blue would not
    word = open_word(str(folder / "bilaga.docx"))
    used = {p.style.name for p in word.paragraphs if p.style} | {"Tabelltext", "Tabelltext liten", "Footer"}
    colours = {str(word.styles[name].font.color.rgb) for name in used}
    template = Path("sim/report/mall.typ").resolve()
    source = (Path(__file__).parents[2] / "sim/report" / template.name).read_text(encoding="utf-8")
    colours |= set(re.findall(r"#let (?:ink|accent|muted) = rgb\(\"#(\w{6})\"\)", source))
    assert len(colours) >= 3
    assert all(contrast(colour, back) >= 4.5 for colour in colours for back in ("FFFFFF", "E9F0F5"))


def test_made_again_from_what_is_saved_it_is_the_same(folder: Path, project: Path) -> None:
    before = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("bilaga.*")}
    paths = write_bilaga(folder, project, Rapport(format=FORMATS))
    assert {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths} == before
    assert len(before) == 3


def test_nothing_unfinished_is_left(folder: Path) -> None:
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]


def test_persons_of_the_kommuns_own_data_are_masked(document: Document, saved: Saved, project: Path) -> None:
    from sim.report.source_list import parameter_table

    kommun = saved.made.resultat.study.kommun
    shown = {below: [cell_text(row[2]) for row in parameter_table(kommun, below).rows] for below in (0, 5)}
    assert shown[5].count("färre än 5") == 2 and shown[0].count("färre än 5") == 0
    assert any("visas inte" in str(part) for b in document.blocks for part in getattr(b, "parts", ()))


def test_text_is_made_fit_for_files() -> None:
    assert clean("a\x00b\u202ec\ud800") == "a b c "
    assert broken("kort ord") == "kort ord"
    assert broken("x" * 31).replace("\u200b", "") == "x" * 31 and "\u200b" in broken("x" * 31)
    assert spelled("a🏠", {ord("a")}) == "a[U+1F3E0]"


def test_spans_and_products_are_printed_as_such() -> None:
    assert typeset("0,80-1,0 och 2011-2012, 12-20 barn") == "0,80–1,0 och 2011–2012, 12–20 barn"
    assert typeset("4 679 x 1 447 kr") == "4\u00a0679 × 1\u00a0447\u00a0kr"
    assert typeset("nya per dygn x dygn i steget; 36 mnkr") == "nya per dygn × dygn i steget; 36\u00a0mnkr"
    for kept in ("2019-07-01", "SoL 2001:453", "11-årig", "x", "STRESS-DES", "-5"):
        assert typeset(kept) == kept
    assert clean("Arbetslöshet 11 % och 5 platser") == "Arbetslöshet 11\u00a0% och 5 platser"
