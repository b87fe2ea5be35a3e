"""The same study on a Dask cluster of separate processes on the loopback interface."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from distributed import LocalCluster

from granssnitt.rot import REPO, assert_swedish_error, run
from sim.experiment import Progress, Study, StudyResult, run_study
from sim.store import Keeper

WORDS = ("kor", "kommun=prov", "scenarios=[hem_2]", "studie.replikationer=16", "berakning.arbetare=1")
READABLE = "berakning.motor=simpy"
"""Loads several times faster than the other, in every process."""
TABLES = ("matt.parquet", "nivaer.csv", "skillnader.csv", "budget.csv", "sammanfattning.md")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Two workers, each a process of one thread; one that dies is started anew."""
    path = os.pathsep.join(filter(None, (str(REPO), os.environ.get("PYTHONPATH"))))
    with (
        pytest.MonkeyPatch.context() as patched,
        LocalCluster(
            host="127.0.0.1", n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as started,
    ):
        patched.setenv("PYTHONPATH", path)
        yield started


def tables(root: Path) -> dict[str, str]:
    """What the newest of the results holds."""
    folder = max((root / "results" / "prov").iterdir(), key=lambda path: path.stat().st_mtime)
    assert json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["status"] == "klar"
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in TABLES}


def test_a_cluster_makes_the_same_bytes_also_when_a_worker_is_killed(
    cluster: Any, rot: Path, without_figures: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(*WORDS, READABLE).code == 0
    here = tables(rot)
    there = (*WORDS, READABLE, "berakning=kluster", f"berakning.adress={cluster.scheduler_address}")
    ran = run(*there)
    assert ran.code == 0, ran.err
    assert tables(rot) == here
    victims = [worker.pid for worker in cluster.workers.values()]

    def killing(asked: Study, progress: Progress, keeper: Keeper) -> StudyResult:
        def kill(done: int, total: int) -> None:
            progress(done, total)
            if done == 6:
                psutil.Process(victims[0]).kill()

        return run_study(asked, kill, keeper)

    monkeypatch.setattr("sim.commands.common.run_study", killing)
    ran = run(*there)
    assert ran.code == 0, ran.err
    assert not psutil.pid_exists(victims[0]) or psutil.Process(victims[0]).status() == psutil.STATUS_ZOMBIE
    assert tables(rot) == here


def refused(root: Path, adress: str, text: str) -> None:
    ran = run(*WORDS, f"berakning.adress='{adress}'")
    assert ran.code == 2
    assert_swedish_error(ran.err, root)
    assert text in ran.err
    assert not (root / "results").exists()


def test_an_address_where_nobody_answers_is_told_within_seconds(rot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.cluster.ANSWER_SECONDS", 0.5)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        refused(rot, f"tcp://127.0.0.1:{taken.getsockname()[1]}", "inget kluster svarar inom")


def test_what_is_no_address_is_told(rot: Path) -> None:
    refused(rot, "brev://dator", "berakning.adress = brev://dator: ska vara en adress som tcp://dator:8786")


def test_without_dask_it_is_told_what_to_install(rot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    refused(rot, "tcp://127.0.0.1:8786", "kräver Dask, som inte är installerat")


def test_a_worker_with_another_program_is_told(cluster: Any, rot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.cluster.program_here", lambda: "en annan")
    refused(rot, cluster.scheduler_address, "har en annan version av hemmaplan")


def test_a_worker_that_comes_later_with_another_program_is_told(
    cluster: Any, rot: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that were there are not asked about theirs, as if they had come after; what they are sent tells them."""
    monkeypatch.setattr("sim.cluster._check_same_program", lambda *_: None)
    monkeypatch.setattr("sim.cluster.program_here", lambda: "en annan")
    ran = run(*WORDS, READABLE, f"berakning.adress={cluster.scheduler_address}")
    assert ran.code == 2
    assert_swedish_error(ran.err, rot)
    assert "en arbetare som kom till har en annan version av hemmaplan" in ran.err
    assert not (rot / "results").exists()
