"""Dirty files, each with its message: every row is read or accounted for, and no error is a traceback."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
import pytest

from sim.errors import HemmaplanError
from sim.intake.dry_run import dry_run_text
from sim.intake.reading import Read, read_folder
from uttag import ARENDEN, PLACERINGAR, UTBETALNINGAR, placements, write_csv, write_xlsx

NAME = "placeringar.csv"
GOOD = ("K1", "Missbruk", "HVB", "Köpt", "2024-01-10", "2024-03-01", "1500,50")
OTHER = ("K2", "Missbruk", "HVB", "Köpt", "2024-02-10", "", "1500")


def with_row(*row: Any) -> Callable[[Path], None]:
    """A list of placements with two good rows and this one after them."""
    return lambda path: void(write_csv(path / NAME, PLACERINGAR, [GOOD, OTHER, row]))


def void(_: object) -> None:
    return None


def text(content: str, encoding: str = "utf-8", name: str = NAME) -> Callable[[Path], None]:
    return lambda path: void((path / name).write_bytes(content.encode(encoding)))


def beside(name: str, content: bytes) -> Callable[[Path], None]:
    """A good list, and another file."""

    def write(path: Path) -> None:
        write_csv(path / NAME, PLACERINGAR, [GOOD, OTHER])
        (path / name).write_bytes(content)

    return write


HEAD, ONE, TWO = (";".join(row) for row in (PLACERINGAR, GOOD, OTHER))


class Remarked(NamedTuple):
    """A file that is read: how many placements come of it, and what is said."""

    what: str
    write: Callable[[Path], None]
    rows: int
    kod: str
    at: tuple[int, ...]
    says: str


def payments(*rows: tuple[str, ...]) -> Callable[[Path], None]:
    return lambda path: void(write_csv(path / "utbetalningar.csv", UTBETALNINGAR, rows))


def volumes(*years: str) -> Callable[[Path], None]:
    rows = [("Missbruk", "platser", "Ek", year, "16") for year in years]
    return lambda path: void(write_csv(path / "volymer.csv", ("Verksamhet", "Slag", "Namn", "År", "Värde"), rows))


def cases(*rows: tuple[str, ...]) -> Callable[[Path], None]:
    return lambda path: void(write_csv(path / "ärenden.csv", ARENDEN, rows))


CASE = ("K1", "Barn", "Anmälan", "2024-01-01", "2024-01-10", "2024-04-01", "HVB")
REMARKED = (
    Remarked("sum row", with_row("Summa", "", "", "", "", "", "3000,50"), 2, "summarad", (4,), "är en summa"),
    Remarked(
        "sum row with dates",
        with_row("Totalt 2024", "", "HVB", "", "2024-01-01", "", "99"),
        2,
        "summarad",
        (4,),
        "summa",
    ),
    Remarked("headings again", with_row(*PLACERINGAR), 2, "upprepad_rubrik", (4,), "Rubrikerna står en gång till"),
    Remarked("footnote", with_row("Källa: systemet"), 2, "fotnot", (4,), "bara en ifylld cell"),
    Remarked(
        "no start", with_row("K3", "", "HVB", "", "", "2024-02-02", ""), 2, "saknar_start", (4,), "«Startdatum» är tom"
    ),
    Remarked("start is text", with_row("K3", "", "HVB", "", "i våras", "", ""), 2, "olaslig_start", (4,), "2024-03-31"),
    Remarked(
        "impossible day", with_row("K3", "", "HVB", "", "2024-02-30", "", ""), 2, "olaslig_start", (4,), "ett datum"
    ),
    Remarked(
        "end is text", with_row("K3", "", "HVB", "", "2024-01-01", "sommar", ""), 2, "olaslig_slut", (4,), "eller tom"
    ),
    Remarked(
        "price is text",
        with_row("K3", "", "HVB", "", "2024-01-01", "", "dyr"),
        3,
        "olaslig_dygnspris_kr",
        (4,),
        "1 234,50",
    ),
    Remarked(
        "ends first",
        with_row("K3", "", "HVB", "", "2024-03-01", "2024-01-01", ""),
        2,
        "slut_fore_start",
        (4,),
        "före den börjar",
    ),
    Remarked(
        "future start", with_row("K3", "", "HVB", "", "2088-01-01", "", ""), 2, "efter_fonstret", (4,), "efter fönstret"
    ),
    Remarked(
        "planned end",
        with_row("K3", "", "HVB", "", "2024-01-01", "2088-01-01", ""),
        3,
        "slut_efter_fonstret",
        (4,),
        "pågående",
    ),
    Remarked("duplicate", with_row(*GOOD), 2, "dubblett", (4,), "flera gånger"),
    Remarked(
        "overlap",
        with_row("K1", "Missbruk", "Familjehem", "", "2024-01-20", "2024-02-20", ""),
        3,
        "overlapp",
        (4,),
        "redan placerad",
    ),
    Remarked(
        "older export",
        with_row("K1", "Missbruk", "HVB", "Köpt", "2024-01-10", "", "1500,50"),
        2,
        "aldre_uttag",
        (4,),
        "senare uttag",
    ),
    Remarked(
        "next decision",
        with_row("K1", "Missbruk", "HVB", "Köpt", "2024-03-02", "2024-05-05", ""),
        2,
        "flera_beslut",
        (4,),
        "flera beslut",
    ),
    Remarked(
        "month's price",
        with_row("K3", "", "HVB", "", "2024-01-01", "", "95 000"),
        3,
        "orimligt_pris",
        (4,),
        "månadskostnad",
    ),
    Remarked(
        "price zero", with_row("K3", "", "HVB", "", "2024-01-01", "", "0"), 3, "inget_pris", (4,), "noll eller mindre"
    ),
    Remarked(
        "nobody", with_row("", "Missbruk", "HVB", "", "2024-01-01", "", ""), 3, "saknar_nummer", (4,), "vem den gäller"
    ),
    Remarked(
        "unknown word",
        with_row("K3", "Missbruk", "Villa Anna Ek", "", "2024-01-01", "", ""),
        3,
        "okant_ord_form",
        (4,),
        "färre än fem",
    ),
    Remarked(
        "no area",
        with_row("K3", "", "HVB", "", "2024-01-01", "", ""),
        3,
        "saknar_verksamhet",
        (4,),
        "fast: {verksamhet",
    ),
    Remarked(
        "1924 for 2024",
        with_row("K3", "Missbruk", "HVB", "", "1924-01-01", "", ""),
        3,
        "gammalt_datum",
        (4,),
        "årtalet rätt",
    ),
    Remarked(
        "lost digits",
        with_row("1,23E+11", "Missbruk", "HVB", "", "2024-01-01", "", ""),
        2,
        "exponentform",
        (4,),
        "exponentform",
    ),
    Remarked(
        "a delimiter in a text",
        text(f"{HEAD}\n{ONE}\n{TWO}\nK3;Missbruk;HVB;Ek; Ask;2024-01-01;;1"),
        2,
        "for_manga_celler",
        (4,),
        "fler celler",
    ),
    Remarked(
        "a quote that never ends",
        text(f'{HEAD}\n{ONE}\n"K3;Missbruk;HVB;Köpt;2024-01-01;;1\n{TWO}\n'),
        3,
        "citattecken",
        (),
        "stängs aldrig",
    ),
    Remarked(
        "saved twice", text(f"{HEAD}\n{ONE}\n{TWO}\n".encode().decode("cp1252")), 2, "kodning_lagad", (), "två gånger"
    ),
    Remarked("another file beside", beside("info.pdf", b"%PDF"), 2, "annan_fil", (), "läses inte"),
    Remarked("a file without headings", beside("b.csv", b"1;2\n3;4\n"), 2, "inga_rubriker", (), "Inga rubriker"),
    Remarked(
        "two payments a month",
        payments(("H1", "2024-01", "100"), ("H1", "2024-01", "50")),
        0,
        "flera_i_manaden",
        (3,),
        "samma månad",
    ),
    Remarked(
        "repaid", payments(("H1", "2024-01", "100"), ("H1", "2024-02", "−50")), 0, "inget_belopp", (3,), "återkrav"
    ),
    Remarked(
        "a sum as a payment",
        payments(("H1", "2024-01", "100"), ("H2", "2024-02", "250 000")),
        0,
        "stort_belopp",
        (3,),
        "är det en summa",
    ),
    Remarked("no year", volumes("2024", "0"), 0, "olaslig_ar", (3,), "ett årtal"),
    Remarked(
        "day or month first",
        text(f"{HEAD}\nK1;Missbruk;HVB;Köpt;3/4/2024;;1\nK2;Missbruk;HVB;Köpt;5/6/2024;;1"),
        2,
        "tvetydig_start",
        (2, 3),
        "Dagen läses först",
    ),
    Remarked(
        "thousands or decimals",
        text(f"{HEAD}\nK1;Missbruk;HVB;Köpt;2024-01-02;;1.234\nK2;Missbruk;HVB;Köpt;2024-01-02;;2.500"),
        2,
        "tvetydig_dygnspris_kr",
        (2, 3),
        "som tusental",
    ),
    Remarked(
        "opened after decided",
        cases(CASE, (*CASE[:4], "2024-05-01", *CASE[5:])),
        0,
        "inledd_utanfor",
        (3,),
        "efter beslutet",
    ),
    Remarked(
        "opened: a word",
        cases(CASE, ("K2", "Barn", "Anmälan", "2024-01-01", "vet ej", "2024-04-01", "HVB")),
        0,
        "olaslig_inledd",
        (3,),
        "som tomma",
    ),
)


@pytest.mark.parametrize("case", REMARKED, ids=lambda case: case.what)
def test_what_can_be_read_is_and_the_rest_is_said(case: Remarked, tmp_path: Path) -> None:
    case.write(tmp_path)
    read = read_folder(tmp_path)
    found = [remark for remark in read.remarks if remark.kod == case.kod]
    assert len(read.lists.placeringar) == case.rows
    assert [remark.rader for remark in found] == [case.at]
    assert case.says in f"{found[0].text} {found[0].behandling}"
    accounted(read)


def accounted(read: Read) -> None:
    """No row is lost: each is read, or stands in a remark."""
    for source in read.sources:
        left_out = sum(
            remark.antal
            for remark in read.remarks
            if remark.fil == source.fil and (remark.allvar == "fel" or remark.kod in QUIET)
        )
        kept = len(getattr(read.lists, source.lista))
        assert kept + left_out == source.rader + source.utelamnade + count_long(read)


QUIET = {
    "summarad",
    "upprepad_rubrik",
    "fotnot",
    "fore_fonstret",
    "aldre_uttag",
    "flera_beslut",
    "flera_i_manaden",
    "inget_belopp",
}


def count_long(read: Read) -> int:
    return sum(remark.antal for remark in read.remarks if remark.kod == "for_manga_celler")


def protected(path: Path) -> None:
    void((path / "placeringar.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5000)))


def broken(path: Path) -> None:
    with zipfile.ZipFile(path / "placeringar.xlsx", "w") as file:
        file.writestr("nothing.txt", "nothing")


def only_other_headings(path: Path) -> None:
    write_csv(path / "data.csv", ("Färg", "Form", "Storlek"), [("röd", "rund", "stor")])


def no_end(path: Path) -> None:
    write_csv(path / "placeringar.csv", PLACERINGAR[:5], [GOOD[:5]])


def no_amount(path: Path) -> None:
    write_csv(path / "utbetalningar.csv", ("Hushållsid", "Månad", "Summering", "Ändamål"), [("1", "2024-01", "x", "y")])


def mapping(content: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        write_csv(path / NAME, PLACERINGAR, [GOOD, OTHER])
        (path / "las-in.yaml").write_text(content, encoding="utf-8")

    return write


def of_file(said: str) -> Callable[[Path], None]:
    """A mapping file that says something of the one file."""
    return mapping(f"filer: {{placeringar.csv: {{{said}}}}}")


class Refused(NamedTuple):
    what: str
    write: Callable[[Path], None]
    says: tuple[str, ...]


REFUSED = (
    Refused("an empty folder", lambda path: None, ("ingen fil i mappen kändes igen", "--mallar")),
    Refused("an empty file", text(""), ("ingen fil i mappen kändes igen",)),
    Refused(
        "a page called xls",
        text("<html><table><tr><td>Klientnr</td></tr></table>", name="uttag.xls"),
        ("uttag.xls", "webbsida", "xlsx"),
    ),
    Refused("text called xlsx", text(f"{HEAD}\n{ONE}", name="uttag.xlsx"), ("uttag.xlsx", "inte en Excelfil", ".csv")),
    Refused("an empty xlsx", text("", name="uttag.xlsx"), ("uttag.xlsx: filen är tom",)),
    Refused("a protected workbook", protected, ("placeringar.xlsx", "lösenord")),
    Refused("a broken workbook", broken, ("placeringar.xlsx", "trasig")),
    Refused("headings that are none of ours", only_other_headings, ("kändes igen",)),
    Refused(
        "no end",
        no_end,
        ("placeringar.csv: liknar listan placeringar men saknar «slut»", "las-in.yaml", "lista: placeringar"),
    ),
    Refused("no amount", no_amount, ("ingen fil",)),
    Refused(
        "personnummer",
        with_row("19121212-1212", *GOOD[1:]),
        ("placeringar.csv: kolumnen «Klientnr»", "personnummer", "bortse: [Klientnr]", "löpnummer"),
    ),
    Refused(
        "a name of a file with a personnummer",
        text(f"{HEAD}\n{ONE}", name="19121212-1212.csv"),
        ("ett namn som ser ut att innehålla ett personnummer",),
    ),
    Refused("mapping: unknown key", mapping("filar: {}"), ("filar: okänd nyckel; menade du filer? (las-in.yaml)",)),
    Refused(
        "mapping: unknown file",
        mapping("filer: {placering.csv: {lista: placeringar}}"),
        ("filer.placering.csv: filen finns inte i mappen; menade du placeringar.csv?",),
    ),
    Refused(
        "mapping: unknown list",
        of_file("lista: placering"),
        ("lista = placering: finns inte; menade du placeringar?",),
    ),
    Refused(
        "mapping: unknown column",
        of_file("kolumner: {Regi: utforar}"),
        ("kolumner.Regi = utforar: finns inte; menade du utforare?",),
    ),
    Refused(
        "mapping: unknown heading",
        of_file("bortse: [Reg]"),
        ("bortse.Reg: kolumnen finns inte i placeringar.csv; menade du Regi?",),
    ),
    Refused(
        "mapping: bad key", of_file("varden: {form: {HVB: Hvb-hem}}"), ("varden.form.HVB = Hvb-hem: ska bara ha a-z",)
    ),
    Refused(
        "mapping: neither own nor bought",
        of_file("varden: {utforare: {Regi: kommun}}"),
        ("ska vara egen eller extern",),
    ),
    Refused(
        "mapping: window backwards",
        of_file("fonster: {fran: 2024-01-01, till: 2023-01-01}"),
        ("till ska vara en senare dag än fran",),
    ),
    Refused("mapping: not YAML", mapping("filer: [}"), ("las-in.yaml", "inte giltig YAML")),
    Refused(
        "mapping: a number for a date",
        of_file("fonster: {fran: 2024, till: 2025-01-01}"),
        ("fran = 2024: ska vara ett datum",),
    ),
    Refused("mapping: another name", beside("las-in.yml", b""), ("las-in.yml: filen ska heta las-in.yaml",)),
)


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.what)
def test_what_cannot_be_read_is_refused_in_swedish(case: Refused, tmp_path: Path) -> None:
    case.write(tmp_path)
    with pytest.raises(HemmaplanError) as refused:
        read_folder(tmp_path)
    for part in case.says:
        assert part in str(refused.value)


def test_at_least_thirty_kinds_are_tried() -> None:
    assert len(REMARKED) + len(REFUSED) + len(HARMLESS) >= 50


def two_headings(path: Path) -> None:
    above = [
        ("", "", "", "", "Placering", "", ""),
        ("Klientnr", "Verksamhet", "Insats", "Regi", "Start", "Slut", "Pris"),
    ]
    write_xlsx(path / "uttag.xlsx", above[0], [above[1], *placements(6)])


def merged(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Placeringar 2019-2024"])
    sheet.merge_cells("A1:G1")
    sheet.append(["Klientnr", "Verksamhet", "Insats", "Regi", "Datum", None, "Dygnskostnad"])
    sheet.append([None, None, None, None, "from", "tom", None])
    for column in "ABCDG":
        sheet.merge_cells(f"{column}2:{column}3")
    sheet.merge_cells("E2:F2")
    for row in placements(6):
        sheet.append(list(row))
    book.save(path / "uttag.xlsx")


def two_sheets(path: Path) -> None:
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.append(["Uttaget av", "någon"])
    for number in (1, 2):
        sheet = book.create_sheet(f"Del {number}")
        sheet.append(list(PLACERINGAR))
        for row in placements(6)[3 * number - 3 : 3 * number]:
            sheet.append(list(row))
    book.save(path / "uttag.xlsx")


def serial(path: Path) -> None:
    """Dates as Excel's numbers, in a text file."""
    days = [
        [(cell - date(1899, 12, 30)).days if isinstance(cell, date) else cell for cell in row] for row in placements(6)
    ]
    write_csv(path / NAME, PLACERINGAR, days)


def american(path: Path) -> None:
    said = [[f"{cell:%m/%d/%Y}" if isinstance(cell, date) else cell for cell in row] for row in placements(6)]
    write_csv(path / NAME, PLACERINGAR, [*said, ("K9", "Missbruk", "HVB", "", "12/31/2023", "", "")])


def quoted(path: Path) -> None:
    lines = [";".join(f'"{"" if cell is None else cell}"' for cell in row) for row in (PLACERINGAR, *placements(6))]
    (path / NAME).write_text("sep=;\n" + "\n".join(lines), encoding="utf-8")


def english_numbers(path: Path) -> None:
    said = [[f"{cell:,.2f}" if isinstance(cell, float) else cell for cell in row] for row in placements(6)]
    write_csv(path / NAME, PLACERINGAR, said, "\t")


def empty_columns(path: Path) -> None:
    rows = [("", *row[:4], "", *row[4:], "", "") for row in placements(6)]
    write_csv(path / NAME, ("", *PLACERINGAR[:4], "", *PLACERINGAR[4:], "", ""), rows)


def utf16_without_mark(path: Path) -> None:
    lines = [";".join("" if cell is None else str(cell) for cell in row) for row in (PLACERINGAR, *placements(6))]
    (path / NAME).write_bytes("\n".join(lines).encode("utf-16-le"))


def old_dos(path: Path) -> None:
    write_csv(path / NAME, ("Ärendenr", "Område", "Vårdform", *PLACERINGAR[3:]), placements(6), encoding="cp850")


def old_mac(path: Path) -> None:
    lines = [";".join("" if cell is None else str(cell) for cell in row) for row in (PLACERINGAR, *placements(6))]
    (path / NAME).write_bytes("\r".join(lines).encode("mac_roman"))


def upper_case(path: Path) -> None:
    headings = ("KLIENT-NR", "OMRÅDE", "VÅRDFORM", "EGEN/EXTERN", "FR.O.M.", "T.O.M.", "KR/DYGN")
    write_csv(path / NAME, headings, placements(6))


def goes_on(path: Path) -> None:
    rows = [[*row[:5], row[5] or "9999-12-31", row[6]] for row in placements(6)]
    write_csv(path / NAME, PLACERINGAR, rows)


def told_in_words(path: Path) -> None:
    rows = [[*row[:5], row[5] or "Tills vidare", row[6]] for row in placements(6)]
    write_csv(path / NAME, PLACERINGAR, rows)


def with_clock(path: Path) -> None:
    rows = [[f"{cell} 00:00:00.000" if isinstance(cell, date) else cell for cell in row] for row in placements(6)]
    write_csv(path / NAME, PLACERINGAR, rows)


def hidden_helper(path: Path) -> None:
    write_xlsx(path / "uttag.xlsx", PLACERINGAR, placements(6))
    void((path / "~$uttag.xlsx").write_bytes(b"locked"))


HARMLESS = (
    two_headings, merged, two_sheets, serial, american, quoted, english_numbers, empty_columns, utf16_without_mark,
    old_dos, old_mac, upper_case, goes_on, told_in_words, with_clock, hidden_helper,
)  # fmt: skip


@pytest.mark.parametrize("write", HARMLESS, ids=lambda write: write.__name__)
def test_odd_but_clear_files_are_read_as_if_they_were_plain(write: Callable[[Path], None], tmp_path: Path) -> None:
    plain, odd = tmp_path / "plain", tmp_path / "odd"
    plain.mkdir(), odd.mkdir()
    write_csv(plain / NAME, PLACERINGAR, placements(6))
    write(odd)
    expected, read = read_folder(plain).lists.placeringar, read_folder(odd)
    found = read.lists.placeringar.iloc[: len(expected)]
    for column in ("form", "utforare", "verksamhet", "start", "slut", "dygnspris_kr", "person"):
        assert found[column].astype(object).fillna(0).tolist() == expected[column].astype(object).fillna(0).tolist(), (
            column
        )
    assert dry_run_text(read).startswith("Filer\n")
