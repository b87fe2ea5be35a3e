"""The addresses of the page. Each is a small function from a request to an answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import yaml
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from sim.app import errands
from sim.app.draft import OWN, numbered
from sim.app.jobs import Job
from sim.app.page import HTMX, Asked, Page, Sent, asked, form_of, page_of
from sim.app.pages import listed
from sim.app.questions import Told
from sim.app.takeaway import KINDS, bilaga_of
from sim.app.uploads import scenario_from_upload
from sim.chain import draw_chain
from sim.chain_notes import notes_of
from sim.comparison import Comparison
from sim.config import Scenario
from sim.errors import HemmaplanError
from sim.figures_content import contents_of
from sim.summary import planning_periods

CHAIN = "vardkedja_"
"""What the file of a drawn vårdkedja begins with."""


async def start(request: Request) -> Response:
    page = page_of(request)
    return page.html(request, "start.html", kommuner=listed(page.root))


async def accessibility(request: Request) -> Response:
    return page_of(request).html(request, "tillganglighet.html")


async def kommun(request: Request) -> Response:
    """The whole page: what can be moved, and the answer so far."""
    page = page_of(request)
    loaded = page.loaded(request)
    try:
        about = asked(page, loaded, request.query_params.multi_items())
    except HemmaplanError as error:
        about = asked(page, loaded, [])
        return whole(page, request, about, str(error), 422)
    return whole(page, request, about, "")


def whole(page: Page, request: Request, about: Asked, problem: str, code: int = 200) -> Response:
    job = page.jobs.ask(about.question)
    return page.html(request, "kommun.html", code, **_content(page, about, job, problem))


async def answer(request: Request) -> Response:
    """The answer alone, which the page asks for until it is sharp."""
    page = page_of(request)
    loaded = page.loaded(request)
    try:
        about = asked(page, loaded, request.query_params.multi_items())
    except HemmaplanError as error:
        return page.html(request, "_fel.html", 422, problem=str(error).splitlines())
    if HTMX not in request.headers:
        return RedirectResponse(f"/kommun/{loaded.kommun.id}?{about.query}", 303)
    job = page.jobs.ask(about.question)
    found = page.html(request, "_svar.html", **_content(page, about, job, ""))
    found.headers["HX-Replace-Url"] = f"/kommun/{loaded.kommun.id}?{about.query}"
    return found


def _content(page: Page, about: Asked, job: Job, problem: str) -> dict[str, Any]:
    return {
        "loaded": about.loaded,
        "draft": about.draft,
        "moved": [path for path, _ in about.draft.moved],
        "query": about.query,
        "saved": page.saved.of(about.loaded.kommun.id),
        "beside": [each.nummer for each in about.beside],
        "words": about.loaded.words(about.scenario),
        "chains": about.loaded.chains(about.scenarios) if job.made else [],
        "caveat": about.scenario.forbehall if about.scenario else None,
        "job": job,
        "answer": page.answer(job),
        "restarts": job.made.resultat.omstarter if isinstance(job.made, Comparison) else 0,
        "problem": problem.splitlines(),
    }


def figure(request: Request) -> Response:
    """A figure of an answer, as SVG. Which there are is known from the answer; no name becomes a path.

    Also one that a sharper answer no longer shows: the page may still be drawing the rougher one.
    """
    page = page_of(request)
    wanted = str(request.path_params["fil"])

    def draw(made: Comparison | Told) -> bytes:
        from sim.figures import svg

        if isinstance(made, Told):
            found = next((drawn for file, _, drawn in made.drawn if file == wanted), None)
            if found is None:
                raise HTTPException(404, "Figuren finns inte.")
            return found
        if wanted.startswith(CHAIN):
            return _chain(made, wanted.removeprefix(CHAIN))
        content = next((each for each in contents_of(made) if each.file == wanted), None)
        if content is None:
            raise HTTPException(404, "Figuren finns inte.")
        with page.drawing:
            return svg(content)

    drawn = page.jobs.figure(str(request.path_params["jobb"]), wanted, draw)
    if drawn is None:
        raise HTTPException(404, "Figuren finns inte längre. Ladda om sidan.")
    return Response(drawn, media_type="image/svg+xml")


def _chain(made: Comparison, area: str) -> bytes:
    """A vårdkedja with what waits where, the last year."""
    kommun = made.resultat.study.kommun
    if area not in kommun.verksamheter:
        raise HTTPException(404, "Figuren finns inte.")
    return draw_chain(kommun, area, notes_of(made, area, planning_periods(made)[1])).encode()


def bilaga(request: Request) -> Response:
    """Word, PDF or Excel of an answer; made when it is first asked for."""
    page = page_of(request)
    key, ending = str(request.path_params["jobb"]), str(request.path_params["form"])
    job = page.jobs.find(key)
    if ending not in KINDS or job is None or not isinstance(job.made, Comparison):
        raise HTTPException(404, "Bilagan finns inte längre. Ladda om sidan med svaret.")
    kommun_id = job.made.resultat.study.kommun.id

    def make(made: Comparison) -> bytes:
        with page.drawing:
            return bilaga_of(made, page.root, ending)

    try:
        made = page.jobs.figure(key, f"bilaga.{ending}", make)
    except HemmaplanError as error:
        raise HTTPException(422, str(error)) from None
    if made is None:
        raise HTTPException(404, "Bilagan finns inte längre. Ladda om sidan med svaret.")
    return _file(made, f"bilaga_{kommun_id}.{ending}", KINDS[ending][1])


async def control(request: Request) -> Response:
    """Stop what is being simulated, or go on with it."""
    page, form = page_of(request), await form_of(request)
    act = page.jobs.stop if request.path_params["vad"] == "avbryt" else page.jobs.resume
    act(form.get("jobb"))
    return _back(request, form)


async def keep(request: Request) -> Response:
    """Save the draft under its name."""
    page, form = page_of(request), await form_of(request)
    loaded = page.loaded(request)
    try:
        about = asked(page, loaded, form.pairs)
        if about.draft.empty:
            raise HemmaplanError("inget är ändrat, så det finns inget att spara")
        page.saved.keep(loaded.kommun.id, about.draft.namn, about.draft.query())
    except HemmaplanError as error:
        return whole(page, request, asked(page, loaded, []), str(error), 422)
    return RedirectResponse(f"/kommun/{loaded.kommun.id}?{about.query}", 303)


async def forget(request: Request) -> Response:
    page, form = page_of(request), await form_of(request)
    loaded = page.loaded(request)
    number = form.get("nummer")
    if number.isdigit():
        page.saved.forget(loaded.kommun.id, int(number))
    return _back(request, form)


async def scenario_file(request: Request) -> Response:
    """The draft as a file that the command line takes."""
    page = page_of(request)
    loaded = page.loaded(request)
    try:
        about = asked(page, loaded, request.query_params.multi_items())
        if about.scenario is None:
            raise HemmaplanError("inget är ändrat, så det finns inget scenario att hämta")
    except HemmaplanError as error:
        return whole(page, request, asked(page, loaded, []), str(error), 422)
    return _file(scenario_text(about.scenario, loaded.kommun.id).encode(), f"{OWN}.yaml", "application/yaml")


def scenario_text(scenario: Scenario, kommun_id: str) -> str:
    """A scenario file named `egen`, as in `scenarios/`."""
    content = scenario.model_dump(mode="json", exclude_none=True, exclude={"id"})
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=120)
    return f"# @package scenarios.{OWN}\n# Passar: {kommun_id}\n{text}"


async def upload(request: Request) -> Response:
    """A scenario file sent back: its changes are simulated beside nuläge, and shown in words."""
    page, form = page_of(request), await form_of(request)
    loaded = page.loaded(request)
    try:
        if form.file is None:
            raise HemmaplanError("välj en scenariofil först")
        scenario = scenario_from_upload(form.file, loaded.kommun)
    except HemmaplanError as error:
        return whole(page, request, asked(page, loaded, []), str(error), 422)
    empty = asked(page, loaded, [])
    return whole(page, request, Asked(loaded, empty.draft, (), scenario, numbered([scenario])), "")


def _file(content: bytes, name: str, kind: str) -> Response:
    return Response(content, media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'})


def _back(request: Request, form: Sent) -> Response:
    """To the page of the kommun as it was. What the form says of it is parsed and written anew."""
    page = page_of(request)
    loaded = page.loaded(request)
    try:
        query = asked(page, loaded, parse_qsl(form.get("fraga"))).query
    except HemmaplanError:
        query = ""
    return RedirectResponse(f"/kommun/{loaded.kommun.id}?{query}", 303)


async def not_found(request: Request, error: Exception) -> Response:
    code = error.status_code if isinstance(error, HTTPException) else 500
    text = str(getattr(error, "detail", "")) if isinstance(error, HTTPException) else ""
    if not text or text in {"Not Found", "Method Not Allowed"}:
        text = {404: "Sidan finns inte.", 405: "Så kan sidan inte användas."}.get(code, "Något gick fel.")
    return page_of(request).html(request, "fel.html", code, text=text)


Handlers = dict[Any, Callable[[Request, Exception], Any]]
HANDLERS: Handlers = {HTTPException: not_found, 404: not_found, 405: not_found}


def routes(static: Path) -> list[Route | Mount]:
    at = "/kommun/{kommun}"
    return [
        Route("/", start),
        Route("/tillganglighet", accessibility),
        Route(at, kommun),
        Route(f"{at}/svar", answer),
        Route(f"{at}/varfor", errands.reason),
        Route(f"{at}/varde", errands.worth),
        Route(f"{at}/malsok", errands.sought),
        Route(f"{at}/scenario.yaml", scenario_file),
        Route(f"{at}/spara", keep, methods=["POST"]),
        Route(f"{at}/glom", forget, methods=["POST"]),
        Route(f"{at}/lasin", upload, methods=["POST"]),
        Route(f"{at}/{{vad:str}}", control, methods=["POST"]),
        Route("/figur/{jobb}/{fil}.svg", figure),
        Route("/bilaga/{jobb}.{form}", bilaga),
        Mount("/static", StaticFiles(directory=static), name="static"),
    ]
