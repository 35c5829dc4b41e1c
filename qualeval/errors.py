"""The exception tree: every error that a caller can meet, and the problem that an error is made of.

All derive from `QualevalError` and from the builtin a caller would expect. Messages name the place, what was got,
what was expected, and the mend; `InvalidInput` carries all problems of one input at once.

This module does not know what a HIT or a worker is: a decision is carried as it comes.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from functools import partial
from typing import Any

from attrs import evolve, field, frozen

__all__ = [
    "AmbiguousTruth",
    "Denied",
    "DoubtfulColumn",
    "HITNotFound",
    "HITRefused",
    "IncompatibleSets",
    "InputNotFound",
    "InvalidInput",
    "MissingPackage",
    "NoSuchHIT",
    "NotPermitted",
    "PartlyLearned",
    "Problem",
    "QualevalError",
    "ServiceError",
    "Undetermined",
    "WrongType",
    "nearest",
    "same_letters",
    "show",
]

Path = tuple[str | int, ...]

SHOWN = 100
"""How many problems of one input are printed; `InvalidInput.problems` holds them all."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that `name` most likely stands for, or None. A `Not` may be all that differs."""
    by_fold = {candidate.casefold(): candidate for candidate in known}
    close = difflib.get_close_matches(name.strip().casefold(), by_fold, n=1, cutoff=0.6)
    return by_fold[close[0]] if close else None


def same_letters(name: str, known: Iterable[str]) -> str | None:
    """The known name that `name` is, but for case, blanks and underscores, or None."""
    return {_letters(candidate): candidate for candidate in known}.get(_letters(name))


def _letters(name: str) -> str:
    return "".join(name.casefold().replace("_", " ").split())


def show(value: object, limit: int = 60) -> str:
    """A value as a message quotes it: in backticks, shortened, as JSON would write its constants."""
    constants = {None: "null", True: "true", False: "false"}
    text = constants[value] if value is None or isinstance(value, bool) else str(value)
    if isinstance(value, str):
        text = repr(value)[1:-1] if value != value.strip() or not value.isprintable() else value
        text = text or "''"
    return f"`{text if len(text) <= limit else text[: limit - 3] + '...'}`"


@frozen
class Problem:
    """One thing that is wrong with an input.

    `path` leads to it from the root of the input (keys and indexes), `message` says what was got and what was
    expected, `help` is the mend (or empty), `line` and `column` count from one where the input was text. `code` is a
    stable word for the kind of problem, where a kind has one. `meant` is the text that should stand in place of the
    value (or, of an unknown key, of the key), where there is one right answer.
    """

    message: str
    path: Path = ()
    help: str = ""
    line: int | None = None
    column: int | None = None
    code: str = field(default="", kw_only=True)
    meant: str | None = field(default=None, kw_only=True)

    @property
    def place(self) -> str:
        """The path in words: `requirement 2: LocaleValues[0].Country`."""
        parts = list(self.path)
        heads: list[str] = []
        nouns = {"HITs": "HIT", "QualificationRequirements": "requirement", "Qualifications": "qualification"}
        nouns |= {"workers": "worker", "rows": "row"}
        while len(parts) >= 2 and parts[0] in nouns and isinstance(parts[1], int):
            heads.append(f"{nouns[str(parts[0])]} {parts[1]}")
            parts = parts[2:]
        tail = "".join(f"[{p}]" if isinstance(p, int) else f".{_shown(p)}" for p in parts).removeprefix(".")
        return ": ".join([*heads, tail] if tail else heads)

    def under(self, *prefix: str | int) -> Problem:
        """The same problem seen from a root further up."""
        return evolve(self, path=(*prefix, *self.path))

    def __str__(self) -> str:
        where = f"line {self.line}, column {self.column}: " if self.line is not None else ""
        place = f"{self.place}: " if self.path else ""
        return f"{where}{place}{self.message}" + (f"; {self.help}" if self.help else "")


def _shown(key: str) -> str:
    return key if key.isprintable() else repr(key)[1:-1]


class QualevalError(Exception):
    """The root of every error that qualeval raises on purpose."""


class InvalidInput(QualevalError, ValueError):
    """An input that is not what it should be. `problems` holds all that is wrong, `source` names the input."""

    def __init__(self, problems: Iterable[Problem] | Problem | str, source: str | None = None) -> None:
        match problems:
            case str():
                self.problems: tuple[Problem, ...] = (Problem(problems),)
            case Problem():
                self.problems = (problems,)
            case _:
                self.problems = tuple(problems)
        self.source = source
        super().__init__(self.problems, source)

    def __str__(self) -> str:
        head = f"{self.source}: " if self.source else ""
        if len(self.problems) == 1:
            return f"{head}{self.problems[0]}"
        lines = [f"{head}{len(self.problems)} problems", *(f"  {problem}" for problem in self.problems[:SHOWN])]
        if len(self.problems) > SHOWN:
            lines.append(f"  and {len(self.problems) - SHOWN:,} more")
        return "\n".join(lines)

    def within(self, *prefix: str | int) -> InvalidInput:
        """The same error seen from a root further up."""
        return InvalidInput([problem.under(*prefix) for problem in self.problems], self.source)


class InputNotFound(QualevalError, FileNotFoundError):
    """There is no such file, or it cannot be opened."""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)

    def __str__(self) -> str:
        return self.message


class WrongType(QualevalError, TypeError):
    """A value of another Python type was given than is expected."""


class MissingPackage(QualevalError, ImportError):
    """A module needs a package that is not installed. `name` is the package, `extra` the extra that brings it."""

    def __init__(self, module: str, name: str, *, extra: str) -> None:
        self.module = module
        self.extra = extra
        super().__init__(f"{module} needs {name}; pip install 'qualeval[{extra}]'", name=name)

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(MissingPackage, extra=self.extra), (self.module, self.name)


class DoubtfulColumn(UserWarning):
    """A column of a frame that can be read, but probably does not say what it seems to: it is empty, or a fraction."""


class IncompatibleSets(QualevalError, TypeError):
    """Integers and locales were combined in one set operation."""


class AmbiguousTruth(QualevalError, TypeError):
    """A three-valued answer was used as a bool."""


class HITNotFound(QualevalError, LookupError):
    """A HIT source has no HIT of this id. `hit_id` is the id that was asked for."""

    def __init__(self, hit_id: str, message: str) -> None:
        self.hit_id = hit_id
        self.message = message
        super().__init__(hit_id, message)

    def __str__(self) -> str:
        return self.message


class ServiceError(QualevalError, ConnectionError):
    """Mechanical Turk, or the way to it, failed.

    `operation` is the API operation (`GetHIT`), `code` the service's own code (`TurkErrorCode` where it gave one, else
    the error's name; None where no answer came), `service_message` its own words, `help` the mend.
    """

    def __init__(
        self, message: str, *, operation: str | None = None, code: str | None = None,
        service_message: str | None = None, help: str = "",
    ) -> None:  # fmt: skip
        self.message = message
        self.operation = operation
        self.code = code
        self.service_message = service_message
        self.help = help
        # Not super(): in `NoSuchHIT` that is HITNotFound, which takes other arguments.
        Exception.__init__(self, message)

    def __str__(self) -> str:
        return self.message + (f"; {self.help}" if self.help else "")


class NoSuchHIT(ServiceError, HITNotFound):
    """Mechanical Turk answered that it has no HIT of this id; both a failure of the service and a HIT not found."""

    def __init__(
        self, hit_id: str, message: str, *, operation: str | None = None, code: str | None = None,
        service_message: str | None = None, help: str = "",
    ) -> None:  # fmt: skip
        ServiceError.__init__(
            self, message, operation=operation, code=code, service_message=service_message, help=help
        )
        self.hit_id = hit_id
        # Pickling calls the class with `args`.
        self.args = (hit_id, message)


class PartlyLearned(ServiceError):
    """The service told only a part of what was asked about a worker.

    `worker` is the `WorkerProfile` of what it told; what it did not tell is unknown there. `failures` are the
    ServiceErrors of the calls that failed; the other fields are those of the first.
    """

    def __init__(self, message: str, *, worker: Any = None, failures: Iterable[ServiceError] = ()) -> None:
        self.worker = worker
        self.failures = tuple(failures)
        first = self.failures[0] if self.failures else ServiceError(message)
        super().__init__(
            message, operation=first.operation, code=first.code, service_message=first.service_message, help=first.help
        )


class HITRefused(QualevalError, ValueError):
    """A request was not sent, since the linter has something against it. `findings` say what."""

    def __init__(self, message: str, *, findings: Iterable[Any] = ()) -> None:
        self.message = message
        self.findings = tuple(findings)
        super().__init__(message)

    def __str__(self) -> str:
        return self.message


class NotPermitted(QualevalError, PermissionError):
    """`require` was not satisfied. `decision` is the `Decision` and says why; `action` is what was asked for."""

    def __init__(self, message: str, *, decision: Any = None, action: Any = None) -> None:
        self.message = message
        self.decision = decision
        self.action = action
        super().__init__(message)

    def __str__(self) -> str:
        return self.message


class Denied(NotPermitted):
    """The action is certainly not permitted."""


class Undetermined(NotPermitted):
    """Whether the action is permitted depends on a fact that is missing."""
