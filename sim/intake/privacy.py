"""What keeps people out: personnummer stop the reading, numbers of people become numbers of the run.

Nothing here tells what a cell holds: not in a message, not in an exception or the exception behind it.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from sim.errors import HemmaplanError

ENOUGH_PEOPLE = 5
"""A word that the program does not know is used and shown only if it stands for at least so many people."""
LONGEST_WORD = 40

_PERSONNUMMER = re.compile(r"(?<!\d)(?:(?:18|19|20)?\d{2})(\d{2})(\d{2})[-+\u2212\u2013 \u00a0]?(\d{4})(?!\d)")
_RESERVE = re.compile(
    r"(?<!\d)(?:18|19|20)\d{2}(\d{2})(\d{2})[-+ ]?(?=[A-ZÅÄÖ\d]{4}(?![\wÅÄÖ]))(?=\d*[A-ZÅÄÖ])[A-ZÅÄÖ\d]{4}"
)
_LEAST_SHARE = 0.3
"""Of random numbers of ten digits 1 in 150 passes; of those that begin with a date 1 in 10; of personnummer all."""
T = TypeVar("T")


def has_personnummer(texts: Iterable[str]) -> bool:
    """Whether different cells look like personnummer, samordningsnummer or reserve numbers made like them."""
    every = "\n".join(text for text in texts if len(text) >= 10)
    if any(_possible(int(found.group(1)), int(found.group(2))) for found in _RESERVE.finditer(every.upper())):
        return True
    shaped = passing = 0
    for found in _PERSONNUMMER.finditer(every):
        shaped += 1
        if _possible(int(found.group(1)), int(found.group(2))):
            digits = re.sub(r"\D", "", found.group(0))
            if luhn(digits[-10:]):
                if len(digits) == 12 or not found.group(0).isdigit():
                    return True  # with century or hyphen: no other number is written so by chance
                passing += 1
    return passing > 0 and passing >= _LEAST_SHARE * shaped


def _possible(month: int, day: int) -> bool:
    """Samordningsnummer have 60 added to the day."""
    return 1 <= month <= 12 and (1 <= day <= 31 or 61 <= day <= 91)


def luhn(ten: str) -> bool:
    """Whether the last of ten digits is the check digit of the others."""
    total = sum(sum(divmod(int(digit) * (2 - place % 2), 10)) for place, digit in enumerate(ten))
    return total % 10 == 0


def harmless(word: str) -> bool:
    """Whether a word that many rows share may be shown: short, and without long numbers."""
    return len(word) <= LONGEST_WORD and not re.search(r"\d{5}|@", word)


class Identities:
    """Numbers of people, households and cases as 0, 1, 2 …, by a keyed hash that lives as long as the reading.

    The number is of the order of appearance; the key is thrown away with the object, and the texts at once.
    """

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._numbers: dict[bytes, int] = {}

    def __repr__(self) -> str:
        return "Identities()"

    def number(self, text: str) -> int:
        """The same number for the same text; leading zeros do not count, since Excel drops them."""
        plain = re.sub(r"\s", "", text).casefold()
        if plain.isdigit():
            plain = plain.lstrip("0") or "0"
        digest = hashlib.blake2b(plain.encode(), key=self._key, digest_size=16).digest()
        return self._numbers.setdefault(digest, len(self._numbers))

    def new(self) -> int:
        """Somebody of whom nothing is known."""
        number = len(self._numbers)
        self._numbers[secrets.token_bytes(17)] = number
        return number


def shielded(what: str, function: Callable[..., T], *given: Any) -> T:
    """`function(*given)`; what goes wrong in it unforeseen is told without what it was given.

    Raises HemmaplanError, which carries no other exception: theirs may quote a cell.
    """
    failed = ""
    try:
        return function(*given)
    except HemmaplanError as error:
        if error.__context__ is None:
            raise
        failed = str(error)
    except (MemoryError, OSError):
        raise
    except Exception as error:
        failed = f"{what}: filen kunde inte tolkas ({type(error).__name__}). Spara den på nytt ur systemet eller Excel."
    raise HemmaplanError(failed)


def check_names(names: Sequence[str]) -> None:
    """That no file is named after a person's number."""
    if has_personnummer(names):
        raise HemmaplanError("En fil i mappen har ett namn som ser ut att innehålla ett personnummer. Byt namn på den.")
