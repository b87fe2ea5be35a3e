"""Where the compiled engine cannot be saved, or not be compiled at all, the planner is told so."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from granssnitt.rot import assert_swedish_error, run


def test_machine_code_that_cannot_be_saved_is_made_once_and_told(rot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def started(*_: object) -> None:
        raise AssertionError("no other process is to be given work: it would compile for itself")

    monkeypatch.setattr("sim.engine.compiled.is_kept_for_others", lambda: False)
    monkeypatch.setattr("sim.workers.Local.executor", started)
    ran = run("jamfor", "annan", "--replikationer", "3", "--arbetare", "2")
    assert ran.code == 0
    assert ran.err.count("bara en process räknar") == 1 and "NUMBA_CACHE_DIR" in ran.err


def test_an_engine_that_may_not_be_compiled_is_told(rot: Path) -> None:
    words = (sys.executable, "-m", "sim", "jamfor", "annan", "--replikationer", "2")
    done = subprocess.run(
        words, env=os.environ | {"NUMBA_DISABLE_JIT": "1"}, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 2, done.stderr
    assert_swedish_error(done.stderr.replace("NUMBA_DISABLE_JIT", ""), rot)
    assert "berakning.motor=simpy" in done.stderr
