"""Only this computer's own page may speak to the server, and nothing that is sent can do harm."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from sim.app.jobs import Jobs
from sim.app.security import LARGEST_BODY
from webb.hjalp import HTMX, token_of


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8000", "", "10.0.0.5:8000", "localhost.evil"])
def test_a_foreign_host_is_refused(client: TestClient, host: str) -> None:
    assert client.get("/", headers={"host": host}).status_code == 421


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "[::1]:8000"])
def test_this_computer_is_let_in(client: TestClient, host: str) -> None:
    assert client.get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:9999"])
def test_a_foreign_origin_is_refused(client: TestClient, origin: str) -> None:
    token = token_of(client)
    sent = client.post("/kommun/prov/spara", data={"csrf": token}, headers={"origin": origin})
    assert sent.status_code == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_foreign_page_cannot_start_a_simulation(client: TestClient, jobs: Jobs, site: str) -> None:
    headers = {**HTMX, "sec-fetch-site": site, "sec-fetch-mode": "no-cors"}
    assert client.get("/kommun/prov/svar", headers=headers).status_code == 403
    followed = {"sec-fetch-site": site, "sec-fetch-mode": "navigate"}
    assert client.get("/kommun/prov", headers=followed).status_code == 200, "a link from a mail is let in"


@pytest.mark.parametrize("act", ["spara", "glom", "lasin", "avbryt", "fortsatt"])
@pytest.mark.parametrize("token", ["", "0" * 64, None])
def test_a_form_without_its_proof_is_refused(client: TestClient, act: str, token: str | None) -> None:
    client.get("/kommun/prov")
    sent = client.post(f"/kommun/prov/{act}", data={} if token is None else {"csrf": token})
    assert sent.status_code == 403
    assert "Ladda om sidan" in sent.text


def test_another_browsers_proof_is_refused(client: TestClient) -> None:
    token = token_of(client)
    client.cookies.clear()
    client.get("/kommun/prov")
    assert client.post("/kommun/prov/avbryt", data={"csrf": token}).status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/static/../server.py",
        "/static/..%2f..%2fserver.py",
        "/static/%2e%2e/%2e%2e/cli.py",
        "/kommun/..%2f..%2f..%2fetc%2fpasswd",
        "/kommun/%2e%2e",
        "/figur/x/..%2f..%2fetc%2fpasswd.svg",
        "/kommun/prov/../../conf/kommun/prov.yaml",
    ],
)
def test_no_file_outside_is_served(client: TestClient, path: str) -> None:
    sent = client.get(path)
    assert sent.status_code == 404
    assert "root:" not in sent.text and "import" not in sent.text


def test_what_is_too_large_is_refused(client: TestClient) -> None:
    token = token_of(client)
    sent = client.post("/kommun/prov/lasin", data={"csrf": token}, files={"fil": ("x.yaml", b"a" * (LARGEST_BODY + 1))})
    assert sent.status_code == 413
    assert client.get(f"/kommun/prov?namn={'x' * 20_000}").status_code == 414
    assert client.get("/").status_code == 200, "the server lives on"


def test_what_is_too_large_is_refused_though_its_length_is_not_said(client: TestClient) -> None:
    token_of(client)

    def pieces() -> object:
        for _ in range(LARGEST_BODY // 1000 + 2):
            yield b"x" * 1000

    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post("/kommun/prov/spara", content=pieces(), headers=headers).status_code == 413  # type: ignore[arg-type]


def test_every_answer_says_what_the_browser_may_do(client: TestClient) -> None:
    for path in ("/", "/kommun/prov", "/tillganglighet", "/finns-inte", "/static/sidan.js"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
        assert headers["x-content-type-options"] == "nosniff"


def test_pages_load_nothing_from_elsewhere(client: TestClient) -> None:
    for path in ("/", "/kommun/prov", "/tillganglighet"):
        text = client.get(path).text
        for mark in ("http://", "https://", "//cdn", "<style", "style=", "onclick", "javascript:"):
            assert mark not in text, (path, mark)


HOSTILE = {
    "bomb": "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b]\n",
    "deep": "namn: " + "[" * 5000 + "]" * 5000,
    "deep block": "\n".join(" " * n + "a:" for n in range(300)),
    "nan": "namn: x\nmotiv: y\nandringar: [{mal: resurser.hem.platser, plus: .nan}]",
    "inf": "namn: x\nmotiv: y\nandringar: [{mal: resurser.hem.platser, plus: .inf}]",
    "huge": "namn: x\nmotiv: y\nandringar: [{mal: resurser.hem.platser, plus: 1.0e+300}]",
    "replications": "namn: x\nmotiv: y\nstudie: {replikationer: 1000000000}\nandringar: []",
    "python": "!!python/object/apply:os.system ['true']",
    "tag": "namn: !!binary aGVq\nmotiv: y\nandringar: []",
    "list": "- a\n- b\n",
    "number": "17",
    "empty": "",
    "twice": "namn: x\nnamn: y\nmotiv: z\nandringar: []",
    "target": "namn: x\nmotiv: y\nandringar: [{mal: resurser.hemm.platser, plus: 1}]",
    "many": "namn: x\nmotiv: y\nandringar:\n" + "  - {mal: resurser.hem.platser, plus: 1}\n" * 300,
    "not yaml": "namn: [x\nmotiv: }",
    "null bytes": "namn: x\x00y",
    "control": "namn: \x07",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_refused_in_swedish(client: TestClient, kind: str) -> None:
    token = token_of(client)
    sent = client.post("/kommun/prov/lasin", data={"csrf": token}, files={"fil": ("x.yaml", HOSTILE[kind].encode())})
    assert sent.status_code == 422, sent.text[:500]
    assert 'class="problem" role="alert"' in sent.text
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("sent", [b"\xff\xfe\x00x", b"\x89PNG\r\n\x1a\n" + bytes(500), b"PK\x03\x04" + bytes(500)])
def test_what_is_not_text_is_refused(client: TestClient, sent: bytes) -> None:
    token = token_of(client)
    answer = client.post("/kommun/prov/lasin", data={"csrf": token}, files={"fil": ("x.yaml", sent)})
    assert answer.status_code == 422


SCRIPT = "<script>alert(1)</script>"


def test_a_script_in_a_name_is_text(client: TestClient) -> None:
    page = client.get("/kommun/prov", params={"namn": SCRIPT, "resurser.hem.platser": "5"})
    assert SCRIPT not in page.text
    assert "&lt;script&gt;" in page.text


def test_a_script_in_a_file_is_text(client: TestClient) -> None:
    text = f"namn: '{SCRIPT}'\nmotiv: '{SCRIPT}'\nforbehall: '{SCRIPT}'\n"
    text += "andringar: [{mal: resurser.hem.platser, plus: 1}]\n"
    sent = client.post("/kommun/prov/lasin", data={"csrf": token_of(client)}, files={"fil": ("x.yaml", text.encode())})
    assert sent.status_code == 200
    assert SCRIPT not in sent.text


def test_a_script_in_what_is_wrong_is_text(client: TestClient) -> None:
    page = client.get("/kommun/prov", params={"resurser.hem.platser": SCRIPT})
    assert page.status_code == 422
    assert SCRIPT not in page.text


def test_no_folder_is_made_by_looking(client: TestClient, tmp_path: Path) -> None:
    client.get("/kommun/prov")
    assert not (tmp_path / "rot" / "results").exists()
