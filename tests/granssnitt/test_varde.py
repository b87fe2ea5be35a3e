"""`hemmaplan varde`, `forsening` and `malsok`: what they write, and what they refuse."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from granssnitt.rot import DEL, KOMMUN, assert_swedish_error, change, english_words, everything_in, run, write

PLATSER = "resurser.hem.platser"
QUICK = ("--replikationer", "3", "--arbetare", "1")
VILLKOR = ("--villkor", "andel_extern_kostnad <= 30 % i medel", "--replikationer", "20", "--arbetare", "1")
PLANERAT = "\nplanerat:\n  nytt_hus: {mal: resurser.hem.platser, plus: 2, fran: 2019-01-01}\n"
SPANN = """\
kallor:
  allt: {galler: ["**"], typ: egna_data, text: Påhittat.}
  hemma:
    galler: [verksamheter.stod.steg.boende.behov.hemmamojlig.andel]
    typ: antagande
    text: Påhittat.
    spann: [0.4, 1.0]
"""


@pytest.fixture
def project(rot: Path) -> Path:
    """With a house that is planned, and a share that can be helped at home, with its range."""
    (rot / KOMMUN).write_text((rot / KOMMUN).read_text(encoding="utf-8") + PLANERAT, encoding="utf-8")
    change(rot / KOMMUN, "behov: {plats: [hem],", "behov: {plats: [hem], hemmamojlig: {andel: 0.8},")
    write(rot / DEL, SPANN)
    return rot


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig") as file:
        return list(csv.DictReader(file, delimiter=";"))


def number(text: str) -> float:
    return float(text.replace(",", "."))


def done(project: Path, name: str, *words: str) -> tuple[Path, str]:
    """The folder of a command that went well, and what was printed."""
    ran = run(*words)
    assert ran.code == 0, ran.err
    (folder,) = (project / "results" / name).iterdir()
    assert ran.out.splitlines()[-1] == f"Resultat: {folder}"
    assert not english_words(ran.out.rpartition("Resultat: ")[0])
    return folder, ran.out


def test_varde_writes_text_a_table_and_a_figure(project: Path) -> None:
    words = ("varde", "prov", PLATSER, "--till", "2", "--investering", "250,5", "--slut", "2020-12-31", *QUICK)
    folder, out = done(project, "prov_varde", *words)
    assert {path.name for path in folder.iterdir()} == {"varde.md", "varde.csv", "varde.svg", "varde.png"}
    assert out.startswith((folder / "varde.md").read_text(encoding="utf-8"))
    assert "till från 1\u00a0jan\u00a02019, räknat till och med 2020-12" in out
    assert "Det som redan är planerat i kommunens fil är med" in out
    for part in (
        "Som det står, 0,8",
        "Lågt, 0,4",
        "Högt, 1",
        "Brytpunkten",
        "700 ÷",
        "När är investeringen återbetald",
    ):
        assert part in out
    assert "De publicerade siffrorna kommer då inte längre ut" in out
    rows = table(folder / "varde.csv")
    assert {row["antagande"] for row in rows} == {"som det står 0,8", "lågt 0,4", "högt 1"}
    values = {(row["antal"], row["matt"]): number(row["medel"]) for row in rows if row["antagande"] == "lågt 0,4"}
    for unit in ("1,0", "2,0"):
        assert values[unit, "netto"] == pytest.approx(values[unit, "brutto"] - values[unit, "egen_kostnad"])
    assert values["1,0", "netto"] + values["2,0", "netto"] == pytest.approx(values["2,0", "netto_sammanlagt"])


def test_varde_of_posts_and_of_what_costs_nothing_by_itself(project: Path) -> None:
    _, out = done(project, "prov_varde", "varde", "prov", "resurser.team.arsarbetare", "--till", "1", *QUICK)
    assert "årsarbetare" in out and "Brytpunkten" not in out
    assert "| 0,60 |" in out
    (project / "results" / "prov_varde").rename(project / "results" / "klar")
    tak = "resurser.team.arendetak"
    _, out = done(project, "prov_varde", "varde", "prov", tak, "--till", "1", "--utan-planerat", *QUICK)
    assert "Modellen räknar ingen kostnad för själva enheten" in out


def test_forsening_says_what_a_delay_costs(project: Path) -> None:
    folder, out = done(project, "prov_forsening", "forsening", "prov", "nytt_hus", "--manader", "6", *QUICK)
    assert {path.name for path in folder.iterdir()} == {"forsening.md", "forsening.csv"}
    assert "försenat från 1\u00a0jul\u00a02019. Summor till och med 2022-12" in out
    rows = [row for row in table(folder / "forsening.csv") if row["antagande"] == "som det står 0,8"]
    values = {row["matt"]: number(row["medel"]) for row in rows}
    assert values["netto"] == pytest.approx(values["brutto"] - values["utebliven_egen_kostnad"])
    assert values["utebliven_egen_kostnad"] == pytest.approx(2 * 181 * 700e-6)


def test_malsok_finds_how_many(project: Path) -> None:
    folder, out = done(project, "prov_malsok", "malsok", "prov", PLATSER, "--hogst", "6", *VILLKOR)
    assert {path.name for path in folder.iterdir()} == {"malsok.md", "malsok.csv"}
    assert "hur många behövs? Eget boende, platser" in out
    assert "Villkor: Extern andel, kostnad (stöd): högst 30 % i medel. Bedömt år: 2019." in out
    rows = table(folder / "malsok.csv")
    assert [number(row["antal"]) for row in rows] == sorted(number(row["antal"]) for row in rows)
    assert {row["besked"] for row in rows} <= {"håller", "håller inte", "lutar åt att hålla", "lutar åt att inte hålla"}


def test_malsok_says_what_binds_where_no_number_is_enough(project: Path) -> None:
    asked = ("--villkor", "andel_extern_kostnad <= 2 %", "--replikationer", "20", "--arbetare", "1")
    _, out = done(project, "prov_malsok", "malsok", "prov", PLATSER, "--hogst", "4", *asked)
    assert "**Inte inom 0–4 platser till.**" in out
    assert "- Boende: alla kan få insatsen på hemmaplan (hemmamojlig = 1): måttet blir" in out


def test_malsok_finds_the_inflow_that_can_be_carried(project: Path) -> None:
    asked = ("--inflode", "stod", "--hogst", "2", *VILLKOR)
    _, out = done(project, "prov_malsok", "malsok", "prov", *asked)
    assert "vilket inflöde klarar dagens medel? Ansökningar" in out
    assert "gånger" in out


BAD = [
    (("varde", "prov", "resurser.hem.plats"), "menade du resurser.hem.platser"),
    (("varde", "prov", "verksamheter.stod.steg.utredning.utfall.klar.nasta.boende"), "är en andel"),
    (("varde", "prov", "planerat.nytt_hus.plus"), "kan inte ändras av ett scenario"),
    (("varde", "prov", PLATSER, "--till", "0"), "--till = 0: ska vara 1 till 100"),
    (("varde", "prov", PLATSER, "--steg", "0"), "--steg = 0: ska vara större än 0"),
    (("varde", "prov", PLATSER, "--steg", "en"), "--steg = en: ska vara ett tal"),
    (("varde", "prov", PLATSER, "--fran", "2030-01-01"), "--fran = 2030-01-01: ligger utanför körningen"),
    (("varde", "prov", PLATSER, "--investering", "-1"), "--investering"),
    (("varde", "prov", PLATSER, "--antagande", "resurser.hem.pris"), "är inte ett tal i kommunens filer"),
    (("forsening", "prov", "nytt_huss"), "menade du nytt_hus"),
    (("forsening", "annan", "nytt_hus"), "inget är planerat"),
    (("forsening", "prov", "nytt_hus", "--manader", "0"), "ska vara 1 till 120"),
    (("malsok", "prov", PLATSER), "--villkor saknas"),
    (("malsok", "prov", *VILLKOR), "ange antingen ett mål"),
    (("malsok", "prov", PLATSER, "--inflode", "stod", *VILLKOR), "ange antingen ett mål"),
    (("malsok", "prov", PLATSER, "--villkor", "andel_extern_kosnad <= 3 %"), "menade du andel_extern_kostnad"),
    (("malsok", "prov", PLATSER, "--villkor", "ko <= 3"), "skriv stod.DEL"),
    (("malsok", "prov", PLATSER, "--villkor", "ko stod.boende <= 3", "--sakerhet", "90"), "mellan 0 och 1"),
    (("malsok", "prov", PLATSER, "--sakerhet", "0,9", *VILLKOR), "ta bort --sakerhet"),
    (("malsok", "prov", PLATSER, "--ar", "2025", *VILLKOR), "ska ligga inom körningens hela år, 2018 till 2019"),
    (("malsok", "prov", PLATSER, "--hogst", "0", *VILLKOR), "ska vara minst ett steg"),
    (("malsok", "prov", "--inflode", "stad", *VILLKOR), "menade du stod"),
    (("malsok", "prov", "--inflode", "stod.ansokn", *VILLKOR), "menade du ansokan"),
    (("malsok", "prov", PLATSER, *VILLKOR[:2], "--replikationer", "1"), "ska vara 2 till"),
]


@pytest.mark.parametrize(("words", "says"), BAD, ids=[" ".join(words) for words, _ in BAD])
def test_bad_input_is_refused_in_swedish(words: tuple[str, ...], says: str, project: Path) -> None:
    before = everything_in(project)
    ran = run(*words)
    assert ran.code == 2
    assert_swedish_error(ran.err, project)
    assert says in ran.err
    assert everything_in(project) == before
