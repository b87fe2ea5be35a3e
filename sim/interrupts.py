"""Ctrl-C and SIGTERM: the simulation stops and keeps what is finished; what is being written is written whole."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

Handler = Callable[[int, FrameType | None], None]


@contextmanager
def stoppable() -> Iterator[Callable[[], None]]:
    """SIGTERM (a machine that shuts down, a batch system whose time is up) does what Ctrl-C does, between two runs.

    What is yielded is called there, and raises KeyboardInterrupt once SIGTERM has come. Ctrl-C interrupts at once;
    where that makes something else fail (a kernel half compiled), it is still Ctrl-C.
    """
    seen: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        seen.append(number)

    def interrupt(number: int, frame: FrameType | None) -> None:
        seen.append(number)
        raise KeyboardInterrupt

    def stop() -> None:
        if seen:
            raise KeyboardInterrupt

    with _handled(note, signal.SIGTERM), _handled(interrupt, signal.SIGINT):
        try:
            yield stop
        except Exception:
            stop()
            raise


@contextmanager
def unbroken(say: Callable[[], None]) -> Iterator[None]:
    """Ctrl-C and SIGTERM are answered by `say`, once, and otherwise wait for what is under way."""
    told: list[int] = []

    def answer(number: int, frame: FrameType | None) -> None:
        if not told:
            told.append(number)
            say()

    with _handled(answer, signal.SIGINT, signal.SIGTERM):
        yield


@contextmanager
def _handled(handler: Handler, *numbers: signal.Signals) -> Iterator[None]:
    """Another handler for a while. A signal that is ignored stays so; only the main thread may change them."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in numbers}
    try:
        for number, old in before.items():
            if old is not signal.SIG_IGN:
                signal.signal(number, handler)
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)
