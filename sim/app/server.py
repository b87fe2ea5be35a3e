"""The page's server: on this computer only, on a free port, with the address opened in the browser."""

from __future__ import annotations

import socket
import threading
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware

from sim.app.jobs import Jobs
from sim.app.page import Page
from sim.app.routes import HANDLERS, routes
from sim.app.saved import SavedScenarios, user_folder
from sim.app.security import Guard, Tokens
from sim.errors import HemmaplanError
from sim.interrupts import stoppable

ADDRESS = "127.0.0.1"
STATIC = Path(__file__).parent / "static"


def make_app(root: Path, jobs: Jobs | None = None, folder: Path | None = None) -> Starlette:
    """`folder`: where saved scenarios lie, if not in the user's own."""
    app = Starlette(routes=routes(STATIC), middleware=[Middleware(Guard)], exception_handlers=HANDLERS)
    app.state.page = Page(root, jobs or Jobs(), SavedScenarios(folder or user_folder()), Tokens())
    return app


def free_socket(port: int = 0) -> socket.socket:
    """A listening socket on this computer's own address; port 0 = any free one. Raises HemmaplanError."""
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        found.bind((ADDRESS, port))
        found.listen()  # whoever is told the address can come at once
    except (OSError, OverflowError):
        found.close()
        raise HemmaplanError(
            f"--port = {port}: är upptagen eller får inte användas; utelämna den för en ledig"
        ) from None
    return found


def serve(root: Path, say: Callable[[str], None], port: int = 0, open_browser: bool = True) -> None:
    """Until Ctrl-C. `say` is told the address."""
    listening = free_socket(port)
    address = f"http://{ADDRESS}:{listening.getsockname()[1]}/"
    say(f"Sidan finns på {address}\nAvsluta med Ctrl-C.")
    server = uvicorn.Server(
        uvicorn.Config(make_app(root), log_level="warning", access_log=False, server_header=False, ws="none")
    )
    if open_browser:
        threading.Timer(0.8, webbrowser.open, [address]).start()
    with suppress(KeyboardInterrupt), stoppable() as stop:  # how the planner ends it, or the machine
        server.run(sockets=[listening])
        stop()
