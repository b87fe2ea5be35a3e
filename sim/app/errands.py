"""Addresses of questions that take longer: why, what more is worth, how many are needed. Each has a page of its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from sim.app.draft import first_day, number_from
from sim.app.levers import Lever
from sim.app.page import HTMX, Page, asked, page_of
from sim.app.pages import Loaded
from sim.app.questions import Errand, goal, value, why
from sim.app.wishes import condition_from, wishes_of
from sim.errors import HemmaplanError

USUAL_UNITS, USUAL_SURE = "5", "90"
COUNTED = ("platser", "årsarbetare")
"""Units of the levers of which there can be more."""


async def reason(request: Request) -> Response:
    """Why the draft differs from nuläge."""
    page = page_of(request)
    loaded = page.loaded(request)
    try:
        about = asked(page, loaded, request.query_params.multi_items())
        if about.scenario is None:
            raise HemmaplanError("inget är ändrat, så det finns ingen skillnad att förklara")
        errand = why(loaded.kommun, about.scenario)
    except HemmaplanError as error:
        return _drawn(page, request, loaded, "Varför blir det så?", problem=str(error))
    words = loaded.words(about.scenario)
    return _drawn(page, request, loaded, "Varför blir det så?", errand, words=words, query=about.query)


async def worth(request: Request) -> Response:
    """What each of so many more is worth."""
    page = page_of(request)
    loaded = page.loaded(request)
    given = request.query_params
    form: dict[str, object] = {
        "targets": targets_of(loaded),
        "mal": given.get("mal", ""),
        "antal": given.get("antal", USUAL_UNITS),
    }
    form["fran"] = given.get("fran") or first_day(loaded.kommun).isoformat()
    heading = "Vad är fler värda?"
    if not form["mal"]:
        return _drawn(page, request, loaded, heading, form=form, kind="varde")
    try:
        units = number_from(str(form["antal"]), "antal")
        errand = value(page.root, loaded.kommun, str(form["mal"]), int(units), _day(str(form["fran"])))
    except HemmaplanError as error:
        return _drawn(page, request, loaded, heading, form=form, kind="varde", problem=str(error))
    return _drawn(page, request, loaded, heading, errand, form=form, kind="varde")


async def sought(request: Request) -> Response:
    """How many are needed for a condition to hold."""
    page = page_of(request)
    loaded = page.loaded(request)
    given = request.query_params
    wishes = wishes_of(loaded.kommun)
    form: dict[str, object] = {"targets": targets_of(loaded), "wishes": wishes}
    form |= {name: given.get(name, "") for name in ("mal", "villkor", "tal")}
    form["sakerhet"] = given.get("sakerhet") or USUAL_SURE
    form["fran"] = given.get("fran") or first_day(loaded.kommun).isoformat()
    heading = "Hur många behövs?"
    if not form["mal"]:
        return _drawn(page, request, loaded, heading, form=form, kind="malsok")
    try:
        sure = number_from(str(form["sakerhet"]), "sannolikhet")
        if not 1 <= sure < 100:
            raise HemmaplanError("sannolikhet: ska vara minst 1 och under 100 procent")
        condition = condition_from(wishes, str(form["villkor"]), str(form["tal"]))
        errand = goal(loaded.kommun, str(form["mal"]), condition, sure / 100, _day(str(form["fran"])))
    except HemmaplanError as error:
        return _drawn(page, request, loaded, heading, form=form, kind="malsok", problem=str(error))
    return _drawn(page, request, loaded, heading, errand, form=form, kind="malsok")


def targets_of(loaded: Loaded) -> list[Lever]:
    """Numbers of which there can be more: places, then posts."""
    return [lever for unit in COUNTED for lever in loaded.levers if lever.unit == unit]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise HemmaplanError(f"från = {text[:40]}: ska vara ett datum, ÅÅÅÅ-MM-DD") from None


def _drawn(
    page: Page,
    request: Request,
    loaded: Loaded,
    heading: str,
    errand: Errand | None = None,
    *,
    kind: str = "",
    form: Mapping[str, object] | None = None,
    words: list[str] | None = None,
    query: str = "",
    problem: str = "",
) -> Response:
    """The page, or the part of it that asks until there is an answer. `query`: of the page to go back to."""
    job = page.jobs.ask(errand) if errand else None
    part = HTMX in request.headers and job is not None
    return page.html(
        request,
        "_arende.html" if part else "arende.html",
        422 if problem else 200,
        loaded=loaded,
        heading=heading,
        kind=kind,
        form=form or {},
        words=words or [],
        query=query,
        problem=problem.splitlines(),
        job=job,
        told=job.made if job else None,
        path=f"{request.url.path}?{request.url.query}",
    )
