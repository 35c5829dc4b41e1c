"""Checks HIT configurations: whatever stands in a file, or is given as it came, against the rules of the catalogue.

It works on input that the strict reader refuses, and tells all that is wrong at once. Places in a file are looked for
only where something was found. This module does not know files of several folders, configuration or output formats.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, get_args

from attrs import evolve, frozen

from qualeval.analysis.prove import demands
from qualeval.errors import InvalidInput, Path, Problem, nearest, show
from qualeval.linting import meaning_rules, reading_rules, value_rules
from qualeval.linting.catalogue import BY_ID, BY_NAME, CATALOGUE
from qualeval.linting.findings import Finding, digest_of
from qualeval.linting.subject import Environment, Subject
from qualeval.linting.written import Written
from qualeval.model.hits import HIT
from qualeval.model.qualification_types import SYSTEM_ONLY, TypeNames, checked_names
from qualeval.model.requirements import QualificationRequirement
from qualeval.sources.documents import Document, doubtful_documents
from qualeval.sources.hit_readings import REQUIREMENTS, HITReading, hit_readings, words_of_paths
from qualeval.sources.structure import is_list
from qualeval.sources.texts import Source, read_text, source_name

__all__ = ["HOUSE", "Linter", "lint", "refuse_idle_house", "rules_named", "rules_selected"]

_OF_A_HIT: Sequence[Callable[[Subject], Iterator[Finding]]] = (
    reading_rules.problems,
    reading_rules.form,
    reading_rules.guards,
    meaning_rules.findings_of_analysis,
    meaning_rules.novices,
    meaning_rules.visibility,
    meaning_rules.house,
)
_OF_A_REQUIREMENT: Sequence[Callable[[Subject, Written], Iterator[Finding]]] = (
    value_rules.listed,
    value_rules.values,
    value_rules.places,
    value_rules.types,
    value_rules.whereabouts,
    value_rules.masters,
    value_rules.adult,
    value_rules.blocklists,
)

HOUSE = BY_NAME["house-rule"].id
"""The rule that proves the house's own."""

_UNREADABLE = BY_NAME["unreadable"].id

Raw = Mapping[str, Any] | list[Any] | tuple[Any, ...] | HIT
"""A HIT as it came from elsewhere: a dict or list as boto3 takes and gives them, or one that was read."""


def lint(
    source: Source | Raw,
    *,
    names: TypeNames = SYSTEM_ONLY,
    environment: Environment | None = None,
    only: HIT | Iterable[QualificationRequirement] | None = None,
    select: str | Iterable[str] = (),
    ignore: str | Iterable[str] = (),
) -> list[Finding]:
    """What the rules have against the HITs of a source, in the order in which they stand there.

    `source` is a path or an open stream of JSON, JSON Lines or YAML, or a HIT as it came (a dict or list). It need not
    be valid: what keeps it from being read is a finding too. `names` are names for types that may stand for their ids,
    `environment` is where the HIT is to live (`production` or `sandbox`), `only` the requirements that everybody must
    meet who may accept it (a HIT stands for its requirements). `select` and `ignore` name rules by id, by the beginning
    of an id (`QE4`), or by name; all are selected where none is. What cannot be read (QE001) is told whatever is
    selected, unless it is ignored.

    Raises:
        InputNotFound: there is no such file.
        InvalidInput: a rule or environment that does not exist; `only` is given and empty, or the rule that proves it
            (QE901) is left out.
        WrongType: something in `only` that is no requirement; `names` that are no TypeNames.

    >>> [found.rule for found in lint([{"QualificationTypeId": "3BLOCK", "Comparator": "LessThan",
    ...                                 "IntegerValues": [1], "ActionsGuarded": "DiscoverPreviewAndAccept"}])]
    ['QE406']
    """
    linter = Linter.of(names, environment, only, select, ignore)
    refuse_idle_house(linter)
    match source:
        case HIT():
            return linter.of_tree(_as_written(source))
        case Mapping() | list() | tuple():
            return linter.of_tree(source)
    name = source_name(source)
    try:
        text = read_text(source)
    except InvalidInput as error:
        return linter.unreadable(error, name)
    return linter.of_text(text, name)


def refuse_idle_house(linter: Linter) -> None:
    """House rules beside a selection without the rule that proves them would pass for rules that are kept."""
    if linter.is_house_idle:
        found = f"only: house rules are given, and {HOUSE}, which proves them, is not selected"
        raise InvalidInput(Problem(found, help=f"select {HOUSE} too, or leave `only` out"))


@frozen
class Linter:
    """The rules that are selected, and what they need to know. It may be used for any number of inputs."""

    selected: frozenset[str] = frozenset(BY_ID)
    names: TypeNames = SYSTEM_ONLY
    environment: Environment | None = None
    only: tuple[QualificationRequirement, ...] = ()

    @classmethod
    def of(
        cls,
        names: TypeNames,
        environment: Environment | None,
        only: HIT | Iterable[QualificationRequirement] | None,
        select: str | Iterable[str],
        ignore: str | Iterable[str],
    ) -> Linter:
        """A linter with the rules of `select` (all where there is none) without those of `ignore`."""
        if environment not in (None, *get_args(Environment)):
            known = " or ".join(f"`{each}`" for each in get_args(Environment))
            raise InvalidInput(Problem(f"unknown environment {show(environment)}", help=f"expected {known}"))
        house = () if only is None else demands(only)
        return cls(rules_selected(_listed(select), _listed(ignore)), checked_names(names), environment, house)

    @property
    def is_house_idle(self) -> bool:
        """Whether there are house rules, and nobody looks whether they are kept."""
        return bool(self.only) and HOUSE not in self.selected

    def of_tree(self, tree: object) -> list[Finding]:
        """What is found in one tree, which came from no file."""
        return sorted(self._found(tree, 0, ()), key=_by_keys)

    def of_text(self, text: str, name: str) -> list[Finding]:
        """What is found in a text, which is called so.

        Of a key that is written twice the last value is looked at, and no fix is offered.
        """
        try:
            documents = doubtful_documents(text, name)
        except InvalidInput as error:
            return self.unreadable(error, name, digest_of(text))
        is_told = _is_called_json(name, documents[0])
        found = self._unread(documents[0].not_json, name, digest_of(text)) if is_told else []
        for index, document in enumerate(documents):
            found += self._of_document(document, index, ("HITs", index) if len(documents) > 1 else ())
        if any(document.problems for document in documents):
            found = [evolve(each, fix=None) for each in found]
        return sorted(found, key=_by_place)

    def _of_document(self, document: Document, index: int, head: Path) -> list[Finding]:
        """What is found in one document of a text; what is not proved since it is doubtful rests on all of it."""
        found = _located(self._found(document.tree, index, head, bool(document.problems)), document)
        if not document.problems:
            return found
        written = digest_of(document.text)
        told = self._unread(_worded(document, head), document.name, written)
        return told + [evolve(each, written=written) if each.rule == HOUSE else each for each in found]

    def unreadable(self, error: InvalidInput, name: str, written: str = "") -> list[Finding]:
        """The problems of a file that cannot be read at all; of it no house rule can be proved.

        `written` is a digest of what it holds.
        """
        told = self._unread(error.problems, name, written)
        if not self.only or HOUSE not in self.selected:
            return told
        message = "it cannot be proved that all who may accept it meet the house rules: the file cannot be read"
        return [*told, Finding(HOUSE, message, "mend what cannot be read", name, written=written)]

    def _unread(self, problems: Iterable[Problem], name: str, written: str) -> list[Finding]:
        """What keeps a text from being read, from being what it is called, or from being relied on."""
        if _UNREADABLE not in self.selected:
            return []
        return [
            Finding(_UNREADABLE, each.message, each.help, name, each.line, each.column, each.place,
                    keys=each.path, written=written)
            for each in problems
        ]  # fmt: skip

    def _found(self, tree: object, document: int, head: Path, is_doubtful: bool = False) -> list[Finding]:
        """What is found in the HITs of one tree; `head` is where the tree stands among others."""
        words = words_of_paths(tree)
        readings = hit_readings(tree, self.names)
        found = [each for reading in readings for each in _of_subject(self._subject(reading, document, is_doubtful))]
        return [
            evolve(each, place=Problem("", (*head, *words(each.keys))).place)
            for each in (found if readings else self._of_nothing(tree, document, is_doubtful))
            if each.rule in self.selected
        ]

    def _of_nothing(self, tree: object, document: int, is_doubtful: bool) -> Iterator[Finding]:
        """An empty list may be one of requirements, which keeps out nobody; an answer without HITs lets in nobody."""
        rule = BY_NAME["no-requirements"]
        yield Finding(rule.id, "an empty list: no HIT, and no requirement", rule.mend, document=document)
        if is_list(tree):
            yield from meaning_rules.house(self._subject(HITReading(tree), document, is_doubtful))

    def _subject(self, reading: HITReading, document: int, is_doubtful: bool) -> Subject:
        return Subject(reading, document, self.names, self.environment, self.only, is_doubtful)


def _is_called_json(name: str, document: Document) -> bool:
    """Whether a file is called so that other programs read it as JSON; as `*.jsonl`, as JSON Lines."""
    ends = (".json", ".jsonl") if document.format == "yaml" else ".json"
    return name.casefold().endswith(ends)


def _worded(document: Document, head: Path) -> list[Problem]:
    """What is to be refused in a document though it can be read, with paths in words."""
    words = words_of_paths(document.tree)
    return [evolve(each, path=(*head, *words(each.path))) for each in document.problems]


def _as_written(hit: HIT) -> object:
    """A HIT that was read as it may have been written, both guard fields included."""
    request = hit.to_mturk()
    for raw, each in zip(request[REQUIREMENTS], hit.requirements, strict=True):
        guards = {"ActionsGuarded": each.actions_guarded, "RequiredToPreview": each.required_to_preview}
        del raw["ActionsGuarded"]
        raw |= {key: value for key, value in guards.items() if value is not None}
    return {"HIT": request} if hit.is_fetched else request


def _listed(names: str | Iterable[str]) -> tuple[str, ...]:
    return tuple(names.split(",")) if isinstance(names, str) else tuple(names)


def _of_subject(subject: Subject) -> Iterator[Finding]:
    for check in _OF_A_HIT:
        yield from check(subject)
    for written in subject.written:
        for each in _OF_A_REQUIREMENT:
            yield from each(subject, written)


def _located(found: list[Finding], document: Document) -> list[Finding]:
    """The findings with line and column: one pass over the text, if there is any finding."""
    if not found:
        return found
    places = document.positions([each.keys for each in found])
    return [_at(each, document.name, *places.get(each.keys, (None, None))) for each in found]


def _at(found: Finding, path: str, line: int | None, column: int | None) -> Finding:
    return evolve(found, path=path, line=line, column=column)


def _by_place(found: Finding) -> tuple[int, int, str]:
    return found.line or 0, found.column or 0, found.rule


def _by_keys(found: Finding) -> tuple[str, str]:
    return found.place, found.rule


def rules_named(names: Iterable[str]) -> frozenset[str]:
    """The ids of the rules that these name: ids, beginnings of ids, or names of rules.

    Raises:
        InvalidInput: those that name no rule, each with the nearest that does.
    """
    problems = []
    found: set[str] = set()
    for name in names:
        wanted = name.strip()
        ids = {rule.id for rule in CATALOGUE if rule.name == wanted or (wanted and rule.id.startswith(wanted.upper()))}
        if not ids:
            meant = nearest(wanted, [*BY_ID, *BY_NAME])
            mend = f"did you mean `{meant}`?" if meant else "`qualeval rules` lists them"
            problems.append(Problem(f"no rule {show(name)}", help=mend))
        found |= ids
    if problems:
        raise InvalidInput(problems)
    return frozenset(found)


@lru_cache(64)
def rules_selected(select: tuple[str, ...], ignore: tuple[str, ...]) -> frozenset[str]:
    """The ids of the rules that are looked for: what cannot be read is told, whatever is selected."""
    return (rules_named(select) | {_UNREADABLE} if select else frozenset(BY_ID)) - rules_named(ignore)
