"""What other commands have found becomes a section where its table lies in the folder, and nothing elsewhere."""

from __future__ import annotations

from pathlib import Path

from sim.report.document import Figure, Number, Table
from sim.report.extras import extra_sections
from sim.report.saved import Saved

VARFOR = """\
verksamhet;matt;del;period;orsak;ensam;ki95_lag;ki95_hog;utan;utan_lag;utan_hog
alla;nettokostnad;;2019;Fler platser;-1500000,5;-2000000,0;-1000000,0;1250000,0;1000000,0;1500000,0
alla;nettokostnad;;2019;Tillsammans;-1400000,0;-1900000,0;-900000,0;;;
stod;ko;boende;2019;Fler platser;-1,0;-2,0;0,5;1,0;0,5;1,5
"""


def test_without_tables_there_are_no_sections(tmp_path: Path, saved: Saved) -> None:
    assert extra_sections(tmp_path, saved.made.resultat.study.kommun) == []


def test_causes_are_told_of_the_figure_asked_for(tmp_path: Path, saved: Saved) -> None:
    (tmp_path / "varfor.csv").write_text(VARFOR, encoding="utf-8-sig")
    for ending in ("svg", "png"):
        (tmp_path / f"varfor.{ending}").touch()
    ((title, (table, figure)),) = extra_sections(tmp_path, saved.made.resultat.study.kommun)
    assert title == "Varför scenarierna skiljer sig"
    assert isinstance(table, Table) and [row[0] for row in table.rows] == ["Fler platser", "Tillsammans"]
    alone = table.rows[0][1]
    assert isinstance(alone, Number) and alone.value == -1500.0005
    assert alone.text == "\u22121\u00a0500" and table.rows[1][3] is None
    assert isinstance(figure, Figure) and "Fler platser: \u22121\u00a0500." in figure.alt_text
