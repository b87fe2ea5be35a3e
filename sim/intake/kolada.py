"""Kolada's key figures, from a file or over the network: the answer of version 3 of its interface, and nothing else.

A page has `values`, each with kpi, municipality, period and its own `values` (by gender: value, isdeleted and more),
and `next_url` where there is more.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd

from sim.errors import HemmaplanError
from sim.intake.scb import read_json

ADDRESS = "https://api.kolada.se/v3/"
MOST_IDS = 25
"""Ids of a kind in one question."""
PER_PAGE = 5000
MOST_PAGES = 400
TIMEOUT_SECONDS = 30
EVERYBODY = "T"
"""The gender that is both."""
SOURCE = "Kolada, Rådet för främjande av kommunala analyser (RKA), CC BY 4.0"
COLUMNS = {"kpi": "str", "kommun": "str", "ar": "int64", "varde": "float64"}
Page = Mapping[str, Any]
Ask = Callable[[str], Any]
"""An address → what the JSON there holds."""


@dataclass(frozen=True)
class Kolada:
    """`varden`: kpi, kommun (code), ar, varde, both sexes together. `namn` by kpi, and `kommuner` by code, if told."""

    varden: pd.DataFrame
    namn: Mapping[str, str]
    kommuner: Mapping[str, str]


def read_kolada(path: Path) -> Kolada:
    """A file with one answer, or a list of answers, saved as they came. Raises HemmaplanError, in Swedish."""
    content = read_json(path)
    return kolada_of(content if isinstance(content, list) else [content], path.name)


def kolada_of(pages: Sequence[Any], where: str) -> Kolada:
    """Answers about values (`data`), key figures (`kpi`) and municipalities, in any mixture. `where`: for messages."""
    rows: dict[tuple[str, str, int], float] = {}
    namn: dict[str, str] = {}
    kommuner: dict[str, str] = {}
    for page in pages:
        if not isinstance(page, dict) or not isinstance(page.get("values"), list):
            raise HemmaplanError(
                f"{where}: är inte ett svar från Koladas gränssnitt (version 3). Det ska ha nyckeln values; hämta till "
                f"exempel {ADDRESS}data/kpi/N31807/municipality/0181 och spara sidan som den är."
            )
        for each in page["values"]:
            try:
                if "kpi" in each:
                    rows |= dict(_values(each))
                elif re.fullmatch(r"\d{4}", str(each["id"])):
                    kommuner[str(each["id"])] = str(each["title"])
                else:
                    namn[str(each["id"])] = str(each["title"])
            except (KeyError, TypeError, ValueError, AttributeError):
                raise HemmaplanError(f"{where}: ett av värdena saknar kpi, municipality, period eller value") from None
    if not rows:
        raise HemmaplanError(f"{where}: svaret har inga värden för kommuner")
    told = [(*key, value) for key, value in sorted(rows.items())]
    return Kolada(pd.DataFrame(told, columns=list(COLUMNS)).astype(COLUMNS), namn, kommuner)


def _values(each: Page) -> Iterator[tuple[tuple[str, str, int], float]]:
    """The value for both sexes together; nothing of what is deleted, missing, or of a unit (`ou`)."""
    if "ou" in each:
        return
    for value in each["values"]:
        if value["gender"] == EVERYBODY and value["value"] is not None and not value.get("isdeleted"):
            yield (str(each["kpi"]), str(each["municipality"]), int(each["period"])), float(value["value"])


def fetch_kolada(
    nyckeltal: Sequence[str], kommuner: Sequence[str], ar: Sequence[int], ask: Ask | None = None
) -> list[Page]:
    """The answers for key figures, municipalities (codes; none: all) and years, page after page.

    At most MOST_IDS of a kind are asked for at a time, and `next_url` is followed as long as it leads on in Kolada.
    Raises HemmaplanError, in Swedish, where the machine has no network or Kolada does not answer.
    """
    ask = ask or _over_network
    pages: list[Page] = []
    for some in _in_parts(nyckeltal):
        pages += _pages(f"{ADDRESS}kpi/{_list(some)}", ask)
        for places in _in_parts(kommuner) if kommuner else [()]:
            for years in _in_parts([str(each) for each in ar]):
                of = f"/municipality/{_list(places)}" if places else ""
                pages += _pages(f"{ADDRESS}data/kpi/{_list(some)}{of}/year/{_list(years)}?per_page={PER_PAGE}", ask)
    return pages


def save_pages(pages: Sequence[Page], path: Path) -> None:
    """As a file that `read_kolada` reads; never half a one."""
    unfinished = path.with_name(f"{path.name}.skrivs")
    unfinished.write_text(json.dumps(pages, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")
    unfinished.replace(path)


def _pages(address: str | None, ask: Ask) -> Iterator[Page]:
    for _ in range(MOST_PAGES):
        if address is None:
            return
        page = ask(address)
        if not isinstance(page, dict) or "values" not in page:
            raise HemmaplanError(
                "Kolada svarade med något annat än nyckeltal; försök senare, eller använd en sparad fil"
            )
        yield page
        after = page.get("next_url") or page.get("next_page")
        address = None if after is None else re.sub("^http:", "https:", str(after))
        if address is not None and not address.startswith(ADDRESS):
            raise HemmaplanError("Kolada hänvisade vidare till en annan adress än sin egen; inget mer hämtas")
    raise HemmaplanError(f"Kolada har fler än {MOST_PAGES} sidor för frågan; fråga efter färre kommuner eller år")


def _in_parts(ids: Sequence[str]) -> list[Sequence[str]]:
    return [ids[at : at + MOST_IDS] for at in range(0, len(ids), MOST_IDS)]


def _list(ids: Sequence[str]) -> str:
    return ",".join(quote(each, safe="") for each in ids)


def _over_network(address: str) -> Any:
    from http.client import HTTPException
    from urllib.request import Request, urlopen

    asked = Request(address, headers={"Accept": "application/json", "User-Agent": "hemmaplan"})
    try:
        with urlopen(asked, timeout=TIMEOUT_SECONDS) as answer:
            return json.load(answer)
    except (OSError, HTTPException):
        reason = "svarar inte (finns det en internetanslutning?)"
    except ValueError:
        reason = "svarade med något som inte är JSON"
    raise HemmaplanError(f"Kolada {reason}. Hämta filen i webbläsaren i stället: {address}")
