"""A simulated municipality told as its own lists would tell it: from the visit log to the typed lists.

As an export, it says nothing of what ended before the window, and knows no end of what goes on when the window closes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.build import build_network
from sim.calendars import day_number
from sim.care import is_open_care
from sim.cases import draw_cases
from sim.config import Boende, Extern, Kommun, PlatsBehov, Steg
from sim.engine import FASTEST, engine_named
from sim.intake.example_volumes import is_house, is_own, place_names, volumes
from sim.intake.records import OKAND, SCHEMAS, Lists, Window
from sim.runs import Run
from sim.scenario import make_plan

FORHANDS, UTREDNING = "forhandsbedomning", "utredning"
"""The stegs that are told as cases."""
AVSLUT, AVSLAG, EJ_INLEDD = "avslut", "avslag", "ej_inledd"
ANSOKAN = "ansokan"
PAYMENT_CV, HOUSEHOLD_CV, OWN_PRICE_CV = 0.25, 0.35, 0.12
"""How payments differ from month to month and between households, and own prices between placements."""
EVERYBODY = "alla"
"""The målgrupp of an inflow that has none: told as unknown."""
Draw = np.random.Generator
Dates = NDArray[np.datetime64]


def example_lists(kommun: Kommun, seed: int, window: Window | None = None) -> Lists:
    """The lists of one simulated future of a kommun, over a window in it (all of it if none is given).

    Placements are stays in stegs that need a place, payments are months in stegs that give benefit, and cases are
    visits to the stegs `forhandsbedomning` and `utredning`. Other stegs are not told of. Own houses are named, bought
    places and family homes are not. Same seed, same lists.
    """
    plan = make_plan(kommun)
    network = build_network(plan)
    log = engine_named(FASTEST)(network, draw_cases(network, seed, 0), seed, 0)
    window = window or Window(kommun.start, kommun.slut)
    stays = _dated(kommun, log.frame(network), window)
    rng = np.random.default_rng([seed, 23])
    placements = _placements(kommun, stays, window, rng)
    houses = [place for place in place_names(kommun) if is_house(kommun, place)]
    run = Run(plan, network, log.from_day_0())
    frames = {
        "placeringar": placements.assign(resurs=placements["resurs"].where(placements["resurs"].isin(houses), OKAND)),
        "arenden": _cases(kommun, stays, window),
        "utbetalningar": _payments(kommun, stays, window, rng),
        "volymer": volumes(run, placements, seed, window),
    }
    people = np.unique(np.concatenate([frame["fall"] for frame in frames.values() if "fall" in frame]))
    finished = {kind: _in_schema(frame, kind, people) for kind, frame in frames.items()}
    return Lists(
        **finished,
        fonster={kind: window for kind, frame in finished.items() if len(frame)},
        namn=_names(kommun),
        arbetsloshet=_unemployment(kommun, window),
    )


def _dated(kommun: Kommun, stays: pd.DataFrame, window: Window) -> pd.DataFrame:
    """Stays that had been asked for when the window closed, with days as dates: NaT where not yet by then.

    `asked`, `began` and `left`; `verksamhet` and `to` (OKAND where not yet decided) as keys, in order of time.
    """
    zero = np.datetime64(kommun.start, "s")
    closes = day_number(kommun.start, window.till) + 1
    days = {"asked": stays["begaran"], "began": stays["start"], "left": stays["slappt"]}
    found = stays[["fall", "inflode", "malgrupp", "steg", "besok", "resurs", "prisfaktor"]].copy()
    for name, told in days.items():
        whole = np.floor(told.where(told < closes).to_numpy())
        found[name] = zero + np.where(np.isnan(whole), np.nan, whole * 86400).astype("timedelta64[s]")
    found[["verksamhet", "steg"]] = stays["steg"].str.split(".", n=1, expand=True)
    target = stays["nasta"].str.rpartition(".")[2]
    found["to"] = target.where(found["left"].notna(), OKAND)
    found["typ"] = stays["inflode"].str.rpartition(".")[2]
    found["malgrupp"] = stays["malgrupp"].replace(EVERYBODY, OKAND)
    return found[found["asked"].notna()].sort_values(["asked", "began", "fall", "besok"], kind="stable")


def _still(ends: pd.Series, window: Window) -> NDArray[np.bool_]:
    """What went on at some time in the window."""
    return np.asarray(ends.isna() | (ends >= pd.Timestamp(window.fran)))


def _chosen(stays: pd.DataFrame, belongs: Mapping[tuple[str, str], bool]) -> pd.DataFrame:
    """Stays in some stegs, by (verksamhet, steg)."""
    keys = [key for key, chosen in belongs.items() if chosen]
    return stays[pd.MultiIndex.from_frame(stays[["verksamhet", "steg"]]).isin(keys)]


def _stegs(kommun: Kommun) -> dict[tuple[str, str], Steg]:
    return {(area, key): steg for area, v in kommun.verksamheter.items() for key, steg in v.steg.items()}


def _placements(kommun: Kommun, stays: pd.DataFrame, window: Window, rng: Draw) -> pd.DataFrame:
    placed = {key: isinstance(steg.behov, PlatsBehov) for key, steg in _stegs(kommun).items()}
    found = _chosen(stays, placed)
    found = found[found["began"].notna() & _still(found["left"], window)].sort_values("began", kind="stable")
    resources = {name: resurs for name, resurs in kommun.resurser.items() if isinstance(resurs, Boende | Extern)}
    mean = found["resurs"].map(
        {
            name: resurs.dygnskostnad_kr.medel
            if isinstance(resurs, Extern)
            else resurs.rorlig_kostnad_kr_per_dygn or np.nan
            for name, resurs in resources.items()
        }
    )
    own = found["resurs"].isin([name for name in resources if is_own(kommun, name)]).to_numpy()
    spread = np.where(own, _around_one(rng, OWN_PRICE_CV, len(found)), found["prisfaktor"])
    return pd.DataFrame(
        {
            "fall": found["fall"],
            "verksamhet": found["verksamhet"],
            "malgrupp": found["malgrupp"],
            "form": found["steg"],
            "utforare": np.where(own, "egen", "extern"),
            "resurs": found["resurs"],
            "start": found["began"],
            "slut": found["left"],
            "dygnspris_kr": np.round(mean.to_numpy(float) * spread),
        }
    )


def _cases(kommun: Kommun, stays: pd.DataFrame, window: Window) -> pd.DataFrame:
    """One row a case: a förhandsbedömning and the utredning that it led to, or an utredning that was asked for."""
    stegs = _stegs(kommun)
    insatser = {area: {key for (a, key), steg in stegs.items() if a == area and _is_insats(steg)} for area, _ in stegs}
    judged = _chosen(stays, {key: key[1] == FORHANDS for key in stegs})
    studied = _chosen(stays, {key: key[1] == UTREDNING for key in stegs})
    judged = judged.assign(number=(judged["to"] == UTREDNING).groupby(judged["fall"]).cumsum())
    studied = studied.assign(number=studied.groupby("fall").cumcount() + 1)
    first_judged = studied["verksamhet"].isin({area for area, key in stegs if key == FORHANDS})
    opened = judged[judged["to"] == UTREDNING].merge(
        studied[first_judged], on=["fall", "number"], how="left", suffixes=("", "_2"), validate="one_to_one"
    )
    closed, asked = judged[judged["to"] != UTREDNING], studied[~first_judged]
    never = closed["left"].notna()
    rows = pd.concat(
        [
            _case_rows(opened, opened["left"], opened["left_2"], opened["to_2"]),
            _case_rows(closed, None, closed["left"], pd.Series(np.where(never, EJ_INLEDD, OKAND), closed.index)),
            _case_rows(asked, asked["began"], asked["left"], asked["to"]),
        ]
    )
    insats = [
        to in insatser[area] or to in (EJ_INLEDD, OKAND)
        for area, to in zip(rows["verksamhet"], rows["utfall"], strict=True)
    ]
    nothing = np.where(rows["typ"] == ANSOKAN, AVSLAG, AVSLUT)
    rows["utfall"] = np.where(insats, rows["utfall"], nothing)
    return rows[_still(rows["beslut"], window)].sort_values(["inkom", "fall"], kind="stable")


def _is_insats(steg: Steg) -> bool:
    """What a decision can grant."""
    return isinstance(steg.behov, PlatsBehov) or is_open_care(steg)


def _case_rows(stays: pd.DataFrame, opened: pd.Series | None, decided: pd.Series, outcome: pd.Series) -> pd.DataFrame:
    told = {
        "fall": stays["fall"],
        "verksamhet": stays["verksamhet"],
        "malgrupp": stays["malgrupp"],
        "typ": stays["typ"],
    }
    never = pd.Series(pd.NaT, stays.index, dtype="datetime64[s]")
    days = {"inkom": stays["asked"], "inledd": never if opened is None else opened, "beslut": decided}
    return pd.DataFrame({**told, **days, "utfall": outcome})


def _payments(kommun: Kommun, stays: pd.DataFrame, window: Window, rng: Draw) -> pd.DataFrame:
    """A payment for each month of the window in which a household is there on some day."""
    amounts = {key: steg.bistand_kr_per_manad for key, steg in _stegs(kommun).items()}
    found = _chosen(stays, {key: amount is not None for key, amount in amounts.items()})
    found = found[found["began"].notna()]
    opens, closes = np.datetime64(window.fran, "s"), np.datetime64(window.till, "s")
    first = np.maximum(found["began"].to_numpy(), opens)
    last = (found["left"] - pd.Timedelta(days=1)).fillna(pd.Timestamp(closes)).to_numpy()
    there = last >= first
    begin, end = (days[there].astype("datetime64[M]").astype(np.int64) for days in (first, last))
    count = end - begin + 1
    month = np.repeat(begin, count) + np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    mean = [amounts[key] or 0.0 for key in zip(found["verksamhet"][there], found["steg"][there], strict=True)]
    rows = pd.DataFrame(
        {
            "fall": np.repeat(found["fall"].to_numpy()[there], count),
            "manad": month,
            "kr": np.repeat(np.array(mean), count),
        }
    )
    rows = rows.drop_duplicates(["fall", "manad"]).sort_values(["manad", "fall"], kind="stable")
    household, of = np.unique(rows["fall"], return_inverse=True)
    factor = _around_one(rng, HOUSEHOLD_CV, len(household))[of] * _around_one(rng, PAYMENT_CV, len(rows))
    months = rows["manad"].to_numpy().astype("datetime64[M]").astype("datetime64[s]")
    return pd.DataFrame({"fall": rows["fall"], "manad": months, "belopp_kr": np.round(rows["kr"] * factor)})


def _around_one(rng: Draw, cv: float, count: int) -> NDArray[np.float64]:
    """Gamma factors of mean 1."""
    return rng.gamma(1 / cv**2, cv**2, count)


def _in_schema(frame: pd.DataFrame, kind: str, people: NDArray[np.int64]) -> pd.DataFrame:
    """The columns of a list, in its order and types; people numbered anew."""
    told = frame.rename(columns={"fall": "hushall" if kind == "utbetalningar" else "person"})
    for name in told.columns.intersection(["person", "hushall"]):
        told[name] = np.searchsorted(people, told[name])
    told = told.assign(fil=f"{kind}.csv", rad=np.arange(2, len(told) + 2)).reset_index(drop=True)
    return told.astype({name: column.dtype for name, column in SCHEMAS[kind].items()})[list(SCHEMAS[kind])]


def _names(kommun: Kommun) -> dict[str, str]:
    """What the municipality calls its keys."""
    found = {name: resurs.namn for name, resurs in kommun.resurser.items()}
    for area, verksamhet in kommun.verksamheter.items():
        found |= {area: verksamhet.namn} | {key: each.namn for key, each in verksamhet.inflode.items()}
        found |= {key: steg.namn for key, steg in verksamhet.steg.items()}
    return found


def _unemployment(kommun: Kommun, window: Window) -> pd.Series | None:
    """By first day of month, from the first that is told to the window's last."""
    driver = kommun.drivare.get("arbetsloshet")
    if driver is None or not isinstance(driver.varde, Mapping):
        return None
    told: dict[date, float] = {day: value for day, value in sorted(driver.varde.items()) if day <= window.till}
    return pd.Series(
        told.values(), pd.DatetimeIndex(list(told), dtype="datetime64[s]"), dtype=float, name="arbetsloshet"
    )
