"""The command as a process of its own: how it ends, and Ctrl-C at any moment.

Python takes down what is loaded piece by piece, and waits for the other processes to do the same, which takes longer
than many commands. Nothing is left to be done then that is not done here.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
import threading
from _thread import interrupt_main
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

from sim.garbage import seldom_collected

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

INTERRUPTED = 130
SOON = 0.05
"""Seconds after which a Ctrl-C that was lost is tried again."""


def as_process(command: Callable[[], int]) -> NoReturn:
    """Run a command, and end the process with its exit code. Not for a process that is to do more afterwards."""
    pressed: list[int] = []

    def interrupt(number: int, frame: FrameType | None) -> None:
        pressed.append(number)
        raise KeyboardInterrupt

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, interrupt)
    sys.unraisablehook = _again
    seldom_collected()
    try:
        code = command()
    except KeyboardInterrupt:
        code = _interrupted()
    except Exception:
        if not pressed:
            raise
        code = _interrupted()  # what was half loaded failed
    _end(code)


def _interrupted() -> int:
    """Where the command was too young to say it itself."""
    with suppress(OSError):
        os.write(2, b"Avbrutet. Inget hann bli klart.\n")
    return INTERRUPTED


def _again(lost: UnraisableHookArgs) -> None:
    """Ctrl-C came where Python can only say that it is ignored, as in code that C has called: it comes again."""
    if not issubclass(lost.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(lost)
        return
    later = threading.Timer(SOON, _press)
    later.daemon = True
    later.start()


def _press() -> None:
    """Ctrl-C for the main thread, which a signal wakes where it waits."""
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
    else:
        interrupt_main()


def _end(code: int) -> NoReturn:
    """At once, when the other processes have ended and what was to be done at the end is done."""
    try:
        with suppress(ValueError):
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        if workers := sys.modules.get("sim.workers"):
            workers.end_others()
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError, AttributeError):
                stream.flush()
    finally:
        os._exit(code)
