"""Worker profiles as the values of JSON, with all that a file can say: also when and how each fact was learned.

`WorkerProfile.to_dict` is the short form, which says the facts alone. This module does not know files.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from qualeval.errors import InvalidInput
from qualeval.model.facts import Basis, Fact, fact_text
from qualeval.model.grammar import read_fact
from qualeval.model.qualification_types import SYSTEM_ONLY, TypeNames, qualification_type
from qualeval.model.workers import WorkerProfile
from qualeval.values.value_set import ValueSet

__all__ = ["fact_words", "unsaid", "written_profile"]


def written_profile(worker: WorkerProfile, names: TypeNames = SYSTEM_ONLY) -> dict[str, Any]:
    """The profile as `load_worker` reads it, each fact an entry with `LearnedAt` and `Basis`.

    What is `unsaid` is left out. `names` is how types are called.
    """
    said = {key: value for key, value in worker.to_dict(names).items() if key != "Facts"}
    left_out = unsaid(worker)
    entries = [_entry(each, fact, names) for each, fact in worker.facts.items() if each not in left_out]
    return {**said, "Qualifications": entries}


def unsaid(worker: WorkerProfile) -> frozenset[str]:
    """The types of which a file cannot say what the profile knows: that a worker is somewhere else than in places."""
    return frozenset(type_id for type_id, fact in worker.facts.items() if fact_words(type_id, fact.states) is None)


def _entry(type_id: str, fact: Fact, names: TypeNames) -> dict[str, Any]:
    entry: dict[str, Any] = {"QualificationTypeId": names.name_of(type_id)}
    if fact.is_revoked:
        entry["Status"] = "Revoked"
    else:
        entry["Fact"] = fact_words(type_id, fact.states)
    for key, time in (("GrantTime", fact.granted_at), ("LearnedAt", fact.learned_at)):
        if time is not None:
            entry[key] = time.isoformat()
    return entry if fact.basis is Basis.STATED else {**entry, "Basis": str(fact.basis)}


@lru_cache(2**12)
def fact_words(type_id: str, states: ValueSet) -> str | None:
    """The states in the short grammar; None where it has no words for them."""
    text = fact_text(states, qualification_type(type_id)).replace(", ", ",")
    try:
        return text if read_fact(type_id, text).states == states else None
    except InvalidInput:
        return None
