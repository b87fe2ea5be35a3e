"""A command with all its processes: seconds, processor time and peak memory. Linux only (it reads /proc)."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from os import sysconf
from pathlib import Path
from typing import NamedTuple

INTERVAL = 0.05
"""Seconds between looks at memory."""
TICKS = sysconf("SC_CLK_TCK")


class Cost(NamedTuple):
    """`memory`: peak of the sum over processes, shared pages shared out (PSS), bytes."""

    seconds: float
    processor_seconds: float
    memory: int
    processes: int


def cost_of(command: Sequence[str], environment: Mapping[str, str], folder: Path) -> Cost:
    """Run a command to its end. Raises RuntimeError with what it said if it fails."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
        began = time.perf_counter()
        process = subprocess.Popen(
            command, env=dict(environment), cwd=folder, stdout=subprocess.DEVNULL, stderr=said, text=True
        )
        peak, ticks = 0, dict[int, int]()
        while process.poll() is None:
            members = family(process.pid)
            peak = max(peak, sum(memory(pid) for pid in members))
            for pid in members:
                ticks[pid] = max(ticks.get(pid, 0), _ticks(pid))
            time.sleep(INTERVAL)
        seconds = time.perf_counter() - began
        if process.returncode:
            said.seek(0)
            raise RuntimeError(said.read())
    return Cost(seconds, sum(ticks.values()) / TICKS, peak, len(ticks))


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


def _ticks(pid: int) -> int:
    stat = _stat(pid)
    return int(stat[11]) + int(stat[12]) if stat else 0


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
