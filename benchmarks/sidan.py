"""The planner's page: seconds to the first numbers and to the sharp ones after a change, and memory over many studies.

    python benchmarks/sidan.py [--studier 100] [--kommun sodertalje_2019]

A server of its own, asked over HTTP as the page's own script asks. The work of the browser is not in the seconds;
tests/webblasare does the same by hand movements.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from minne import family, memory

EVERY = 0.7
"""Seconds between two looks, as on the page."""
LOOKS = (12, 25, 50, 75, 100)
"""After so many studies memory is told."""
LEVER = "drivare.arbetsloshet.varde"


class Server:
    """`hemmaplan app` in a process of its own."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        environment = {**os.environ, "HEMMAPLAN_MAPP": self._folder.name}
        words = [sys.executable, "-m", "sim", "app", "--utan-webblasare"]
        self._process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, encoding="utf-8", env=environment)
        assert self._process.stdout is not None
        found = re.search(r"http://[\d.:]+", self._process.stdout.readline())
        assert found is not None
        self.address = found[0]

    def get(self, path: str) -> str:
        asked = urllib.request.Request(self.address + path, headers={"HX-Request": "true"})
        with urllib.request.urlopen(asked) as answer:
            text: str = answer.read().decode()
        return text

    def memory(self) -> float:
        """MiB that the server and its processes hold."""
        return sum(memory(pid) for pid in family(self._process.pid)) / 2**20

    def kill_worker(self) -> bool:
        """The process that shares the work, as when memory has run out. False where there is none."""
        for pid in family(self._process.pid):
            if b"LokyProcess" in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(pid, signal.SIGKILL)
                return True
        return False

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(20)
        self._folder.cleanup()


def asked(server: Server, kommun: str, value: float, kill: bool = False) -> tuple[float, float, str]:
    """Seconds to the first numbers and to the sharp ones after a change, and what the page says at last."""
    path = f"/kommun/{kommun}/svar?{LEVER}={value:.2f}"
    begun = time.perf_counter()
    first = 0.0
    while True:
        text = server.get(path)
        passed = time.perf_counter() - begun
        if not first and '<ul class="key">' in text:
            first = passed
            if kill:
                server.kill_worker()
        if "state-klar" in text or "state-fel" in text:
            return first, passed, text
        time.sleep(EVERY)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studier", type=int, default=100)
    parser.add_argument("--kommun", default="sodertalje_2019")
    chosen = parser.parse_args()
    server = Server()
    try:
        begun = time.perf_counter()
        server.get(f"/kommun/{chosen.kommun}/svar")
        asked(server, chosen.kommun, 6.5)
        print(f"first page of all, nuläge sharp: {time.perf_counter() - begun:.1f} s", flush=True)
        firsts, sharps, held = [], [], []
        for number in range(chosen.studier):
            first, sharp, _ = asked(server, chosen.kommun, 7 + number / 20)
            firsts.append(first)
            sharps.append(sharp)
            held.append(server.memory())
            if number + 1 in LOOKS:
                print(f"memory after {number + 1} studies: {held[-1]:.0f} MiB", flush=True)
        for what, seconds in (("first numbers", firsts), ("sharp", sharps)):
            tenth = sorted(seconds)[int(0.9 * len(seconds))]
            print(f"{what}: median {statistics.median(seconds):.2f} s, nine of ten within {tenth:.2f} s")
        part = max(len(held) // 5, 1)
        early, late = statistics.median(held[part : 2 * part] or held), statistics.median(held[-part:])
        print(f"memory of all processes: {early:.0f} MiB early, {late:.0f} MiB late, at most {max(held):.0f} MiB")
        _, seconds, text = asked(server, chosen.kommun, 6.0, kill=True)
        ended = "answered" if "state-klar" in text else "failed, and said so"
        told = "told" if "En process som räknade försvann" in text else "not told"
        print(f"a worker killed in the middle: {ended} after {seconds:.1f} s, and {told} on the page")
        server.get("/")
    finally:
        server.close()


if __name__ == "__main__":
    main()
