"""That the benchmarks run, and measure what they say. Never how long anything takes."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from sim.build import build_network
from sim.cases import draw_cases
from sim.engine import run
from sim.loading import checked_kommun, load_kommun
from sim.scenario import make_plan
from sim.visits import RESERV

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
OPTIONAL = ("Ciw", "salabim")


def module(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module(name)


@pytest.fixture
def referens(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    return module("referens", monkeypatch)


@pytest.fixture
def sodertalje(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    return module("sodertalje", monkeypatch)


def test_plain_simpy_and_the_loop_by_hand_give_our_answer(referens: ModuleType) -> None:
    """And the answer is what such a system gives: 10 a day arrive and leave, and nearly all 60 places are taken."""
    made = referens.rounds(referens.Model(days=400), 5, referens.runners(OPTIONAL))
    assert set(made.answers) == {referens.CASES, referens.BY_HAND, "SimPy"}
    _, agreed = referens.agreement(made.answers)
    assert agreed
    means = {name: answers.mean(axis=0) for name, answers in made.answers.items()}
    for external, wait, occupied, finished in means.values():
        assert 0.15 < external < 0.27
        assert 0.1 < wait < 0.4
        assert 50 < occupied < 60
        assert finished == pytest.approx(10 * 400 - 75 - 10, rel=0.05)
    assert all(len(seconds) == 5 and (seconds > 0).all() for seconds in made.seconds.values())


def test_another_model_is_told_apart(referens: ModuleType) -> None:
    model = referens.Model(days=400)
    ours = referens.rounds(model, 8, {}).answers[referens.CASES]
    by_hand = referens.runners(OPTIONAL)[referens.BY_HAND]
    for other in (model._replace(places=70), model._replace(servers=14), model._replace(arrivals_per_day=10.5)):
        answers = np.array([by_hand(other, number) for number in range(8)])
        _, agreed = referens.agreement({referens.CASES: ours, referens.BY_HAND: answers})
        assert not agreed, other


def test_our_answer_is_what_the_visit_log_says(referens: ModuleType) -> None:
    """Counted again case by case from the log's rows."""
    network = build_network(referens.our_plan(referens.Model(days=90)))
    assert network.end == 90
    log = run(network, draw_cases(network, 1, 0), 1, 0)
    rows = log.frame(network)
    waits, days, outside, asked = [], 0.0, 0, 0
    for row in rows.itertuples():
        if row.steg == "vard.utredning" and row.start == row.start:
            waits.append(row.start - row.begaran)
        if row.steg == "vard.placering":
            asked += 1
            outside += row.reserv
            days += 0 if row.reserv else (row.slappt if row.slappt == row.slappt else 90) - row.start
    still = {row.fall for row in rows.itertuples() if row.slappt != row.slappt}
    expected = (outside / asked, sum(waits) / len(waits), days / 90, rows["fall"].nunique() - len(still))
    assert tuple(referens.our_answer(network, log)) == pytest.approx(expected)
    assert outside == log.has(RESERV).sum()


def test_erlang_b_by_hand(referens: ModuleType) -> None:
    assert referens.erlang_b(2, 1.0) == pytest.approx(1 / 5)


def test_the_whole_comparison_runs(
    referens: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["referens.py", "--replikationer", "2", "--dagar", "60", "--utan", *OPTIONAL]
    monkeypatch.setattr(sys, "argv", words)
    assert referens.main() in (0, 1)
    said = capsys.readouterr().out
    for name in ("Andel externt", "handskriven slinga", "SimPy", "Gånger vår tid"):
        assert name in said
    assert "Ciw" not in said


def test_a_missing_library_is_said(
    referens: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(referens.PEERS, "Ciw", ("no_such_library", "med_ciw"))
    assert "Ciw" not in referens.runners(["salabim"])
    assert "Ciw är inte installerat och hoppas över" in capsys.readouterr().out


def test_a_larger_sodertalje_has_as_many_times_more_of_everybody(sodertalje: ModuleType) -> None:
    small = load_kommun(sodertalje.KOMMUN)
    large = checked_kommun(sodertalje.content_of(3, 2))
    assert large.slut.year == large.basar + 1
    for name, resurs in small.resurser.items():
        for number in ("arsarbetare", "platser"):
            if hasattr(resurs, number):
                assert getattr(large.resurser[name], number) == 3 * getattr(resurs, number)
    small_network, large_network = (build_network(make_plan(kommun)) for kommun in (small, large))
    for network_of in (small_network.stock, large_network.stock):
        assert network_of
    assert sum(s.count for s in large_network.stock) == 3 * sum(s.count for s in small_network.stock)
    for before, after in zip(small_network.inflows, large_network.inflows, strict=True):
        for day in (0.0, 500.0):
            assert after.rate.at(day) == pytest.approx(3 * before.rate.at(day))
    for before, after in zip(small_network.resources, large_network.resources, strict=True):
        for day in (0.0, 500.0) if before.capacity and after.capacity else ():
            assert after.capacity.at(day) == pytest.approx(3 * before.capacity.at(day), abs=2)


def test_time_and_stays_of_a_kommun_are_measured(sodertalje: ModuleType) -> None:
    one = sodertalje.spent(1, 1, 1)
    assert one.stays > 1000 and one.memory > 2**26
    assert one.total == one.cases + one.engine + one.measures


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="reads /proc")
def test_memory_of_a_command_counts_its_children(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that holds 60 MiB starts one that holds 120 MiB."""
    minne = module("minne", monkeypatch)
    child = "import time; held = bytearray(b'x') * (120 * 2**20); time.sleep(0.6)"
    parent = "import subprocess, sys; held = bytearray(b'x') * (60 * 2**20); subprocess.run([sys.executable, '-c', %r])"
    cost = minne.cost_of([sys.executable, "-c", parent % child], os.environ, Path.cwd())
    assert 180 * 2**20 < cost.memory < 280 * 2**20
    assert cost.processes == 2
    with pytest.raises(RuntimeError, match="ValueError: nej"):
        minne.cost_of([sys.executable, "-c", "raise ValueError('nej')"], os.environ, Path.cwd())


@pytest.mark.slow
def test_the_whole_study_runs(
    sodertalje: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sodertalje, "HORIZONS", ((1, 1),))
    monkeypatch.setattr(sys, "argv", ["sodertalje.py", "--replikationer", "2", "--arbetare", "1", "--hogst", "1"])
    assert sodertalje.main() == 0
    said = capsys.readouterr().out
    for name in ("Hela kommandot", "rita", "motorn", "Summan mot n log n"):
        assert name in said


def test_the_made_up_country_is_sound_and_of_many_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    riket = module("riket", monkeypatch)
    factors = [riket.factor_of(number) for number in range(riket.COUNTRY)]
    assert len(set(factors)) == riket.COUNTRY
    assert np.median(factors) == pytest.approx(riket.MEDIAN, rel=0.01)
    assert min(factors) < 0.05 and max(factors) > 3
    assert {number % 5 for number in riket.chosen(10)} == set(range(5)) and len(set(riket.chosen(30))) == 30
    for number in (0, 3, int(np.argmin(factors)), int(np.argmax(factors))):
        assert riket.kommun_of(number) == riket.kommun_of(number)
    assert riket.resized({"antal": 3, "per_ar": 2.5, "medel": 9.0, "pagatt_dagar": [1, 2]}, 2.0) == {
        "antal": 6,
        "per_ar": 5.0,
        "medel": 9.0,
        "pagatt_dagar": [1, 2, 1, 2],
    }


def test_what_a_made_up_municipality_takes_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    riket = module("riket", monkeypatch)
    found = riket.spent(1, 2)
    assert len(found.replications) == 2 and all(second > 0 for second in found.replications)
    assert found.prepare > 0 and 1000 < found.task_bytes < found.answer_bytes
    rows = {row[0]: row[1:] for row in riket.on_paper([found])}
    alone = int(rows["en kärna"][0].replace("\u00a0", ""))
    assert alone == pytest.approx(29_000 * np.mean(found.replications), abs=1)
    assert int(rows["10 × 32 kärnor"][0].replace("\u00a0", "")) == pytest.approx(alone / 320, abs=1)
