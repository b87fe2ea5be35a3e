"""The command as a process: how it ends, with which code, and Ctrl-C at moments when nothing can be kept yet."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from granssnitt.rot import everything_in

STOPPED = "Avbrutet. Inget hann bli klart.\n"
COMMAND = """
import atexit, ctypes, signal, sys, time
from sim.process import as_process

def command():
    {0}

as_process(command)
"""
LOST = "ctypes.CFUNCTYPE(None)(lambda: signal.raise_signal(signal.SIGINT))(); time.sleep(60)"
HALF_LOADED = """
    try:
        signal.raise_signal(signal.SIGINT)
    except KeyboardInterrupt:
        raise ImportError("half of it") from None
"""


def ran(does: str) -> subprocess.CompletedProcess[str]:
    words = (sys.executable, "-c", COMMAND.format(does))
    return subprocess.run(words, capture_output=True, text=True, encoding="utf-8", check=False, timeout=60)


def test_what_is_written_and_what_waits_for_the_end_comes_before_it() -> None:
    done = ran("atexit.register(print, 'sist'); print('först', end=' '); return 7")
    assert (done.returncode, done.stdout.split(), done.stderr) == (7, ["först", "sist"], "")


def test_an_error_of_the_program_is_still_told_as_one() -> None:
    done = ran("raise ValueError('strange')")
    assert done.returncode == 1
    assert "Traceback" in done.stderr and "strange" in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="a signal that is raised is another on Windows")
@pytest.mark.parametrize(
    "does", [LOST, HALF_LOADED, "signal.raise_signal(signal.SIGINT)"], ids=["lost", "half", "told"]
)
def test_ctrl_c_counts_also_where_python_loses_it_or_something_else_fails(does: str) -> None:
    done = ran(does)
    assert (done.returncode, done.stderr) == (130, STOPPED)


def of_session(number: int) -> list[psutil.Process]:
    """The processes that one has started, and theirs."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(OSError, psutil.Error):
            if os.getsid(process.pid) == number and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


@pytest.mark.skipif(os.name == "nt", reason="Windows has no sessions of this kind")
@pytest.mark.parametrize(("words", "code"), [(("studie.replikationer=0",), 2), (("studie.replikationer=2",), 0)])
def test_no_process_is_left_whether_the_study_is_made_or_refused(words: tuple[str, ...], code: int, rot: Path) -> None:
    """The other one has begun to load when the study is looked at."""
    asked = (sys.executable, "-m", "sim", "kor", "kommun=annan", "berakning.arbetare=2", *words)
    with subprocess.Popen(asked, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True) as process:
        _, said = process.communicate(timeout=300)
    assert process.returncode == code, said.decode("utf-8")
    assert not psutil.wait_procs(of_session(process.pid), timeout=5)[1]
    assert not list(Path("/dev/shm").glob(f"*loky-{process.pid}-*"))


@pytest.mark.skipif(os.name == "nt", reason="no SIGINT to another process")
@pytest.mark.parametrize(
    "seconds", [0.6, *(pytest.param(0.3 * number, marks=pytest.mark.slow) for number in range(1, 17))]
)
def test_ctrl_c_before_the_first_future_is_finished_leaves_nothing(seconds: float, rot: Path) -> None:
    """Whatever is being loaded in this process and the other, there is one line and no process left."""
    before = everything_in(rot)
    words = (sys.executable, "-m", "sim", "jamfor", "prov", "hem_2", "--replikationer", "100000", "--arbetare", "2")
    with subprocess.Popen(
        words,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A shell that runs the tests in the background has made its children deaf to Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        time.sleep(seconds)
        others = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=120)
    assert process.returncode == 130, said.decode("utf-8")
    assert "Avbrutet" in said.decode("utf-8") and "Traceback" not in said.decode("utf-8")
    assert not psutil.wait_procs(others, timeout=5)[1]
    if said.decode("utf-8") == STOPPED:
        assert everything_in(rot) == before
