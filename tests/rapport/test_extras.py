"""What other commands have found becomes a section where its table lies in the folder, and nothing elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from scipy import stats

from sim.errors import HemmaplanError
from sim.report.document import Figure, Number, Paragraph, Strong, Table, cell_text, text_of
from sim.report.extras import EXTRAS, TESTS, bring, extra_sections
from sim.report.saved import Saved

VARFOR = """\
verksamhet;matt;del;period;orsak;ensam;ki95_lag;ki95_hog;utan;utan_lag;utan_hog;scenario_namn;mot_namn
alla;nettokostnad;;2019;Fler platser;-1500000,5;-2000000,0;-1000000,0;1250000,0;1000000,0;1500000,0;Båda;Nuläge
alla;nettokostnad;;2019;Tillsammans;-1400000,0;-1900000,0;-900000,0;;;;Båda;Nuläge
stod;ko;boende;2019;Fler platser;-1,0;-2,0;0,5;1,0;0,5;1,5;Båda;Nuläge
"""


def test_without_tables_there_are_no_sections(tmp_path: Path, saved: Saved) -> None:
    kommun = saved.made.resultat.study.kommun
    assert extra_sections(tmp_path, kommun, EXTRAS) == extra_sections(tmp_path, kommun, TESTS) == []


def test_causes_are_told_of_the_figure_asked_for(tmp_path: Path, saved: Saved) -> None:
    (tmp_path / "varfor.csv").write_text(VARFOR, encoding="utf-8-sig")
    for ending in ("svg", "png"):
        (tmp_path / f"varfor.{ending}").touch()
    ((title, (told, table, figure)),) = extra_sections(tmp_path, saved.made.resultat.study.kommun, EXTRAS)
    assert isinstance(told, Paragraph) and text_of(told.parts).startswith("Båda jämfört med nuläget. Ensam är")
    assert title == "Varför scenarierna skiljer sig"
    assert isinstance(table, Table) and [row[0] for row in table.rows] == ["Fler platser", "Tillsammans"]
    alone = table.rows[0][1]
    assert isinstance(alone, Number) and alone.value == -1500.0005
    assert alone.text == "\u22121\u00a0500" and table.rows[1][3] is None
    assert isinstance(figure, Figure) and "Fler platser: \u22121\u00a0500." in figure.alt_text


TORNADO = """\
verksamhet;matt;del;period;scenario_namn;scenario;antagande;namn;skrivet;lag_ande;hog_ande;skillnad_skrivet;\
skillnad_lag;skillnad_hog;svangning
alla;nettokostnad;;2019;Två platser till;hem_2;a.b;Litet antagande;0,5;0,4;0,6;-900000,0;-950000,0;-850000,0;100000,0
alla;nettokostnad;;2019;Två platser till;hem_2;c.d;Stort antagande;100;80;120;-900000,0;-400000,4;-1400000,0;-999999,6
"""


def test_the_tornado_names_its_measure_and_has_the_largest_first(tmp_path: Path, saved: Saved) -> None:
    (tmp_path / "kanslighet.csv").write_text(TORNADO, encoding="utf-8-sig")
    for ending in ("svg", "png"):
        (tmp_path / f"kanslighet_hem_2.{ending}").touch()
    ((title, (table, figure)),) = extra_sections(tmp_path, saved.made.resultat.study.kommun, EXTRAS)
    assert title == "Vad svaret vilar på"
    assert isinstance(table, Table)
    assert (
        table.caption == "Två platser till, vad svaret vilar på: skillnad i nettokostnad, alla verksamheter, 2019, tkr"
    )
    assert [[cell_text(cell) for cell in row] for row in table.rows] == [
        ["Stort antagande", "80\u00a0till\u00a0120", "−400", "−1\u00a0400", "−1\u00a0000"],
        ["Litet antagande", "0,400\u00a0till\u00a00,600", "−950", "−850", "+100"],
    ]
    assert "−900" in "".join(cell_text(part) for part in table.note if not isinstance(part, Strong))
    assert isinstance(figure, Figure) and "Stort antagande: −400 till −1\u00a0400." in figure.alt_text


def worth_table() -> str:
    """Two places, each with what it saves and costs as written, low and high."""
    lines = ["mal;vad;enhet_mal;antagande;antagande_om;antal;matt;enhet;medel;ki95_lag;ki95_hog;p10;p90"]
    for stance, extra in (("som det står 0,8", 0.0), ("lågt 0,4", -0.1), ("högt 1", 0.1)):
        for number in (1, 2):
            net = 0.15 - 0.1 * (number - 1) + extra
            for name, value in (
                ("sparade_kopta_dygn", 90.4),
                ("brutto", net + 0.3),
                ("egen_kostnad", 0.3),
                ("netto", net),
            ):
                ends = f"{value - 0.1};{value + 0.1};;"
                cells = f"a.b;Eget boende, platser;plats;{stance};Andel hemma;{number}.0;{name};x;{value};{ends}"
                lines.append(cells.replace(".", ",").replace("a,b", "a.b"))
    return "\n".join(lines) + "\n"


def test_what_places_are_worth_stands_unit_by_unit(tmp_path: Path, saved: Saved) -> None:
    (tmp_path / "varde.csv").write_text(worth_table(), encoding="utf-8-sig")
    for ending in ("svg", "png"):
        (tmp_path / f"varde.{ending}").touch()
    ((title, (told, table, figure)),) = extra_sections(tmp_path, saved.made.resultat.study.kommun, EXTRAS)
    assert title == "Vad fler är värda"
    assert isinstance(told, Paragraph) and text_of(told.parts).endswith(
        "1 av 2 sparar mer än de kostar, med hela intervallet över noll."
    )
    assert isinstance(table, Table) and table.caption.startswith("Eget boende, platser")
    assert [[cell_text(cell) for cell in row] for row in table.rows] == [
        ["1", "90", "0,45", "0,30", "+0,15", "0,05\u00a0till\u00a00,25", "+0,05", "+0,25"],
        ["2", "90", "0,35", "0,30", "+0,05", "−0,05\u00a0till\u00a00,15", "−0,05", "+0,15"],
    ]
    assert (
        isinstance(figure, Figure)
        and "Plats nr 2 ger netto +0,05 miljoner kronor, med 95-procentsintervall −0,05\u00a0till\u00a00,15."
        in figure.alt_text
    )


MALSOK = """\
vad;enhet_mal;villkor;matt;sakerhet;ar;fran;antal;framtider;andel_som_haller;lag;hog;matt_medel;besked
Eget boende, platser;platser;Extern andel, kostnad (stod): högst 30 %;andel_extern_kostnad;0,9;2019;2019-01-01;\
0,0;40;0,4;0,25;0,55;0,351;håller inte
Eget boende, platser;platser;Extern andel, kostnad (stod): högst 30 %;andel_extern_kostnad;0,9;2019;2019-01-01;\
3,0;40;1,0;0,91;1,0;0,25;håller
Eget boende, platser;platser;Extern andel, kostnad (stod): högst 30 %;andel_extern_kostnad;0,9;2019;2019-01-01;\
4,0;40;1,0;0,91;1,0;0,22;håller
"""


def test_how_many_are_needed_is_the_first_that_holds(tmp_path: Path, saved: Saved) -> None:
    (tmp_path / "malsok.csv").write_text(MALSOK, encoding="utf-8-sig")
    ((title, (told, table)),) = extra_sections(tmp_path, saved.made.resultat.study.kommun, EXTRAS)
    assert title == "Hur många som behövs"
    assert isinstance(told, Paragraph) and isinstance(table, Table)
    said = text_of(told.parts)
    assert "i minst 90 procent av framtiderna, 2019" in said and said.endswith("som prövades, är 3 platser till.")
    assert [cell_text(cell) for cell in table.rows[0]][:4] == [
        "0",
        "40",
        "40\u00a0%",
        "25\u00a0%\u00a0till\u00a055\u00a0%",
    ]


def backtest_table() -> str:
    names = "kommun;slag;namn;enhet;raknas;ar;utfall;metod;forutsagt;fel;lag_80;hog_80;inom_80"
    rows = [
        ("utfall", "Hushåll", "ja", 410.0, "modell", 378.5, 356.4, 393.6),
        ("utfall", "Hushåll", "ja", 410.0, "senaste", 385.0, 340.6, 435.2),
        ("utfall", "Dygn", "ja", 5.0, "modell", 5.5, 4.5, 6.5),
        ("utfall", "Dygn", "ja", 5.0, "senaste", 4.0, 3.0, 6.0),
        ("prognos", "Kostnad", "nej", 12.0, "modell", 11.0, 10.0, 13.0),
    ]
    lines = [names]
    for kind, name, counts, came, method, said, low, high in rows:
        inside = "ja" if low <= came <= high else "nej"
        numbers = f"{came};{method};{said};{said / came - 1};{low};{high};{inside}".replace(".", ",")
        lines.append(f"prov;{kind};{name};st;{counts};2012;{numbers}")
    return "\n".join([*lines, lines[1].replace("prov;", "annan;")]) + "\n"


def test_the_backtest_has_its_grade(tmp_path: Path, saved: Saved) -> None:
    """One of two outcomes inside: Clopper-Pearson's exact interval is 1.26 to 98.74 per cent. Medians of two errors."""
    (tmp_path / "backtest.csv").write_text(backtest_table(), encoding="utf-8-sig")
    ((title, (told, table)),) = extra_sections(tmp_path, saved.made.resultat.study.kommun, TESTS)
    assert title == "Backtest" and isinstance(told, Paragraph) and isinstance(table, Table)
    low, high = stats.binomtest(1, 2).proportion_ci(0.95, "exact")
    exact = f"{round(100 * low)}–{round(100 * high)} procent"
    errors = [(abs(378.5 / 410 - 1) + 0.1) / 2, (abs(385 / 410 - 1) + 0.2) / 2]
    said = text_of(told.parts)
    assert f"Av 2 utfall låg 1 inom modellens 80-procentsintervall (exakt intervall för täckningen {exact})" in said
    assert f"{round(100 * errors[0])} procent, mot {round(100 * errors[1])}" in said
    assert [[cell_text(cell) for cell in row] for row in table.rows] == [
        ["Hushåll", "st", "2013", "378", "356\u00a0till\u00a0394", "410", "utfall", "−8\u00a0%", "nej"],
        ["Dygn", "st", "2013", "5,50", "4,50\u00a0till\u00a06,50", "5,00", "utfall", "+10\u00a0%", "ja"],
        ["Kostnad *", "st", "2013", "11,0", "10,0\u00a0till\u00a013,0", "12,0", "kommunens prognos", "−8\u00a0%", "ja"],
    ]


def test_a_table_of_an_older_version_is_refused(tmp_path: Path, saved: Saved) -> None:
    (tmp_path / "malsok.csv").write_text("antal;besked\n1,0;håller\n", encoding="utf-8-sig")
    with pytest.raises(HemmaplanError, match="inte en tabell som den här versionen av hemmaplan malsok skriver"):
        extra_sections(tmp_path, saved.made.resultat.study.kommun, EXTRAS)


def test_what_is_brought_is_of_the_same_kommun(tmp_path: Path) -> None:
    study = tmp_path / "prov" / "2026-01-01"
    found, other = (tmp_path / name / "2026-01-02" for name in ("prov_malsok", "annan_malsok"))
    for path in (study, found, other):
        path.mkdir(parents=True)
    for path in (found, other):
        (path / "malsok.csv").write_text(MALSOK, encoding="utf-8-sig")
        (path / "malsok.md").touch()
    bring(found, study)
    assert [path.name for path in study.iterdir()] == ["malsok.csv"]
    with pytest.raises(HemmaplanError, match="hör inte till samma kommun"):
        bring(other, study)
    with pytest.raises(HemmaplanError, match="är inte en resultatmapp av något av varfor, varde"):
        bring(study.parent, study)
