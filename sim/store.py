"""Where finished replications are kept while a study runs: in memory, or in files that outlive the process.

On disk a scenario has one file, and a replication its own place in it: its number, a checksum, and the measures as they
are. A replication that was being written when the process was killed fails its checksum and is simulated again.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from io import FileIO
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sim.errors import HemmaplanError
from sim.files import os_reason
from sim.periods import Floats

Shape = tuple[int, int]
"""Rows and periods of a scenario."""


class Kept(Protocol):
    """Finished replications of the scenarios of a study, by their numbers."""

    def room_for(self, count: int) -> None:
        """Make ready for the replications 0 to `count` - 1."""

    def put(self, scenario: int, replication: int, values: Floats) -> None: ...

    def finished(self) -> NDArray[np.bool_]:
        """Which are there; shape (scenarios, replications that there is room for)."""
        ...

    def values(self, scenario: int, count: int) -> Floats:
        """The first `count`, shape (count, rows, periods); what is not finished is anything."""
        ...


Keeper = Callable[[Sequence[Shape]], Kept]


class InMemory:
    def __init__(self, shapes: Sequence[Shape]) -> None:
        self._values = [np.empty((0, *shape)) for shape in shapes]
        self._finished = np.zeros((len(shapes), 0), dtype=bool)

    def room_for(self, count: int) -> None:
        for number, old in enumerate(self._values):
            self._values[number] = np.empty((count, *old.shape[1:]))
            self._values[number][: len(old)] = old
        self._finished = _longer(self._finished, count)

    def put(self, scenario: int, replication: int, values: Floats) -> None:
        self._values[scenario][replication] = values
        self._finished[scenario, replication] = True

    def finished(self) -> NDArray[np.bool_]:
        return self._finished

    def values(self, scenario: int, count: int) -> Floats:
        return self._values[scenario][:count]


class OnDisk:
    """Files in a folder that is there; what an earlier run has left in them counts.

    `values` reads them through the operating system's own cache, so memory does not grow with the replications.
    """

    def __init__(self, folder: Path, shapes: Sequence[Shape]) -> None:
        self._kinds = [_record(shape) for shape in shapes]
        self._paths = [folder / f"{number}.rep" for number in range(len(shapes))]
        self._files: list[FileIO] = []
        try:
            for path in self._paths:
                path.touch()
                self._files.append(FileIO(path, "r+"))
            found = [_whole(*pair) for pair in zip(self._files, self._kinds, strict=True)]
        except OSError as error:
            self.close()
            raise HemmaplanError(f"{folder}: kan inte läsas eller skrivas ({os_reason(error)})") from None
        self._finished = np.zeros((len(shapes), max(map(len, found), default=0)), dtype=bool)
        for row, there in zip(self._finished, found, strict=True):
            row[: len(there)] = there

    def room_for(self, count: int) -> None:
        self._finished = _longer(self._finished, count)

    def put(self, scenario: int, replication: int, values: Floats) -> None:
        kind, file = self._kinds[scenario], self._files[scenario]
        record = np.zeros((), dtype=kind)
        record["replikation"], record["kontroll"], record["varden"] = replication, zlib.crc32(values.tobytes()), values
        file.seek(replication * kind.itemsize)
        rest = memoryview(record.tobytes())
        while rest:
            rest = rest[file.write(rest) :]
        self._finished[scenario, replication] = True

    def finished(self) -> NDArray[np.bool_]:
        return self._finished

    def values(self, scenario: int, count: int) -> Floats:
        if count == 0:
            return np.empty((0, *self._kinds[scenario]["varden"].shape))
        records = np.memmap(self._paths[scenario], self._kinds[scenario], "r", shape=(count,))
        return np.asarray(records["varden"])

    def close(self) -> None:
        for file in self._files:
            file.close()


def _record(shape: Shape) -> np.dtype[np.void]:
    """Of fixed size, the numbers at multiples of eight bytes."""
    return np.dtype([("replikation", "<i8"), ("kontroll", "<u8"), ("varden", "<f8", shape)])


def _whole(file: FileIO, kind: np.dtype[np.void]) -> NDArray[np.bool_]:
    """Which replications are in a file from end to end. One at a time, so that a large file takes no more memory."""
    found: list[bool] = []
    file.seek(0)
    while len(raw := _read(file, kind.itemsize)) == kind.itemsize:
        record = np.frombuffer(raw, dtype=kind)[0]
        same = record["replikation"] == len(found) and record["kontroll"] == zlib.crc32(record["varden"].tobytes())
        found.append(bool(same) and record["kontroll"] != 0)
    return np.array(found, dtype=bool)


def _read(file: FileIO, count: int) -> bytes:
    """So many bytes, or those that are left."""
    parts = []
    while count > 0 and (part := file.read(count)):
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def _longer(finished: NDArray[np.bool_], count: int) -> NDArray[np.bool_]:
    more = np.zeros((len(finished), max(count, finished.shape[1])), dtype=bool)
    more[:, : finished.shape[1]] = finished
    return more
