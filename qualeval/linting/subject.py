"""What the rules look at: one HIT as far as it could be read, with its meaning and its analysis, each made once.

It does not know the rules.
"""

from __future__ import annotations

from functools import cached_property
from typing import Literal

from attrs import frozen

from qualeval.analysis.analyze import PolicyFinding, analyze
from qualeval.errors import Path
from qualeval.linting.catalogue import BY_NAME
from qualeval.linting.findings import Finding, Fix
from qualeval.linting.written import Written
from qualeval.model.qualification_types import TypeNames
from qualeval.model.requirements import QualificationRequirement
from qualeval.policy.access_policy import AccessPolicy
from qualeval.policy.compiler import compile_requirements
from qualeval.sources.edits import Edit
from qualeval.sources.hit_readings import REQUIREMENTS, HITReading
from qualeval.sources.structure import is_object

__all__ = ["Environment", "Subject"]

Environment = Literal["production", "sandbox"]
"""Where a HIT is to live."""


@frozen
class Subject:
    """One HIT that is checked.

    `document` is the index of its document in the file. `only` are the requirements that the house wants everybody to
    meet who may accept it. `is_doubtful` says that its text is to be refused though it can be read.
    """

    reading: HITReading
    document: int
    names: TypeNames
    environment: Environment | None = None
    only: tuple[QualificationRequirement, ...] = ()
    is_doubtful: bool = False

    @cached_property
    def readable(self) -> tuple[tuple[int, QualificationRequirement], ...]:
        """The requirements that could be read, with their places in the HIT."""
        return tuple((index, each) for index, each in enumerate(self.reading.requirements) if each is not None)

    @property
    def is_whole(self) -> bool:
        """Whether all of its requirements could be read."""
        return len(self.readable) == len(self.reading.raw_requirements)

    @property
    def is_silent(self) -> bool:
        """Whether nothing is said of requirements: a row of an answer that leaves them out, as short listings do."""
        return is_object(self.reading.tree) and REQUIREMENTS not in self.reading.tree

    @property
    def unread(self) -> frozenset[str | None]:
        """The types of the requirements that could not be read; None where not even the type could be."""
        read = {index for index, _ in self.readable}
        types = {each.index: each.type_id for each in self.written}
        return frozenset(types.get(index) for index in range(len(self.reading.raw_requirements)) if index not in read)

    @cached_property
    def policy(self) -> AccessPolicy:
        """The meaning of the requirements that could be read; its indexes are places among these."""
        return compile_requirements((each for _, each in self.readable), names=self.names)

    @cached_property
    def analysis(self) -> tuple[PolicyFinding, ...]:
        """What is wrong or superfluous in `policy`. It stays so, whatever the other requirements are."""
        return analyze(self.policy).findings

    def place(self, index: int) -> int:
        """The place in the HIT of a requirement of `policy`."""
        return self.readable[index][0]

    @cached_property
    def written(self) -> tuple[Written, ...]:
        """The requirements as they were written, those that are objects."""
        raw = enumerate(self.reading.raw_requirements)
        return tuple(Written(index, each, self.names) for index, each in raw if is_object(each))

    def at(self, index: int, *below: str | int) -> Path:
        """The path to a part of the requirement at a place."""
        return (*self.reading.listed_at, index, *below)

    def index_of(self, keys: Path) -> int | None:
        """The place of the requirement that a path leads into; None if it leads elsewhere."""
        size = len(self.reading.listed_at)
        inside = keys[:size] == self.reading.listed_at and len(keys) > size
        place = keys[size] if inside else None
        return place if isinstance(place, int) and self.reading.raw_requirements else None

    def found(
        self, rule: str, keys: Path, message: str, help: str = "", *, fix: tuple[Edit, ...] = (), mends: str = ""
    ) -> Finding:
        """A finding of the rule of this name; `mends` is what its `fix` does."""
        return Finding(
            BY_NAME[rule].id,
            message,
            help or BY_NAME[rule].mend,
            requirement=self.index_of(keys),
            hit=self.reading.fields.get("HITId") or self.reading.fields.get("Title"),
            keys=keys,
            document=self.document,
            fix=Fix(mends or help, self.document, fix) if fix else None,
        )
