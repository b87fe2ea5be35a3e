"""`hemmaplan las-in`: a folder of lists becomes a kommun, all of it or nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from intag.handgjort import lists
from sim import load_kommun, load_scenario
from sim.cli import main
from sim.commands import las_in
from sim.intake.about import About, about_of
from sim.intake.mapping import LasIn

WORDS = ("--replikationer", "3", "--arbetare", "1")
YAML = """\
kommun: {id: provby_2025, namn: Provby, kommunkod: "0199"}
filer:
  placeringar.csv: {fonster: {fran: 2020-01-01, till: 2024-12-31}}
"""


KOLADA = {
    "values": [
        {"kpi": "N35025", "municipality": "0199", "period": 2024, "values": [{"gender": "T", "value": 1600.0}]},
    ]
}


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    """Placements of a verksamhet, and its places, as a system and a spreadsheet would export them."""
    folder = tmp_path / "Provby listor"
    folder.mkdir()
    given = lists({("missbruk", "stodboende"): (12, 8)}, [("missbruk", "platser", "stodboende", 13.0)])
    table = given.placeringar.assign(klient=[f"K-{77000 + person}" for person in given.placeringar["person"]])
    table["dygnspris_kr"] = 1500 + 10 * (table["person"] % 7)
    named = {
        "klient": "Klientnr",
        "verksamhet": "Verksamhet",
        "form": "Placeringsform",
        "utforare": "Utförare",
        "start": "Startdatum",
        "slut": "Slutdatum",
        "dygnspris_kr": "Dygnskostnad",
    }
    table = table[list(named)].rename(columns=named)
    table.to_csv(folder / "placeringar.csv", sep=";", decimal=",", index=False, encoding="utf-8-sig")
    volumes = given.volymer[["verksamhet", "slag", "namn", "ar", "varde"]]
    volumes.columns = ["Verksamhet", "Slag", "Namn", "År", "Värde"]
    volumes.to_csv(folder / "volymer.csv", sep=";", decimal=",", index=False, encoding="utf-8-sig")
    (folder / "las-in.yaml").write_text(YAML, encoding="utf-8")
    return folder


def files_in(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_three_commands_from_lists_to_a_comparison(
    root: Path, exports: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (exports / "kolada.json").write_text(json.dumps(KOLADA), encoding="utf-8")
    assert main(["las-in", str(exports), *WORDS]) == 0
    said = capsys.readouterr()
    kommun = load_kommun("provby_2025", root)
    assert kommun.namn == "Provby" and kommun.basar == 2025
    assert kommun.resurser["stodboende_kopt"].namn == "Stödboende, köpt"
    assert load_scenario("provby_2025_platser", root).andringar[0].plus == 2
    assert "hemmaplan jamfor provby_2025 provby_2025_platser --bilaga" in said.out
    (folder,) = (root / "results" / "provby_2025_las_in").iterdir()
    report = (folder / "las-in.md").read_text(encoding="utf-8")
    line = "| Stödboende, köpt, vårddygn, missbruk och beroende | 2 920 | 2 920 | 2 928 |"
    assert line in report.replace("\u00a0", " ")
    assert "| N35025 Kostnad per vårddygn, vuxna | kr/dygn | 2024 | 1" in report
    tables = {"avstamning.csv", "inpassning.csv", "anmarkningar.csv", "kolada.csv"}
    assert {path.name for path in folder.iterdir()} >= {"las-in.md", *tables}
    assert (folder / "figurer" / "inflode_missbruk_stodboende.svg").is_file()
    assert "![Stödboende, missbruk och beroende](figurer/inflode_missbruk_stodboende.svg)" in report
    everything = b"".join(files_in(root).values()).decode("utf-8", "replace") + said.out + said.err
    assert "77000" not in everything and "K-770" not in everything
    assert main(["avstam", "provby_2025", *WORDS]) == 0
    assert "Stödboende, köpt, vårddygn" in capsys.readouterr().out
    assert main(["jamfor", "provby_2025", "provby_2025_platser", *WORDS]) == 0


def test_nothing_is_replaced_unasked(root: Path, exports: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "conf" / "kommun" / "provby_2025.yaml").write_text("min egen\n", encoding="utf-8")
    before = files_in(root)
    assert main(["las-in", str(exports), *WORDS]) == 2
    assert "conf/kommun/provby_2025.yaml: finns redan; skriv --ersatt" in capsys.readouterr().err
    assert files_in(root) == before
    assert main(["las-in", str(exports), "--ersatt", *WORDS]) == 0
    assert load_kommun("provby_2025", root).namn == "Provby"


def test_an_interrupted_reading_changes_nothing(root: Path, exports: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = files_in(root)

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(las_in, "with_progress", stopped)
    assert main(["las-in", str(exports), *WORDS]) == 130
    assert files_in(root) == before


def test_without_a_name_it_is_that_of_the_folder() -> None:
    assert about_of(LasIn(), Path("/uttag/Älvby listor 2024")) == About("alvby_listor_2024", "Älvby listor 2024")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "MAPP saknas"),
        (("ingen_mapp",), "ingen_mapp: mappen finns inte"),
        (("--ersat",), "--ersat: okänt val; menade du --ersatt?"),
    ],
)
def test_bad_words(words: tuple[str, ...], said: str, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["las-in", *words]) == 2
    assert said in capsys.readouterr().err


def test_a_basar_that_the_lists_do_not_reach(root: Path, exports: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (exports / "las-in.yaml").write_text(YAML + "basar: 2030\n", encoding="utf-8")
    assert main(["las-in", str(exports), *WORDS]) == 2
    assert "las-in.yaml: basar = 2030: ska vara 2021 till 2025" in capsys.readouterr().err


def test_what_was_understood_is_shown_and_nothing_is_saved(
    root: Path, exports: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files_in(root)
    assert main(["las-in", str(exports), "--prova"]) == 0
    said = capsys.readouterr().out
    assert "placeringar.csv → placeringar" in said and "slut          ← Slutdatum" in said
    assert files_in(root) == before


def test_templates_are_written(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["las-in", "--mallar", str(tmp_path / "mallar")]) == 0
    assert {path.name for path in (tmp_path / "mallar").iterdir()} == {
        f"{name}.xlsx" for name in ("placeringar", "arenden", "utbetalningar", "volymer")
    }
    assert main(["las-in", "en_mapp", "--mallar", str(tmp_path / "fler")]) == 2
    assert "ett ord för mycket" in capsys.readouterr().err


def test_public_figures_that_are_not_there_are_said(
    root: Path, exports: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["las-in", str(exports), "--arbetsloshet", "finns_inte.json"]) == 2
    assert "finns_inte.json: kan inte läsas" in capsys.readouterr().err
