"""The addresses of the page. Each is a small function from a request to an answer; what they share is `Page`."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from sim.app.answers import Answer, answer_of, contents_shown
from sim.app.draft import MOST_SCENARIOS, OWN, Draft, draft_from, largest, numbered
from sim.app.jobs import Job, Jobs
from sim.app.pages import Loaded, listed, load, shown
from sim.app.questions import Compared, Told, why
from sim.app.saved import Saved, SavedScenarios
from sim.app.security import COOKIE, TOKEN, Tokens
from sim.app.uploads import scenario_from_upload
from sim.chain import draw_chain
from sim.chain_notes import notes_of
from sim.comparison import Comparison
from sim.config import Scenario
from sim.errors import HemmaplanError
from sim.files import kommun_files, kommun_ids
from sim.summary import planning_periods
from sim.swedish import datum, tal

ALONGSIDE = "med"
"""What a link calls a saved scenario that stands beside."""
HTMX = "hx-request"
CHAIN = "vardkedja_"
"""What the file of a drawn vårdkedja begins with."""


@dataclass
class Page:
    """What the addresses share."""

    root: Path
    jobs: Jobs
    saved: SavedScenarios
    tokens: Tokens
    drawing: threading.Lock = field(default_factory=threading.Lock)
    """Matplotlib draws one figure at a time."""
    _loaded: dict[str, tuple[object, Loaded]] = field(default_factory=dict)
    """By kommun, with the state of the files that it was read from."""
    templates: Environment = field(
        default_factory=lambda: Environment(
            loader=PackageLoader("sim.app"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )
    )

    def __post_init__(self) -> None:
        self.templates.filters |= {"tal": tal, "shown": shown, "datum": datum, "largest": largest}

    def loaded(self, request: Request) -> Loaded:
        """As its files are now. Raises HTTPException 404 for a kommun that there is not."""
        name = str(request.path_params["kommun"])
        if name not in kommun_ids(self.root):
            raise HTTPException(404, f"Kommunen {name} finns inte.")
        files = [*kommun_files(self.root, name), *sorted((self.root / "scenarios").glob("*.yaml"))]
        stamp = tuple((path.name, path.stat().st_mtime_ns) for path in files)
        known = self._loaded.get(name)
        if known is None or known[0] != stamp:
            known = self._loaded[name] = stamp, load(self.root, name)
        return known[1]

    def html(self, request: Request, template: str, code: int = 200, **content: object) -> Response:
        browser = request.cookies.get(COOKIE) or self.tokens.new_browser()
        text = self.templates.get_template(template).render(token=self.tokens.of(browser), **content)
        answer = HTMLResponse(text, code)
        if COOKIE not in request.cookies:
            answer.set_cookie(COOKIE, browser, httponly=True, samesite="strict")
        return answer


@dataclass(frozen=True)
class Asked:
    """What the page of a kommun is asked: the draft, and the saved scenarios beside it."""

    loaded: Loaded
    draft: Draft
    beside: tuple[Saved, ...]
    scenario: Scenario | None
    scenarios: tuple[Scenario, ...]
    """All that are simulated, numbered, the draft first."""

    @property
    def query(self) -> str:
        more = urlencode([(ALONGSIDE, str(each.nummer)) for each in self.beside])
        return "&".join(filter(None, [self.draft.query(), more]))

    @property
    def question(self) -> Compared:
        return Compared(self.loaded.kommun, self.scenarios)


def asked(page: Page, loaded: Loaded, pairs: list[tuple[str, str]]) -> Asked:
    """Raises HemmaplanError with a line for each value that is wrong."""
    draft = draft_from(pairs, loaded.kommun, loaded.levers, loaded.ready)
    scenario = loaded.scenario(draft)
    chosen = {value for key, value in pairs if key == ALONGSIDE}
    beside = tuple(each for each in page.saved.of(loaded.kommun.id) if str(each.nummer) in chosen)
    beside = beside[: MOST_SCENARIOS - (scenario is not None)]
    others = []
    for each in beside:
        other = loaded.scenario(draft_from(parse_qsl(each.lank), loaded.kommun, loaded.levers, loaded.ready))
        if other is not None:
            others.append(other.model_copy(update={"namn": each.namn}))
    first = [scenario] if scenario else []
    return Asked(loaded, draft, beside, scenario, numbered([*first, *others]))


async def start(request: Request) -> Response:
    page = _page(request)
    return page.html(request, "start.html", kommuner=listed(page.root))


async def accessibility(request: Request) -> Response:
    return _page(request).html(request, "tillganglighet.html")


async def kommun(request: Request) -> Response:
    """The whole page: what can be moved, and the answer so far."""
    page = _page(request)
    loaded = page.loaded(request)
    try:
        about = asked(page, loaded, request.query_params.multi_items())
    except HemmaplanError as error:
        about = asked(page, loaded, [])
        return _whole(page, request, about, str(error), 422)
    return _whole(page, request, about, "")


def _whole(page: Page, request: Request, about: Asked, problem: str, code: int = 200) -> Response:
    job = page.jobs.ask(about.question)
    return page.html(request, "kommun.html", code, **_content(page, about, job, problem))


async def answer(request: Request) -> Response:
    """The answer alone, which the page asks for until it is sharp."""
    page = _page(request)
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
    told: Answer | None = answer_of(job.made) if job.made else None
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
        "answer": told,
        "problem": problem.splitlines(),
    }


async def figure(request: Request) -> Response:
    """A figure of an answer, as SVG. Which there are is known from the answer; no name becomes a path."""
    page = _page(request)
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
        content = next((each for each in contents_shown(made) if each.file == wanted), None)
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


async def reason(request: Request) -> Response:
    """Why the draft differs from nuläge: a page of its own, which asks until there is an answer."""
    page = _page(request)
    loaded = page.loaded(request)
    try:
        about = asked(page, loaded, request.query_params.multi_items())
        if about.scenario is None:
            raise HemmaplanError("inget är ändrat, så det finns ingen skillnad att förklara")
        job = page.jobs.ask(why(loaded.kommun, about.scenario))
    except HemmaplanError as error:
        return _whole(page, request, asked(page, loaded, []), str(error), 422)
    template = "_arende.html" if HTMX in request.headers else "arende.html"
    return page.html(
        request,
        template,
        loaded=loaded,
        query=about.query,
        job=job,
        told=job.made,
        heading="Varför blir det så?",
        words=loaded.words(about.scenario),
        path=f"/kommun/{loaded.kommun.id}/varfor?{about.query}",
    )


async def control(request: Request) -> Response:
    """Stop what is being simulated, or go on with it."""
    page, form = _page(request), await _form(request)
    act = page.jobs.stop if request.path_params["vad"] == "avbryt" else page.jobs.resume
    act(form.get("jobb"))
    return _back(request, form)


async def keep(request: Request) -> Response:
    """Save the draft under its name."""
    page, form = _page(request), await _form(request)
    loaded = page.loaded(request)
    try:
        about = asked(page, loaded, form.pairs)
        if about.draft.empty:
            raise HemmaplanError("inget är ändrat, så det finns inget att spara")
        page.saved.keep(loaded.kommun.id, about.draft.namn, about.draft.query())
    except HemmaplanError as error:
        return _whole(page, request, asked(page, loaded, []), str(error), 422)
    return RedirectResponse(f"/kommun/{loaded.kommun.id}?{about.query}", 303)


async def forget(request: Request) -> Response:
    page, form = _page(request), await _form(request)
    loaded = page.loaded(request)
    number = form.get("nummer")
    if number.isdigit():
        page.saved.forget(loaded.kommun.id, int(number))
    return _back(request, form)


async def scenario_file(request: Request) -> Response:
    """The draft as a file that the command line takes."""
    page = _page(request)
    loaded = page.loaded(request)
    try:
        about = asked(page, loaded, request.query_params.multi_items())
        if about.scenario is None:
            raise HemmaplanError("inget är ändrat, så det finns inget scenario att hämta")
    except HemmaplanError as error:
        return _whole(page, request, asked(page, loaded, []), str(error), 422)
    return _file(scenario_text(about.scenario, loaded.kommun.id).encode(), f"{OWN}.yaml", "application/yaml")


def scenario_text(scenario: Scenario, kommun_id: str) -> str:
    """A scenario file named `egen`, as in `scenarios/`."""
    content = scenario.model_dump(mode="json", exclude_none=True, exclude={"id"})
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=120)
    return f"# @package scenarios.{OWN}\n# Passar: {kommun_id}\n{text}"


async def upload(request: Request) -> Response:
    """A scenario file sent back: its changes are simulated beside nuläge, and shown in words."""
    page, form = _page(request), await _form(request)
    loaded = page.loaded(request)
    try:
        if form.file is None:
            raise HemmaplanError("välj en scenariofil först")
        scenario = scenario_from_upload(form.file, loaded.kommun)
    except HemmaplanError as error:
        return _whole(page, request, asked(page, loaded, []), str(error), 422)
    empty = asked(page, loaded, [])
    return _whole(page, request, Asked(loaded, empty.draft, (), scenario, numbered([scenario])), "")


def _file(content: bytes, name: str, kind: str) -> Response:
    return Response(content, media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'})


def _page(request: Request) -> Page:
    page: Page = request.app.state.page
    return page


@dataclass(frozen=True)
class Sent:
    """A form: its words, and the file that came with it."""

    pairs: list[tuple[str, str]]
    file: bytes | None

    def get(self, key: str) -> str:
        return next((value for name, value in self.pairs if name == key), "")


async def _form(request: Request) -> Sent:
    """Raises HTTPException 403 unless the form was drawn here for this browser."""
    async with request.form(max_files=1, max_fields=500, max_part_size=128 * 1024) as form:
        files = [value for _, value in form.multi_items() if isinstance(value, UploadFile) and value.filename]
        sent = Sent(
            [(key, value) for key, value in form.multi_items() if isinstance(value, str)],
            await files[0].read() if files else None,
        )
    if not _page(request).tokens.holds(request.cookies.get(COOKIE), sent.get(TOKEN)):
        raise HTTPException(403, "Formuläret är för gammalt eller kom från en annan sida. Ladda om sidan.")
    return sent


def _back(request: Request, form: Sent) -> Response:
    """To the page of the kommun as it was. What the form says of it is parsed and written anew."""
    page = _page(request)
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
    return _page(request).html(request, "fel.html", code, text=text)


Handlers = dict[Any, Callable[[Request, Exception], Any]]
HANDLERS: Handlers = {HTTPException: not_found, 404: not_found, 405: not_found}


def routes(static: Path) -> list[Route | Mount]:
    at = "/kommun/{kommun}"
    return [
        Route("/", start),
        Route("/tillganglighet", accessibility),
        Route(at, kommun),
        Route(f"{at}/svar", answer),
        Route(f"{at}/varfor", reason),
        Route(f"{at}/scenario.yaml", scenario_file),
        Route(f"{at}/spara", keep, methods=["POST"]),
        Route(f"{at}/glom", forget, methods=["POST"]),
        Route(f"{at}/lasin", upload, methods=["POST"]),
        Route(f"{at}/{{vad:str}}", control, methods=["POST"]),
        Route("/figur/{jobb}/{fil}.svg", figure),
        Mount("/static", StaticFiles(directory=static), name="static"),
    ]
