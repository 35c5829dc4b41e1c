"""The check against the service's model: never milder than botocore's, and content with all that the model allows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel as BotocoreModel
from botocore.validate import ParamValidator
from hypothesis import given
from hypothesis import strategies as st

from qualeval.testing.operations import OPERATIONS
from qualeval.testing.service_model import ServiceModel, Violation

WRITTEN: Mapping[str, Any] = Loader().load_service_model("mturk", "service-2")
MODEL = ServiceModel.of(WRITTEN)
BOTOCORE = BotocoreModel(WRITTEN, "mturk")
SHAPES: Mapping[str, Any] = WRITTEN["shapes"]
REQUESTS = sorted(MODEL.operations[name].request for name in OPERATIONS)
ANSWERS = sorted(MODEL.operations[name].answer for name in OPERATIONS)

ODD = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=True), st.text(max_size=3), st.just([]), st.just({}),
    st.sampled_from(["3\n", "a", "A" * 65, "1.234", "US-WA", "Equals"]),
)  # fmt: skip


def leaves(shape: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """Values that a shape without members allows."""
    match shape["type"]:
        case "boolean":
            return st.booleans()
        case "timestamp":
            return st.integers(0, 2**40) | st.floats(0, 2**40)
        case "integer" | "long":
            return st.integers(shape.get("min"), shape.get("max"))
    if "enum" in shape:
        return st.sampled_from(shape["enum"])
    if "pattern" in shape:
        matching = st.from_regex(shape["pattern"].replace("$", r"\Z"), fullmatch=True).filter(str.isascii)
        return matching.map(lambda text: text[: shape.get("max", 1000)]) if "max" in shape else matching
    return st.text(min_size=shape.get("min", 0), max_size=min(shape.get("max", 20), 20))


def values(name: str, is_right: bool) -> st.SearchStrategy[Any]:
    """Values of a shape that the model allows; or such as it may not allow, here and there."""
    shape = SHAPES[name]
    if shape["type"] == "list":
        right: st.SearchStrategy[Any] = st.lists(values(shape["member"]["shape"], is_right), max_size=2)
    elif shape["type"] == "structure":
        members = {key: values(member["shape"], is_right) for key, member in shape["members"].items()}
        required = {key: members.pop(key) for key in shape.get("required", ())}
        if is_right:
            return st.fixed_dictionaries(required, optional=members)
        right = st.fixed_dictionaries({}, optional=required | members | {"Other": ODD})
    else:
        right = leaves(shape)
    return right if is_right else st.one_of(right, right, right, ODD)


@pytest.mark.parametrize("shape", REQUESTS + ANSWERS)
def test_what_the_model_allows(shape: str) -> None:
    """There is nothing to say against a value that the model allows."""

    @given(values(shape, is_right=True))
    def check(value: Any) -> None:
        assert MODEL.violations(shape, value) == []

    check()


@pytest.mark.parametrize("shape", REQUESTS)
def test_never_milder_than_botocore(shape: str) -> None:
    """What botocore's own check refuses is refused; what is allowed here, botocore would send."""

    @given(values(shape, is_right=False))
    def check(value: Any) -> None:
        if not isinstance(value, dict) or MODEL.violations(shape, value):
            return
        assert not ParamValidator().validate(value, BOTOCORE.shape_for(shape)).has_errors()

    check()


@pytest.mark.parametrize("shape", REQUESTS)
def test_nulls_are_absent(shape: str) -> None:
    """Without its nulls a value has none, and what has none stays as it is."""

    @given(values(shape, is_right=False))
    def check(value: Any) -> None:
        once = MODEL.without_nulls(shape, value)

        assert repr(MODEL.without_nulls(shape, once)) == repr(once)
        assert not isinstance(once, dict) or None not in once.values()

    check()


@pytest.mark.parametrize(
    ("shape", "value", "said"),
    [
        ("HITStatus", "Assigned", "Member must satisfy enum value set: [Assignable, Unassignable, Reviewable,"),
        ("IdempotencyToken", "", "Member must have length greater than or equal to 1"),
        ("EntityId", "3" * 65, "Member must have length less than or equal to 64"),
        ("EntityId", "3\n", "Member must satisfy regular expression pattern: ^[A-Z0-9]+$"),
        ("EntityId", "٣", "Member must satisfy regular expression pattern"),
        ("ResultSize", 0, "Member must have value greater than or equal to 1"),
        ("ResultSize", 101, "Member must have value less than or equal to 100"),
        ("ResultSize", True, "expected an integer, got `true`"),
        ("ResultSize", 1.0, "expected an integer, got the number `1.0`"),
        ("Timestamp", float("nan"), "expected a number of seconds since 1970"),
        ("Timestamp", "2026-01-01", "expected a number of seconds since 1970, got the text `2026-01-01`"),
        ("Boolean", 1, "expected true or false, got the number `1`"),
        ("StringList", ["a", 1], "expected text, got the number `1` at '2.member'"),
        ("Locale", {}, "Value null at 'country' failed to satisfy constraint: Member must not be null"),
        ("Locale", {"Country": "US", "State": "WA"}, "unknown key `State`"),
    ],
)
def test_violations(shape: str, value: Any, said: str) -> None:
    """One violation, which says what was expected."""
    (found,) = MODEL.violations(shape, value)

    assert said in str(found)


def test_paths_of_violations() -> None:
    """A path is written as AWS does: members begin in lower case, items count from one."""
    places = [{"Country": "US"}, {"Country": "USA"}]
    value = [{"QualificationTypeId": "3A", "Comparator": "In", "LocaleValues": places}]
    (found,) = MODEL.violations("QualificationRequirementList", value)

    path = (0, "LocaleValues", 1, "Country")
    assert found == Violation(path, "Member must have length less than or equal to 2", "USA")
    assert found.place == "1.member.localeValues.2.member.country"


def test_long_values_are_shortened() -> None:
    """A message does not repeat a megabyte."""
    (found, _) = MODEL.violations("EntityId", "x" * 10**6)

    assert len(str(found)) < 500
