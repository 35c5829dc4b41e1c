"""Which files are linted: those that are named, and of a folder those that hold HITs.

A folder is searched to the bottom for `*.json`, `*.jsonl`, `*.yaml` and `*.yml`, in the order of the names. Passed over
are hidden files and folders, `node_modules`, `__pycache__`, virtual environments, links to folders (so that no loop is
walked in circles), and what the configuration excludes. Of the files that are left those count that hold HITs:

- A document is an object with the keys of a HIT (`QualificationRequirements`, also misspelt, `HITId`, `HITTypeId`, a
  `HIT` or `HITs`, `Title` beside `Reward`), one requirement, or an object or list that holds requirements or HITs at
  once, under whatever key.
- Worker profiles and assignments do not count, nor the files of other tools, nor what qualeval itself writes, where
  they name such things further down; nor does the file with the rules of the house. What would be a HIT if a key were
  written in another way is none of these: `Title` and `Reward` beside `Qualifications` that hold requirements.
- What cannot be read counts if it has a key of MTurk's in its text: a broken HIT is not to be overlooked.

A file that is named counts whatever it holds. This module does not know what is wrong with a file.
"""

from __future__ import annotations

import difflib
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from attrs import field, frozen

from qualeval.errors import InputNotFound, InvalidInput
from qualeval.linting.configuration import LintSettings, real_path
from qualeval.sources.documents import doubtful_documents
from qualeval.sources.folders import is_called_like_hits
from qualeval.sources.hit_readings import is_misspelt_hit
from qualeval.sources.roots import ASSIGNMENT, HIT_, OF_A_REQUEST, QUALIFICATION, REQUIREMENT, WORKER, kind_of
from qualeval.sources.strays import REQUIREMENTS
from qualeval.sources.structure import is_list, is_object
from qualeval.sources.texts import read_text, reason_of

__all__ = ["File", "PassedOver", "find_files", "is_called_like_hits", "passed_over", "trees_of"]

_NOT_ENTERED = {"node_modules": "packages of npm", "__pycache__": "Python's cache"}


@frozen
class File:
    """A file that counts.

    `absolute` is where it lies, links to folders followed; `relative` is its path from the folder of the configuration,
    with forward slashes.

    `text` is None where the file is no text, `trees` where it was not looked into.
    """

    path: str
    absolute: str = ""
    relative: str = ""
    text: str | None = field(default=None, repr=False)
    trees: Sequence[object] | None = field(default=None, repr=False)


@frozen
class PassedOver:
    """A file or folder that does not count, and why."""

    path: str
    why: str


def find_files(
    paths: Iterable[str], settings: LintSettings, *, by_content: bool = False
) -> Iterator[File | PassedOver]:  # fmt: skip
    """The files of `paths` that count and those that do not, each once, read as they are asked for.

    With `by_content` a file that is named counts only if it would in a folder.

    Raises:
        InputNotFound: a path that is not there, a file or folder that cannot be read.
    """
    seen: set[str] = set()
    for path in paths:
        place = _Place.of(path, settings)
        entries = _walk(place, settings) if os.path.isdir(path) else [place]
        for entry in entries:
            if isinstance(entry, PassedOver):
                yield entry
            elif entry.absolute not in seen:
                seen.add(entry.absolute)
                yield _look(entry, settings, is_named=entry is place and not by_content)


# --- the walk


@frozen
class _Place:
    """A file or folder: what it is called, and its path from the root and from the folder of the configuration."""

    path: str
    absolute: str
    relative: str

    @classmethod
    def of(cls, path: str, settings: LintSettings) -> _Place:
        absolute = real_path(path)
        relative = os.path.relpath(absolute, os.path.realpath(settings.folder))
        return cls(path, absolute, relative.replace(os.sep, "/"))

    def inside(self, name: str) -> _Place:
        return _Place(
            name if self.path in (".", "./") else os.path.join(self.path, name),
            os.path.join(self.absolute, name),
            name if self.relative == "." else f"{self.relative}/{name}",
        )


def _walk(folder: _Place, settings: LintSettings) -> Iterator[_Place | PassedOver]:
    """The files below a folder that are called as files of HITs are, and what is passed over on the way."""
    todo = list(reversed(_entries(folder)))
    while todo:
        entry, place = todo.pop()
        is_folder = _is(entry.is_dir)
        if not is_folder and not is_called_like_hits(entry.name):
            continue
        if why := _why_not_entered(entry, place, is_folder, settings):
            yield PassedOver(place.path + "/" * is_folder, why)
        elif is_folder:
            todo += reversed(_entries(place))
        else:
            yield place


def _entries(folder: _Place) -> list[tuple[os.DirEntry[str], _Place]]:
    try:
        with os.scandir(folder.path) as entries:
            return [(entry, folder.inside(entry.name)) for entry in sorted(entries, key=lambda entry: entry.name)]
    except OSError as error:
        words = f"cannot read the folder {folder.path}: {reason_of(error)}; exclude it in the configuration"
        raise InputNotFound(words) from None


def _is(question: Callable[[], bool]) -> bool:
    """The answer to a question about a file; of a link that leads nowhere or to itself the answer is no."""
    try:
        return question()
    except OSError:
        return False


def _why_not_entered(entry: os.DirEntry[str], place: _Place, is_folder: bool, settings: LintSettings) -> str | None:
    if entry.name.startswith("."):
        return "hidden"
    if is_folder and entry.is_symlink():
        return "a link to a folder; name the folder itself"
    if is_folder and (entry.name in _NOT_ENTERED or os.path.exists(os.path.join(place.path, "pyvenv.cfg"))):
        return _NOT_ENTERED.get(entry.name, "a virtual environment")
    if not is_folder and not _is(entry.is_file):
        return "no file"
    excluding = settings.excluded_by(place.relative)
    return f"excluded by `{excluding.pattern}`" if excluding else None


# --- what counts


def _look(place: _Place, settings: LintSettings, is_named: bool) -> File | PassedOver:
    if not is_named and (excluding := settings.excluded_by(place.relative)):
        return PassedOver(place.path, f"excluded by `{excluding.pattern}`")
    if not is_named and settings.only_from is not None and place.absolute == real_path(settings.only_from):
        return PassedOver(place.path, "the rules of the house")
    try:
        text = read_text(place.path)
    except InvalidInput:  # no text, or too large: the linter says what is wrong
        text = None
    if is_named:
        return File(place.path, place.absolute, place.relative, text)
    trees = None if text is None or not _may_hold_hits(text) else trees_of(text)
    why = passed_over(_bytes_as_text(place.path) if text is None else text, trees)
    return PassedOver(place.path, why) if why else File(place.path, place.absolute, place.relative, text, trees)


def _bytes_as_text(path: str) -> str:
    """What of a file that is no UTF-8 can be searched for words: those of UTF-16 too."""
    with open(path, "rb") as file:
        return file.read(2**20).replace(b"\0", b"").decode("latin-1")


def trees_of(text: str) -> Sequence[object] | None:
    """The values of the documents of a text that the linter judges, read fast where it can be; None if it is broken."""
    try:
        return [json.loads(text)]
    except (ValueError, RecursionError):
        pass
    try:
        return [document.tree for document in doubtful_documents(text, "")]
    except InvalidInput:
        return None


_WORDS = (
    *("qualification", "requirement", "comparator", "hitid", "hittypeid", "hitstatus", "reward"),
    *(f"{word}{end}" for word in ("hit", "hits") for end in ("'", '"', ":")),
)
"""One of these, in whatever case and without underscores, is in every text whose trees count. So most files of other
tools need not be parsed."""

_KEY = re.compile(
    r"\b(QualificationRequirements|QualificationTypeId|Comparator|IntegerValues|LocaleValues|ActionsGuarded"
    r"|RequiredToPreview|HITTypeId|HITId|HITs|Reward)[\"']?\s*:"
)
"""What a text that cannot be parsed must have to count."""


def _may_hold_hits(text: str) -> bool:
    folded = text.lower().replace("_", "")
    return any(word in folded for word in _WORDS)


def passed_over(text: str, trees: Sequence[object] | None) -> str | None:
    """Why a file of this text does not count, `trees` being its documents where it has been parsed; None if it does."""
    if trees is not None:
        reasons = [_why_no_hit(tree) for tree in trees]
        return None if None in reasons else next(filter(None, reasons), "empty")
    if not _may_hold_hits(text):
        return "no word of a HIT's in it"
    return None if _KEY.search(text) else "cannot be read, and no key of a HIT's is in it"


_OTHERS: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"qualeval-baseline"}), "a baseline of qualeval's"),
    (frozenset({"version", "runs"}), "a SARIF file"),
    (frozenset({"$schema"}), "another tool's: it names a `$schema`"),
    (frozenset({"openapi"}), "an OpenAPI file"),
    (frozenset({"swagger"}), "an OpenAPI file"),
)
"""What objects with these keys are, though they hold something that looks like a HIT."""

_PERHAPS_OTHERS: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"jobs"}), "a workflow"),
    (frozenset({"name", "version"}), "a package"),
)
"""What objects with these keys are if they hold no list of HITs: a requester's own file may have such keys too."""

_KINDS = {WORKER: "a worker profile", ASSIGNMENT: "an assignment", QUALIFICATION: "a worker's qualification"}
_NO_HIT = "no HIT and no requirements at its top"
_OF_A_REQUIREMENT = frozenset({"IntegerValues", "LocaleValues", "ActionsGuarded", "RequiredToPreview"})
_OF_A_WORKER = frozenset({"WorkerId", "Status", "GrantTime", "IntegerValue", "LocaleValue"})


def _why_no_hit(tree: object) -> str | None:
    """Why a document is no HIT, nor several; None if it is."""
    if is_list(tree):
        return None if any(_is_hit(item) or _is_requirement(item) for item in tree) else _why_not_listed(tree)
    if not is_object(tree):
        return "neither an object nor a list"
    if _is_hit(tree) or kind_of(tree) == REQUIREMENT:
        return None
    if kind_of(tree) in _KINDS:
        return _KINDS[str(kind_of(tree))]
    if others := [words for keys, words in _OTHERS if keys <= tree.keys()]:
        return others[0]
    if any(_holds_hits(value) for key, value in tree.items() if is_list(value) or _is_wrapper(key)):
        return None
    if others := [words for keys, words in _PERHAPS_OTHERS if keys <= tree.keys()]:
        return others[0]
    return None if any(_holds_hits(value) for value in tree.values()) else _NO_HIT


def _why_not_listed(items: Sequence[object]) -> str:
    kinds = {kind_of(item) for item in items}
    known = [words for kind, words in _KINDS.items() if kind in kinds]
    return known[0] if known else _NO_HIT


def _is_hit(tree: object) -> bool:
    """Whether an object is a HIT, or has one in the wrappers of the API, going by its own keys."""
    if not is_object(tree):
        return False
    if kind_of(tree) == HIT_:
        return _is_hit_object(tree)
    if kind_of(tree) == WORKER and is_misspelt_hit(tree):
        return True
    return kind_of(tree) not in (ASSIGNMENT, QUALIFICATION) and any(_means_requirements(key) for key in tree)


def _is_hit_object(tree: Mapping[object, object]) -> bool:
    """The keys of the wrappers are words that others use too."""
    if REQUIREMENTS in tree or not ("HIT" in tree or "HITs" in tree):
        return True
    return is_object(tree.get("HIT")) or is_list(tree.get("HITs"))


def _means_requirements(key: object) -> bool:
    if not isinstance(key, str) or not 18 <= len(key) <= 32:
        return False
    folded = key.strip().casefold().replace("_", "")
    return bool(difflib.get_close_matches(folded, [REQUIREMENTS.casefold()], cutoff=0.85))


def _is_requirement(tree: object) -> bool:
    if not is_object(tree) or kind_of(tree) != QUALIFICATION:
        return kind_of(tree) == REQUIREMENT
    return not _OF_A_REQUIREMENT.isdisjoint(tree) and _OF_A_WORKER.isdisjoint(tree)


def _holds_hits(value: object) -> bool:
    """Whether a value is a HIT, requirements or HITs, as it would be under a key that is misspelt or made up."""
    items = value if is_list(value) else [value]
    return any(_is_requirement(item) or _is_whole_hit(item) or _wraps_hits(item) for item in items)


def _wraps_hits(tree: object) -> bool:
    """Whether an object is an answer with whole HITs in it, its wrapper in whatever case."""
    if not is_object(tree):
        return False
    wrapped = [value for key, value in tree.items() if _is_wrapper(key)]
    return any(_is_whole_hit(item) for value in wrapped for item in (value if is_list(value) else [value]))


def _is_wrapper(key: object) -> bool:
    return isinstance(key, str) and key.strip().casefold() in ("hit", "hits")


def _is_whole_hit(tree: object) -> bool:
    """Whether an object is a HIT with requirements, or has all that a request must have."""
    return is_object(tree) and (is_list(tree.get(REQUIREMENTS)) or tree.keys() >= OF_A_REQUEST)
