"""`hemmaplan spar`: what happened in a replication, line by line."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from granssnitt.rot import assert_swedish_error, english_words, everything_in, run
from sim.loading import load_kommun, load_scenario
from sim.simulation import simulate

LINE = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d)  (?:fall (\d+) +(\S.*?)  +)? *(\S.*)")


def spar(rot: Path, *words: str) -> list[str]:
    """The lines of the file, and nothing else left on disk."""
    ran = run("spar", *words)
    assert ran.code == 0, ran.err
    (folder,) = (rot / "results" / "prov_spar").iterdir()
    assert [path.name for path in folder.iterdir()] == ["spar.txt"]
    assert ran.out.splitlines()[-1] == f"Resultat: {folder}"
    text = (folder / "spar.txt").read_text(encoding="utf-8")
    assert not english_words(text)
    heading, _, lines = text.partition("\n\n")
    assert ran.out.startswith(f"{heading}\n\n")
    said = int(re.search(r": ([\d\xa0]+) händelser", heading)[1].replace("\xa0", ""))  # type: ignore[index]
    assert said == len(lines.splitlines())
    return lines.splitlines()


def test_trace_tells_in_words_what_the_library_says(rot: Path) -> None:
    """As many lines of each kind for each resource, by its name, as the compiled engine has visits."""
    told = [LINE.fullmatch(line) for line in spar(rot, "prov", "hem_2", "--replikation", "3", "--fro", "5")]
    phrases = [found[4] for found in told if found]
    assert len(phrases) == len(told)
    visits = simulate(load_kommun("prov"), load_scenario("hem_2"), 5, 3, engine="snabb").visits
    began = visits[(visits.start >= 0) & ~visits.hemtagen]
    last = visits.groupby(["fall", "steg", "besok"], sort=False).tail(1)
    left = last[(last.slappt >= 0) & ~last.avhopp]
    home = visits[visits.hemtagen]
    for resource, name in {
        "team": "Handläggare",
        "hem": "Eget boende",
        "kopt": "Köpt boende",
        "kontrakt": "Kontrakt",
    }.items():
        for rows, phrase in ((began, "får (handläggare|plats): "), (left, "lämnar "), (home, "flyttar hem till ")):
            here = (rows.resurs == resource).sum()
            assert sum(bool(re.match(f"{phrase}{name}( |$)", what)) for what in phrases) == here, (phrase, name)
    assert len(home) > 0 and {"team", "hem", "kopt", "kontrakt"} <= set(began.resurs)
    (more,) = [found for found in told if found and found[4].startswith("kapaciteten ändras: Eget boende")]
    assert more[1] == "2019-01-01 00:00" and " av 5 platser tagna" in more[4]


def test_days_and_case_choose_lines(rot: Path) -> None:
    everything = spar(rot, "prov")
    choices = {
        ("--dagar", "31-58"): [line for line in everything if "2018-02-01" <= line[:10] <= "2018-02-28"],
        ("--till", "58"): [line for line in everything if line[:10] <= "2018-02-28"],
        ("--till", "2018-02-28"): [line for line in everything if line[:10] <= "2018-02-28"],
        ("--fall", "6"): [line for line in everything if "  fall 6 " in line],
    }
    for words, expected in choices.items():
        shutil.rmtree(rot / "results")
        assert spar(rot, "prov", *words) == expected != [], words


BAD = [
    (("--dagar", "x"), ("--dagar = x", "0-30", "2018-01-01")),
    (("--dagar", "5-3"), ("--dagar = 5-3", "före")),
    (("--dagar", "900-901"), ("--dagar = 900-901", "dag 0 till 729")),
    (("--dagar", "1-2", "--till", "3"), ("--dagar", "--till")),
    (("--till", "2031-01-01"), ("--till = 2031-01-01", "utanför", "2019-12-31")),
    (("--till", "i går"), ("--till = i går", "ÅÅÅÅ-MM-DD")),
    (("--fall", "100000"), ("--fall = 100000", "fall 1 till")),
    (("--fall", "0"), ("--fall = 0", "fall 1 till")),
    (("--replikation", "-1"), ("--replikation = -1",)),
    (("--replikation", "två"), ("--replikation = två", "heltal")),
    (("hem_3",), ("scenario = hem_3", "hem_2")),
    (("hem_2", "team_1"), ("team_1", "för mycket")),
]


@pytest.mark.parametrize(("words", "says"), BAD, ids=[" ".join(words) for words, _ in BAD])
def test_bad_input_is_refused_in_swedish(words: tuple[str, ...], says: tuple[str, ...], rot: Path) -> None:
    before = everything_in(rot)
    ran = run("spar", "prov", *words)
    assert ran.code == 2
    assert_swedish_error(ran.err, rot)
    assert all(part in ran.err for part in says), ran.err
    assert everything_in(rot) == before
