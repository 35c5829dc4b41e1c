"""The second opinion: what docs/evidence.md says, by enumerating states one at a time. It knows nothing of qualeval.

Requirements are dicts as the API writes them; a state is None (lacking), an integer, or a country with the subdivision
that is named (None where none is). Facts are texts as `--set` takes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

State = int | tuple[str, str | None] | None
LOCALE, NUMBER, PERCENT, ADULT = (f"000000000000000000{end}" for end in ("71", "40", "L0", "60"))
FAR = 10**12
ENDS = {NUMBER: (0, FAR), PERCENT: (0, 100), ADULT: (0, 1)}
ORDERINGS = {"LessThan": int.__lt__, "LessThanOrEqualTo": int.__le__}
ORDERINGS |= {"GreaterThan": int.__gt__, "GreaterThanOrEqualTo": int.__ge__}
GUARDS = ["DiscoverPreviewAndAccept", "PreviewAndAccept", "Accept"]


def meets(requirement: Mapping[str, Any], state: State) -> bool:
    """Whether a worker in this state meets a requirement."""
    comparator: str = requirement["Comparator"]
    if state is None or comparator in ("Exists", "DoesNotExist"):
        return (state is None) == (comparator == "DoesNotExist")
    if isinstance(state, int) and comparator in ORDERINGS:
        return bool(ORDERINGS[comparator](state, requirement["IntegerValues"][0]))
    places = [(each["Country"], each.get("Subdivision")) for each in requirement.get("LocaleValues", ())]
    region = [(state[0], None)] if isinstance(state, tuple) else []
    listed = any(each in [*places, *requirement.get("IntegerValues", ())] for each in [state, *region])
    return listed == (comparator in ("EqualTo", "In"))


def access(requirements: Iterable[Mapping[str, Any]], states: Mapping[str, State]) -> int:
    """How far a worker may go of whom everything is known: 0 nowhere, 1 discover, 2 preview, 3 accept."""
    unmet = [each for each in requirements if not meets(each, states[each["QualificationTypeId"]])]
    older = {True: "PreviewAndAccept", False: "Accept"}
    guards = [each.get("ActionsGuarded") or older[each.get("RequiredToPreview", False)] for each in unmet]
    return min(map(GUARDS.index, guards), default=3)


def universe(type_id: str, values: Iterable[int], places: Iterable[tuple[str, str | None]]) -> list[State]:
    """States of a type that stand for all others: in, around and beside each value or place."""
    if type_id == LOCALE:
        beside = [(country, code) for country, _ in [*places, ("FR", None)] for code in (None, "ZZ", "TX")]
        return list(dict.fromkeys([*beside, *places]))
    low, high = ENDS.get(type_id, (-FAR, FAR))
    near = {value + step for value in (*values, low, high) for step in (-1, 0, 1)}
    return [*(() if type_id in ENDS else (None,)), *(value for value in sorted(near) if low <= value <= high)]


def could_be(state: State, fact: str) -> bool:
    """Whether a worker of whom this much is known could be in this state."""
    if state is None or fact in ("unknown", "lacks", "holds"):
        return fact in ("unknown", "lacks" if state is None else "holds")
    if isinstance(state, tuple):
        return any(part in (state[0], f"{state[0]}-{state[1]}") for part in fact.split(","))
    ends = [part.partition("..") for part in fact.split(",")]
    return any(int(low or -FAR) <= state <= int(high or (FAR if dots else low)) for low, dots, high in ends)
