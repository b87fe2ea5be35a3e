"""As many replications as the precision asked for takes: what is said of it, and what cannot be asked for."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from granssnitt.rot import assert_swedish_error, run
from medel import by_hand
from sim.results import read_parquet

FIRST = ("jamfor", "prov", "hem_2", "--replikationer", "20")
KOR = ("kor", "kommun=prov", "scenarios=[hem_2]", "studie.replikationer=20", "berakning.arbetare=1")


def made(root: Path) -> tuple[Path, dict[str, object]]:
    folder = max((root / "results" / "prov").iterdir(), key=lambda path: path.stat().st_mtime)
    manifest: dict[str, object] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return folder, manifest


def costs(folder: Path) -> pd.DataFrame:
    """In mnkr, by scenario, in each replication, from the long table; 2019 is the only planning year."""
    long = read_parquet(folder / "matt.parquet")
    cost = long[(long["verksamhet"] == "alla") & (long["matt"] == "nettokostnad") & (long["period"] == "2019")]
    return cost.pivot_table(index="replikation", columns="scenario", values="varde", observed=True) / 1e6


def half_width(folder: Path) -> float:
    """Of the 95 % interval of the difference in cost, from its definition; the longer half."""
    wide = costs(folder)
    values = (wide["hem_2"] - wide["nulage"]).to_numpy()
    low, high = by_hand(values)
    return float(max(high - values.mean(), values.mean() - low))


@pytest.mark.parametrize("wanted", ["0,06", "0.15"])
def test_it_goes_on_until_the_difference_is_as_sure_as_asked(wanted: str, rot: Path, without_figures: None) -> None:
    ran = run(*FIRST, "--precision", wanted, "--arbetare", "1")
    assert ran.code == 0
    folder, manifest = made(rot)
    found = half_width(folder)
    (said,) = manifest["precision"]
    assert said["nadd"] is True and found <= float(wanted.replace(",", "."))
    assert said["halvt_intervall"] == pytest.approx(found)
    assert manifest["replikationer_klara"] == manifest["replikationer_begarda"] >= 20
    assert f"nåddes med {manifest['replikationer_klara']} möjliga framtider" in ran.out


def test_how_many_worked_leaves_no_trace_in_how_many_there_are(rot: Path, without_figures: None) -> None:
    kinds = {}
    for workers in ("1", "2"):
        assert run(*FIRST, "--precision", "0,07", "--arbetare", workers).code == 0
        folder, manifest = made(rot)
        kinds[workers] = manifest["replikationer_klara"], (folder / "skillnader.csv").read_bytes()
    assert kinds["1"] == kinds["2"]


def test_the_most_is_the_end_and_that_is_said(rot: Path, without_figures: None) -> None:
    ran = run(*FIRST, "--precision", "0,001", "--hogst", "30", "--arbetare", "1")
    assert ran.code == 0
    _, manifest = made(rot)
    assert manifest["replikationer_klara"] == 30
    assert "nåddes inte med 30 möjliga framtider. Taket studie.hogst_replikationer tog slut." in ran.out
    assert re.search(r"det kräver ungefär [\d\s]+ framtider", ran.out)


def test_per_cent_are_of_the_difference(rot: Path, without_figures: None) -> None:
    assert run(*FIRST, "--precision", "30%", "--hogst", "60", "--arbetare", "1").code == 0
    folder, manifest = made(rot)
    changes = pd.read_csv(folder / "skillnader.csv", sep=";", decimal=",", encoding="utf-8-sig")
    cost = changes[(changes["verksamhet"] == "alla") & (changes["matt"] == "nettokostnad") & (changes["del"].isna())]
    change = float(pd.to_numeric(cost[cost["period"] == "2019"]["skillnad"].astype(str).str.replace(",", ".")).iloc[0])
    (said,) = manifest["precision"]
    assert said["mal"] == "kostnad_procent"
    assert said["begard"] == pytest.approx(0.3 * abs(change) / 1e6)


def test_several_measures_are_asked_for_with_kor(rot: Path, without_figures: None) -> None:
    asked = ("studie.precision.kostnad_mnkr=1", "studie.precision.externa_dygn=200")
    assert run(*KOR, *asked).code == 0
    _, manifest = made(rot)
    assert [each["mal"] for each in manifest["precision"]] == ["kostnad_mnkr", "externa_dygn"]
    assert all(each["nadd"] for each in manifest["precision"])


def fewest(spread: float, width: float) -> int:
    """Tried one by one."""
    count = 2
    while stats.t.ppf(0.975, count - 1) * spread / np.sqrt(count) > width:
        count += 1
    return count


def test_varians_says_how_many_it_takes_with_and_without_the_same_people(rot: Path, without_figures: None) -> None:
    assert run(*FIRST, "--arbetare", "1").code == 0
    wide = costs(made(rot)[0])
    paired = float((wide["hem_2"] - wide["nulage"]).std())
    apart = float(np.sqrt(wide["hem_2"].var() + wide["nulage"].var()))
    words = ("--verksamhet", "stod", "--inom", "0,1", *FIRST[3:], "--arbetare", "1")
    ran = run("varians", "prov", "hem_2", *words)
    assert ran.code == 0
    (line,) = [line for line in ran.out.splitlines() if line.startswith("nettokostnad, alla verksamheter")]
    assert [int(word) for word in line.split() if word.isdigit()] == [fewest(paired, 0.1), fewest(apart, 0.1)]


BAD = {
    "not a number": ((*FIRST, "--precision", "halv"), "--precision = halv: ska vara ett tal i miljoner kronor"),
    "nothing": ((*FIRST, "--precision", "0"), "--precision = 0: ska vara ett tal i miljoner kronor"),
    "negative": ((*KOR, "studie.precision.externa_dygn=-3"), "studie.precision.externa_dygn = -3: måste vara större"),
    "text": ((*KOR, "studie.precision.kostnad_mnkr=lite"), "studie.precision.kostnad_mnkr = lite: är text"),
    "another key": ((*KOR, "+studie.precision.kostnad_tkr=5"), "studie.precision.kostnad_tkr: okänd nyckel; menade du"),
    "not a mapping": ((*KOR, "studie.precision=3"), "studie.precision = 3: ska ha nycklar och värden under sig"),
    "not measured": ((*KOR, "studie.precision.bidragsmanader=3"), "bidragsmanader: mäts inte i Provköping; tillåtet:"),
    "no scenario": (
        ("kor", "kommun=prov", "studie.precision.kostnad_mnkr=1"),
        "studie.precision.kostnad_mnkr: gäller skillnaden mot nuläget, så det behövs minst ett scenario",
    ),
    "fewer than where it begins": (
        (*FIRST, "--precision", "1", "--replikationer", "50", "--hogst", "40"),
        "studie.hogst_replikationer = 40: måste vara minst 50",
    ),
    "too few": ((*FIRST, "--precision", "1", "--hogst", "5"), "studie.hogst_replikationer = 5: måste vara minst 20"),
    "not within": (("varians", "prov", "hem_2", "--inom", "lite"), "--inom = lite: ska vara ett tal"),
    "within nothing": (("varians", "prov", "hem_2", "--inom", "0"), "--inom = 0: måste vara större än 0"),
    "no address": ((*KOR, "berakning.adress=''"), "berakning.adress = : ska vara text"),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_cannot_be_asked_for_is_told(kind: str, rot: Path) -> None:
    words, text = BAD[kind]
    ran = run(*words)
    assert ran.code == 2
    assert_swedish_error(ran.err, rot)
    assert text in ran.err
    assert not (rot / "results").exists()
