"""Fixtures: a project of one's own, and a place to stand that is not it."""

from __future__ import annotations

from pathlib import Path

import pytest

from granssnitt.rot import make_project
from sim.files import ROOT_VARIABLE


@pytest.fixture
def rot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small project that the commands find; the working directory is an empty folder beside it."""
    root = make_project(tmp_path / "rot")
    here = tmp_path / "arbetsmapp"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setenv(ROOT_VARIABLE, str(root))
    return root


@pytest.fixture
def without_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures take most of the time of a small study."""
    monkeypatch.setattr("sim.commands.study.draw_all", lambda made, folder: folder.mkdir())


@pytest.fixture
def with_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """An interrupted study gets its tables also on a machine that is busy with something else."""
    monkeypatch.setattr("sim.commands.study.HURRY_SECONDS", 600.0)
