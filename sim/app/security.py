"""Who may speak to the page: this computer's own browser, from the page itself, in reasonable amounts."""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HOSTS = ("127.0.0.1", "localhost", "[::1]")
LARGEST_BODY = 256 * 1024
"""Bytes of a request; a scenario is a few thousand."""
LONGEST_QUERY = 16 * 1024
SAFE = ("GET", "HEAD")
COOKIE = "hemmaplan"
TOKEN = "csrf"
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


class Guard:
    """Refuses what does not come from the page itself, and gives every answer the headers that keep it so.

    A page elsewhere can make the browser send requests here (also by a name of its own that points to this computer);
    Host, Origin and Sec-Fetch-Site tell them apart.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        problem = _problem(Request(scope))
        if problem is not None:
            await problem(scope, receive, guarded)
            return
        limited = _Limited(receive)
        try:
            await self.app(scope, limited, guarded)
        except TooLarge:
            await _refused(413, "Det som skickades är för stort.")(scope, receive, guarded)


class TooLarge(Exception):
    """More came than may be sent."""


class _Limited:
    """A request's body, up to a size; also where its length was not said beforehand."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._got = 0

    async def __call__(self) -> Message:
        message = await self._receive()
        self._got += len(message.get("body", b""))
        if self._got > LARGEST_BODY:
            raise TooLarge
        return message


def _problem(request: Request) -> Response | None:
    """The answer to a request that is refused; None where it is not."""
    if _name_of(request.headers.get("host", "")) not in HOSTS:
        return _refused(421, "Sidan svarar bara på den här datorns egen adress.")
    if len(request.scope.get("query_string", b"")) > LONGEST_QUERY:
        return _refused(414, "Adressen är för lång.")
    length = request.headers.get("content-length", "0")
    if not length.isdigit() or int(length) > LARGEST_BODY:
        return _refused(413, "Det som skickades är för stort.")
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        return _refused(403, "Anropet kom från en annan sida.")
    if request.headers.get("sec-fetch-site") in {"cross-site", "same-site"} and not _is_a_link(request):
        return _refused(403, "Anropet kom från en annan sida.")
    return None


def _is_a_link(request: Request) -> bool:
    """Followed by hand from elsewhere, as a link that a colleague has sent."""
    return request.method in SAFE and request.headers.get("sec-fetch-mode") == "navigate"


def _name_of(host: str) -> str:
    """Without its port."""
    return host.rsplit(":", 1)[0] if ":" in host.rsplit("]", 1)[-1] else host


def _refused(code: int, text: str) -> Response:
    return PlainTextResponse(text, code)


class Tokens:
    """Proof that a form was drawn by this server for this browser."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)

    def new_browser(self) -> str:
        return secrets.token_urlsafe(24)

    def of(self, browser: str) -> str:
        return hmac.new(self._secret, browser.encode(), sha256).hexdigest()

    def holds(self, browser: str | None, token: object) -> bool:
        return browser is not None and isinstance(token, str) and hmac.compare_digest(self.of(browser), token)
