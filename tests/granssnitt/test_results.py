"""What a study leaves on disk: whole, readable, the same for the same seed, and nothing when it fails."""

from __future__ import annotations

import csv
import errno
import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

from granssnitt.rot import JAMFOR, KOR, QUICK, assert_swedish_error, everything_in, make_project, run, write
from sim.commands.study import run as study
from sim.experiment import Progress, Study, StudyResult, run_study
from sim.files import ROOT_VARIABLE, read_kommun, read_yaml
from sim.results import read_parquet
from sim.store import Keeper

TABLES = ("matt.parquet", "nivaer.csv", "skillnader.csv", "budget.csv")
CSV_TABLES = TABLES[1:]


def only_result(root: Path, study_name: str = "prov") -> Path:
    (folder,) = (root / "results" / study_name).iterdir()
    return folder


def tables(folder: Path) -> dict[str, str]:
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in TABLES}


def readings(folder: Path) -> dict[str, str]:
    """Everything but what says how and when it was made."""
    return {name: held for name, held in everything_in(folder).items() if name not in WHEN_AND_HOW}


WHEN_AND_HOW = ("manifest.json", "konfiguration.yaml")


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a study made with one worker, figures and all."""
    root = make_project(tmp_path_factory.mktemp("studie"))
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(ROOT_VARIABLE, str(root))
        ran = run(*JAMFOR)
        assert ran.code == 0, ran.err
        yield only_result(root)


def test_a_study_writes_what_it_says(result: Path) -> None:
    files = {path.name for path in result.iterdir()}
    assert files == {*TABLES, "konfiguration.yaml", "manifest.json", "figurer", "sammanfattning.md", "varningar.csv"}


def test_each_figure_is_there_as_svg_and_png(result: Path) -> None:
    stems = {suffix: {path.stem for path in (result / "figurer").glob(f"*{suffix}")} for suffix in (".svg", ".png")}
    assert stems[".svg"] == stems[".png"] != set()


def test_nothing_half_written_lies_beside(result: Path) -> None:
    assert [path.name for path in result.parent.iterdir()] == [result.name]


@pytest.mark.parametrize("name", CSV_TABLES)
def test_csv_opens_in_a_swedish_excel(name: str, result: Path) -> None:
    raw = (result / name).read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(raw.decode("utf-8-sig").splitlines(), delimiter=";"))
    assert len(rows) > 1 and {len(row) for row in rows} == {len(rows[0])}
    cells = [cell for row in rows for cell in row]
    assert any("," in cell for cell in cells)
    assert not any(cell.replace(".", "", 1).isdigit() and "." in cell for cell in cells)


@pytest.mark.parametrize("name", CSV_TABLES)
def test_csv_has_the_columns_that_its_reader_looks_for(name: str, result: Path) -> None:
    columns = list(pd.read_csv(result / name, sep=";", decimal=",", encoding="utf-8-sig").columns)
    assert {"scenario", "period", "verksamhet"} <= set(columns)


def test_long_table_has_every_replication_of_every_scenario(result: Path) -> None:
    table = read_parquet(result / "matt.parquet")
    columns = ["scenario", "replikation", "period", "verksamhet", "matt", "del", "varde", "enhet"]
    assert list(table.columns) == columns
    pairs = set(table[["scenario", "replikation"]].itertuples(index=False, name=None))
    assert pairs == {(scenario, r) for scenario in ("nulage", "hem_2") for r in (0, 1)}


def test_levels_are_the_means_of_the_long_table(result: Path) -> None:
    """Of years and half-years; months are not kept for each replication."""
    long = read_parquet(result / "matt.parquet")
    keys = ["scenario", "period", "verksamhet", "matt", "del"]
    means = long.groupby(keys)["varde"].mean()
    written = pd.read_csv(result / "nivaer.csv", sep=";", decimal=",", encoding="utf-8-sig", keep_default_na=False)
    written = written[written["period"].isin(long["period"].unique())]
    levels = pd.to_numeric(written.set_index(keys)["medel"].astype(str).str.replace(",", "."))
    pd.testing.assert_series_equal(levels.sort_index(), means.sort_index(), check_names=False)


def test_manifest_says_how_to_make_it_again(result: Path) -> None:
    manifest = json.loads((result / "manifest.json").read_text(encoding="utf-8"))
    said = {key: manifest[key] for key in ("status", "kommun", "scenarier", "replikationer_klara", "fro", "motor")}
    assert said == {
        "status": "klar",
        "kommun": "prov",
        "scenarier": ["hem_2"],
        "replikationer_klara": 2,
        "fro": 1,
        "motor": "snabb",
    }
    assert manifest["bibliotek"]["numpy"] and manifest["python"] and manifest["slumptal"]


def test_hash_in_the_manifest_is_of_the_configuration_beside_it(result: Path) -> None:
    manifest = json.loads((result / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["konfiguration_sha256"] == hashlib.sha256((result / "konfiguration.yaml").read_bytes()).hexdigest()


def test_saved_configuration_gives_the_same_tables(result: Path, rot: Path, without_figures: None) -> None:
    assert study(read_yaml(result / "konfiguration.yaml"), rot) == 0
    again = only_result(rot)
    assert tables(again) == tables(result)
    assert (again / "konfiguration.yaml").read_bytes() == (result / "konfiguration.yaml").read_bytes()


def test_two_workers_give_the_same_bytes_as_one(result: Path, rot: Path) -> None:
    assert run("jamfor", "prov", "hem_2", "--replikationer", "2", "--arbetare", "2").code == 0
    assert readings(only_result(rot)) == readings(result)


def test_another_seed_gives_other_tables(result: Path, rot: Path, without_figures: None) -> None:
    assert run(*JAMFOR, "--fro", "2").code == 0
    assert all(
        tables(only_result(rot))[name] != hash_ for name, hash_ in tables(result).items() if name != "budget.csv"
    )


def test_scenario_beside_does_not_move_another(result: Path, rot: Path, without_figures: None) -> None:
    assert run("jamfor", "prov", "team_1", "hem_2", *JAMFOR[3:]).code == 0
    both, alone = (read_parquet(folder / "matt.parquet") for folder in (only_result(rot), result))
    kept = both[both["scenario"] != "team_1"].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, alone)


def test_study_without_scenarios_places_or_budget_is_written_whole(rot: Path) -> None:
    assert run("jamfor", "annan", *QUICK).code == 0
    folder = only_result(rot, "annan")
    assert {path.name for path in folder.iterdir()} >= {*TABLES, "sammanfattning.md"}
    assert list((folder / "figurer").glob("*.svg"))


def test_name_of_the_study_names_its_folder(rot: Path, without_figures: None) -> None:
    assert run(*KOR, "studie.namn=host_2019", "studie.slut='2018-02-28'").code == 0
    assert len(list((rot / "results" / "host_2019").glob("*/manifest.json"))) == 1


def test_studies_of_the_same_second_are_both_kept(rot: Path, without_figures: None) -> None:
    settings = {"studie": {"replikationer": 2, "slut": "2018-02-28"}, "berakning": {"arbetare": 1}}
    for _ in range(2):
        study({"kommun": read_kommun(rot, "annan"), **settings}, rot)
    assert len(list((rot / "results" / "annan").glob("*/manifest.json"))) == 2


@pytest.mark.parametrize("step", ["write_tables", "draw_all", "summary_text", "comparison", "ResultFolder.finish"])
def test_failure_while_writing_leaves_no_folder(step: str, rot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("prov")

    monkeypatch.setattr("sim.commands.study.draw_all", lambda made, folder: folder.mkdir())
    monkeypatch.setattr(f"sim.commands.study.{step}", fail)
    with pytest.raises(RuntimeError, match="prov"):
        run(*KOR, "studie.slut='2018-02-28'")
    assert not (rot / "results").exists()


def test_failure_keeps_earlier_results(rot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(rot / "results" / "prov" / "2020-01-01_00-00-00" / "sammanfattning.md", "viktigt")
    before = everything_in(rot / "results")
    monkeypatch.setattr("sim.commands.study.comparison", lambda result: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run(*KOR, "studie.slut='2018-02-28'")
    assert everything_in(rot / "results") == before


def test_full_disk_is_told_in_swedish(rot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(made: object, folder: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(folder / "x.svg"))

    monkeypatch.setattr("sim.commands.study.draw_all", full)
    ran = run(*KOR, "studie.slut='2018-02-28'")
    assert ran.code == 2
    assert_swedish_error(ran.err, rot)
    assert "x.svg: disken är full. 2 av 2 replikationer är klara och sparade. Samma kommando med --fortsatt" in ran.err
    assert (only_result(rot) / "replikationer").is_dir()


@pytest.fixture
def interrupted_after(monkeypatch: pytest.MonkeyPatch, with_time: None) -> Callable[[int], None]:
    """Ctrl-C when so many runs are finished."""

    def interrupt(runs: int) -> None:
        def interrupted(asked: Study, progress: Progress, keeper: Keeper) -> StudyResult:
            def stop(done: int, total: int) -> None:
                progress(done, total)
                if done == runs:
                    raise KeyboardInterrupt

            return run_study(asked, stop, keeper)

        monkeypatch.setattr("sim.commands.common.run_study", interrupted)

    return interrupt


FIVE = ("--replikationer", "5", "--arbetare", "1")


@pytest.mark.parametrize(("runs", "whole"), [(2, 1), (5, 2), (9, 4)])
def test_interrupt_keeps_the_replications_that_are_whole(
    runs: int, whole: int, rot: Path, without_figures: None, interrupted_after: Callable[[int], None]
) -> None:
    interrupted_after(runs)
    ran = run("jamfor", "prov", "hem_2", *FIVE)
    assert ran.code == 130
    assert f"Avbrutet: {whole} av 5 replikationer är klara" in ran.err
    folder = only_result(rot)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["status"] == "avbruten"
    assert (manifest["replikationer_klara"], manifest["replikationer_begarda"]) == (whole, 5)
    table = read_parquet(folder / "matt.parquet")
    assert set(table["replikation"]) == set(range(whole))
    assert {path.name for path in folder.iterdir()} >= {*TABLES, "konfiguration.yaml", "sammanfattning.md"}


def test_one_replication_that_was_whole_is_told_and_figures_wait(
    rot: Path, interrupted_after: Callable[[int], None]
) -> None:
    interrupted_after(1)
    ran = run("jamfor", "annan", *FIVE)
    assert ran.code == 130 and "--fortsatt gör klart resten, med figurer" in ran.err
    assert {path.name for path in only_result(rot, "annan").iterdir()} >= {*TABLES, "sammanfattning.md"}
    assert not (only_result(rot, "annan") / "figurer").exists()


@pytest.mark.parametrize("late", ["before", "after"])
def test_where_tables_take_too_long_the_replications_are_kept(
    late: str,
    rot: Path,
    without_figures: None,
    interrupted_after: Callable[[int], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """There may be no time to compare, or none after it, as others use the machine."""
    interrupted_after(5)
    asked = iter([late != "before", False])
    monkeypatch.setattr("sim.commands.study.Hurry.allows", lambda hurry, work: next(asked))
    ran = run("jamfor", "prov", "hem_2", *FIVE)
    assert ran.code == 130
    assert "Avbrutet. 2 av 5 replikationer är klara och sparade. Samma kommando med --fortsatt" in ran.err
    assert [path.name for path in only_result(rot).iterdir()] == ["replikationer"]
    monkeypatch.undo()


def test_interrupted_replications_are_the_first_of_the_whole_study(
    result: Path, rot: Path, without_figures: None, interrupted_after: Callable[[int], None]
) -> None:
    interrupted_after(5)
    assert run("jamfor", "prov", "hem_2", *FIVE).code == 130
    assert tables(only_result(rot)) == tables(result)


def test_interrupt_before_any_replication_leaves_nothing(
    rot: Path, without_figures: None, interrupted_after: Callable[[int], None]
) -> None:
    interrupted_after(1)
    ran = run("jamfor", "prov", "hem_2", *FIVE)
    assert ran.code == 130
    assert "Avbrutet. Inget hann bli klart." in ran.err
    assert not (rot / "results").exists()


def test_interrupt_of_a_reconciliation_is_told(rot: Path, interrupted_after: Callable[[int], None]) -> None:
    interrupted_after(3)
    ran = run("avstam", "prov", *FIVE)
    assert ran.code == 130
    assert "Avbrutet: 3 av 5 replikationer är klara" in ran.err


def test_interrupt_stops_a_multirun(rot: Path, without_figures: None, interrupted_after: Callable[[int], None]) -> None:
    interrupted_after(1)
    ran = run("kor", "-m", "kommun=prov,annan", "studie.replikationer=3", *KOR[3:])
    assert ran.code == 130
    assert [path.name for path in (rot / "results").iterdir()] == ["prov"]
