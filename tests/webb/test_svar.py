"""Answers on the page are the library's own numbers, rough first and then sharp; questions wait for one another."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path
from socket import socket

import numpy as np
import pytest
from starlette.testclient import TestClient

from sim.app.jobs import DONE, FAILED, STOPPED, Jobs
from sim.app.pages import load
from sim.app.questions import STAGES, Compared
from sim.comparison import compare
from sim.errors import HemmaplanError
from sim.experiment import Progress, Study, StudyResult
from sim.loading import load_kommun, load_scenario
from sim.swedish import tal
from webb.hjalp import HTMX, few, sharp, text_of, token_of, wait_for


def test_numbers_are_those_of_the_library(client: TestClient, rot: Path) -> None:
    text = text_of(sharp(client, "prov", "utgang=hem_2"))
    made = compare(load_kommun("prov", rot), [load_scenario("hem_2", rot)], STAGES[-1], arbetare=1)
    cost = made.changes("hem_2", ("alla", "nettokostnad", "")).at("2019")
    outside = made.changes("hem_2", ("stod", "varddygn_extern", "")).at("2019")
    assert cost is not None and outside is not None
    for row, factor, decimals in ((cost, 1e-6, 1), (outside, 1.0, 0)):
        interval = f"{tal(row['ki95_lag'] * factor, decimals)} till {tal(row['ki95_hog'] * factor, decimals)}"
        assert tal(row["skillnad"] * factor, decimals, sign=True) in text
        assert interval in text
    assert f"{STAGES[-1]} möjliga framtider" in text


def test_the_first_answer_is_rough_and_says_so(rot: Path, tmp_path: Path) -> None:
    from sim.app.server import make_app

    gate = threading.Event()

    def held(study: Study, progress: Progress) -> StudyResult:
        if study.forsta_replikation:
            gate.wait(30)
        return few(study, progress)

    jobs = Jobs(held)
    try:
        with TestClient(make_app(rot, jobs, tmp_path / "sparat"), base_url="http://127.0.0.1:8000") as client:
            parts: list[str] = []

            def rough() -> bool:
                parts.append(client.get("/kommun/prov/svar", headers=HTMX).text)
                return "Ungefärligt svar" in parts[-1]

            wait_for(rough)
            assert "av 4 möjliga framtider" in text_of(parts[-1])
            assert "hx-trigger" in parts[-1] and "<progress" in parts[-1]
            gate.set()
            assert "hx-trigger" not in sharp(client, "prov")
    finally:
        gate.set()
        jobs.close()


def question(rot: Path, *names: str) -> Compared:
    loaded = load(rot, "prov")
    return Compared(loaded.kommun, tuple(loaded.ready[name] for name in names), arbetare=1)


def test_replications_in_stages_are_those_of_one_study(rot: Path, jobs: Jobs) -> None:
    asked = question(rot, "hem_2")
    wait_for(lambda: jobs.ask(asked).ended)
    job = jobs.ask(asked)
    assert job.made is not None and job.tillstand == DONE
    whole = few(asked.study(0, STAGES[-1]), lambda done, total: None)
    for table, at_once in zip(job.made.resultat.tables, whole.tables, strict=True):
        assert table.replications == at_once.replications
        assert [period for period in at_once.periods if len(period) != 7] == list(table.periods)
        kept = [at_once.periods.index(period) for period in table.periods]
        assert np.array_equal(table.values, at_once.values[:, :, kept], equal_nan=True)


def test_equal_questions_are_simulated_once(rot: Path, jobs: Jobs) -> None:
    first, second = jobs.ask(question(rot, "hem_2")), jobs.ask(question(rot, "hem_2"))
    assert first.id == second.id
    assert jobs.ask(replace(question(rot, "hem_2"), fro=2)).id != first.id
    assert jobs.ask(question(rot)).id != first.id


def test_a_new_question_goes_before_the_sharpening_of_an_older(rot: Path) -> None:
    order: list[tuple[int, int]] = []

    def noted(study: Study, progress: Progress) -> StudyResult:
        order.append((len(study.scenarios), study.forsta_replikation))
        if len(order) == 2:
            jobs.ask(question(rot, "hem_2"))
        return few(study, progress)

    jobs = Jobs(noted)
    try:
        jobs.ask(question(rot))
        wait_for(lambda: len(order) >= 3)
    finally:
        jobs.close()
    assert order[:3] == [(0, 0), (0, STAGES[0]), (1, 0)]


def test_stop_keeps_what_is_finished_and_resume_goes_on(rot: Path) -> None:
    gate = threading.Event()

    def slow(study: Study, progress: Progress) -> StudyResult:
        if study.forsta_replikation == STAGES[0]:
            gate.wait(30)
        return few(study, progress)

    jobs = Jobs(slow)
    try:
        asked = question(rot)
        wait_for(lambda: jobs.ask(asked).klara == STAGES[0])
        jobs.stop(jobs.ask(asked).id)
        gate.set()
        time.sleep(0.1)
        stopped = jobs.ask(asked)
        assert (stopped.tillstand, stopped.klara) == (STOPPED, STAGES[0])
        jobs.resume(stopped.id)
        wait_for(lambda: jobs.ask(asked).tillstand == DONE)
    finally:
        gate.set()
        jobs.close()


def test_a_process_that_was_lost_is_told_and_the_answer_is_the_same(rot: Path, tmp_path: Path) -> None:
    from sim.app.server import make_app

    def loses(study: Study, progress: Progress) -> StudyResult:
        return replace(few(study, progress), omstarter=int(study.forsta_replikation == 0))

    answers = {}
    for simulate in (few, loses):
        jobs = Jobs(simulate)
        try:
            app = make_app(rot, jobs, tmp_path / "sparat")
            with TestClient(app, base_url="http://127.0.0.1:8000") as client:
                answers[simulate.__name__] = sharp(client, "prov")
        finally:
            jobs.close()
    assert "En process som räknade försvann, kanske" in answers["loses"]
    assert "försvann" not in answers["few"]
    tables = [text.split("<table>")[1].split("</table>")[0] for text in answers.values()]
    assert tables[0] == tables[1]


def test_what_fails_is_told_and_the_server_goes_on(rot: Path, tmp_path: Path) -> None:
    from sim.app.server import make_app

    failing = [HemmaplanError("en av processerna som räknar dog"), RuntimeError("x")]

    def fails(study: Study, progress: Progress) -> StudyResult:
        if failing:
            raise failing.pop(0)
        return few(study, progress)

    jobs = Jobs(fails)
    try:
        with TestClient(make_app(rot, jobs, tmp_path / "sparat"), base_url="http://127.0.0.1:8000") as client:
            text = sharp(client, "prov")
            assert "en av processerna som räknar dog" in text and "Fortsätt" in text
            job = jobs.ask(question(rot))
            assert job.tillstand == FAILED or job.id
            token = token_of(client)
            found = client.get("/kommun/prov/svar", headers=HTMX).text.split('name="jobb" value="')[1].split('"')[0]
            for _ in range(2):
                client.post("/kommun/prov/fortsatt", data={"csrf": token, "jobb": found})
                last = sharp(client, "prov")
            assert "state-klar" in last
    finally:
        jobs.close()


def test_figures_are_drawn_from_the_answer(client: TestClient) -> None:
    html = sharp(client, "prov", "utgang=hem_2")
    links = [part.split('"')[0] for part in html.split('<img src="')[1:]]
    assert links
    for link in links:
        drawn = client.get(link)
        assert drawn.status_code == 200 and drawn.headers["content-type"] == "image/svg+xml"
        assert b"<svg" in drawn.content[:400]
    assert client.get("/figur/finns/inte.svg").status_code == 404


def test_answers_are_forgotten_so_that_memory_does_not_grow(rot: Path, jobs: Jobs) -> None:
    asked = [replace(question(rot), fro=seed) for seed in range(20)]
    for each in asked:
        jobs.ask(each)
    assert sum(jobs.find(each.key()) is not None for each in asked) == 6


def test_the_command_says_what_is_missing_and_what_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    from granssnitt.rot import run

    assert "ska vara 0 till 65535" in run("app", "--port", "70000").err
    assert "ska vara ett heltal" in run("app", "--port", "x").err
    monkeypatch.setitem(sys.modules, "sim.app.server", None)
    ran = run("app")
    assert ran.code == 2 and "pip install" in ran.err


def test_why_it_came_out_so(client: TestClient) -> None:
    query = "utgang=hem_2&resurser.team.arsarbetare=3"
    pages: list[str] = []

    def told() -> bool:
        pages.append(client.get(f"/kommun/prov/varfor?{query}").text)
        return "state-klar" in pages[-1] or "state-fel" in pages[-1]

    wait_for(told)
    text = text_of(pages[-1])
    assert "Varför blir det så?".lower() in text.lower()
    assert "platser: +2" in text and "årsarbetare: +1" in text
    link = pages[-1].split('<img src="/figur')[1].split('"')[0]
    assert client.get(f"/figur{link}").status_code == 200
    part = client.get(f"/kommun/prov/varfor?{query}", headers=HTMX).text
    assert part.startswith("<section") and "hx-trigger" not in part
    nothing = client.get("/kommun/prov/varfor")
    assert nothing.status_code == 422 and "ingen skillnad att förklara" in nothing.text


def test_the_chain_is_drawn_with_its_queues(client: TestClient) -> None:
    html = sharp(client, "prov", "utgang=hem_2")
    link = html.split('<img src="')
    chain = next(part.split('"')[0] for part in link if "vardkedja_" in part.split('"')[0])
    drawn = client.get(chain)
    assert drawn.status_code == 200 and "pågår" in drawn.text


def told(client: TestClient, path: str) -> str:
    """What the page of a longer question says when it is answered."""
    pages: list[str] = []

    def done() -> bool:
        page = client.get(path)
        assert page.status_code == 200, text_of(page.text)
        pages.append(page.text)
        return "state-klar" in page.text or "state-fel" in page.text

    wait_for(done)
    assert "state-klar" in pages[-1]
    return text_of(pages[-1])


def test_what_more_is_worth(client: TestClient) -> None:
    assert "Fler av" in client.get("/kommun/prov/varde").text
    text = told(client, "/kommun/prov/varde?mal=resurser.hem.platser&antal=2")
    assert "Eget boende" in text and "mnkr" in text


def test_how_many_are_needed(client: TestClient) -> None:
    assert "Så att" in client.get("/kommun/prov/malsok").text
    text = told(client, "/kommun/prov/malsok?mal=resurser.hem.platser&villkor=ko-stod.boende&tal=3&sakerhet=80")
    assert "80" in text


WRONG = [
    ("varde?mal=resurser.hem.platser&antal=99", "antal = 99: ska vara 1 till 12"),
    ("varde?mal=resurser.hem.platser&antal=x", "ska vara ett tal"),
    ("varde?mal=resurser.finns.inte&antal=2", "finns inte"),
    ("malsok?mal=resurser.hem.platser&villkor=annat", "välj ett villkor i listan"),
    ("malsok?mal=resurser.hem.platser&villkor=ko-stod.boende&sakerhet=100", "under 100 procent"),
    ("malsok?mal=resurser.hem.platser&villkor=ko-stod.boende&fran=igår", "ska vara ett datum"),
]


@pytest.mark.parametrize(("path", "why"), WRONG)
def test_longer_questions_that_cannot_be_asked(client: TestClient, path: str, why: str) -> None:
    page = client.get(f"/kommun/prov/{path}")
    assert page.status_code == 422
    assert why in text_of(page.text)


@pytest.mark.parametrize("kommun", ["karlskrona_2013", "sodertalje_2019", "varmdo_2014"])
def test_every_condition_that_can_be_chosen_can_be_asked(kommun: str) -> None:
    from sim.analysis.goal import unit_goal
    from sim.app.draft import first_day
    from sim.app.wishes import wishes_of

    found = load_kommun(kommun)
    wishes = wishes_of(found)
    assert len(wishes) > 5
    path = next(f"resurser.{key}.platser" for key, each in found.resurser.items() if hasattr(each, "platser"))
    for wish in wishes:
        unit_goal(found, path, wish.condition(wish.usual), 0.9, first_day(found), 5, 1, None)


def test_the_bilaga_can_be_taken_along(client: TestClient) -> None:
    html = sharp(client, "prov", "utgang=hem_2")
    links = [part.split('"')[0] for part in html.split('href="/bilaga/')[1:]]
    assert [link.rsplit(".", 1)[1] for link in links] == ["docx", "pdf", "xlsx"]
    for link, start in zip(links, (b"PK", b"%PDF", b"PK"), strict=True):
        file = client.get(f"/bilaga/{link}")
        assert file.status_code == 200 and file.content.startswith(start)
        assert "bilaga_prov." in file.headers["content-disposition"]
    assert client.get(f"/bilaga/{links[0].rsplit('.', 1)[0]}.exe").status_code == 404


def test_the_workbook_holds_the_numbers_of_the_page(client: TestClient, rot: Path, tmp_path: Path) -> None:
    import openpyxl

    html = sharp(client, "prov", "utgang=hem_2")
    link = next(part.split('"')[0] for part in html.split('href="/bilaga/')[1:] if ".xlsx" in part.split('"')[0])
    path = tmp_path / "tal.xlsx"
    path.write_bytes(client.get(f"/bilaga/{link}").content)
    book = openpyxl.load_workbook(path, read_only=True)
    numbers = {
        cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if isinstance(cell, float)
    }
    book.close()
    made = compare(load_kommun("prov", rot), [load_scenario("hem_2", rot)], STAGES[-1], arbetare=1)
    row = made.changes("hem_2", ("stod", "varddygn_extern", "")).at("2019")
    assert row is not None
    assert any(abs(number - row["skillnad"]) < 1e-9 for number in numbers)


def test_ctrl_c_ends_the_page_without_complaint(monkeypatch: pytest.MonkeyPatch) -> None:
    from granssnitt.rot import run

    def interrupted(server: object, sockets: list[socket]) -> None:
        sockets[0].close()
        raise KeyboardInterrupt

    monkeypatch.setattr("uvicorn.Server.run", interrupted)
    ran = run("app", "--utan-webblasare")
    assert ran.code == 0 and ran.err == ""
    assert "Sidan finns på http://127.0.0.1:" in ran.out
