"""HITs from dicts and files: every form that is accepted, every mistake with the message that mends it."""

# ruff: noqa: E501 - a mistake and its message stand on one line

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.model import ListShape, ServiceModel, Shape, StructureShape
from hypothesis import given
from hypothesis import strategies as st

from qualeval.errors import InputNotFound, InvalidInput, QualevalError
from qualeval.model.actions import ActionsGuarded
from qualeval.model.hits import HIT
from qualeval.model.qualification_types import ADULT, LOCALE, PERCENT_APPROVED, TypeNames
from qualeval.model.requirements import Comparator, QualificationRequirement
from qualeval.sources.hits import load_hit, load_hits, parse_hit, parse_hits
from qualeval.values.locale import Locale
from tests.mutations import mutants, odd_trees
from tests.strategies import requirement_lists

IN_US = {"QualificationTypeId": LOCALE, "Comparator": "EqualTo", "LocaleValues": [{"Country": "US"}]}
RATE = {"QualificationTypeId": PERCENT_APPROVED, "Comparator": "GreaterThanOrEqualTo", "IntegerValues": [98]}
FETCHED = {
    "HITId": "3HIT",
    "HITTypeId": "3TYPE",
    "Title": "Label images",
    "HITStatus": "Assignable",
    "CreationTime": 1523554000,
    "Expiration": 1523640400,
    "NumberOfAssignmentsAvailable": 2,
    "Reward": "0.05",
    "QualificationRequirements": [{**IN_US, "ActionsGuarded": "Accept", "RequiredToPreview": False}, RATE],
}
MODELLED = [
    QualificationRequirement(LOCALE, Comparator.EQUAL_TO, (), [Locale("US")]),
    QualificationRequirement(PERCENT_APPROVED, Comparator.GREATER_THAN_OR_EQUAL_TO, [98]),
]


def requirement(**changes: object) -> list[object]:
    """A list of one requirement; an Ellipsis takes the key away."""
    return [{key: value for key, value in {**IN_US, **changes}.items() if value is not ...}]


def refusals(value: object, **options: Any) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        parse_hits(value, **options)
    return [str(problem) for problem in caught.value.problems]


def file_refusals(load: Callable[[io.StringIO], object], text: str) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        load(io.StringIO(text))
    assert caught.value.source == "<stream>"
    return [str(problem) for problem in caught.value.problems]


# --- what is accepted


@pytest.mark.parametrize(
    "value",
    [
        [IN_US, RATE],
        (IN_US, RATE),
        {"QualificationRequirements": [IN_US, RATE]},
        {"Title": "T", "Reward": "0.05", "LifetimeInSeconds": 60, "QualificationRequirements": [IN_US, RATE]},
        {"HIT": {"HITId": "3HIT", "QualificationRequirements": [IN_US, RATE]}, "ResponseMetadata": {}},
        {"HITs": [{"HITId": "3HIT", "QualificationRequirements": [IN_US, RATE]}], "NumResults": 1, "NextToken": "x"},
        [{"HIT": {"HITId": "3HIT", "QualificationRequirements": [IN_US, RATE]}}],
    ],
)
def test_all_forms_give_the_same_requirements(value: Any) -> None:
    """A bare list, a request, an answer of GetHIT, a ListHITs answer and a list of one HIT say the same."""
    read = parse_hit(value)

    assert (*MODELLED,) == read.requirements
    assert [read] == parse_hits(value)
    assert read == load_hit(io.StringIO(json.dumps(value)))


def test_a_fetched_hit_is_read_whole() -> None:
    """What a judgement reports is read, everything else is kept as it came."""
    hit = parse_hit({"HIT": FETCHED, "ResponseMetadata": {"RequestId": "x"}})

    assert (hit.hit_id, hit.title, hit.status, hit.assignments_available) == ("3HIT", "Label images", "Assignable", 2)
    assert hit.created_at == datetime(2018, 4, 12, 17, 26, 40, tzinfo=UTC)
    assert hit.expires_at == datetime(2018, 4, 13, 17, 26, 40, tzinfo=UTC)
    assert hit.other == {"HITTypeId": "3TYPE", "Reward": "0.05"}
    assert hit.is_fetched


@pytest.mark.parametrize("mark", [{"HITId": "3H"}, {"HITStatus": "Assignable"}, {"CreationTime": 0}])
def test_a_hit_is_fetched_by_its_marks(mark: dict[str, object]) -> None:
    """HITId, HITStatus, CreationTime or the wrapper tell an answer from a request."""
    bare: dict[str, object] = {"QualificationRequirements": []}

    assert parse_hit({**bare, **mark}).is_fetched
    assert parse_hit({"HIT": bare}).is_fetched
    assert parse_hit({"HITs": [bare]}).is_fetched
    assert not parse_hit(bare).is_fetched
    assert not parse_hit([IN_US]).is_fetched


def test_metadata_of_the_response_is_dropped_and_other_keys_are_kept() -> None:
    """A CreateHIT answer's ResponseMetadata is no part of the HIT; unknown keys are."""
    hit = parse_hit({**FETCHED, "ResponseMetadata": {}, "Colour": None, "reward": 1})

    assert hit.other == {"HITTypeId": "3TYPE", "Reward": "0.05", "Colour": None, "reward": 1}


PACIFIC = timezone(timedelta(hours=-7))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (1523555071, datetime(2018, 4, 12, 17, 44, 31, tzinfo=UTC)),
        (1523555071.5, datetime(2018, 4, 12, 17, 44, 31, 500_000, tzinfo=UTC)),
        ("2018-04-12T17:44:31Z", datetime(2018, 4, 12, 17, 44, 31, tzinfo=UTC)),
        ("2018-04-12T10:44:31-07:00", datetime(2018, 4, 12, 10, 44, 31, tzinfo=PACIFIC)),
        ("2018-04-12T10:44:31.250000-07:00", datetime(2018, 4, 12, 10, 44, 31, 250_000, tzinfo=PACIFIC)),
        ("2018-04-12 10:44:31-07:00", datetime(2018, 4, 12, 10, 44, 31, tzinfo=PACIFIC)),
        ("2018-04-12 17:44:31", datetime(2018, 4, 12, 17, 44, 31, tzinfo=UTC)),
        ("2018-04-12", datetime(2018, 4, 12, tzinfo=UTC)),
        (datetime(2018, 4, 12, 10, 44, 31, tzinfo=PACIFIC), datetime(2018, 4, 12, 10, 44, 31, tzinfo=PACIFIC)),
        (datetime(2018, 4, 12, 17, 44, 31), datetime(2018, 4, 12, 17, 44, 31, tzinfo=UTC)),
    ],
)
def test_times_in_all_forms(written: object, meant: datetime) -> None:
    """Epoch numbers, ISO 8601, `str(datetime)` and datetimes; a time without a zone is UTC."""
    read = parse_hit({**FETCHED, "Expiration": written}).expires_at

    assert meant == read
    assert read is not None
    assert read.tzinfo is not None


@pytest.mark.parametrize(
    ("fields", "guard"),
    [
        ({}, ActionsGuarded.ACCEPT),
        ({"RequiredToPreview": True}, ActionsGuarded.PREVIEW_AND_ACCEPT),
        ({"RequiredToPreview": False}, ActionsGuarded.ACCEPT),
        ({"ActionsGuarded": "DiscoverPreviewAndAccept"}, ActionsGuarded.DISCOVER_PREVIEW_AND_ACCEPT),
        ({"ActionsGuarded": "Accept", "RequiredToPreview": True}, ActionsGuarded.ACCEPT),
    ],
)
def test_guards_are_read_from_both_fields(fields: dict[str, object], guard: ActionsGuarded) -> None:
    """Both fields are kept, so that the model decides between them."""
    (read,) = parse_hit([{**IN_US, **fields}]).requirements

    assert guard == read.guard
    assert fields.get("RequiredToPreview") == read.required_to_preview


def test_an_empty_list_that_does_not_apply_is_absent() -> None:
    """Tools that write both lists leave the other one empty."""
    (rate,) = parse_hit([{**RATE, "LocaleValues": []}]).requirements
    (exists,) = parse_hit(
        [{"QualificationTypeId": "3ABC", "Comparator": "Exists", "IntegerValues": [], "LocaleValues": []}]
    ).requirements

    assert MODELLED[1] == rate
    assert exists.values == ()


def test_names_stand_for_ids() -> None:
    """The system's names always, own names where they are given."""
    names = TypeNames({"study_1": "3ABC"})
    written = [{**IN_US, "QualificationTypeId": "Worker_Locale"}, {**RATE, "QualificationTypeId": "study_1"}]

    read = parse_hit(written, names=names).requirements

    assert [each.qualification_type_id for each in read] == [LOCALE, "3ABC"]


def test_limits_of_the_api_are_not_the_readers() -> None:
    """Eleven requirements and sixteen values load: what is foolish about them is for lint to say."""
    many = [{"QualificationTypeId": "3ABC", "Comparator": "In", "IntegerValues": list(range(16))}] * 11

    assert len(parse_hit(many).requirements) == 11


def test_yaml_means_what_it_says() -> None:
    """`NO` is Norway and the zeros of an id stay."""
    text = """
QualificationRequirements:
  - QualificationTypeId: 00000000000000000071
    Comparator: In
    LocaleValues: [{Country: NO}, {Country: US, Subdivision: WA}]
"""

    (read,) = load_hit(io.StringIO(text)).requirements

    assert (Locale("NO"), Locale("US", "WA")) == read.locale_values


@given(requirement_lists())
def test_what_is_sent_is_read_again(requirements: list[QualificationRequirement]) -> None:
    """A request made of a HIT has the same requirements and guards."""
    read = parse_hit(HIT(requirements).to_mturk())

    def sense(each: QualificationRequirement) -> tuple[object, ...]:
        return each.qualification_type_id, each.comparator, each.values, each.guard

    assert [sense(each) for each in requirements] == [sense(each) for each in read.requirements]


# --- several HITs


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"HITs": [{"HITId": "3A"}, {"HITId": "3B"}]}),
        json.dumps([{"HITId": "3A"}, {"HIT": {"HITId": "3B"}}]),
        '{"HITId": "3A"}\n\n{"HIT": {"HITId": "3B"}}\n',
        '{"HITs": [{"HITId": "3A"}]}\n[{"HITId": "3B"}]',
        "HITId: 3A\n---\nHITId: 3B\n",
    ],
)
def test_several_hits_of_one_file(text: str) -> None:
    """A ListHITs answer, a list, JSON Lines and YAML documents hold several HITs; load_hit then says how many."""
    assert [hit.hit_id for hit in load_hits(io.StringIO(text))] == ["3A", "3B"]
    assert file_refusals(load_hit, text) == [
        "expected one HIT, found 2: `3A`, `3B`; give one of them (qualeval.load_hits reads them all)"
    ]


def test_many_hits_are_not_all_named() -> None:
    """Five ids are enough to see what the file is."""
    hits = [{"QualificationRequirements": []}, *({"HITId": f"3{n}"} for n in range(8))]

    with pytest.raises(InvalidInput) as caught:
        parse_hit(hits)

    message = "expected one HIT, found 9: one without an id, `30`, `31`, `32`, `33` and 4 more"
    assert f"{message}; give one of them (qualeval.parse_hits reads them all)" == str(caught.value)


def test_no_hit_at_all() -> None:
    """An answer without HITs holds none, nor does the `[]` that `list-hits --query` prints where nothing matched."""
    none = 'expected one HIT, found none; a HIT without requirements says `{"QualificationRequirements": []}`'

    assert [] == parse_hits({"HITs": []}) == parse_hits([]) == load_hits(io.StringIO("[]"))
    for text in ("[]", '{"HITs": []}', "[]\n[]\n"):
        assert [none] == file_refusals(load_hit, text)
    with pytest.raises(InvalidInput) as caught:
        parse_hit([])
    assert none == str(caught.value)
    assert parse_hit({"QualificationRequirements": []}).requirements == ()


# --- what is refused, in which words

ALL_COMPARATORS = ", ".join(f"`{each}`" for each in Comparator)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ActionGuarded": "Accept"}, "ActionGuarded: unknown key `ActionGuarded` in a requirement; did you mean `ActionsGuarded`?"),
        ({"LocaleValues": ..., "LocaleValue": [{"Country": "US"}]}, "LocaleValue: unknown key `LocaleValue` in a requirement; did you mean `LocaleValues`?"),
        ({"LocaleValues": ..., "locale_values": []}, "locale_values: unknown key `locale_values` in a requirement; did you mean `LocaleValues`?"),
        ({"IntegerValue": 5}, "IntegerValue: unknown key `IntegerValue` in a requirement; did you mean `IntegerValues`?"),
        ({"Comparator": ..., "Comparater": "EqualTo"}, "Comparater: unknown key `Comparater` in a requirement; did you mean `Comparator`?"),
        ({"Comparator": ...}, "`Comparator` is missing"),
        ({"QualificationTypeId": ...}, "`QualificationTypeId` is missing"),
        ({"Comparator": "Equals"}, "Comparator: unknown comparator `Equals`; did you mean `EqualTo`?"),
        ({"Comparator": " EqualTo"}, "Comparator: unknown comparator ` EqualTo`; did you mean `EqualTo`?"),
        ({"Comparator": "equalto"}, "Comparator: unknown comparator `equalto`; did you mean `EqualTo`?"),
        ({"Comparator": "=="}, "Comparator: unknown comparator `==`; did you mean `EqualTo`?"),
        ({"Comparator": " >= "}, "Comparator: unknown comparator ` >= `; did you mean `GreaterThanOrEqualTo`?"),
        ({"ActionsGuarded": ">="}, "ActionsGuarded: unknown guard `>=`; known are `Accept`, `PreviewAndAccept`, `DiscoverPreviewAndAccept`"),
        ({"ActionsGuarded": []}, "ActionsGuarded: expected text, got a list; known are `Accept`, `PreviewAndAccept`, `DiscoverPreviewAndAccept`"),
        ({"Comparator": 10**5000}, f"Comparator: expected text, got a number of more than a thousand digits; known are {ALL_COMPARATORS}"),
        ({"Comparator": "zzz"}, f"Comparator: unknown comparator `zzz`; known are {ALL_COMPARATORS}"),
        ({"Comparator": 5}, f"Comparator: expected text, got the number `5`; known are {ALL_COMPARATORS}"),
        ({"Comparator": None}, "Comparator: got `null`; give a value"),
        ({"ActionsGuarded": "accept"}, "ActionsGuarded: unknown guard `accept`; did you mean `Accept`?"),
        ({"ActionsGuarded": "PreviewAndAcept"}, "ActionsGuarded: unknown guard `PreviewAndAcept`; did you mean `PreviewAndAccept`?"),
        ({"ActionsGuarded": None}, "ActionsGuarded: got `null`; leave the key out"),
        ({"RequiredToPreview": "true"}, "RequiredToPreview: expected true or false, got the text `true`; write `true` without quotes"),
        ({"RequiredToPreview": 0}, "RequiredToPreview: expected true or false, got the number `0`; write `false`"),
        ({"RequiredToPreview": None}, "RequiredToPreview: got `null`; leave the key out"),
        ({"QualificationTypeId": 71}, "QualificationTypeId: expected the id of a qualification type, as text, got the number `71`; write `\"00000000000000000071\"`"),
        ({"QualificationTypeId": 5}, "QualificationTypeId: expected the id of a qualification type, as text, got the number `5`; write `\"5\"`"),
        ({"QualificationTypeId": "Italian"}, "QualificationTypeId: unknown qualification type `Italian`; names of your own go into [tool.qualeval.types]"),
        ({"QualificationTypeId": "worker_locale"}, "QualificationTypeId: unknown qualification type `worker_locale`; did you mean `Worker_Locale`?"),
        ({"QualificationTypeId": ""}, "QualificationTypeId: unknown qualification type `''`; names of your own go into [tool.qualeval.types]"),
        ({"LocaleValues": "US"}, 'LocaleValues: expected a list, got the text `US`; write `[{"Country": "US"}]`'),
        ({"LocaleValues": "us/wa"}, 'LocaleValues: expected a list, got the text `us/wa`; write `[{"Country": "US", "Subdivision": "WA"}]`'),
        ({"LocaleValues": {"Country": "US"}}, 'LocaleValues: expected a list, got an object; write `[{"Country": "US"}]`'),
        ({"LocaleValues": ["US-WA"]}, 'LocaleValues[0]: expected an object, got the text `US-WA`; write `{"Country": "US", "Subdivision": "WA"}`'),
        ({"LocaleValues": [5]}, 'LocaleValues[0]: expected an object, got the number `5`; write an object such as `{"Country": "US"}`'),
        ({"LocaleValues": [{"Country": "UK"}]}, "LocaleValues[0].Country: unknown country `UK`; did you mean `GB`?"),
        ({"LocaleValues": [{"Country": "US", "Subdivision": None}]}, "LocaleValues[0].Subdivision: got `null`; leave the key out"),
        ({"LocaleValues": [{"Country": "US", "State": "WA"}]}, "LocaleValues[0].State: unknown key `State` in a locale; known are `Country`, `Subdivision`"),
        ({"LocaleValues": [{"Country": "US", "Subdivision": "ZZ"}]}, "LocaleValues[0].Subdivision: `ZZ` is in no list, so a requirement cannot name it; name the country alone, or a state; only a worker profile may say `ZZ`"),
        ({"LocaleValues": [{}]}, "LocaleValues[0]: `Country` is missing"),
        ({"LocaleValues": []}, "LocaleValues: `EqualTo` needs exactly one value, got none; give LocaleValues"),
        ({"LocaleValues": [], "IntegerValues": [], "Comparator": "In"}, "LocaleValues: `In` needs at least one value, got none; give LocaleValues"),
        ({"LocaleValues": None}, "LocaleValues: got `null`; leave the key out"),
        ({"Comparator": "Exists"}, "LocaleValues: `Exists` takes no values, got 1; leave the values out"),
        ({"Comparator": "LessThan"}, "Comparator: `LessThan` does not compare locales; use EqualTo, NotEqualTo, In or NotIn"),
        ({"LocaleValues": ..., "IntegerValues": [5]}, "IntegerValues: Worker_Locale is compared with locales, got integers; use LocaleValues"),
    ],
)  # fmt: skip
def test_a_requirement_with_one_mistake(changes: dict[str, object], message: str) -> None:
    """Place, what was got, what was expected, the mend; and nothing that only follows from it."""
    assert [f"requirement 0: {message}"] == refusals(requirement(**changes))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (5, "IntegerValues: expected a list, got the number `5`; write `[5]`"),
        ("5", "IntegerValues: expected a list, got the text `5`; write `[5]`"),
        (["5"], "IntegerValues[0]: expected an integer, got the text `5`; write `5` without quotes"),
        ([5.0], "IntegerValues[0]: expected an integer, got the number `5.0`; write `5`"),
        ([True], "IntegerValues[0]: expected an integer, got `true`"),
        ([None], "IntegerValues[0]: expected an integer, got `null`"),
        ([[5]], "IntegerValues[0]: expected an integer, got a list"),
        ([10**5000], "IntegerValues[0]: got a number of more than a thousand digits; expected a smaller one"),
        ([5, 6], "IntegerValues: `GreaterThanOrEqualTo` takes exactly one value, got 2; write one requirement a value"),
    ],
)
def test_integers_are_made_of_nothing_else(values: object, message: str) -> None:
    """No integer is made of a text, a float or a boolean, and no list of one value."""
    assert [f"requirement 0: {message}"] == refusals([{**RATE, "IntegerValues": values}])


def test_all_problems_of_one_requirement_at_once() -> None:
    """What cannot be read does not hide what cannot be meant."""
    written = requirement(
        ActionsGuarded="Acept", LocaleValues=[{"Country": "US", "Subdivision": "ZZ"}, {"Country": "XX"}]
    )

    assert refusals(written) == [
        "requirement 0: LocaleValues[1].Country: unknown country `XX`; expected a two-letter code of ISO 3166-1, such as `US`",
        "requirement 0: ActionsGuarded: unknown guard `Acept`; did you mean `Accept`?",
        "requirement 0: LocaleValues: `EqualTo` takes exactly one value, got 2; for a list use `In`",
        "requirement 0: LocaleValues[0].Subdivision: `ZZ` is in no list, so a requirement cannot name it; name the country alone, or a state; only a worker profile may say `ZZ`",
    ]  # fmt: skip


def test_all_problems_of_one_hit_at_once() -> None:
    """Of every requirement, and of the HIT's own keys."""
    written = {
        "HIT": {
            "HITId": "",
            "Title": None,
            "CreationTime": 1523553871000,
            "Expiration": "tomorrow",
            "NumberOfAssignmentsAvailable": "5",
            "QualificationRequirements": [5, IN_US, {**IN_US, "Comparator": "Exist"}],
        }
    }

    assert refusals(written) == [
        "requirement 0: expected a requirement, an object, got the number `5`",
        "requirement 2: Comparator: unknown comparator `Exist`; did you mean `Exists`?",
        "HITId: expected text, got an empty text",
        "Title: got `null`; leave the key out",
        "CreationTime: expected a time, got the number `1523553871000`; give seconds; these look like milliseconds",
        "Expiration: expected a time, got the text `tomorrow`; write `2018-04-12T17:44:31Z`, or the seconds since 1970",
        "NumberOfAssignmentsAvailable: expected an integer, got the text `5`; write `5` without quotes",
    ]


ACCEPTED = "accepted are an answer of GetHIT or ListHITs, a CreateHIT request, and a list of requirements"
NEITHER = (
    "got an object with neither QualificationRequirements nor HITId;"
    f" a HIT without requirements says `QualificationRequirements: []`; {ACCEPTED}"
)
ELSEWHERE = "give the HIT here, and the worker where a worker is expected"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({}, NEITHER),
        ({"Title": "T", "Reward": "0.05"}, NEITHER),
        ({"HITStatus": "Assignable"}, NEITHER),
        ({"HIT": {}}, f"HIT: {NEITHER}"),
        ({"HIT": None}, f"HIT: expected a HIT, an object, got `null`; {ACCEPTED}"),
        ({"HITs": {"HITId": "3A"}}, f"HITs: expected a list of HITs, got an object; {ACCEPTED}"),
        ({"HIT": {"HITId": "3H", "HITs": []}}, "HITs: got `HITs` inside a HIT; leave one of the two out"),
        ({"HIT": {"HIT": {}}}, "HIT: got `HIT` inside a HIT; leave one of the two out"),
        ({"HITs": [], "HIT": {}}, "HIT: got `HITs` and `HIT` in one object; leave one of them out"),
        ({"HIT": {}, "QualificationRequirements": []}, "QualificationRequirements: got `HIT` and `QualificationRequirements` in one object; leave one of them out"),
        ({"QualificationRequirements": None}, "QualificationRequirements: expected a list of requirements, got `null`; write `[]` for no requirements"),
        ({"QualificationRequirements": IN_US}, "QualificationRequirements: expected a list of requirements, got an object; put the requirement into a list, `[...]`"),
        ({"HITTypeId": "3T", "QualificationRequirements": []}, "HITTypeId: a request that names a HITTypeId has no requirements of its own: those of the HIT type count; give the CreateHITType request, or the HIT as GetHIT returns it"),
        (IN_US, "this is one requirement, expected a HIT; put it into a list, `[...]`"),
        ({"WorkerId": "A1"}, f"this is a worker profile, expected a HIT; {ELSEWHERE}"),
        ({"Facts": {}}, f"this is a worker profile, expected a HIT; {ELSEWHERE}"),
        ({"Qualification": {}}, f"this is a worker profile, expected a HIT; {ELSEWHERE}"),
        ({"AssignmentId": "3A", "WorkerId": "A1", "HITId": "3H"}, "this is an assignment, expected a HIT; give the HIT itself, as GetHIT returns it"),
        ({"HITId": "3H", "WorkerId": "A1"}, f"this is a worker profile, expected a HIT; {ELSEWHERE}"),
        ([{"WorkerId": "A1"}], f"requirement 0: this is a worker profile, expected a requirement; {ACCEPTED}"),
        ("hit.json", "expected an object or a list, got the text `hit.json`; for a file use load_hit"),
        (5, f"expected an object or a list, got the number `5`; {ACCEPTED}"),
        (None, f"expected an object or a list, got `null`; {ACCEPTED}"),
    ],
)  # fmt: skip
def test_what_is_no_hit(value: object, message: str) -> None:
    """What was given instead is named, and where it belongs."""
    assert [message] == refusals(value)


@pytest.mark.parametrize(
    "key",
    [
        "QualificationRequirement",
        "qualificationRequirements",
        "qualification_requirements",
        "QualificationRequirments",
        "Qualification_Requirements",
        "Requirements",
        "Qualifications",
        " QualificationRequirements",
    ],
)
def test_a_misspelt_key_is_no_hit_without_requirements(key: str) -> None:
    """Requirements under a misspelt key would be overlooked, and everybody let in."""
    message = f"{key}: unknown key `{key}`, and no QualificationRequirements; did you mean `QualificationRequirements`?"

    assert [message] == refusals({"HITId": "3H", key: [IN_US]})
    assert [f"HIT 0: {message}"] == refusals([{"HITId": "3H", key: [IN_US]}])


NO_OTHER = "and no QualificationRequirements; did you mean"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"QualificationRequirements": [], "qualificationRequirements": [IN_US]}, "qualificationRequirements: unknown key `qualificationRequirements` beside `QualificationRequirements`; leave one of them out"),
        ({"QualificationRequirements": [RATE], "QualificationRequirement": [IN_US]}, "QualificationRequirement: unknown key `QualificationRequirement` beside `QualificationRequirements`; leave one of them out"),
        ({"QualificationRequirements": [], "Quals": [IN_US]}, "Quals: unknown key `Quals` beside `QualificationRequirements`; leave one of them out"),
        ({"Quals": [IN_US]}, f"Quals: unknown key `Quals`, {NO_OTHER} `QualificationRequirements`?"),
        ({"QualReqs": [5, IN_US]}, f"QualReqs: unknown key `QualReqs`, {NO_OTHER} `QualificationRequirements`?"),
        ({"Constraints": (IN_US,)}, f"Constraints: unknown key `Constraints`, {NO_OTHER} `QualificationRequirements`?"),
        ({"Constraint": IN_US}, f"Constraint: unknown key `Constraint`, {NO_OTHER} `QualificationRequirements`?"),
        ({"Quals": [{"QualificationTypeId": "3ABC", "IntegerValues": [1]}]}, f"Quals: unknown key `Quals`, {NO_OTHER} `QualificationRequirements`?"),
        ({"quals": [{"qualification_type_id": "3ABC", "locale_values": []}]}, f"quals: unknown key `quals`, {NO_OTHER} `QualificationRequirements`?"),
        ({"quals": [{"comparator": "Exists"}]}, f"quals: unknown key `quals`, {NO_OTHER} `QualificationRequirements`?"),
        ({"Quals": {"all": {"of": [IN_US]}}}, f"Quals: unknown key `Quals`, {NO_OTHER} `QualificationRequirements`?"),
        ({5: [IN_US]}, f"unknown key `5`, {NO_OTHER} `QualificationRequirements`?"),
        ({10**5000: [IN_US]}, f"unknown key a number of more than a thousand digits, {NO_OTHER} `QualificationRequirements`?"),
        ({"hit": {"QualificationRequirements": [IN_US]}}, f"hit: unknown key `hit`, {NO_OTHER} `HIT`?"),
        ({"hit": {"HITId": "3H"}}, f"hit: unknown key `hit`, {NO_OTHER} `HIT`?"),
        ({"Task": {"QualificationRequirements": []}}, f"Task: unknown key `Task`, {NO_OTHER} `HIT`?"),
        ({"Task": {"qualificationRequirements": [IN_US]}}, f"Task: unknown key `Task`, {NO_OTHER} `QualificationRequirements`?"),
        ({"Hits": [{"HITId": "3H"}]}, f"Hits: unknown key `Hits`, {NO_OTHER} `HITs`?"),
    ],
)  # fmt: skip
def test_requirements_under_another_key(value: dict[Any, object], message: str) -> None:
    """Whatever the key is called, and whatever stands beside it: requirements that nobody reads would let everybody in."""
    assert [message] == refusals({"HITId": "3H", **value})
    assert [f"HIT: {message}" if message.startswith("unknown") else message] == refusals(
        {"HIT": {"HITId": "3H", **value}}
    )


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"HIT": {"HITId": "3H"}, "QualificationRequirement": [IN_US]}, "QualificationRequirement: unknown key `QualificationRequirement` beside `HIT`; did you mean `QualificationRequirements`, inside the HIT?"),
        ({"HIT": {"HITId": "3H"}, "Quals": [IN_US]}, "Quals: unknown key `Quals` beside `HIT`; did you mean `QualificationRequirements`, inside the HIT?"),
        ({"HIT": {"HITId": "3H"}, "hit": {"QualificationRequirements": [IN_US]}}, "hit: unknown key `hit` beside `HIT`; leave one of them out"),
        ({"HIT": {"HITId": "3H"}, "Hits": []}, "Hits: unknown key `Hits` beside `HIT`; leave one of them out"),
        ({"HITs": [], "Hits": [{"HITId": "3H"}]}, "Hits: unknown key `Hits` beside `HITs`; leave one of them out"),
        ({"HITs": [], "Items": [FETCHED]}, "Items: unknown key `Items` beside `HITs`; leave one of them out"),
        ({"HITs": [{"HITId": "3H"}], "Quals": IN_US}, "Quals: unknown key `Quals` beside `HITs`; did you mean `QualificationRequirements`, inside the HIT?"),
        ({"hit": FETCHED}, f"hit: unknown key `hit`, {NO_OTHER} `HIT`?"),
        ({"Hits": [FETCHED]}, f"Hits: unknown key `Hits`, {NO_OTHER} `HITs`?"),
    ],
)  # fmt: skip
def test_requirements_beside_the_wrapper(value: dict[str, object], message: str) -> None:
    """In an answer only the HIT itself, or the list of them, is read."""
    assert [message] == refusals(value)


def test_a_hit_that_holds_itself() -> None:
    """Python's dicts can; the search for requirements ends all the same."""
    endless: dict[str, Any] = {"HITId": "3H"}
    endless["again"] = [endless]

    assert parse_hit(endless).requirements == ()
    endless["Quals"] = [IN_US]
    assert len(refusals(endless)) == 2


def of_shape(shape: Shape) -> object:
    """A value of a shape of the service model, with every key that it can have."""
    match shape:
        case StructureShape():
            return {name: of_shape(member) for name, member in shape.members.items()}
        case ListShape():
            return [of_shape(shape.member)]
    return {"timestamp": 0, "integer": 1, "long": 1, "boolean": False}.get(shape.type_name, "x")


@pytest.mark.parametrize(
    "name", ["HIT", "CreateHITRequest", "CreateHITTypeRequest", "CreateHITResponse", "ListHITsResponse"]
)
@pytest.mark.parametrize("requirements", [..., [], [IN_US]])
def test_no_key_of_the_service_is_taken_for_another(name: str, requirements: Any) -> None:
    """Everything that a HIT, a request or an answer of the API can hold loads, with and without requirements."""
    written: Any = of_shape(ServiceModel(Loader().load_service_model("mturk", "service-2")).shape_for(name))
    (hit,) = written["HITs"] if "HITs" in written else [written.get("HIT", written)]
    del hit["QualificationRequirements"]
    hit |= {"HITId": "3H"} if requirements is ... else {"QualificationRequirements": requirements}

    assert len(parse_hit({**written, "ResponseMetadata": {"HTTPHeaders": {"date": "x"}}}).requirements) == (
        requirements == [IN_US]
    )


def test_a_fetched_hit_without_requirements_has_none() -> None:
    """The service leaves out an empty list."""
    fetched = {key: value for key, value in FETCHED.items() if key != "QualificationRequirements"}

    assert parse_hit(fetched).requirements == ()


# --- where in the file

LAID_OUT = """[
  {"QualificationTypeId": "3ABC", "Comparator": "Exists"},
  {
    "QualificationTypeId": "Worker_Locale",
    "Comparator": "Equals",
    "LocaleValues": [
      {"Country": "UK"}
    ]
  }
]"""


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        ("", "", 0),
        ('{"QualificationRequirements":\n', "}", 1),
        ('{"HIT":\n{"QualificationRequirements":\n', "}}", 2),
    ],
)
def test_lines_and_columns_are_those_of_the_file(before: str, after: str, lines: int) -> None:
    """Whatever is wrapped around the requirements, the words are the same and the lines are right."""
    assert [
        f"line {5 + lines}, column 19: requirement 1: Comparator: unknown comparator `Equals`; did you mean `EqualTo`?",
        f"line {7 + lines}, column 19: requirement 1: LocaleValues[0].Country: unknown country `UK`; did you mean `GB`?",
    ] == file_refusals(load_hit, before + LAID_OUT + after)


def test_places_in_json_lines_and_yaml() -> None:
    """Problems of all HITs of a file are told together, each with its line."""
    bad = json.dumps({"HITId": "3A", "QualificationRequirements": [{**RATE, "IntegerValues": 98}]})
    lines = f'{{"HITId": "3B"}}\n{bad}\n\n{bad}\n'
    yaml = "HITs:\n- HITId: 3A\n- HIT:\n    QualificationRequirements:\n    - Comparator: Exists\n"
    words = "requirement 0: IntegerValues: expected a list, got the number `98`; write `[98]`"

    assert [
        f"line 2, column {bad.index('98') + 1}: HIT 1: {words}",
        f"line 4, column {bad.index('98') + 1}: HIT 2: {words}",
    ] == file_refusals(load_hits, lines)
    assert file_refusals(load_hits, yaml) == [
        "line 5, column 7: HIT 1: requirement 0: `QualificationTypeId` is missing"
    ]


def test_the_source_is_named(tmp_path: Path) -> None:
    """By what the caller says, or by the path."""
    path = tmp_path / "hit.json"
    path.write_text("{}")

    with pytest.raises(InvalidInput, match=r"^GetHIT `3H`: got an object"):
        parse_hit({}, source="GetHIT `3H`")
    with pytest.raises(InvalidInput) as caught:
        load_hit(path)

    assert f"{path}: line 1, column 1: {NEITHER}" == str(caught.value)
    with pytest.raises(InputNotFound, match=r"no file .*hit\.jsno; did you mean .*hit\.json\?"):
        load_hit(tmp_path / "hit.jsno")


# --- nothing else is ever raised

KEYS = [
    *("HIT", "HITs", "HITId", "HITTypeId", "HITStatus", "Title", "CreationTime", "Expiration", "WorkerId", "Facts"),
    *("QualificationRequirements", "QualificationTypeId", "Comparator", "IntegerValues", "LocaleValues"),
    *("ActionsGuarded", "RequiredToPreview", "Country", "Subdivision", "NumberOfAssignmentsAvailable", ""),
]
GUARDS = {"ActionsGuarded", "RequiredToPreview"}
WORDS = [LOCALE, ADULT, "Masters", "EqualTo", "In", "Exists", "Accept", "US", "WA", "ZZ", -5]
SOUND: list[Any] = [FETCHED, {"HIT": FETCHED}, {"HITs": [FETCHED]}, [IN_US, RATE]]


@given(odd_trees(KEYS, WORDS) | mutants(SOUND, KEYS, WORDS))
def test_anything_is_hits_or_invalid(tree: Any) -> None:
    """Whatever the tree, the answer is HITs or an InvalidInput whose message can be printed."""
    outcome: list[HIT] | InvalidInput
    try:
        outcome = parse_hits(tree)
    except InvalidInput as error:
        outcome = error

    assert isinstance(outcome, list) or outcome.problems
    assert str(outcome).encode("utf-8", "backslashreplace")


def raw_requirements(tree: Any) -> list[Any]:
    """All that looks like a requirement, wherever in the tree it stands."""
    if isinstance(tree, dict) and ("Comparator" in tree or {"QualificationTypeId", "IntegerValues"} <= tree.keys()):
        return [tree]
    parts = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()
    return [each for part in parts for each in raw_requirements(part)]


@given(mutants(SOUND, KEYS, WORDS))
def test_no_part_of_a_requirement_is_lost(tree: Any) -> None:
    """What loads says just what was written: no key, value, guard or requirement is passed over, wherever it stands."""
    try:
        hits = parse_hits(tree)
    except InvalidInput:
        return

    read = [each for hit in hits for each in hit.requirements]
    written = raw_requirements(tree)
    assert len(written) == len(read)
    for raw, each in zip(written, read, strict=True):
        assert {*raw} <= {"QualificationTypeId", "Comparator", "IntegerValues", "LocaleValues"} | GUARDS
        assert raw["Comparator"] == each.comparator
        assert raw.get("IntegerValues", []) == [*each.integer_values]
        assert raw.get("LocaleValues", []) == [
            {"Country": place.country} | ({"Subdivision": place.subdivision} if place.subdivision else {})
            for place in each.locale_values
        ]
        assert raw.get("ActionsGuarded") == each.actions_guarded
        assert raw.get("RequiredToPreview") == each.required_to_preview


@given(
    st.text(max_size=20) | mutants(SOUND, KEYS, WORDS).map(lambda tree: json.dumps(tree, default=str, skipkeys=True))
)
def test_any_file_is_hits_or_an_error_of_ours(text: str) -> None:
    """Whatever the text, load_hits and load_hit answer or raise an error of ours."""
    for load in (load_hit, load_hits):
        try:
            load(io.StringIO(text))
        except QualevalError as error:
            str(error).encode()


def test_too_many_requirements_are_refused() -> None:
    """A thousand are read, more are a mistake or an attack."""
    one = {"QualificationTypeId": "3A", "Comparator": "Exists"}

    assert len(parse_hit([one] * 1000).requirements) == 1000
    with pytest.raises(InvalidInput, match="expected at most 1,000 requirements, got 1,001; Mechanical Turk takes 10 a HIT"):
        parse_hit([one] * 1001)


def test_a_flood_of_problems_is_printed_in_part() -> None:
    """A hundred are shown and the rest counted; the error holds them all, and telling them takes time in proportion."""
    with pytest.raises(InvalidInput) as caught:
        parse_hits([{"HITId": f"3H{index}", "QualificationRequirements": [{"a": 1}]} for index in range(5000)])

    assert len(caught.value.problems) == 15_000
    assert str(caught.value).count("\n") == 101
    assert str(caught.value).endswith("\n  and 14,900 more")
