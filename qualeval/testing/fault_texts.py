"""Faults as texts: `throttle=3`, `slow,seconds=2,operation=GetHIT`; for the command line, and for the control routes.

    NAME[=TIMES][,KEY=VALUE]...

TIMES is how many requests it meets: one where nobody says, or `always`. This module knows what a text says, and not
how a fault comes about.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from attrs import frozen

from qualeval.errors import InvalidInput, Problem, QualevalError, nearest, show
from qualeval.testing.faults import Faults

__all__ = ["ALWAYS", "KINDS", "Kind", "ask_for"]

ALWAYS = "always"


@frozen
class Kind:
    """A fault that can be named: the method that asks for it, the keys that it needs, and those that it may have."""

    ask: Callable[..., None]
    words: str
    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "throttle": Kind(Faults.throttle, "ThrottlingException; not performed"),
        "fail": Kind(Faults.fail, "HTTP status 500, a ServiceFault; not performed"),
        "refuse": Kind(Faults.refuse, "an error of your choice; not performed", ("error", "message"),
                       ("status", "turk-code")),
        "answer": Kind(Faults.answer, "a body of your choice; not performed", ("body",), ("status",)),
        "slow": Kind(Faults.slow, "the right answer, so many seconds late", ("seconds",)),
        "cut": Kind(Faults.cut, "half of the body, announced as the whole"),
        "break-off": Kind(Faults.break_off, "half of the body, then the connection ends"),
        "hang-up": Kind(Faults.hang_up, "no answer, the connection ends"),
        "repeat-token": Kind(Faults.repeat_token, "of a list: NextToken leads to the same page"),
        "duplicate-rows": Kind(Faults.duplicate_rows, "of a list: a page begins with the last row of the one before"),
    }
)  # fmt: skip
"""By name. What is not said not to be performed is."""

_LAST = re.compile(r",(message|body)=", re.DOTALL)  # what follows is text to the end, commas too
_NUMBER = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?", re.ASCII)
_COUNT = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)
_STATUS = re.compile(r"[2-5][0-9][0-9]", re.ASCII)


def ask_for(faults: Faults, texts: Iterable[str]) -> None:
    """Ask for what the texts say, in their order; where one of them is wrong, for nothing.

    Raises:
        InvalidInput: with all that is wrong.
    """
    trial, problems = faults.sibling(), []
    for text in texts:
        try:
            _ask(trial, text)
        except QualevalError as error:
            said = error.problems if isinstance(error, InvalidInput) else [Problem(str(error))]
            problems += [Problem(f"fault {show(text)}: {each.message}", help=each.help) for each in said]
    if problems:
        raise InvalidInput(problems)
    faults.take_over(trial)


def _ask(faults: Faults, text: str) -> None:
    name, times, settings = _parts(text)
    kind = KINDS.get(name)
    if kind is None:
        meant = nearest(name, KINDS)
        mend = f"did you mean `{meant}`?" if meant else f"known are {', '.join(KINDS)}"
        raise InvalidInput(Problem(f"no fault {show(name)}", help=mend))
    operations = [value for key, value in settings if key == "operation"]
    values = _values(kind, [(key, value) for key, value in settings if key != "operation"])
    needed = [values.pop(key) for key in kind.needs]
    others = {key.replace("-", "_"): value for key, value in values.items()}
    kind.ask(faults, *needed, *operations, times=_times(times), **others)


def _parts(text: str) -> tuple[str, str, list[tuple[str, str]]]:
    """The name, the times as they are written, and the settings in their order."""
    last = _LAST.search(text)
    head, *listed = (text[: last.start()] if last else text).split(",")
    name, equals, times = head.partition("=")
    pairs = [each.partition("=") for each in listed]
    if broken := [key for key, sign, _ in pairs if not sign]:
        raise InvalidInput(Problem(f"got {show(broken[0])}, expected a key, an equals sign and a value"))
    settings = [(key.strip(), value.strip()) for key, _, value in pairs]
    ending = [(last[1], text[last.end() :])] if last else []
    return name.strip(), times.strip() if equals else "1", settings + ending


def _times(text: str) -> int | None:
    if text == ALWAYS:
        return None
    if not _COUNT.fullmatch(text):
        raise InvalidInput(Problem(f"times: got {show(text)}, expected 1 or more, or `{ALWAYS}`"))
    return int(text)


def _values(kind: Kind, settings: list[tuple[str, str]]) -> dict[str, Any]:
    """The settings of a fault by their keys, read. All that is wrong with the keys is told at once."""
    known, keys = (*kind.needs, *kind.may), [key for key, _ in settings]
    problems = [_unknown(key, known) for key in keys if key not in known]
    problems += [Problem(f"{show(key)} is given twice") for key in dict.fromkeys(keys) if keys.count(key) > 1]
    problems += [Problem(f"{show(key)} is missing") for key in kind.needs if key not in keys]
    if problems:
        raise InvalidInput(problems)
    return {key: _READERS.get(key, str)(value) for key, value in settings}


def _unknown(key: str, known: tuple[str, ...]) -> Problem:
    possible = (*known, "operation")
    meant = nearest(key, possible)
    mend = f"did you mean `{meant}`?" if meant else f"known are {', '.join(possible)}"
    return Problem(f"unknown key {show(key)}", help=mend)


def _seconds(text: str) -> float:
    if not _NUMBER.fullmatch(text):
        raise InvalidInput(Problem(f"seconds: got {show(text)}, expected a number"))
    return float(text)


def _status(text: str) -> int:
    if not _STATUS.fullmatch(text):
        raise InvalidInput(Problem(f"status: got {show(text)}, expected 200 to 599"))
    return int(text)


_READERS: Mapping[str, Callable[[str], Any]] = MappingProxyType({"seconds": _seconds, "status": _status})
