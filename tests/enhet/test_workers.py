"""Jobs shared between processes: each done once, whoever does it, and a process that dies is told."""

from __future__ import annotations

import operator
import os
from collections.abc import Iterator

import pytest

from sim.errors import HemmaplanError
from sim.workers import Shared


def here(job: int) -> Iterator[int]:
    yield 2 * job
    yield 2 * job + 1


def shared(workers: int, jobs: int) -> Shared[int, int]:
    """Two numbers come of each job, here or there."""
    return Shared(workers, range(jobs), lambda job: (list, (2 * job, 2 * job + 1)))


@pytest.mark.parametrize("workers", [1, 2, 3])
@pytest.mark.parametrize("jobs", [0, 1, 2, 40])
def test_each_job_is_done_once(workers: int, jobs: int) -> None:
    assert sorted(shared(workers, jobs).done(here)) == list(range(2 * jobs))


def test_others_take_part() -> None:
    mine: list[int] = []

    def noted(job: int) -> Iterator[int]:
        mine.append(job)
        return here(job)

    assert len(list(shared(2, 40).done(noted))) == 80
    assert 0 < len(mine) < 40


def test_whoever_stops_listening_leaves_the_rest_undone() -> None:
    done: list[int] = []

    def noted(job: int) -> Iterator[int]:
        done.append(job)
        return here(job)

    for _ in shared(2, 400).done(noted):
        break
    assert len(done) == 1


def test_what_fails_in_another_process_fails_here() -> None:
    work: Shared[int, int] = Shared(2, range(4), lambda job: (operator.floordiv, 1, 0))
    with pytest.raises(ZeroDivisionError):
        list(work.done(here))


@pytest.mark.filterwarnings("default")
def test_a_process_that_dies_is_told_and_replaced() -> None:
    work: Shared[int, int] = Shared(2, range(4), lambda job: (os._exit, 1))
    with pytest.raises(HemmaplanError, match="en av processerna som räknar dog"):
        list(work.done(here))
    assert len(list(shared(2, 4).done(here))) == 8
