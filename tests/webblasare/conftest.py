"""The page in the system's own Chromium, served by a process of its own, as a planner meets it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of a server with the shipped kommuner."""
    environment = {**os.environ, "HEMMAPLAN_MAPP": str(tmp_path_factory.mktemp("sparat")), "PYTHONUNBUFFERED": "1"}
    words = [sys.executable, "-m", "sim", "app", "--utan-webblasare"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, encoding="utf-8", env=environment) as server:
        assert server.stdout is not None
        found = re.search(r"http://[\d.:]+", server.stdout.readline())
        assert found is not None
        threading.Thread(target=server.stdout.read, daemon=True).start()
        yield found[0]
        server.terminate()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    assert path is not None, "install chromium: apt-get install chromium"
    expect.set_options(timeout=60_000)
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(base_url=address, locale="sv-SE", viewport={"width": 1280, "height": 900})
    context.set_default_timeout(60_000)
    found = context.new_page()
    problems: list[str] = []
    found.on("pageerror", lambda error: problems.append(str(error)))
    found.on("console", lambda told: problems.append(told.text) if told.type == "error" else None)
    yield found
    context.close()
    assert problems == []


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path
