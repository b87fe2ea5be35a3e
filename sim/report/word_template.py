"""The look of the Word file: our own styles, set in code. Every colour of text has a contrast of at least 4.5:1."""

from __future__ import annotations

from datetime import datetime

from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Cm, Pt, RGBColor
from docx.styles.style import CharacterStyle, ParagraphStyle

INK, ACCENT, MUTED = "1B2A3A", "12496B", "4A5560"
PALE, LINE = "E9F0F5", "C4D0DA"
FONT = "Calibri"
TEXT_WIDTH_CM, WIDE_CM = 16.2, 24.9
"""On a page that stands, and on one on its side."""
SIDE_MARGIN_CM, MARGIN_CM, LYING_MARGIN_CM = 2.4, 2.2, 1.7
"""To the sides; above and below, on a page that stands and on one on its side."""
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def prepare(word: WordDocument, title: str, footer: str, moment: datetime) -> None:
    """An empty document with styles, page, language, title and footer."""
    _language(word)
    _page(word)
    _styles(word)
    core = word.core_properties
    core.title, core.author, core.language = title, "hemmaplan", "sv-SE"
    core.subject, core.comments, core.last_modified_by = "", "", "hemmaplan"
    core.created = core.modified = moment.replace(tzinfo=None)
    core.revision = 1
    write_footer(word.sections[0], footer, TEXT_WIDTH_CM)


def _language(word: WordDocument) -> None:
    defaults = word.styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    for old in defaults.findall(qn("w:lang")):
        defaults.remove(old)
    defaults.append(parse_xml(f'<w:lang {W} w:val="sv-SE" w:eastAsia="sv-SE" w:bidi="ar-SA"/>'))
    settings = word.settings.element
    for old in settings.findall(qn("w:themeFontLang")):
        old.set(qn("w:val"), "sv-SE")
    zoom = settings.find(qn("w:zoom"))
    if zoom is not None:
        zoom.set(qn("w:percent"), "100")
    settings.find(qn("w:defaultTabStop")).addnext(OxmlElement("w:autoHyphenation"))
    (mode,) = (each for each in settings.iter(qn("w:compatSetting")) if each.get(qn("w:name")) == "compatibilityMode")
    mode.set(qn("w:val"), "15")
    for name, mark in (("decimalSymbol", ","), ("listSeparator", ";")):
        settings.find(qn(f"w:{name}")).set(qn("w:val"), mark)
    settings.find(qn("w:compat")).addprevious(parse_xml(f'<w:updateFields {W} w:val="true"/>'))


def _page(word: WordDocument) -> None:
    section = word.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = Cm(SIDE_MARGIN_CM)
    section.top_margin = section.bottom_margin = Cm(MARGIN_CM)


def _styles(word: WordDocument) -> None:
    def look(
        name: str, size: float, colour: str = INK, bold: bool = False, before: float = 0, after: float = 6
    ) -> None:
        style = word.styles[name] if name in existing else word.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        assert isinstance(style, ParagraphStyle)
        if name not in existing:
            style.base_style = word.styles["Normal"]
        style.font.name, style.font.size, style.font.bold, style.font.italic = FONT, Pt(size), bold, False
        style.font.color.rgb = RGBColor.from_string(colour)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for kind in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{kind}"), None)
        for kind in ("ascii", "hAnsi", "cs", "eastAsia"):
            fonts.set(qn(f"w:{kind}"), FONT)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
        for spread in style.element.rPr.findall(qn("w:spacing")):
            style.element.rPr.remove(spread)
        for tabs in style.element.get_or_add_pPr().findall(qn("w:tabs")):
            style.element.pPr.remove(tabs)
        style.quick_style, style.hidden = True, False

    existing = {style.name for style in word.styles}
    look("Normal", 10.5)
    word.styles["Normal"].paragraph_format.line_spacing = 1.1
    look("Title", 24, ACCENT, bold=True, after=2)
    look("Subtitle", 13, MUTED, after=8)
    look("Heading 1", 16, ACCENT, bold=True, before=14, after=4)
    look("Heading 2", 12.5, ACCENT, bold=True, before=12, after=4)
    look("Heading 3", 11, ACCENT, bold=True, before=8, after=2)
    look("Caption", 9.5, ACCENT, bold=True, before=12, after=4)
    look("List Bullet", 10.5, after=3)
    look("Ingress", 12, after=8)
    look("Anmärkning", 9, MUTED, before=3, after=8)
    look("Ruta", 10.5, after=6)
    look("Figur", 10.5, before=10, after=0)
    look("Nyckeltal", 10.5, before=4, after=0)
    look("Tabelltext", 9, before=1, after=1)
    look("Tabelltext liten", 8, before=1, after=1)
    look("Innehållsrubrik", 16, ACCENT, bold=True, after=6)
    look("TOC 1", 10.5, after=2)
    look("TOC 2", 10.5, after=2)
    look("Footer", 8.5, MUTED, after=0)
    for name in ("Figur", "Nyckeltal"):
        word.styles[name].paragraph_format.keep_with_next = True
    word.styles["Figur"].paragraph_format.line_spacing = 1.0  # more would leave a gap above a picture
    for name in ("Tabelltext", "Tabelltext liten"):
        properties = word.styles[name].element.get_or_add_pPr()
        properties.insert_element_before(OxmlElement("w:suppressAutoHyphens"), "w:spacing", "w:ind", "w:jc", "w:rPr")
    word.styles["TOC 2"].paragraph_format.left_indent = Cm(0.6)
    for name in ("TOC 1", "TOC 2"):
        word.styles[name].paragraph_format.tab_stops.add_tab_stop(Cm(TEXT_WIDTH_CM), WD_TAB_ALIGNMENT.RIGHT)
    for name in ("Title", "Ruta"):
        _boxed(word, name)
    margins = word.styles["Ruta"].paragraph_format
    margins.left_indent = margins.right_indent = Cm(0.35)
    for name, size, colour in (("siffra", 17.0, ACCENT), ("osäker", 17.0, MUTED), ("enhet", 9.0, MUTED)):
        run = word.styles.add_style(f"Nyckeltal {name}", WD_STYLE_TYPE.CHARACTER)
        assert isinstance(run, CharacterStyle)
        run.font.size, run.font.bold = Pt(size), name != "enhet"
        run.font.color.rgb = RGBColor.from_string(colour)


def _boxed(word: WordDocument, name: str) -> None:
    """A title without a line below it; a box with a tint and a bar at its left."""
    properties = word.styles[name].element.get_or_add_pPr()
    for old in properties.findall(qn("w:pBdr")):
        properties.remove(old)
    if name == "Ruta":
        edge = f'w:val="single" w:sz="4" w:space="6" w:color="{PALE}"'  # room between the text and the end of the tint
        bar = (
            f'<w:pBdr {W}><w:top {edge}/><w:left w:val="single" w:sz="24" w:space="8" w:color="{ACCENT}"/>'
            f"<w:bottom {edge}/><w:right {edge}/></w:pBdr>"
        )
        shade = f'<w:shd {W} w:val="clear" w:color="auto" w:fill="{PALE}"/>'
        properties.insert_element_before(parse_xml(bar), "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")
        properties.insert_element_before(parse_xml(shade), "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")


def write_footer(section: Section, text: str, width_cm: float) -> None:
    """Of this section, whatever the one before it has."""
    section.footer.is_linked_to_previous = False
    paragraph = section.footer.paragraphs[0]
    paragraph.style = "Footer"
    stops = paragraph.paragraph_format.tab_stops
    stops.add_tab_stop(Cm(width_cm), WD_TAB_ALIGNMENT.RIGHT)
    paragraph.add_run(f"{text}\t")
    for code in ("PAGE", "NUMPAGES"):
        if code == "NUMPAGES":
            paragraph.add_run(" (")
        paragraph._p.append(parse_xml(f'<w:fldSimple {W} w:instr="{code}"><w:r><w:t>1</w:t></w:r></w:fldSimple>'))
    paragraph.add_run(")")
