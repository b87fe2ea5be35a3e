"""The processes that share the work: every job is done once, and joblib goes on working in the same process."""

from __future__ import annotations

import pytest
from joblib import Parallel, delayed

from sim.workers import Shared


@pytest.mark.parametrize("workers", [1, 2])
def test_every_job_is_done_once_wherever(workers: int) -> None:
    shared = Shared(workers, range(20), lambda job: (list, range(job, job + 1)))
    assert sorted(shared.done(lambda job: [job])) == list(range(20))


def test_joblib_and_the_pool_take_turns() -> None:
    for _ in range(2):
        shared = Shared(2, range(6), lambda job: (list, range(job, job + 1)))
        assert sorted(shared.done(lambda job: [job])) == list(range(6))
        assert Parallel(n_jobs=2)(delayed(abs)(-number) for number in range(4)) == [0, 1, 2, 3]
