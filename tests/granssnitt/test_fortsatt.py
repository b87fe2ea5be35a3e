"""A study that was killed or interrupted goes on to the same bytes, and no other study does."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from granssnitt.rot import Ran, assert_swedish_error, change, everything_in, run
from sim.experiment import Progress, Study, StudyResult, run_study
from sim.store import Keeper
from sim.uncertainty import Uncertainty
from sim.unfinished import FOLDER, _locked
from sim.workers import WorkersLost

SIX = ("jamfor", "prov", "hem_2", "--replikationer", "6", "--arbetare", "1")


def runs(root: Path, study: str = "prov") -> list[Path]:
    return sorted((root / "results" / study).iterdir())


def whole(folder: Path) -> dict[str, str]:
    """All files but the manifest, and that without the time."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    del manifest["tid"]
    held = {name: what for name, what in everything_in(folder).items() if name != "manifest.json"}
    return {**held, "manifest.json": json.dumps(manifest)}


@pytest.fixture
def stopping_after(monkeypatch: pytest.MonkeyPatch, with_time: None) -> Callable[[int, BaseException], None]:
    """Something happens when so many runs have been simulated, once."""

    def stop_after(count: int, what: BaseException) -> None:
        simulated: list[int] = []

        def stopped(asked: Study, progress: Progress, keeper: Keeper) -> StudyResult:
            def stop(done: int, total: int) -> None:
                simulated.append(done)
                progress(done, total)
                if len(simulated) == count:
                    raise what

            return run_study(asked, stop, keeper)

        monkeypatch.setattr("sim.commands.common.run_study", stopped)

    return stop_after


Stopping = Callable[[int, BaseException], None]


def test_a_killed_run_goes_on_to_the_same_bytes(rot: Path, without_figures: None) -> None:
    words = ("jamfor", "prov", "hem_2", "--replikationer", "240", "--arbetare", "2")
    with subprocess.Popen((sys.executable, "-m", "sim", *words), stderr=subprocess.PIPE) as process:
        until = time.monotonic() + 100
        while bytes_on_disk(rot) < 60_000 and time.monotonic() < until:
            time.sleep(0.02)
        process.kill()
    (left,) = runs(rot)
    assert left.name.startswith(".skrivs-") and bytes_on_disk(rot) >= 60_000
    assert run(*words, "--fortsatt").code == 0
    (again,) = runs(rot)
    assert run(*words).code == 0
    (uninterrupted,) = {*runs(rot)} - {again}
    assert whole(again) == whole(uninterrupted)


def bytes_on_disk(root: Path) -> int:
    """Of finished replications, some ten kilobytes each."""
    return sum(path.stat().st_size for path in root.glob(f"results/prov/.skrivs-*/{FOLDER}/studie/*.rep"))


def test_an_interrupted_run_goes_on_to_the_same_bytes(
    rot: Path, stopping_after: Stopping, without_figures: None
) -> None:
    stopping_after(5, KeyboardInterrupt())
    stopped = run(*SIX)
    assert stopped.code == 130
    assert "Avbrutet: 2 av 6 replikationer är klara" in stopped.err and "--fortsatt" in stopped.err
    (interrupted,) = runs(rot)
    assert (interrupted / FOLDER).is_dir()
    assert run(*SIX, "--fortsatt").code == 0
    (again,) = {*runs(rot)} - {interrupted}
    assert not (interrupted / FOLDER).exists() and not (again / FOLDER).exists()
    before = {*runs(rot)}
    assert run(*SIX).code == 0
    (uninterrupted,) = {*runs(rot)} - before
    assert whole(again) == whole(uninterrupted)


def test_only_what_is_missing_is_simulated(
    rot: Path, stopping_after: Stopping, without_figures: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopping_after(5, KeyboardInterrupt())
    run(*SIX)
    simulated: list[int] = []

    def counted(asked: Study, progress: Progress, keeper: Keeper) -> StudyResult:
        return run_study(asked, lambda done, total: simulated.append(done), keeper)

    monkeypatch.setattr("sim.commands.common.run_study", counted)
    assert run(*SIX, "--fortsatt").code == 0
    assert len(simulated) == 2 * (6 - 2)


def test_a_run_that_died_by_itself_can_go_on(rot: Path, stopping_after: Stopping, without_figures: None) -> None:
    stopping_after(5, WorkersLost("processer som räknar har dött 6 gånger"))
    died = run(*SIX)
    assert died.code == 2
    assert_swedish_error(died.err, rot)
    assert (
        "processer som räknar har dött 6 gånger. 2 av 6 replikationer är klara och sparade." in died.err
        and "--fortsatt" in died.err
    )
    assert run(*SIX, "--fortsatt").code == 0
    assert [path.name[0] for path in runs(rot)] == ["2"]


@pytest.mark.parametrize(("name", "reason"), [("draw_all", errno.ENOSPC), ("ResultFolder.finish", errno.EACCES)])
def test_a_failure_while_writing_loses_no_replication(
    name: str, reason: int, rot: Path, without_figures: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when there is a manifest already that calls the study whole."""

    def failing(*_: object) -> None:
        raise OSError(reason, "", "dit")

    with monkeypatch.context() as patched:
        patched.setattr(f"sim.commands.study.{name}", failing)
        failed = run(*SIX)
    assert failed.code == 2 and "6 av 6 replikationer är klara och sparade. Samma kommando med --fortsatt" in failed.err
    assert_swedish_error(failed.err, rot)
    (left,) = runs(rot)
    assert status(left) == "klar" and left.name.startswith(".skrivs-")
    monkeypatch.setattr("sim.experiment.replicated", lambda *_: pytest.fail("simulated again"))
    assert run(*SIX, "--fortsatt").code == 0
    (again,) = runs(rot)
    assert status(again) == "klar" and not (again / FOLDER).exists() and again.name.startswith("2")


def test_with_drawn_assumptions_a_first_run_that_is_interrupted_is_the_last(
    rot: Path, stopping_after: Stopping, without_figures: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.settings.load_uncertainty", lambda *_: Uncertainty((), {}, {}, {}))
    stopping_after(5, KeyboardInterrupt())
    stopped = run(*SIX, "--parameterosakerhet")
    assert stopped.code == 130 and "Avbrutet. 2 av 6 replikationer är klara och sparade." in stopped.err
    assert run(*SIX, "--parameterosakerhet", "--fortsatt").code == 0


def test_with_drawn_assumptions_both_runs_go_on(
    rot: Path, stopping_after: Stopping, without_figures: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.settings.load_uncertainty", lambda *_: Uncertainty((), {}, {}, {}))
    words = (*SIX, "--parameterosakerhet")
    stopping_after(15, KeyboardInterrupt())
    stopped = run(*words)
    assert stopped.code == 130 and "Avbrutet: 1 av 6 replikationer är klara" in stopped.err
    assert run(*words, "--fortsatt").code == 0
    (again,) = [folder for folder in runs(rot) if status(folder) == "klar"]
    assert run(*words).code == 0
    (uninterrupted,) = [folder for folder in runs(rot) if status(folder) == "klar" and folder != again]
    assert whole(again) == whole(uninterrupted)


def status(folder: Path) -> str:
    return str(json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["status"])


def refused(ran: Ran, root: Path, *parts: str) -> None:
    assert ran.code == 2
    assert_swedish_error(ran.err, root)
    for part in parts:
        assert part in ran.err


def test_another_configuration_is_refused_and_the_difference_named(
    rot: Path, stopping_after: Stopping, without_figures: None
) -> None:
    stopping_after(5, KeyboardInterrupt())
    run(*SIX)
    refused(run(*SIX, "--fro", "2", "--fortsatt"), rot, "studie.fro var 1, nu 2")
    change(rot / "scenarios/hem_2.yaml", "plus: 2", "plus: 3")
    refused(run(*SIX, "--fortsatt"), rot, "scenarios.hem_2.andringar")
    change(rot / "scenarios/hem_2.yaml", "plus: 3", "plus: 2")
    assert run(*SIX[:-1], "2", "--fortsatt").code == 0


def test_another_program_is_refused(
    rot: Path, stopping_after: Stopping, without_figures: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopping_after(5, KeyboardInterrupt())
    run(*SIX)
    monkeypatch.setattr("sim.unfinished.fingerprint", lambda: "en annan")
    refused(run(*SIX, "--fortsatt"), rot, "en annan version av hemmaplan")


def test_nothing_to_go_on_with_is_told(rot: Path) -> None:
    refused(run(*SIX, "--fortsatt"), rot, "ingen körning är avbruten")


def test_a_whole_run_is_not_made_again(rot: Path, without_figures: None) -> None:
    assert run(*SIX).code == 0
    (made,) = runs(rot)
    ran = run(*SIX, "--fortsatt")
    assert ran.code == 0 and f"Redan klar: {os.path.relpath(made)}" in ran.out.replace(str(made), os.path.relpath(made))
    assert runs(rot) == [made]


def test_a_run_under_way_is_left_alone(rot: Path, stopping_after: Stopping, without_figures: None) -> None:
    stopping_after(5, KeyboardInterrupt())
    run(*SIX)
    (interrupted,) = runs(rot)
    lock = _locked(interrupted / FOLDER)
    assert lock is not None
    try:
        refused(run(*SIX, "--fortsatt"), rot, "räknas just nu av en annan körning")
    finally:
        lock.close()
    assert (interrupted / FOLDER).is_dir() and runs(rot) == [interrupted]
    assert run(*SIX, "--fortsatt").code == 0


def test_who_forgets_to_go_on_is_reminded(rot: Path, stopping_after: Stopping, without_figures: None) -> None:
    stopping_after(5, KeyboardInterrupt())
    run(*SIX)
    assert "Obs: samma studie finns avbruten. Samma kommando med --fortsatt gör klart" in run(*SIX).err


def test_a_sweep_goes_on_where_it_was(rot: Path, stopping_after: Stopping, without_figures: None) -> None:
    words = ("kor", "-m", "kommun=annan,prov", "scenarios=[]", "studie.replikationer=4", "berakning.arbetare=1")
    assert run(*words).code == 0
    ran = run(*words, "--fortsatt")
    assert ran.code == 0 and ran.out.count("Redan klar") == 2
    stopping_after(3, KeyboardInterrupt())
    words = (*words[:3], "scenarios=[]", "studie.replikationer=5", "berakning.arbetare=1")
    assert run(*words).code == 130
    assert run(*words, "--fortsatt").code == 0
    assert [status(folder) for folder in runs(rot, "annan")] == ["klar", "avbruten", "klar"]
    assert [status(folder) for folder in runs(rot, "prov")] == ["klar", "klar"]
