"""The processes that share the work: every job is done once, and joblib goes on working in the same process."""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import BrokenExecutor
from time import sleep

import pytest
from joblib import Parallel, delayed

from sim.workers import Local, Shared, WorkersLost, begin_to_load


@pytest.mark.parametrize("workers", [1, 2])
def test_every_job_is_done_once_wherever(workers: int) -> None:
    shared = Shared(workers, range(20), lambda job: (list, range(job, job + 1)))
    assert sorted(shared.done(lambda job: [job])) == list(range(20))


def test_joblib_and_the_pool_take_turns() -> None:
    for _ in range(2):
        shared = Shared(2, range(6), lambda job: (list, range(job, job + 1)))
        assert sorted(shared.done(lambda job: [job])) == list(range(6))
        assert Parallel(n_jobs=2)(delayed(abs)(-number) for number in range(4)) == [0, 1, 2, 3]


@pytest.mark.parametrize("deaths", [1, 3])
def test_jobs_of_processes_that_die_are_done_again(deaths: int) -> None:
    dying = iter(range(deaths))

    def there(job: int) -> tuple[object, ...]:
        """Until so many have died, a job that ends the process that does it."""
        return (list, range(job, job + 1)) if next(dying, None) is None else (os._exit, 1)

    shared: Shared[int, int] = Shared(2, range(40), there)
    assert sorted(shared.done(lambda job: [job])) == list(range(40))
    assert 1 <= shared.losses <= deaths


def test_processes_that_always_die_are_given_up_with_a_word_of_what_to_do() -> None:
    def here(job: int) -> Iterable[int]:
        sleep(0.05)
        return [job]

    shared: Shared[int, int] = Shared(2, range(1000), lambda job: (os._exit, 1))
    with pytest.raises(WorkersLost, match="arbetare=1"):
        list(shared.done(here))
    begin_to_load({"arbetare": 2})
    assert Local(2).executor().submit(abs, -1).result() == 1, "the next study is to have others that live"


def test_processes_that_died_while_nobody_asked_are_started_anew_for_the_next_study() -> None:
    with pytest.raises(BrokenExecutor):
        Local(2).executor().submit(os._exit, 1).result()
    begin_to_load({"arbetare": 2})
    assert Local(2).executor().submit(abs, -1).result() == 1
