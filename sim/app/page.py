"""What the addresses of the page share: the project, the simulations, the templates, and what a request asks."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from sim.app.answers import Answer, answer_of
from sim.app.draft import MOST_SCENARIOS, Draft, draft_from, largest, numbered
from sim.app.jobs import KEPT, Job, Jobs
from sim.app.pages import Loaded, load, shown
from sim.app.questions import Compared
from sim.app.saved import Saved, SavedScenarios
from sim.app.security import COOKIE, TOKEN, Tokens
from sim.config import Scenario
from sim.files import kommun_files, kommun_ids
from sim.swedish import datum, tal

ALONGSIDE = "med"
"""What a link calls a saved scenario that stands beside."""
HTMX = "hx-request"


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
    _answers: dict[str, tuple[int, Answer]] = field(default_factory=dict)
    """By job, with the replications that it is of."""
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

    def answer(self, job: Job) -> Answer | None:
        """What is told of a comparison, worked out once for each stage: a page asks several times a second."""
        if job.made is None:
            return None
        known = self._answers.get(job.id)
        if known is None or known[0] != job.klara:
            known = self._answers[job.id] = job.klara, answer_of(job.made)
            while len(self._answers) > KEPT:
                del self._answers[next(iter(self._answers))]
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


def page_of(request: Request) -> Page:
    page: Page = request.app.state.page
    return page


@dataclass(frozen=True)
class Sent:
    """A form: its words, and the file that came with it."""

    pairs: list[tuple[str, str]]
    file: bytes | None

    def get(self, key: str) -> str:
        return next((value for name, value in self.pairs if name == key), "")


async def form_of(request: Request) -> Sent:
    """Raises HTTPException 403 unless the form was drawn here for this browser."""
    async with request.form(max_files=1, max_fields=500, max_part_size=128 * 1024) as form:
        files = [value for _, value in form.multi_items() if isinstance(value, UploadFile) and value.filename]
        sent = Sent(
            [(key, value) for key, value in form.multi_items() if isinstance(value, str)],
            await files[0].read() if files else None,
        )
    if not page_of(request).tokens.holds(request.cookies.get(COOKIE), sent.get(TOKEN)):
        raise HTTPException(403, "Formuläret är för gammalt eller kom från en annan sida. Ladda om sidan.")
    return sent
