"""The whole command on made-up exports full of people: every file and every line that comes out is searched."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sim.cli import main
from sim.intake.example import Size, example_kommun
from sim.intake.example_files import write_exports
from sim.intake.example_lists import example_lists
from sim.intake.example_people import FIRST_NAMES, SURNAMES
from sim.intake.mapping import NAME
from sim.intake.privacy import has_personnummer

IGNORED = ("Personnummer", "Namn", "Anteckning", "Betalningsmottagare")


def exports(folder: Path) -> set[str]:
    """Made-up exports in a folder; every personnummer, name and number of a case in them."""
    folder.mkdir()
    write_exports(example_lists(example_kommun(3, ar=4, size=Size(volume=0.3)), 3), folder, "combine", 3, clean=False)
    texts = {path.name: path.read_text(encoding="utf-8-sig") for path in sorted(folder.glob("*.csv"))}
    of_people = {name: [each for each in IGNORED if each in text.split("\n")[0]] for name, text in texts.items()}
    files = "".join(f"  {name}: {{bortse: [{', '.join(headings)}]}}\n" for name, headings in of_people.items())
    kommun = 'kommun: {id: ovre, namn: Övre, kommunkod: "0199"}'
    (folder / NAME).write_text(f"{kommun}\nfiler:\n{files}", encoding="utf-8")
    told = "\n".join(texts.values())
    numbers = set(re.findall(r"\b\d{8}-\d{4}\b", told)) | set(re.findall(r"Ä\d{6}", told))
    names = {f"{first} {last}" for first in FIRST_NAMES for last in SURNAMES}
    return numbers | names | set(SURNAMES)


def found_in(text: str, secrets: set[str]) -> set[str]:
    words = set(re.findall(r"[\wÅÄÖåäöé]+(?:-\d{4})?", text))
    pairs = {" ".join(pair) for pair in re.findall(r"(?=\b(\w+) (\w+)\b)", text)}
    return secrets & (words | pairs)


@pytest.mark.slow
def test_nobody_is_in_anything_that_the_command_writes_or_says(
    root: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    secrets = exports(tmp_path / "uttag")
    sources = "\n".join(path.read_text(encoding="utf-8-sig") for path in (tmp_path / "uttag").glob("*.csv"))
    assert len(found_in(sources, secrets)) > 500
    before = {path for path in root.rglob("*") if path.is_file()}
    assert main(["las-in", str(tmp_path / "uttag"), "--replikationer", "2", "--arbetare", "1"]) == 0
    assert main(["las-in", str(tmp_path / "uttag"), "--prova"]) == 0
    said = capfd.readouterr()
    written = [path for path in root.rglob("*") if path.is_file() and path not in before]
    assert len(written) > 10
    for text in (said.out, said.err, *(path.read_bytes().decode("utf-8", errors="replace") for path in written)):
        assert found_in(text, secrets) == set()
        assert not has_personnummer(re.findall(r"\b\d{6,8}[-+]\d{4}\b", text))


@pytest.mark.slow
def test_nobody_is_in_what_a_refused_folder_says(root: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    secrets = exports(tmp_path / "uttag")
    (tmp_path / "uttag" / NAME).unlink()
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    assert main(["las-in", str(tmp_path / "uttag")]) == 2
    said = capfd.readouterr()
    assert "kolumnen «Personnummer» ser ut att innehålla personnummer" in said.err
    assert found_in(said.out + said.err, secrets) == set()
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before
