"""Worker profiles from dicts and files: every form that is accepted, every mistake with the message that mends it."""

# ruff: noqa: E501 - a mistake and its message stand on one line

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualeval.errors import InvalidInput, QualevalError
from qualeval.model.facts import HOLDS, LACKS, UNKNOWN
from qualeval.model.qualification_types import LOCALE, MASTERS, PERCENT_APPROVED, TypeNames, qualification_type
from qualeval.model.workers import WorkerProfile, worker
from qualeval.sources.workers import load_worker, load_workers, parse_worker, parse_workers
from qualeval.values.locale import Locale
from tests.mutations import mutants, odd_trees
from tests.strategies import TYPES, fact_texts

ENTRY = {"QualificationTypeId": "3ABC", "WorkerId": "A1", "IntegerValue": 80, "Status": "Granted"}
PROFILE = {
    "WorkerId": "A1",
    "Complete": ["3BLOCK"],
    "Qualifications": [
        {**ENTRY, "GrantTime": 1523554000},
        {"QualificationTypeId": "Worker_Locale", "LocaleValue": {"Country": "US", "Subdivision": "WA"}},
    ],
    "Facts": {"Worker_PercentAssignmentsApproved": "95..", "Masters": "lacks"},
    "Blocked": False,
}


def entry(**changes: object) -> dict[str, object]:
    """An entry towards 3ABC that says nothing else."""
    return {"QualificationTypeId": "3ABC", **changes}


def refusals(value: object, **options: Any) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        parse_workers(value, **options)
    return [str(problem) for problem in caught.value.problems]


def file_refusals(load: Callable[[io.StringIO], object], text: str) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        load(io.StringIO(text))
    assert caught.value.source == "<stream>"
    return [str(problem) for problem in caught.value.problems]


# --- what an entry says


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (entry(IntegerValue=80), worker(None, {"3ABC": 80})),
        (entry(IntegerValue=0, Status="Granted"), worker(None, {"3ABC": 0})),
        (entry(), worker(None, {"3ABC": HOLDS})),
        (entry(Status="Granted"), worker(None, {"3ABC": HOLDS})),
        (entry(Status="Lacks"), worker(None, {"3ABC": LACKS})),
        (entry(Status="Unknown"), worker(None, {"3ABC": UNKNOWN})),
        (entry(IntegerRange=[95, 100]), worker(None, {"3ABC": "95..100"})),
        (entry(IntegerRange=[95, None]), worker(None, {"3ABC": "95.."})),
        (entry(IntegerRange=[None, -1]), worker(None, {"3ABC": "..-1"})),
        (entry(IntegerRange=[None, None]), worker(None, {"3ABC": HOLDS})),
        (entry(IntegerValues=[1, 3, 8]), worker(None, {"3ABC": "1,3,8"})),
        (
            {"QualificationTypeId": PERCENT_APPROVED, "IntegerRange": [95, None]},
            worker(None, {PERCENT_APPROVED: "95..100"}),
        ),
        ({"QualificationTypeId": LOCALE, "LocaleValue": {"Country": "US"}}, worker(None, {LOCALE: "US"})),
        (
            {"QualificationTypeId": LOCALE, "LocaleValue": {"Country": "US", "Subdivision": "ZZ"}},
            worker(None, {LOCALE: "US-ZZ"}),
        ),
        (
            {"QualificationTypeId": LOCALE, "LocaleValues": [{"Country": "US"}, {"Country": "CA"}]},
            worker(None, {LOCALE: "US,CA"}),
        ),
        ({"QualificationTypeId": LOCALE}, worker(None, {LOCALE: HOLDS})),
        ({"QualificationTypeId": "Masters", "Status": "Granted"}, worker(None, {MASTERS: HOLDS})),
    ],
)
def test_what_an_entry_says(written: dict[str, object], meant: WorkerProfile) -> None:
    """A value, a range, a list, lacking, unknown; without a value it is held, and the value unknown."""
    assert meant == parse_worker({"Qualifications": [written]})


@pytest.mark.parametrize("value", [{}, {"IntegerValue": 80}])
@pytest.mark.parametrize("granted", [1523554000, "2018-04-12T17:26:40Z", datetime(2018, 4, 12, 17, 26, 40, tzinfo=UTC)])
def test_a_revoked_qualification_is_lacked(value: dict[str, object], granted: object) -> None:
    """Whatever value it had; when it was granted is kept."""
    read = parse_worker({"Qualifications": [entry(Status="Revoked", GrantTime=granted, **value)]}).fact("3ABC")

    assert qualification_type("3ABC").lacked == read.states
    assert read.is_revoked
    assert datetime(2018, 4, 12, 17, 26, 40, tzinfo=UTC) == read.granted_at


# --- what a profile says


def test_a_whole_profile() -> None:
    """Entries and short facts side by side, what it is complete of, and whether the worker is blocked."""
    read = parse_worker(PROFILE)

    plain = {LOCALE: "US-WA", PERCENT_APPROVED: "95..", MASTERS: LACKS}
    assert worker("A1", plain, complete=["3BLOCK"], blocked=False) == read.without_fact("3ABC")
    assert read.fact("3ABC").states.single == 80
    assert datetime(2018, 4, 12, 17, 26, 40, tzinfo=UTC) == read.fact("3ABC").granted_at
    assert read == load_worker(io.StringIO(json.dumps(PROFILE)))


@pytest.mark.parametrize("value", [{"WorkerId": "A1"}, {"Qualifications": []}, {"Facts": {}}])
def test_a_profile_may_say_nothing(value: dict[str, object]) -> None:
    """Nothing is known of such a worker, and nothing follows from it."""
    assert worker(value.get("WorkerId")) == parse_worker(value)  # type: ignore[arg-type]


@pytest.mark.parametrize(("complete", "meant"), [(True, True), (False, False), ([], []), (["Masters"], [MASTERS])])
def test_completeness(complete: Any, meant: Any) -> None:
    """True, false, or a list of the types of which alone it speaks, by id or name."""
    assert worker(None, complete=meant) == parse_worker({"Complete": complete})


def test_names_stand_for_ids() -> None:
    """In entries, facts and completeness."""
    names = TypeNames({"study": "3ABC", "block": "3BLOCK"})
    written = {"Qualifications": [{"QualificationTypeId": "study"}], "Facts": {"Masters": 1}, "Complete": ["block"]}

    assert worker(None, {"3ABC": HOLDS, MASTERS: 1}, complete=["3BLOCK"]) == parse_worker(written, names=names)


@given(st.data())
def test_facts_are_read_as_everywhere(data: st.DataObject) -> None:
    """The short grammar is the one of `qualeval.worker` and of `--set`."""
    facts = {type_id: data.draw(fact_texts(type_id)) for type_id in data.draw(st.sets(st.sampled_from(TYPES)))}

    assert worker("A1", facts) == parse_worker({"WorkerId": "A1", "Facts": facts})


def test_lists_are_facts() -> None:
    """Integers, texts of values and ranges."""
    read = parse_worker({"Facts": {"3ABC": [1, "3..5"], LOCALE: ["US-WA", "CA"]}})

    assert worker(None, {"3ABC": "1,3..5", LOCALE: [Locale("US", "WA"), Locale("CA")]}) == read


def test_yaml_means_what_it_says() -> None:
    """`NO` is Norway, `98` an integer, and the zeros of an id stay."""
    text = "WorkerId: A1\nFacts:\n  Worker_Locale: NO\n  000000000000000000L0: 98\n  Masters: lacks\n"

    read = load_worker(io.StringIO(text))

    assert worker("A1", {LOCALE: "NO", PERCENT_APPROVED: 98, MASTERS: LACKS}) == read


# --- answers of Mechanical Turk's


@pytest.mark.parametrize(
    "value",
    [
        {"WorkerId": "A1", "Qualifications": [ENTRY]},
        {"Qualifications": [ENTRY]},
        {"Qualifications": [{"Qualification": ENTRY, "ResponseMetadata": {}}]},
        {"Qualification": ENTRY},
        {"Qualification": ENTRY, "ResponseMetadata": {}},
        [{"Qualification": ENTRY}],
        {"Qualifications": [ENTRY], "NumResults": 1, "NextToken": "x", "ResponseMetadata": {}},
        [{"WorkerId": "A1"}, {"Qualification": ENTRY}],
        [{"Qualification": ENTRY}, {"WorkerId": "A1"}],
        [{"WorkerId": "A1"}, {"Qualifications": [ENTRY], "NumResults": 1}],
        [{"WorkerId": "A1"}, {"Qualifications": [ENTRY]}],
    ],
)
def test_answers_about_one_worker(value: Any) -> None:
    """Pasted into a profile, beside it, or given whole."""
    assert worker("A1", {"3ABC": 80}) == parse_worker(value)


def answer(*entries: tuple[str, str, int]) -> dict[str, object]:
    """An answer of ListWorkersWithQualificationType."""
    listed = [{"WorkerId": w, "QualificationTypeId": t, "IntegerValue": v, "Status": "Granted"} for w, t, v in entries]
    return {"Qualifications": listed, "NumResults": len(listed)}


TWO_WORKERS = [worker("A2", {"3ABC": 1, "3X": 5}), worker("A1", {"3ABC": 2})]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(answer(("A2", "3ABC", 1), ("A1", "3ABC", 2), ("A2", "3X", 5))),
        "\n".join(map(json.dumps, [answer(("A2", "3ABC", 1)), answer(("A1", "3ABC", 2)), answer(("A2", "3X", 5))])),
        json.dumps([answer(("A2", "3ABC", 1), ("A1", "3ABC", 2)), answer(("A2", "3X", 5))]),
        json.dumps(
            [
                {"Qualification": {"WorkerId": w, "QualificationTypeId": t, "IntegerValue": v}}
                for w, t, v in [("A2", "3ABC", 1), ("A1", "3ABC", 2), ("A2", "3X", 5)]
            ]
        ),
        json.dumps({"Qualifications": answer(("A2", "3ABC", 1), ("A1", "3ABC", 2), ("A2", "3X", 5))["Qualifications"]}),
    ],
)
def test_answers_are_gathered_by_worker(text: str) -> None:
    """One answer, pages of it on lines or in a list, and single scores: workers in the order of their first entry."""
    assert load_workers(io.StringIO(text)) == TWO_WORKERS
    assert file_refusals(load_worker, text) == [
        "expected one worker, found 2: `A2`, `A1`; give one of them (qualeval.load_workers reads them all)"
    ]


def test_answers_reach_the_profiles_of_their_workers() -> None:
    """A list of the blocked is true of a worker wherever it stands, and of each profile where a worker has two."""
    blocked = answer(("A3", "3BLOCK", 1), ("A1", "3BLOCK", 1))
    profiles = [
        {"WorkerId": "A2", "Complete": True},
        {"WorkerId": "A1", "Facts": {"3ABC": 1}},
        {"Qualifications": [{**ENTRY, "IntegerValue": 2}], "Blocked": False},
    ]
    a1, a2, a3 = worker("A1", {"3ABC": 1, "3BLOCK": 1}), worker("A2", complete=True), worker("A3", {"3BLOCK": 1})
    a1_again = worker("A1", {"3ABC": 2, "3BLOCK": 1}, blocked=False)

    assert [a2, a1, a1_again, a3] == parse_workers([*profiles, blocked])
    assert [a3, a1, a1_again, a2] == parse_workers([blocked, *profiles])
    lines = "\n".join(map(json.dumps, [profiles[0], blocked, profiles[1]]))
    assert [a2, a3, a1] == load_workers(io.StringIO(lines))


def test_an_answer_about_nobody() -> None:
    """A type that nobody holds has no workers; a profile without entries is one worker."""
    assert [] == parse_workers({"Qualifications": [], "NumResults": 0}) == parse_workers([])
    assert [worker(None)] == parse_workers({"Qualifications": []})
    assert file_refusals(load_worker, "[]") == [
        'expected one worker, found none; one of whom nothing is known is written `{"WorkerId": "A1"}`'
    ]


@pytest.mark.parametrize(
    "text",
    [
        '[{"WorkerId": "A1"}, {"WorkerId": "A2", "Facts": {"3ABC": 1}}]',
        '{"WorkerId": "A1"}\n{"WorkerId": "A2", "Facts": {"3ABC": 1}}\n',
        "WorkerId: A1\n---\nWorkerId: A2\nFacts: {3ABC: 1}\n",
        "- WorkerId: A1\n- WorkerId: A2\n  Facts:\n    3ABC: 1\n",
    ],
)
def test_many_profiles_of_one_file(text: str) -> None:
    """A list, JSON Lines, YAML documents."""
    assert [worker("A1"), worker("A2", {"3ABC": 1})] == load_workers(io.StringIO(text))


# --- what is refused, in which words


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"IntegerValue": "80"}, "IntegerValue: expected an integer, got the text `80`; write `80` without quotes"),
        ({"IntegerValue": 80.0}, "IntegerValue: expected an integer, got the number `80.0`; write `80`"),
        ({"IntegerValue": True}, "IntegerValue: expected an integer, got `true`"),
        ({"IntegerValue": None}, "IntegerValue: got `null`; leave the key out"),
        ({"IntegerValu": 80}, "IntegerValu: unknown key `IntegerValu` in a qualification; did you mean `IntegerValue`?"),
        ({"Value": 80}, "Value: unknown key `Value` in a qualification; known are `QualificationTypeId`, `WorkerId`, `IntegerValue`, `LocaleValue`, `IntegerRange`, `IntegerValues`, `LocaleValues`, `Status`, `GrantTime`, `Fact`, `LearnedAt`, `Basis`"),
        ({"IntegerValue": 1, "IntegerRange": [0, 2]}, "got IntegerValue and IntegerRange; give one of them"),
        ({"LocaleValue": {"Country": "US"}}, "LocaleValue: `3ABC` has an integer, got a locale; use IntegerValue"),
        ({"QualificationTypeId": LOCALE, "IntegerValue": 5}, "IntegerValue: Worker_Locale has a locale, got an integer; use LocaleValue"),
        ({"QualificationTypeId": LOCALE, "IntegerRange": [5, 6]}, "IntegerRange: Worker_Locale has a locale, got an integer; use LocaleValue"),
        ({"QualificationTypeId": LOCALE, "LocaleValue": "US-WA"}, 'LocaleValue: expected an object, got the text `US-WA`; write `{"Country": "US", "Subdivision": "WA"}`'),
        ({"QualificationTypeId": LOCALE, "LocaleValue": {"Country": "UK"}}, "LocaleValue.Country: unknown country `UK`; did you mean `GB`?"),
        ({"QualificationTypeId": LOCALE, "LocaleValues": []}, "LocaleValues: got an empty list; give a value, or leave the key out"),
        ({"QualificationTypeId": PERCENT_APPROVED, "IntegerValue": 101}, "IntegerValue: got 101, expected values within 0..100"),
        ({"QualificationTypeId": PERCENT_APPROVED, "IntegerRange": [95, 101]}, "IntegerRange: got 95..101, expected values within 0..100"),
        ({"QualificationTypeId": PERCENT_APPROVED, "Status": "Lacks"}, "Status: got `Lacks`, but every worker has a value of this type; write `Unknown`"),
        ({"QualificationTypeId": PERCENT_APPROVED, "Status": "Revoked"}, "Status: got `Revoked`, but every worker has a value of this type; write `Unknown`"),
        ({"QualificationTypeId": 71}, "QualificationTypeId: expected the id of a qualification type, as text, got the number `71`; write `\"00000000000000000071\"`"),
        ({"QualificationTypeId": "Italian"}, "QualificationTypeId: unknown qualification type `Italian`; names of your own go into [tool.qualeval.types]"),
        ({"Status": "granted"}, "Status: unknown status `granted`; did you mean `Granted`?"),
        ({"Status": "no"}, "Status: unknown status `no`; known are `Granted`, `Revoked`, `Lacks`, `Unknown`"),
        ({"Status": "Lacks", "IntegerValue": 5}, "Status: got IntegerValue, but `Lacks` has no value; leave one of the two out"),
        ({"Status": "Unknown", "IntegerRange": [5, 6]}, "Status: got IntegerRange, but `Unknown` has no value; leave one of the two out"),
        ({"IntegerRange": [6, 5]}, "IntegerRange: got the inverted range 6..5; write 5..6"),
        ({"IntegerRange": "95..100"}, "IntegerRange: expected a list of two ends, got the text `95..100`; write `[95, 100]`"),
        ({"IntegerRange": "95.."}, "IntegerRange: expected a list of two ends, got the text `95..`; write `[95, null]`"),
        ({"IntegerRange": 95}, "IntegerRange: expected a list of two ends, got the number `95`; write `[95, 100]`, with null for an open end"),
        ({"IntegerRange": [95]}, "IntegerRange: expected two ends, got a list of 1; write `[95, 100]`, with null for an open end"),
        ({"IntegerRange": [95, "100"]}, "IntegerRange[1]: expected an integer, got the text `100`; write `100` without quotes"),
        ({"IntegerValues": 5}, "IntegerValues: expected a list, got the number `5`; write `[5]`"),
        ({"IntegerValues": []}, "IntegerValues: got an empty list; give a value, or leave the key out"),
        ({"GrantTime": "yesterday"}, "GrantTime: expected a time, got the text `yesterday`; write `2018-04-12T17:44:31Z`, or the seconds since 1970"),
        ({"WorkerId": " "}, "WorkerId: expected text, got blanks"),
        ({"Comparator": "Exists"}, "this is one requirement of a HIT, expected a qualification of a worker"),
    ],
)  # fmt: skip
def test_an_entry_with_one_mistake(changes: dict[str, object], message: str) -> None:
    """Place, what was got, what was expected, the mend; and nothing that only follows from it."""
    assert [f"qualification 0: {message}"] == refusals({"Qualifications": [entry(**changes)]})


@pytest.mark.parametrize(
    ("fact", "message"),
    [
        (None, "expected a fact, got `null`; leave the key out"),
        (2.5, "expected a fact, got the number `2.5`; write `US-WA`, `80`, `lacks`, `holds` or `unknown`"),
        (True, "expected a fact, got `true`; write `US-WA`, `80`, `lacks`, `holds` or `unknown`"),
        ({"Country": "US", "Subdivision": "WA"}, "expected a fact, got an object; write `US-WA`"),
        ({"IntegerValue": 5}, "expected a fact, got an object; write `US-WA`, `80`, `lacks`, `holds` or `unknown`"),
        ([True], "expected a list of values, got `true` in it"),
        ([[1]], "expected a list of values, got a list in it"),
        (["lacks", 5], "got `lacks` in a list of values; a word stands alone, without the list"),
        ("holds,5", "got `holds` in a list of values; a word stands alone, without the list"),
        ("lack", "got `lack`; did you mean `lacks`?"),
        ("9..5", "got the inverted range 9..5; write 5..9"),
        ("US", "got `US`; expected `98`, `95..100`, `95..`, `..94`, `1,3,8`, `lacks`, `holds` or `unknown`"),
    ],
)
def test_a_fact_with_a_mistake(fact: object, message: str) -> None:
    """The words of a list must not be lost, nor anything be made of another type."""
    assert [f"Facts.3ABC: {message}"] == refusals({"Facts": {"3ABC": fact}})


ELSEWHERE = "give the worker here, and the HIT where a HIT is expected"
UNKNOWN_WORKER = 'one of whom nothing is known is written `{"WorkerId": "A1"}`'
NO_TYPE = "names of your own go into [tool.qualeval.types]"


@pytest.mark.parametrize(
    ("value", "messages"),
    [
        ({"workerid": "A1"}, ["workerid: unknown key `workerid` in a worker profile; did you mean `WorkerId`?"]),
        ({"Fact": {}}, ["Fact: unknown key `Fact` in a worker profile; did you mean `Facts`?"]),
        ({"Notes": ""}, ["Notes: unknown key `Notes` in a worker profile; known are `WorkerId`, `Complete`, `Qualifications`, `Facts`, `Blocked`"]),
        ({"WorkerId": 5}, ["WorkerId: expected text, got the number `5`; write `\"5\"`"]),
        ({"WorkerId": ""}, ["WorkerId: expected text, got an empty text"]),
        ({"Blocked": "true"}, ["Blocked: expected true or false, got the text `true`; write `true` without quotes"]),
        ({"Complete": "3BLOCK"}, ['Complete: expected true, false or a list of qualification types, got the text `3BLOCK`; write `["3BLOCK"]`']),
        ({"Complete": "true"}, ["Complete: expected true, false or a list of qualification types, got the text `true`; write `true` without quotes"]),
        ({"Complete": "False "}, ["Complete: expected true, false or a list of qualification types, got the text `False `; write `false` without quotes"]),
        ({"Complete": 1}, ["Complete: expected true, false or a list of qualification types, got the number `1`; write `true`"]),
        ({"Complete": 5}, ['Complete: expected true, false or a list of qualification types, got the number `5`; write `["5"]`']),
        ({"Complete": None}, ["Complete: got `null`; leave the key out"]),
        ({"Complete": ["Italian", 5]}, ["Complete[1]: expected the id of a qualification type, as text, got the number `5`; write `\"5\"`", f"Complete[0]: unknown qualification type `Italian`; {NO_TYPE}"]),
        ({"Facts": []}, ["Facts: expected an object, got a list"]),
        ({"Facts": {"Italian": 5}}, [f"Facts.Italian: unknown qualification type `Italian`; {NO_TYPE}"]),
        ({"Facts": {5: 5}}, ["Facts: expected the id or name of a qualification type, got the number `5`"]),
        ({"Qualifications": entry()}, ["Qualifications: expected a list, got an object; put it into a list, `[...]`"]),
        ({"Qualifications": [5]}, ["qualification 0: expected a qualification, an object, got the number `5`"]),
        ({"Qualification": None}, ["Qualification: got `null`; leave the key out"]),
        ({"Qualification": entry(), "WorkerId": "A1"}, ["Qualification: unknown key `Qualification` in a worker profile; did you mean `Qualifications`?"]),
        ({"Qualification": entry(IntegerValue="5")}, ["Qualification.IntegerValue: expected an integer, got the text `5`; write `5` without quotes"]),
        ({"Qualifications": [{"Qualification": entry(Status="no")}]}, ["qualification 0: Status: unknown status `no`; known are `Granted`, `Revoked`, `Lacks`, `Unknown`"]),
        ({"WorkerId": "A1", "Qualifications": [entry(WorkerId="A2")]}, ["qualification 0: WorkerId: this entry is about `A2`, the profile is about `A1`; give each worker a profile of its own"]),
        ({"Complete": True, "Qualifications": [entry(WorkerId="A2"), {**ENTRY, "QualificationTypeId": "3X"}]}, ["qualification 1: WorkerId: this entry is about `A1`, the profile is about `A2`; give each worker a profile of its own"]),
        ({"Facts": {"Worker_Locale": "US", LOCALE: "CA"}}, [f"Facts.{LOCALE}: `Worker_Locale` is said a second time, first at Facts.Worker_Locale; say it once"]),
        ({"Qualifications": [entry(), entry()], "Facts": {"3ABC": 1}}, ["qualification 1: `3ABC` is said a second time, first at qualification 0; say it once", "Facts.3ABC: `3ABC` is said a second time, first at qualification 0; say it once"]),
        ([{"Qualification": ENTRY}, {"Qualification": ENTRY}], ["qualification 1: `3ABC` is said a second time, first at qualification 0; say it once"]),
        ([{"WorkerId": "A1", "Facts": {"3ABC": 1}}, {"Qualification": ENTRY}], ["qualification 1: `3ABC` is said a second time, first at worker 0: Facts.3ABC; say it once"]),
        ([{"Qualification": ENTRY}, {"WorkerId": "A1", "Facts": {"3ABC": 1}}], ["qualification 0: `3ABC` is said a second time, first at worker 1: Facts.3ABC; say it once"]),
        ([{"Qualifications": [ENTRY]}, {"Qualifications": [ENTRY]}], ["worker 1: qualification 0: `3ABC` is said a second time, first at worker 0: qualification 0; say it once"]),
        ([{"WorkerId": "A2"}, {"Qualifications": [entry(), entry()]}], ["worker 1: qualification 1: `3ABC` is said a second time, first at qualification 0; say it once"]),
        ([{"Qualification": ENTRY}, {"Qualification": entry()}], ["qualification 1: `WorkerId` is missing; the other entries name theirs; give each a WorkerId"]),
        ([{"WorkerId": "A1"}, {"Qualification": entry()}], ["qualification 1: `WorkerId` is missing; the other entries name theirs; give each a WorkerId"]),
        ({}, [f"an empty object says nothing of a worker; {UNKNOWN_WORKER}"]),
        ([{}], [f"worker 0: an empty object says nothing of a worker; {UNKNOWN_WORKER}"]),
        ({"ResponseMetadata": {}}, [f"an object with only `ResponseMetadata` says nothing of a worker; {UNKNOWN_WORKER}"]),
        ({"NumResults": 0, "ResponseMetadata": {}}, [f"an object with only `NumResults` and `ResponseMetadata` says nothing of a worker; {UNKNOWN_WORKER}"]),
        (entry(), ['this is one qualification of a worker, expected a worker profile; put it into a profile: `{"WorkerId": "...", "Qualifications": [...]}`']),
        (entry(Comparator="Exists"), [f"this is one requirement, expected a worker profile; {ELSEWHERE}"]),
        ({"HIT": {}}, [f"this is a HIT, expected a worker profile; {ELSEWHERE}"]),
        ({"HITId": "3H", "QualificationRequirements": []}, [f"this is a HIT, expected a worker profile; {ELSEWHERE}"]),
        ([{"HITId": "3H"}], [f"worker 0: this is a HIT, expected a worker profile; {ELSEWHERE}"]),
        ({"AssignmentId": "3A", "WorkerId": "A1"}, ["this is an assignment, expected a worker profile; an assignment says nothing of qualifications; give a profile of its worker"]),
        ("worker.json", ["expected a worker profile, an object, got the text `worker.json`; for a file use load_worker"]),
        (None, ["expected a worker profile, an object, got `null`"]),
        ([[]], ["worker 0: expected a worker profile, an object, got a list"]),
    ],
)  # fmt: skip
def test_a_profile_with_a_mistake(value: object, messages: list[str]) -> None:
    """What was given instead is named, and where it belongs."""
    assert messages == refusals(value)


def test_symbols_are_for_comparators_alone() -> None:
    """What stands for a comparator elsewhere is no hint at a status."""
    (message,) = refusals({"Qualifications": [entry(Status=">=")]})

    assert "unknown status `>=`; known are `Granted`" in message


def test_all_problems_of_one_entry_at_once() -> None:
    """What cannot be read does not hide what cannot be meant."""
    written = {
        "QualificationTypeId": "Worker_PercentAssignmentsApproved",
        "Statu": "Granted",
        "IntegerValue": 150,
        "LocaleValue": {"Country": "UK"},
        "GrantTime": "?",
        "Status": "Revoked",
    }

    assert [
        "Statu: unknown key `Statu` in a qualification; did you mean `Status`?",
        "LocaleValue.Country: unknown country `UK`; did you mean `GB`?",
        "GrantTime: expected a time, got the text `?`; write `2018-04-12T17:44:31Z`, or the seconds since 1970",
        "got IntegerValue and LocaleValue; give one of them",
        "IntegerValue: got 150, expected values within 0..100",
        f"LocaleValue: `{PERCENT_APPROVED}` has an integer, got a locale; use IntegerValue",
        "Status: got `Revoked`, but every worker has a value of this type; write `Unknown`",
    ] == [problem.removeprefix("qualification 0: ") for problem in refusals({"Qualifications": [written]})]


# --- where in the file


def test_problems_of_many_workers_are_told_together() -> None:
    """Each with the worker, and with the line and column of the file."""
    laid_out = '[\n {"WorkerId": "A1"},\n {"Facts": {"Worker_Adult": 7}},\n {"Qualifications": [\n  {}]}]'
    lines = '{"WorkerId": "A1"}\n\n{"WorkerId": 5}\n{"Facts": {"3ABC": null}}\n'
    pages = "\n".join(json.dumps(answer(("A1", "3ABC", value))) for value in (1, 2))

    assert file_refusals(load_workers, laid_out) == [
        "line 3, column 29: worker 1: Facts.Worker_Adult: got 7, expected values within 0..1",
        "line 5, column 3: worker 2: qualification 0: `QualificationTypeId` is missing",
    ]
    assert file_refusals(load_workers, lines) == [
        'line 3, column 14: worker 1: WorkerId: expected text, got the number `5`; write `"5"`',
        "line 4, column 20: worker 2: Facts.3ABC: expected a fact, got `null`; leave the key out",
    ]
    assert file_refusals(load_workers, pages) == [
        "line 2, column 21: worker 1: qualification 0: `3ABC` is said a second time,"
        " first at worker 0: qualification 0; say it once"
    ]


def test_places_in_yaml(tmp_path: Path) -> None:
    """Lines of the file, also in its second document; the file is named."""
    path = tmp_path / "worker.yaml"
    path.write_text("# two workers\nWorkerId: A1\n---\nWorkerId: A2\nFacts:\n  Masters: yes\n")

    with pytest.raises(InvalidInput) as caught:
        load_workers(path)

    assert f"{path}: line 6, column 12: worker 1: Facts.Masters: got `yes`; write `holds`" == str(caught.value)


def test_the_source_is_named() -> None:
    """By what the caller says."""
    with pytest.raises(InvalidInput, match=r"^the form: Blocked: expected true or false"):
        parse_worker({"Blocked": "?"}, source="the form")


# --- nothing else is ever raised

KEYS = [
    *("WorkerId", "Complete", "Qualifications", "Facts", "Blocked", "Qualification", "NumResults", "NextToken", "HIT"),
    *("QualificationTypeId", "IntegerValue", "LocaleValue", "IntegerRange", "IntegerValues", "LocaleValues", "Status"),
    *("GrantTime", "Country", "Subdivision", "Comparator", "Masters", "Worker_Locale", "3ABC", ""),
]
WORDS = [LOCALE, "Masters", "Granted", "Lacks", "US", "WA", "ZZ", "1..", "1,2", "lacks", -5]
SOUND: list[Any] = [
    PROFILE,
    [PROFILE, {"WorkerId": "A2"}],
    {"Qualification": ENTRY},
    answer(("A1", "3ABC", 1), ("A2", "3ABC", 2)),
]


@given(odd_trees(KEYS, WORDS) | mutants(SOUND, KEYS, WORDS))
def test_anything_is_workers_or_invalid(tree: Any) -> None:
    """Whatever the tree, the answer is profiles or an InvalidInput whose message can be printed."""
    outcome: list[WorkerProfile] | InvalidInput
    try:
        outcome = parse_workers(tree)
    except InvalidInput as error:
        outcome = error

    assert isinstance(outcome, list) or outcome.problems
    assert str(outcome).encode("utf-8", "backslashreplace")


@given(
    st.text(max_size=20) | mutants(SOUND, KEYS, WORDS).map(lambda tree: json.dumps(tree, default=str, skipkeys=True))
)
def test_any_file_is_workers_or_an_error_of_ours(text: str) -> None:
    """Whatever the text, load_workers and load_worker answer or raise an error of ours."""
    for load in (load_worker, load_workers):
        try:
            load(io.StringIO(text))
        except QualevalError as error:
            str(error).encode()


@pytest.mark.slow
def test_many_workers_load_in_reasonable_time() -> None:
    """A hundred thousand small profiles take seconds, not minutes."""
    count = 100_000
    lines = "\n".join(
        json.dumps({"WorkerId": f"A{n}", "Facts": {"Worker_Locale": "US", "3ABC": n % 100}}) for n in range(count)
    )

    before = time.process_time()
    loaded = load_workers(io.StringIO(lines))

    assert count == len(loaded)
    assert time.process_time() - before < 30
