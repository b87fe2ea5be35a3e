"""`hemmaplan kalibrera` as a planner uses it, on a made-up kommun with one published figure."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from granssnitt.rot import run, write

TWO_NUMBERS_ONE_FIGURE = """\
replikationer: 6
replikationer_lutning: 4
slut: 2018-12-31
siffror:
  - {siffra: stod.externa_dygn, ar: 2018}
parametrar:
  inflode: {mal: verksamheter.stod.inflode.ansokan.per_ar, start: 20, spann: [8, 60], text: Påhittat.}
  langd:
    mal: verksamheter.stod.steg.boende.utfall.klar.tid.delar.lang.medel
    start: 200
    spann: [80, 500]
    text: Påhittat.
"""


def test_it_says_what_one_years_figures_settle_and_writes_it_as_a_table(rot: Path) -> None:
    write(rot / "conf" / "kalibrering" / "prov.yaml", TWO_NUMBERS_ONE_FIGURE)
    ran = run("kalibrera", "prov", "--arbetare", "1")
    assert ran.code == 0
    (folder,) = (rot / "results" / "prov_kalibrering").iterdir()
    text = (folder / "kalibrering.md").read_text(encoding="utf-8")
    assert text in ran.out + "\n"
    assert "## Så säkert bestäms talen av ett års siffror" in text
    table = pd.read_csv(folder / "sakerhet.csv", sep=";", decimal=",", encoding="utf-8-sig")
    left = table[table["bestamt"] == "nej"].set_index("storhet")
    assert list(left.index) == ["inflode", "langd"], "one figure cannot settle two numbers"
    assert (left["lamnas_hog_procent"] > left["lamnas_lag_procent"]).all()
    assert len(table) <= 3, "at most the product beside them"
    assert not (rot / "conf" / "kommun" / "prov" / "kalibrering.yaml").exists()
