"""Nobody's number, name or story leaves a file: not in what is read, said, printed, logged, written or raised."""

from __future__ import annotations

import logging
import random
import re
import traceback
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from sim.errors import HemmaplanError
from sim.intake.dry_run import dry_run_text
from sim.intake.privacy import Identities, has_personnummer, shielded
from sim.intake.reading import read_folder
from uttag import ARENDEN, PLACERINGAR, UTBETALNINGAR, placements, write_csv, write_xlsx

PEOPLE = ("Anna Bengtsdotter", "Kalle Planterad", "Fatima Hemlig", "Åke Svårstavad-Öberg")
STORY = "flyttade till sin moster i Väsby"
NUMBERS = (
    "191212121212",
    "19121212-1212",
    "121212-1212",
    "1212121212",
    "20000101-2384",
    "121272-1219",
    "19121212+1212",
)
SECRETS = (
    *PEOPLE,
    STORY,
    "Bengtsdotter",
    "Planterad",
    "Hemlig",
    "Svårstavad",
    "moster",
    "A-4711-X",
    "4711",
    "121212",
    "200001012384",
)


def with_secrets(path: Path) -> None:
    """Personnummer in ignored columns, names and stories in others, and in the rows around the list."""
    headings = ("Personnummer", "Namn", *PLACERINGAR, "Anteckning", "Placerad hos")
    rows = [
        (
            NUMBERS[at % 7],
            PEOPLE[at % 4],
            "A-4711-X",
            *row[1:],
            f"{PEOPLE[at % 4]} {NUMBERS[at % 7]} {STORY}",
            PEOPLE[at % 4],
        )
        for at, row in enumerate(placements())
    ]
    above = [f"Utskriven av {PEOPLE[0]} {NUMBERS[0]};;;;;;;;;;", f";;;;Gäller {PEOPLE[1]};;;;;;"]
    lines = [";".join("" if cell is None else str(cell) for cell in row) for row in (headings, *rows)]
    foot = [f"Handläggare: {PEOPLE[2]}", f"Summa;{PEOPLE[0]};;;;;;;;;"]
    (path / "placeringar.csv").write_text("\n".join([*above, *lines, *foot]), encoding="utf-8")
    told(path, "bortse: [Personnummer]")


def told(path: Path, said: str, file: str = "placeringar.csv") -> None:
    (path / "las-in.yaml").write_text(f"filer: {{{file}: {{{said}}}}}", encoding="utf-8")


def in_every_known_column(path: Path) -> None:
    """A name in each of our own columns: words, dates, numbers, the number of the client."""
    rows: list[tuple[Any, ...]] = list(placements())
    for column in range(len(PLACERINGAR)):
        wrong = list(rows[column])
        wrong[column] = PEOPLE[column % 4]
        rows.append(tuple(wrong))
    write_xlsx(path / "placeringar.xlsx", PLACERINGAR, rows)


def in_headings(path: Path) -> None:
    """No row of headings: the first row is somebody."""
    write_csv(
        path / "placeringar.csv", ("19121212-1212", PEOPLE[0], "HVB", "Köpt", "2024-01-01", "", "1"), placements(9)
    )
    write_csv(
        path / "ärenden.csv", ARENDEN, [("K1", "Barn", PEOPLE[3], "2024-01-01", STORY, "2024-02-01", PEOPLE[1])] * 4
    )


def homes(path: Path) -> None:
    """Familjehem are called after those who live there, however many have been placed with them."""
    rows = [
        (f"K{at}", "Barn", "Familjehem", "Egen", "2024-01-01", "", "900", f"Familjen {PEOPLE[at % 2]}")
        for at in range(40)
    ]
    write_csv(path / "placeringar.csv", (*PLACERINGAR, "Boende"), rows)


def payments(path: Path) -> None:
    rows = [("A-4711-X", "2024-01", "100", PEOPLE[0], NUMBERS[2]), ("B", PEOPLE[1], PEOPLE[2], STORY, NUMBERS[2])]
    write_csv(path / "utbetalningar.csv", (*UTBETALNINGAR, "Sökande", "Medsökande pnr"), rows)
    told(path, "bortse: [Medsökande pnr]", "utbetalningar.csv")


def reason_for_each(path: Path) -> None:
    """Personnummer where nothing is said of them."""
    write_csv(path / "placeringar.csv", ("Pnr", *PLACERINGAR[1:]), [(NUMBERS[1], *row[1:]) for row in placements(5)])


def no_list(path: Path) -> None:
    write_csv(path / "uttag.csv", ("Namn", "Pnr", "Ort"), [(PEOPLE[0], NUMBERS[1], STORY)])


def missing_column(path: Path) -> None:
    write_csv(path / "placeringar.csv", (*PLACERINGAR[:5], "Namn"), [(*row[:5], PEOPLE[0]) for row in placements(5)])


def in_the_text_of_headings(path: Path) -> None:
    """A column that is called after somebody, or after what has happened to them."""
    headings = (*PLACERINGAR, f"Gäller {NUMBERS[1]}", f"Anteckning: {STORY}, enligt samtal med {PEOPLE[0]} samma dag")
    write_csv(path / "placeringar.csv", headings, [(*row, "", "") for row in placements(9)])


PLANTED = (
    in_the_text_of_headings,
    with_secrets,
    in_every_known_column,
    in_headings,
    homes,
    payments,
    reason_for_each,
    no_list,
    missing_column,
)


def everything_of(value: Any, depth: int = 0) -> Iterator[str]:
    """All that a value holds and shows, however deep."""
    yield repr(value)
    if depth < 4:
        if hasattr(value, "to_csv"):
            yield value.to_csv()
            yield repr([list(column.cat.categories) for _, column in value.items() if hasattr(column, "cat")])
        elif hasattr(value, "__dataclass_fields__"):
            for field in fields(value):
                yield from everything_of(getattr(value, field.name), depth + 1)
        elif isinstance(value, dict):
            yield str(value)
        elif isinstance(value, tuple | list):
            for each in value:
                yield from everything_of(each, depth + 1)


def chain(error: BaseException | None) -> Iterator[str]:
    """An exception and all behind it."""
    while error is not None:
        yield from (str(error), repr(error), repr(error.args), *traceback.format_exception(error, chain=True))
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize("write", PLANTED, ids=lambda write: write.__name__)
def test_nothing_planted_is_found_again(
    write: Callable[[Path], None], tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    write(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*")}
    seen = seen_of(tmp_path)
    out = capfd.readouterr()
    everything = "\n".join([*seen, out.out, out.err, caplog.text])
    lines = traceback_free(everything)
    assert [secret for secret in SECRETS if secret.casefold() in lines.casefold()] == []
    assert not has_personnummer(re.findall(r"[\d\u2212+-]{10,13}", re.sub(r"\d{4}-\d{2}-\d{2}", "", lines)))
    assert {path: path.read_bytes() for path in tmp_path.rglob("*")} == before


def seen_of(folder: Path) -> list[str]:
    """All that comes of a folder, read or refused."""
    try:
        read = read_folder(folder)
    except HemmaplanError as error:
        return list(chain(error))
    return [dry_run_text(read), *everything_of(read), *(str(remark) for remark in read.remarks)]


def traceback_free(text: str) -> str:
    """Without the lines of source that a traceback quotes: they are ours, and not a file's."""
    return re.sub(r'  File ".*\n.*\n', "", text)


@pytest.mark.parametrize("number", NUMBERS)
def test_personnummer_are_known_however_they_are_written(number: str) -> None:
    assert has_personnummer([number])
    assert has_personnummer([f"x {number}", "y"])
    assert has_personnummer(["19121212-XXXX"]) and has_personnummer(["19121212TF12"])


def test_other_numbers_are_not_taken_for_personnummer() -> None:
    """Case numbers, telephone numbers, numbers of companies, dates, amounts: a thousand of each."""
    dice = random.Random(1)
    kinds: dict[str, Callable[[], str]] = {
        "year and number": lambda: f"2024{dice.randrange(10**6):06d}",
        "any ten digits": lambda: f"{dice.randrange(10**9, 10**10)}",
        "date and number": lambda: (
            f"24{dice.randrange(1, 13):02d}{dice.randrange(1, 29):02d}{dice.randrange(10**4):04d}"
        ),
        "company": lambda: f"55{dice.randrange(6000, 9999)}-{dice.randrange(10**4):04d}",
        "telephone": lambda: f"070-{dice.randrange(10**7):07d}",
        "date": lambda: f"2024-{dice.randrange(1, 13):02d}-{dice.randrange(1, 29):02d}",
        "moment": lambda: (
            f"2024-01-{dice.randrange(1, 29):02d} {dice.randrange(24):02d}:{dice.randrange(60):02d}:00.000"
        ),
        "amount": lambda: f"{dice.randrange(10**6)},{dice.randrange(100):02d}",
        "diary number": lambda: f"SN/2024:{dice.randrange(10**4):04d}",
    }
    assert {kind: has_personnummer([one() for _ in range(1000)]) for kind, one in kinds.items()} == dict.fromkeys(
        kinds, False
    )


def test_numbers_of_the_run_have_another_key_each_time() -> None:
    """The hash is keyed and thrown away, and leaves no text behind."""
    first, second = Identities(), Identities()
    assert [first.number(text) for text in ("a", "b", " a", "0012", "12")] == [0, 1, 0, 2, 2]
    second.number("a")
    assert set(first._numbers) & set(second._numbers) == set()
    assert all(isinstance(each, bytes) and each != b"a" for each in first._numbers)


def test_what_nobody_foresaw_is_told_without_what_it_was_given() -> None:
    def fails(text: str) -> None:
        try:
            int(text)
        except ValueError as error:
            raise KeyError(text) from error

    with pytest.raises(HemmaplanError, match="filen kunde inte tolkas") as refused:
        shielded("a.csv", fails, PEOPLE[0])
    assert not any("Anna" in part for part in chain(refused.value) if "PEOPLE" not in part)
    assert (refused.value.__cause__, refused.value.__context__) == (None, None)
