"""The linter's settings, from `[tool.qualeval.lint]` of the nearest pyproject.toml or `[lint]` of a qualeval.toml.

    [tool.qualeval.lint]
    select = ["QE"]                       # rules, by id, by the beginning of an id, or by name
    ignore = ["QE409", "no-requirements"]
    fail-on = "warning"                   # error, warning or info
    environment = "production"            # or sandbox
    baseline = "qualeval-baseline.json"
    exclude = ["drafts/**"]               # files that a folder does not count
    per-file-ignores = { "pilot-*.json" = ["QE405"] }
    only = "house-rules.json"             # or a list of requirements: everyone who may accept a HIT meets these

Nearest is what is found on the way up from the folder that all files to be linted lie in. It counts as a whole. What
would hide settings without a word is refused: a nearer file that has none, beside a farther one that has some. Paths
and patterns are relative to the file that they stand in. This module does not know how rules are checked.
"""

from __future__ import annotations

import os
import pathlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from attrs import evolve, field, frozen

from qualeval.errors import InputNotFound, InvalidInput, Path, Problem, nearest, show
from qualeval.linting.catalogue import Severity
from qualeval.linting.globs import Glob
from qualeval.linting.lint import HOUSE, rules_named, rules_selected
from qualeval.linting.subject import Environment
from qualeval.model.qualification_types import SYSTEM_ONLY, TypeNames
from qualeval.model.requirements import QualificationRequirement
from qualeval.sources.configuration import Configuration, configurations, read_configuration
from qualeval.sources.hits import load_hit, parse_hit
from qualeval.sources.structure import Name, Object, Reading, Shape, described, is_list, read_each, read_object, step

__all__ = [
    "ENVIRONMENTS",
    "LintSettings",
    "common_folder",
    "find_lint_settings",
    "nearer_settings",
    "read_lint_settings",
    "real_path",
]

T = TypeVar("T")


ENVIRONMENTS: Mapping[str, Environment] = {"production": "production", "sandbox": "sandbox"}
"""Where HITs are to go: some types exist in one of the two alone."""


@frozen
class LintSettings:
    """How HITs are linted. `select` and `ignore` hold ids of rules, beginnings of ids, or names of rules.

    `only` are the rules of the house: everyone who may accept a HIT must meet them; `only_from` is the file that they
    stand in, where it is one of its own. Patterns are relative to `folder`. `configuration` is the file of the
    settings, None where they come from none. `is_asked_for` says that they hold for every file, whatever configuration
    lies nearer to it.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: Severity = Severity.WARNING
    environment: Environment | None = None
    baseline: pathlib.Path | None = None
    exclude: tuple[Glob, ...] = ()
    per_file_ignores: tuple[tuple[Glob, tuple[str, ...]], ...] = ()
    only: tuple[QualificationRequirement, ...] = ()
    only_from: pathlib.Path | None = None
    names: TypeNames = SYSTEM_ONLY
    folder: pathlib.Path = field(factory=pathlib.Path)
    configuration: pathlib.Path | None = None
    is_asked_for: bool = True

    @property
    def is_house_idle(self) -> bool:
        """Whether there are house rules, and the rule that proves them is not looked for."""
        return bool(self.only) and HOUSE not in rules_selected(self.select, self.ignore)

    def ignored_in(self, path: str) -> tuple[str, ...]:
        """What is ignored in a file, whose path is relative to `folder`."""
        ignored = (rules for glob, rules in self.per_file_ignores if glob.matches(path))
        return tuple(dict.fromkeys([*self.ignore, *(rule for rules in ignored for rule in rules)]))

    def excluded_by(self, path: str) -> Glob | None:
        """The pattern that leaves out a file or folder, whose path is relative to `folder`, or None."""
        return next((glob for glob in self.exclude if glob.matches(path)), None)

    def changed(
        self, *, select: Sequence[str] = (), ignore: Sequence[str] = (), fail_on: str | None = None,
        environment: str | None = None, baseline: pathlib.Path | None = None,
    ) -> LintSettings:  # fmt: skip
        """The settings with what was asked for on the spot: it stands in place of these, `ignore` beside them.

        Raises:
            InvalidInput: an unknown severity or environment.
        """
        return evolve(
            self,
            select=tuple(select) or self.select,
            ignore=(*self.ignore, *ignore),
            fail_on=Severity(fail_on) if fail_on else self.fail_on,
            environment=_environment(environment) if environment else self.environment,
            baseline=baseline or self.baseline,
        )


def find_lint_settings(start: str | os.PathLike[str]) -> LintSettings:
    """The settings that hold in a folder, with the names for types.

    Raises:
        InvalidInput: a configuration with unknown keys, unknown rules or values that are none, all problems at once;
            one without the linter's settings, where a farther one has some.
        InputNotFound: a file that is there and cannot be read.
    """
    met = configurations(start)
    found = next(met, Configuration())
    if found.path is None:
        return LintSettings(names=found.names, folder=pathlib.Path(os.path.abspath(start)), is_asked_for=False)
    if not found.has_lint and (shadowed := next((each for each in met if each.has_lint), None)):
        message = f"it has no settings for the linter, and hides those of {shadowed.path}"
        mend = "move its names there, or give it a [lint] table, which may be empty"
        raise InvalidInput(Problem(message, help=mend), str(found.path))
    return evolve(_checked(found, found.path), is_asked_for=False)


def nearer_settings(folder: str, settings: LintSettings) -> Configuration | None:
    """The configuration with settings that is nearer to a folder than the one that holds; None where there is none."""
    holding = settings.configuration and os.path.realpath(settings.configuration)
    for each in configurations(folder):
        if each.path and os.path.realpath(each.path) == holding:
            return None
        if each.has_lint:
            return each
    return None


def read_lint_settings(path: str | os.PathLike[str]) -> LintSettings:
    """The settings of this file, with the names for types. Raises as `find_lint_settings` does.

    Raises:
        InputNotFound: there is no such file.
        InvalidInput: it does not speak of qualeval.
    """
    found = read_configuration(path)
    return _checked(found, pathlib.Path(os.path.abspath(path)))


def real_path(path: str | os.PathLike[str]) -> str:
    """Where a file or folder lies, links to folders followed. A link to a file is a file where the link lies."""
    absolute = os.path.abspath(path)
    if os.path.isdir(absolute):
        return os.path.realpath(absolute)
    folder, name = os.path.split(absolute)
    return os.path.join(os.path.realpath(folder), name)


def common_folder(paths: Iterable[str], start: str | os.PathLike[str]) -> pathlib.Path:
    """The folder that all of these paths really lie in, seen from `start`; `start` where there is none."""
    real = [real_path(os.path.join(start, path)) for path in paths]
    folders = [path if os.path.isdir(path) else os.path.dirname(path) for path in real]
    try:
        return pathlib.Path(os.path.commonpath(folders))
    except ValueError:  # no path, or on several drives
        return pathlib.Path(start)


def _checked(found: Configuration, path: pathlib.Path) -> LintSettings:
    problems: list[Problem] = []
    settings = _settings(found, path, problems)
    if problems:
        raise InvalidInput([problem.under(*found.lint.keys) for problem in problems], str(path))
    return settings


def _settings(found: Configuration, path: pathlib.Path, problems: list[Problem]) -> LintSettings:
    """The settings of a file, as far as they can be read; what cannot be is told in `problems`."""
    reading = _read(found, problems)
    given, house = reading.values, found.lint.entries.get("only")
    named, baseline = given.get("environment"), given.get("baseline")
    return LintSettings(
        select=_rules(problems, reading, "select"),
        ignore=_rules(problems, reading, "ignore"),
        fail_on=given.get("fail-on", Severity.WARNING),
        environment=_tried(problems, ("environment",), _environment, named) if named else None,
        baseline=_beside(path, baseline) if baseline else None,
        exclude=_tried(problems, ("exclude",), _globs, given.get("exclude", ())) or (),
        per_file_ignores=_per_file(problems, given.get("per-file-ignores", {})),
        only=() if house is None else _tried(problems, ("only",), _only, house, found) or (),
        only_from=_beside(path, house) if isinstance(house, str) else None,
        names=found.names,
        folder=path.parent,
        configuration=path,
    )


_SHAPE = Shape(
    "the linter's settings",
    {
        "select": tuple[str, ...],
        "ignore": tuple[str, ...],
        "fail-on": Severity,
        "environment": Name,
        "baseline": Name,
        "exclude": tuple[str, ...],
        "per-file-ignores": Object,
        "only": Object,
    },
)
_EVERY = "QE"


def _read(found: Configuration, problems: list[Problem]) -> Reading:
    reading = read_object({key: value for key, value in found.lint.entries.items() if key != "only"}, _SHAPE)
    problems += reading.problems
    return reading


def _tried(problems: list[Problem], keys: Path, read: Callable[..., T], *given: object) -> T | None:
    try:
        return read(*given)
    except InvalidInput as error:
        problems += error.within(*keys).problems
        return None


def _rules(problems: list[Problem], reading: Reading, key: str) -> tuple[str, ...]:
    selectors = reading.items(key, stand_in=_EVERY) or ()
    problems += _selector_problems(selectors, key)
    return selectors


def _selector_problems(selectors: Sequence[object], *keys: str | int) -> Iterator[Problem]:
    for index, text in enumerate(selectors):
        try:
            rules_named([str(text)])
        except InvalidInput as error:
            yield from error.within(*keys, index).problems


def _environment(name: str) -> Environment:
    if name in ENVIRONMENTS:
        return ENVIRONMENTS[name]
    mend = f"did you mean `{meant}`?" if (meant := nearest(name, ENVIRONMENTS)) else "write `production` or `sandbox`"
    raise InvalidInput(Problem(f"unknown environment {show(name)}", help=mend))


def _globs(patterns: Sequence[str]) -> tuple[Glob, ...]:
    return tuple(read_each((((index,), pattern) for index, pattern in enumerate(patterns)), _glob))


def _glob(pattern: object) -> Glob:
    return Glob(str(pattern))


def _per_file(problems: list[Problem], table: Mapping[str, object]) -> tuple[tuple[Glob, tuple[str, ...]], ...]:
    found = []
    for pattern, rules in table.items():
        keys = ("per-file-ignores", *step(pattern))
        glob = _tried(problems, keys, _glob, pattern)
        if not is_list(rules) or not all(isinstance(rule, str) for rule in rules):
            problems.append(Problem(f"expected a list of rules, got {described(rules)}", keys, 'write `["QE405"]`'))
            continue
        problems += _selector_problems(rules, *keys)
        if glob is not None:
            found.append((glob, tuple(map(str, rules))))
    return tuple(found)


def _only(value: object, found: Configuration) -> tuple[QualificationRequirement, ...]:
    """The rules of the house: requirements as MTurk writes them, or the path of a file of them."""
    if isinstance(value, str) and found.path is not None:
        return _only_of(_beside(found.path, value), found.names)
    if not is_list(value):
        expected = "expected a list of requirements or the path of a file of them"
        raise InvalidInput(Problem(f"{expected}, got {described(value)}", help="write `[[tool.qualeval.lint.only]]`"))
    if not value:
        raise InvalidInput(_no_rules("an empty list"))
    try:
        return parse_hit(value, names=found.names).requirements
    except InvalidInput as error:
        raise InvalidInput([evolve(each, path=_without_noun(each.path)) for each in error.problems]) from None


def _beside(configuration: pathlib.Path, name: str) -> pathlib.Path:
    """The file that a configuration calls so."""
    return pathlib.Path(os.path.abspath(configuration.parent / name))


def _only_of(path: pathlib.Path, names: TypeNames) -> tuple[QualificationRequirement, ...]:
    try:
        found = load_hit(path, names=names).requirements
    except InputNotFound as error:
        raise InvalidInput(Problem(str(error))) from None
    except InvalidInput as error:
        raise InvalidInput([Problem(f"{path}: {each}") for each in error.problems]) from None
    if not found:
        raise InvalidInput(_no_rules(f"{path}, which holds none"))
    return found


def _no_rules(got: str) -> Problem:
    """Of no requirement everything is proved: house rules that are empty would pass for house rules that are kept."""
    return Problem(f"expected requirements, got {got}", help="write one at least, or leave `only` out")


def _without_noun(path: Path) -> Path:
    """A path of `parse_hit`'s, without the noun that it gives to a bare list."""
    return path[1:] if path and isinstance(path[0], str) else path
