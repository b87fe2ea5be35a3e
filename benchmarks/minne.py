"""A command with all its processes: seconds, processor time and peak memory. Linux only (it reads /proc).

Memory is looked at in a run of its own, since to look takes a fifth of a processor from what is looked at.
"""

from __future__ import annotations

import os
import resource
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

INTERVAL = 0.05
"""Seconds between looks at memory."""


class Cost(NamedTuple):
    """`memory`: peak of the sum over processes, shared pages shared out (PSS), bytes. `taken`: processor seconds that
    the host of a virtual machine gave to others meanwhile."""

    seconds: float
    processor_seconds: float
    taken: float
    memory: int
    processes: int


def cost_of(command: Sequence[str], environment: Mapping[str, str], folder: Path) -> Cost:
    """Run a command to its end, twice: alone, and looked at. Raises RuntimeError with what it said if it fails."""
    before = _taken_seconds()
    seconds, processor_seconds = time_of(command, environment, folder)
    taken = _taken_seconds() - before
    return Cost(seconds, processor_seconds, taken, *_room_of(command, environment, folder))


def time_of(command: Sequence[str], environment: Mapping[str, str], folder: Path) -> tuple[float, float]:
    """Seconds, and processor seconds of the command and the processes that it has waited for. Raises as `cost_of`."""
    before, began = _processor_seconds(), time.perf_counter()
    with _running(command, environment, folder) as process:
        process.wait()
    return time.perf_counter() - began, _processor_seconds() - before


def _taken_seconds() -> float:
    """What is called steal in /proc/stat, of all processors."""
    first = Path("/proc/stat").read_text(encoding="utf-8").split("\n", 1)[0].split()
    return int(first[8]) / os.sysconf("SC_CLK_TCK")


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _room_of(command: Sequence[str], environment: Mapping[str, str], folder: Path) -> tuple[int, int]:
    """Peak memory, and how many processes there were."""
    peak, seen = 0, set[int]()
    with _running(command, environment, folder) as process:
        while process.poll() is None:
            members = family(process.pid)
            peak = max(peak, sum(memory(pid) for pid in members))
            seen.update(members)
            time.sleep(INTERVAL)
    return peak, len(seen)


@contextmanager
def _running(command: Sequence[str], environment: Mapping[str, str], folder: Path) -> Iterator[subprocess.Popen[str]]:
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
        process = subprocess.Popen(
            command, env=dict(environment), cwd=folder, stdout=subprocess.DEVNULL, stderr=said, text=True
        )
        yield process
        if process.wait():
            said.seek(0)
            raise RuntimeError(said.read())


def _stat(pid: int) -> list[str]:
    """The fields of /proc/<pid>/stat from the third one (the state); nothing if the process is gone."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return []


def family(root: int) -> list[int]:
    """A process and all that descend from it."""
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and (stat := _stat(int(folder.name))):
            parents[int(folder.name)] = int(stat[1])
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def memory(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return 1024 * int(line.split()[1])
    return 0


def peak_memory() -> int:
    """Of this process, bytes. (ru_maxrss would be that of the process that started it, if larger.)"""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(1024 * int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
