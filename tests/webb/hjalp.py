"""What tests of the page share: waiting for an answer, and reading what a page says."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from html.parser import HTMLParser

from starlette.testclient import TestClient

from sim.experiment import Progress, Study, StudyResult, run_study

HTMX = {"HX-Request": "true"}
LONGEST_WAIT = 60.0


def few(study: Study, progress: Progress) -> StudyResult:
    """In this process alone."""
    from dataclasses import replace

    return run_study(replace(study, arbetare=1), progress)


def wait_for(happened: Callable[[], bool]) -> None:
    """Until it has; AssertionError if it never does."""
    deadline = time.monotonic() + LONGEST_WAIT
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def sharp(client: TestClient, kommun: str, query: str = "") -> str:
    """The answer's HTML when all its replications are done."""
    found: list[str] = []

    def done() -> bool:
        answer = client.get(f"/kommun/{kommun}/svar?{query}", headers=HTMX)
        assert answer.status_code == 200, answer.text
        found.append(answer.text)
        return "state-klar" in answer.text or "state-fel" in answer.text

    wait_for(done)
    return found[-1]


def token_of(client: TestClient, kommun: str = "prov") -> str:
    """The proof that a form of this browser carries."""
    found = re.search(r'name="csrf" value="(\w+)"', client.get(f"/kommun/{kommun}").text)
    assert found is not None
    return found[1]


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def text_of(html: str) -> str:
    """What a reader sees, with single spaces; hard spaces stay."""
    parser = _Text()
    parser.feed(html)
    return " ".join(" ".join(parser.parts).split(" ")).replace("\n", " ")
