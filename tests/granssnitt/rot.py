"""A made-up project in a folder of its own, commands run in it, and what all error messages have in common."""

from __future__ import annotations

import contextlib
import hashlib
import io
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from sim.cli import main

REPO = Path(__file__).resolve().parents[2]
KOMMUN = "conf/kommun/prov.yaml"
DEL = "conf/kommun/prov/kallor.yaml"
SCENARIO = "scenarios/hem_2.yaml"
FORECAST = "conf/prognos/prov.yaml"

PROV = """\
defaults:
  - _self_
  - prov/kallor@_here_

id: prov
namn: Provköping
kommunkod: "0180"
basar: 2018
slut: 2019-12-31

drivare:
  arbetsloshet: {namn: Arbetslöshet, omrade: riket, bas: 0.07, varde: 0.07}

resurser:
  team:
    typ: team
    namn: Handläggare
    verksamhet: stod
    arsarbetare: 2
    arendetak: 10
    lon_tkr: 600
  hem:
    typ: boende
    namn: Eget boende
    verksamhet: stod
    platser: 3
    fast_kostnad_kr_per_plats_och_dygn: 700
  kopt:
    typ: extern
    namn: Köpt boende
    verksamhet: stod
    dygnskostnad_kr: {medel: 2000, cv: 0.2}
  kontrakt:
    typ: boende
    namn: Kontrakt
    verksamhet: stod
    platser: 4
    vardplats: false

verksamheter:
  stod:
    namn: Stöd
    budget_tkr: {extern: 100}
    drivare:
      arbetsloshet: {elasticitet: 0.5, andel_inflode: 0.5, inflode: [ansokan]}
    inflode:
      ansokan:
        namn: Ansökningar
        per_ar: 20
        forsta_steg: utredning
        malgrupper: {unga: 0.4, vuxna: 0.6}
    steg:
      utredning:
        namn: Utredning
        behov: {team: team}
        frist: {dagar: 60, fran: begaran}
        utfall:
          klar:
            tid: {median: 30, p90: 60}
            nasta: {boende: 0.5, avslut: 0.5}
      boende:
        namn: Boende
        behov: {plats: [hem], vanta_hogst_dagar: 7, reserv: kopt, hemtagning: {tidigast_dagar: 10}}
        avslut: {team: team, vikt: 0.5, tid: {medel: 5, cv: 0.5}}
        kvar: true
        utfall:
          klar:
            tid:
              fordelning: blandning
              delar: {kort: {andel: 0.5, medel: 60, cv: 0.5}, lang: {andel: 0.5, medel: 200, cv: 0.5}}
            nasta: {kontrakt: 0.2, avslut: 0.8}
      kontrakt:
        namn: Kontrakt
        behov: {plats: [kontrakt]}
        tar_tillbaka: {tid: {medel: 90, cv: 1.0}}
        nasta_vid_avhopp: avslut
        utfall:
          klar:
            tid: {medel: 300, cv: 0.5}
            nasta: {avslut: 1.0}

nulage:
  stod:
    i_steg:
      utredning: {team: {antal: 2}}
      boende: {hem: {antal: 2}}
"""
ANNAN = """\
id: annan
namn: Annanstad
basar: 2018
slut: 2019-12-31
resurser:
  team: {typ: team, namn: Rådgivare, verksamhet: rad, arsarbetare: 1, arendetak: 10}
verksamheter:
  rad:
    namn: Råd
    inflode:
      fraga: {namn: Frågor, per_ar: 30, forsta_steg: samtal}
    steg:
      samtal:
        namn: Samtal
        behov: {team: team}
        utfall:
          klar: {tid: {medel: 20, cv: 0.5}, nasta: {avslut: 1.0}}
kallor:
  allt: {galler: ["**"], typ: egna_data, text: Påhittat.}
"""
"""As little as a kommun can hold: no places, no price, no budget."""
KALLOR = """\
kallor:
  allt: {galler: ["**"], typ: egna_data, text: Påhittat.}
"""
HEM_2 = """\
# @package scenarios.hem_2
namn: Två platser till
motiv: Vad ger två platser till?
andringar:
  - {mal: resurser.hem.platser, plus: 2, fran: 2019-01-01}
"""
TEAM_1 = """\
# @package scenarios.team_1
namn: En handläggare till
motiv: Vad ger en handläggare till?
andringar:
  - {mal: resurser.team.arsarbetare, plus: 1}
"""
NYCKELTAL = """\
kalla,kommun,ar,period,omrade,matt,enhet,typ,varde,anm
prov_2018,Provköping,2018,helår,stod,externa_dygn,dygn,utfall,150,
"""
AVSTAMNING = """\
kalla: prov_2018
uppgifter:
  - {namn: Externa dygn, omrade: stod, nyckeltal: externa_dygn, ar: 2018, verksamhet: stod, matt: varddygn_extern}
"""
PROGNOS = """\
startdag: 2018-07-01
nulage:
  stod:
    i_steg:
      boende: {hem: {antal: 3}, kopt: {antal: 1}}
rader:
  - namn: Boende
    poster: [{verksamhet: stod, matt: kostnad, del: egna_platser}, {verksamhet: stod, matt: kostnad, del: extern}]
    budget: 1300
    utfall_hittills: 600
    dokument: 1350
  - {namn: köpt boende, darav: true, poster: [{verksamhet: stod, matt: kostnad, del: extern}], utfall_hittills: 220}
  - namn: Handläggare
    poster: [{verksamhet: stod, matt: kostnad, del: handlaggare}]
    budget: 1200
    utfall_hittills: 595
  - {namn: Lokaler, ovrigt_tkr: 365, budget: 400, utfall_hittills: 181}
summa: {budget: 2900, utfall_hittills: 1376}
volymer:
  - {namn: Köpta dygn, poster: [{verksamhet: stod, matt: varddygn_extern}], utfall_hittills: 110}
forbehall: [Påhittat.]
kallor:
  allt: {galler: ["**"], typ: egna_data, text: Påhittat.}
"""

QUICK = ("--replikationer", "2", "--arbetare", "1")
JAMFOR = ("jamfor", "prov", "hem_2", *QUICK)
KOR = ("kor", "kommun=prov", "studie.replikationer=2", "berakning.arbetare=1")


def make_project(root: Path) -> Path:
    """Two small kommuner, two scenarios, and the shipped settings."""
    for name in ("config.yaml", "studie", "berakning", "rapport"):
        source, target = REPO / "conf" / name, root / "conf" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
    for path, text in {
        KOMMUN: PROV,
        DEL: KALLOR,
        "conf/kommun/annan.yaml": ANNAN,
        SCENARIO: HEM_2,
        "scenarios/team_1.yaml": TEAM_1,
        "conf/underlag/nyckeltal.csv": NYCKELTAL,
        "conf/avstamning/prov.yaml": AVSTAMNING,
        FORECAST: PROGNOS,
    }.items():
        write(root / path, text)
    return root


def write(path: Path, text: str, encoding: str = "utf-8") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding=encoding)


def change(path: Path, old: str, new: str) -> None:
    """Replace the one place where `old` stands."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path.name}"
    write(path, text.replace(old, new))


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


def run(*words: str) -> Ran:
    """`hemmaplan <words>` in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main(words)
        except SystemExit as leaving:  # argparse leaves so after its help
            code = int(leaving.code or 0)
    return Ran(code, out.getvalue(), err.getvalue())


def everything_in(folder: Path) -> dict[str, str]:
    """Every file and folder below `folder`, with what the files hold."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        for path in folder.rglob("*")
    }


ENGLISH = """
    already an and append appending are arguments available been bytes can cannot choice choose codec
    configuration constructor could decode default denied did directory does duplicate error exception exist exists
    expected file files found following forbidden got greater group has have input instance integer invalid it key keys
    less line load mandatory mean merging missing must node none not number object of option optional options or
    override overrides parsing permission permitted please primary see should specify string struct such supported than
    that the this traceback tuple type unable undefined unexpected unknown unrecognized unsupported usage use valid
    validation value values was while with without you your
"""
"""Words of the libraries' own messages that no Swedish message has."""


def english_words(text: str) -> set[str]:
    return {word for word in re.findall(r"[a-zåäöé_]+", text.lower()) if word in ENGLISH.split()}


def assert_swedish_error(text: str, root: Path) -> None:
    """One `Fel: …`, in Swedish, without a trace of the program's insides."""
    shown = text.replace(str(root.resolve()), "ROT").replace(str(root), "ROT")
    assert re.search(r"^Fel: \S", shown, re.M), shown
    assert "Traceback" not in shown
    assert "<class" not in shown and "Error" not in shown
    assert not english_words(shown), f"{english_words(shown)} in: {shown}"


def half_written(root: Path) -> list[str]:
    """What is in unfinished folders of results, beside the replications that are left to go on with."""
    return [path.name for path in root.glob("results/*/.skrivs-*/*") if path.name != "replikationer"]
