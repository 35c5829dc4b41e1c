"""`qualeval what-if`: changes of the worker and of the HIT, before and after."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import qualeval as qe
from tests.cli import LOCALE, PERCENT, put, refusal, requirement, run
from tests.strategies import profiles, requirements, wire

IN_US = {
    "QualificationTypeId": LOCALE,
    "Comparator": "In",
    "LocaleValues": [{"Country": "US"}],
    "ActionsGuarded": "DiscoverPreviewAndAccept",
}
RATE = requirement(PERCENT, "GreaterThanOrEqualTo", 98, ActionsGuarded="Accept")
TEST = requirement("3TEST", "In", 1, 2, ActionsGuarded="PreviewAndAccept")
RATE_98 = "Worker_PercentAssignmentsApproved GreaterThanOrEqualTo 98, guards Accept"
FACTS = {"Worker_Locale": "US-WA", "Worker_PercentAssignmentsApproved": 97, "3TEST": 2}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: a HIT of three requirements, and a worker whose rate alone is too low."""
    monkeypatch.chdir(tmp_path)
    put("hit.json", {"HITId": "3HIT", "QualificationRequirements": [IN_US, RATE, TEST]})
    put("worker.json", {"WorkerId": "A1", "Facts": FACTS})
    return tmp_path


def what_if(*changes: str) -> tuple[int, dict[str, Any]]:
    """The status, and the decision after these changes; the one before is always the same."""
    found = run("what-if", "hit.json", "worker.json", *changes, "--format", "json")
    unchanged = qe.compile_hit(qe.load_hit("hit.json")).decide(qe.load_worker("worker.json"))

    assert found.err == ""
    assert list(found.json) == ["before", "after", "changes"]
    assert found.json["before"] == unchanged.to_dict()
    return found.status, found.json["after"]


def test_answer() -> None:
    """The text has who is judged, the ladder before and after, what changed, and the reasons after."""
    found = run("what-if", "hit.json", "worker.json", "--value", "1=97", "--set", "3TEST=1")

    assert (found.status, found.err) == (0, "")
    assert found.rows == [
        "HIT 3HIT",
        "A1",
        "",
        "before after",
        "discover permitted permitted",
        "preview permitted permitted",
        "accept denied permitted",
        "",
        "Changes",
        "3TEST 2 -> 1",
        f"requirement 1 {RATE_98} -> {RATE_98.replace('98', '97')}",
        "",
        "Reasons after",
        "0 met Worker_Locale In US observed US-WA guards DiscoverPreviewAndAccept",
        "1 met Worker_PercentAssignmentsApproved GreaterThanOrEqualTo 97 observed 97 guards Accept",
        "2 met 3TEST In 1, 2 observed 1 guards PreviewAndAccept",
    ]


def test_remedies_after() -> None:
    """What still stands in the way is followed by what would help."""
    found = run("what-if", "hit.json", "worker.json", "--value", "1=99")

    assert found.status == 1
    assert found.rows[-2:] == ["Remedies after", "1 raise PercentAssignmentsApproved from 97 to 99 or more (worker)"]


@pytest.mark.parametrize("change", [("--set", "3TEST=2"), ("--value", "1=98"), ("--guard", "1=Accept")])
def test_change_that_changes_nothing(change: tuple[str, str]) -> None:
    """A change to what is the case already is said to be none."""
    found = run("what-if", "hit.json", "worker.json", *change)

    assert found.status == 1
    assert found.rows[8:11] == ["Changes", "none", ""]
    assert run("what-if", "hit.json", "worker.json", *change, "--format", "json").json["changes"] == []


@pytest.mark.parametrize(
    ("change", "expected", "admits"),
    [
        ("1=97", 0, "97..100"),
        ("1= 97 ", 0, "97..100"),
        ("1=99", 1, "99..100"),
        ("1=101", 1, "none"),
        ("2=1,2,3", 1, "1..3"),
        ("2=3", 1, "3"),
        ("0=US,GB", 1, "GB, US"),
        ("0=US-WA", 1, "US-WA"),
        ("0=GB", 1, "GB"),
    ],
)
def test_value(change: str, expected: int, admits: str) -> None:
    """`--value` gives a requirement another value, a list of them, or locales."""
    status, after = what_if("--value", change)

    assert status == expected
    assert after["requirements"][int(change[0])]["admits"] == admits


@pytest.mark.parametrize(
    ("change", "access"),
    [("1=Accept", "preview"), ("1=PreviewAndAccept", "discover"), ("1=DiscoverPreviewAndAccept", "none")],
)
def test_guard(change: str, access: str) -> None:
    """`--guard` lets a requirement guard other actions."""
    status, after = what_if("--guard", change)

    assert (status, after["access"]) == (1, access)
    assert after["requirements"][1]["guards"] == change[2:]


def test_guard_in_place_of_the_older_field() -> None:
    """A guard that is given replaces RequiredToPreview too."""
    put("hit.json", [{**requirement(PERCENT, "GreaterThan", 97), "RequiredToPreview": True}])

    assert run("check", "hit.json", "worker.json", "--format", "json").json["access"] == "discover"
    assert what_if("--guard", "0=Accept")[1]["access"] == "preview"


def test_without() -> None:
    """`--without` leaves requirements out."""
    status, after = what_if("--without", "1")

    assert status == 0
    assert [each["name"] for each in after["requirements"]] == ["Worker_Locale", "3TEST"]
    assert what_if("--without", "0", "--without", "1", "--without", "2")[1]["requirements"] == []


def test_indexes_speak_of_the_hit_that_is_changed() -> None:
    """Leaving one requirement out does not shift the indexes of the other changes."""
    status, after = what_if("--without", "0", "--value", "1=97", "--guard", "2=Accept", "--without", "0")

    assert status == 0
    assert [(each["admits"], each["guards"]) for each in after["requirements"]] == [
        ("97..100", "Accept"),
        ("1..2", "Accept"),
    ]


def test_one_of_two_alike() -> None:
    """Leaving out one of two requirements that are alike is a change, and is shown."""
    put("hit.json", [RATE, RATE])
    found = run("what-if", "hit.json", "worker.json", "--without", "1")

    assert [row for row in found.rows if row.startswith("requirement ")] == [f"requirement 1 left out: {RATE_98}"]


def test_places_of_requirements_that_moved() -> None:
    """After one was left out, the others are told by their new place and their old one; changes by the old one."""
    found = run("what-if", "hit.json", "worker.json", "--without", "0", "--value", "1=97")
    before, after = RATE_98, RATE_98.replace("98", "97")

    assert [row.partition(" met ")[0] for row in found.rows if " met " in row] == ["0 (was 1)", "1 (was 2)"]
    assert f"requirement 1 {before} -> {after}" in found.rows
    changes = run("what-if", "hit.json", "worker.json", "--without", "0", "--set", "3TEST=1", "--format", "json").json
    assert changes["changes"] == [
        {"what": "3TEST", "before": "2", "after": "1"},
        {"what": "requirement 0", "before": "Worker_Locale In US, guards DiscoverPreviewAndAccept", "after": None},
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (["--set", "Worker_PercentAssignmentsApproved=98"], 0),
        (["--set", "Worker_PercentAssignmentsApproved=unknown"], 3),
        (["--set", "Worker_PercentAssignmentsApproved=98", "--value", "1=99"], 1),
        (["--set", "Worker_Locale=GB", "--value", "0=GB", "--without", "1"], 0),
        (["--set", "3TEST=lacks", "--without", "1"], 1),
    ],
)
def test_worker_and_hit_together(changes: list[str], expected: int) -> None:
    """Changes of the worker and of the HIT are made together; the status speaks of the decision after them."""
    assert what_if(*changes)[0] == expected


def test_action() -> None:
    """`--action` is what the status speaks of."""
    arguments = ["what-if", "hit.json", "worker.json", "--guard", "1=PreviewAndAccept", "--action"]

    assert [run(*arguments, action).status for action in ("discover", "preview", "accept")] == [0, 1, 1]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ([], "Error: nothing to change; give --set, --value, --guard, --without or --vary\n"),
        (["--value", "9=1"], "qualeval: no requirement 9; the HIT has requirements 0 to 2\n"),
        (["--guard", "3=Accept"], "no requirement 3; the HIT has requirements 0 to 2"),
        (["--without", "3"], "no requirement 3; the HIT has requirements 0 to 2"),
        (["--without", "-1"], "no requirement -1; the HIT has requirements 0 to 2"),
        (["--without", "x"], "Invalid value for '--without': 'x' is not a valid integer"),
        (["--without", "9" * 5000], "Invalid value for '--without'"),
        (["--value", "x=1"], "--value `x=...`: expected the index of a requirement, from 0"),
        (["--value", "-1=1"], "--value `-1=...`: expected the index of a requirement, from 0"),
        (["--value", "\u0661=1"], "expected the index of a requirement, from 0"),
        (["--value", f"{'9' * 5000}=1"], "expected the index of a requirement, from 0"),
        (["--value", "1"], "--value `1`: expected INDEX=..., with an equals sign"),
        (["--value", "=1"], "--value `=1`: expected INDEX=..., got nothing before the sign"),
        (["--guard", "Accept"], "--guard `Accept`: expected INDEX=..., with an equals sign"),
        (["--value", "1=97", "--without", "1"], "requirement 1 is both changed and left out; say one of the two"),
        (["--guard", "1=Accept", "--without", "1"], "requirement 1 is both changed and left out; say one of the two"),
        (["--value", "1=1", "--value", "1=2"], "--value: `1` is given twice"),
        (["--value", "1="], "requirement 1: IntegerValues: got `''`, expected an integer"),
        (["--value", "1=US"], "requirement 1: IntegerValues: got `US`, expected an integer"),
        (
            ["--value", "1=97,98"],
            "`GreaterThanOrEqualTo` takes exactly one value, got 2; write one requirement a value",
        ),
        (["--value", "0=UK"], "unknown country `UK`; did you mean `GB`?"),
        (["--value", "0=98"], "requirement 0: "),
        (["--value", "0=US-ZZ"], "`ZZ` is in no list, so a requirement cannot name it"),
        (["--guard", "1=accept"], "unknown guard `accept`; did you mean `Accept`?"),
        (["--guard", "1=Preview"], "unknown guard `Preview`; did you mean `PreviewAndAccept`?"),
        (["--guard", "1="], "unknown guard `''`; known are `Accept`, `PreviewAndAccept`, `DiscoverPreviewAndAccept`"),
        (["--set", "Worker_Local=US"], "did you mean `Worker_Locale`?"),
        (["--set", "Worker_Locale="], "Worker_Locale: got an empty fact"),
    ],
)
def test_changes_that_cannot_be(changes: list[str], said: str) -> None:
    """A change of nothing, of a requirement that there is not, or to what it cannot be, is refused."""
    words = refusal("what-if", "hit.json", "worker.json", *changes)

    assert said in words


def test_value_of_a_requirement_that_takes_none() -> None:
    """A requirement without values cannot be given one; a HIT without requirements has none to change."""
    put("hit.json", [requirement("3TEST", "Exists")])
    put("empty.json", {"QualificationRequirements": []})

    assert "`Exists` takes no values, got 1; leave the values out" in refusal(
        "what-if", "hit.json", "A1", "--value", "0=1"
    )
    assert "no requirement 0; the HIT has no requirements" in refusal("what-if", "empty.json", "A1", "--without", "0")


def test_all_wrong_changes_are_named_at_once() -> None:
    """Every change that cannot be is a problem of its own."""
    words = refusal("what-if", "hit.json", "worker.json", "--value", "1=x", "--without", "7", "--guard", "8=Accept")

    assert words.startswith("qualeval: 3 problems\n")
    assert all(said in words for said in ("no requirement 7", "no requirement 8", "got `x`, expected an integer"))


def test_one_worker_is_expected() -> None:
    """A file of several workers is refused, with their ids; both inputs cannot be standard input."""
    put("many.json", [{"WorkerId": "A1"}, {"WorkerId": "A2"}])

    said = refusal("what-if", "hit.json", "many.json", "--without", "1")
    assert "many.json: expected one worker, found 2: `A1`, `A2`" in said
    assert "standard input can be read once" in refusal("what-if", "-", "-", "--without", "1")


def test_standard_input() -> None:
    """HIT or WORKER may be `-`."""
    hit, worker = (Path(name).read_text("utf-8") for name in ("hit.json", "worker.json"))

    assert run("what-if", "-", "worker.json", "--value", "1=97", stdin=hit).status == 0
    assert run("what-if", "hit.json", "-", "--value", "1=97", stdin=worker).status == 0


def test_worker_id() -> None:
    """A worker of whom only the id is known can be told facts."""
    facts = ["Worker_Locale=US", "Worker_PercentAssignmentsApproved=98..", "3TEST=1,2"]
    arguments = [part for fact in facts for part in ("--set", fact)]

    assert run("what-if", "hit.json", "A1", *arguments).status == 0
    assert run("what-if", "hit.json", "A1", *arguments[:4]).status == 3


def test_fact_that_no_requirement_asks_for() -> None:
    """A fact on another type is noted, also where the requirement on it was left out."""
    noted = run("what-if", "hit.json", "worker.json", "--set", "3TEST=1", "--without", "2")

    assert noted.err == "note: no requirement of the HIT is about 3TEST\n"


@given(st.lists(requirements(), min_size=1, max_size=3), profiles(), st.data())
@settings(max_examples=60)
def test_after_is_the_check_of_the_changed_hit(asked: list[Any], profile: Any, data: st.DataObject) -> None:
    """Leaving requirements out and guarding otherwise is answered as `check` answers of the HIT that was edited."""
    facts, complete = profile
    trees = [wire(each) for each in asked]
    without = data.draw(st.sets(st.integers(0, len(trees) - 1), min_size=1))
    drawn = data.draw(st.dictionaries(st.integers(0, len(trees) - 1), st.sampled_from(list(qe.ActionsGuarded))))
    guards = {index: guard for index, guard in drawn.items() if index not in without}
    put("hit.json", trees)
    put("worker.json", {"WorkerId": "A1", "Facts": facts, "Complete": complete})
    edited = [
        {key: value for key, value in tree.items() if key != "RequiredToPreview"}
        | {"ActionsGuarded": str(guards[index])}
        if index in guards
        else tree
        for index, tree in enumerate(trees)
    ]
    kept = [tree for index, tree in enumerate(edited) if index not in without]
    put("edited.json", {"QualificationRequirements": kept})
    changes = [part for index in without for part in ("--without", str(index))]
    changes += [part for index, guard in guards.items() for part in ("--guard", f"{index}={guard}")]

    checked = run("check", "edited.json", "worker.json", "--format", "json")
    changed = run("what-if", "hit.json", "worker.json", *changes, "--format", "json")
    assert (changed.status, changed.json["after"]) == (checked.status, json.loads(checked.out))


# --vary


def test_vary() -> None:
    """`--vary` has the break points of a type, in order, under a heading that names it; no change is needed."""
    found = run("what-if", "hit.json", "worker.json", "--vary", "Worker_PercentAssignmentsApproved", "--vary", "3TEST")

    assert (found.status, found.err) == (1, "")
    assert found.rows == [
        "HIT 3HIT",
        "A1",
        "",
        "discover permitted",
        "preview permitted",
        "accept denied",
        "",
        "By Worker_PercentAssignmentsApproved, all else as it is",
        "..97 preview; 98.. accept",
        "",
        "By 3TEST, all else as it is",
        "lacks,..0 discover; 1..2 preview; 3.. discover",
        "",
        "Reasons",
        "0 met Worker_Locale In US observed US-WA guards DiscoverPreviewAndAccept",
        "1 unmet Worker_PercentAssignmentsApproved GreaterThanOrEqualTo 98 observed 97 guards Accept",
        "2 met 3TEST In 1, 2 observed 2 guards PreviewAndAccept",
    ]


def test_vary_three_levels() -> None:
    """Requirements on one type that guard different actions make a staircase."""
    put("hit.json", [RATE, requirement(PERCENT, "GreaterThan", 94, ActionsGuarded="PreviewAndAccept")])

    assert "..94 discover; 95..97 preview; 98.. accept" in run(
        "what-if", "hit.json", "A1", "--vary", "Worker_PercentAssignmentsApproved"
    ).rows


def test_vary_after_changes() -> None:
    """The break points are those after the other changes of worker and HIT, and come after the changes."""
    found = run("what-if", "hit.json", "worker.json", "--value", "1=90", "--set", "3TEST=9", "--vary", PERCENT)
    start = found.rows.index("By Worker_PercentAssignmentsApproved, all else as it is")

    assert found.rows[start + 1] == "any value discover"
    assert found.rows.index("Changes") < start < found.rows.index("Reasons after")


def test_vary_what_is_possible() -> None:
    """Where other facts are missing, what the worker could do for certain and possibly are told apart."""
    found = run("what-if", "hit.json", "A1", "--set", "Worker_Locale=US", "--vary", "Worker_PercentAssignmentsApproved")

    assert found.status == 3
    assert "..97 discover, possibly preview; 98.. discover, possibly accept" in found.rows


def test_vary_json() -> None:
    """JSON has the same in order under the type's name, and no such key where nothing is varied."""
    arguments = ["what-if", "hit.json", "worker.json", "--vary", PERCENT, "--vary", "Worker_Locale", "--format", "json"]
    found = run(*arguments, "--set", "3TEST=unknown").json

    assert list(found) == ["before", "after", "changes", "regions"]
    assert found["regions"] == {
        "Worker_PercentAssignmentsApproved": [
            {"states": "..97", "access": "discover", "possible": "preview"},
            {"states": "98..", "access": "discover", "possible": "accept"},
        ],
        "Worker_Locale": [
            {"states": "anywhere but US", "access": "none", "possible": "none"},
            {"states": "US", "access": "discover", "possible": "preview"},
        ],
    }


def test_vary_what_is_long() -> None:
    """Lists of places and partitions of many parts have a row for each access, which begins with it."""
    places, odd = [{"Country": code} for code in ("AD", "AE", "AF")], range(1, 30, 2)
    put("hit.json", [requirement(LOCALE, "NotIn", LocaleValues=places), requirement("3TEST", "NotIn", *odd)])
    rows = run("what-if", "hit.json", "worker.json", "--vary", "Worker_Locale", "--vary", "3TEST").rows

    assert rows[rows.index("By Worker_Locale, all else as it is") :][1:3] == [
        "preview AD, AE, AF",
        "accept anywhere but AD, AE, AF",
    ]
    assert rows[rows.index("By 3TEST, all else as it is") :][1:3] == [
        f"preview lacks,{','.join(map(str, odd))}",
        f"accept ..0,{','.join(map(str, range(2, 30, 2)))},30..",
    ]


def test_vary_what_no_requirement_asks_for() -> None:
    """A type that makes no difference is shown to make none, and noted once."""
    vary = ["--vary", "Masters", "--vary", "2F1QJWKUDD8XADTFD2Q0G6UTO95ALH"]
    found = run("what-if", "hit.json", "worker.json", *vary, "--set", "Masters=holds")

    assert found.err == "note: no requirement of the HIT is about Masters\n"
    assert found.rows.count("By Masters, all else as it is") == 1
    assert "lacks,holds preview" in found.rows


def test_vary_by_name() -> None:
    """Types are called by their configured names."""
    put("qualeval.toml", "[types]\nscreening = '3TEST'\n")
    arguments = ["what-if", "hit.json", "worker.json", "--vary", "screening"]

    assert "By screening, all else as it is" in run(*arguments).rows
    assert list(run(*arguments, "--format", "json").json["regions"]) == ["screening"]
    assert "did you mean `screening`?" in refusal(*arguments[:-1], "screning")


@given(st.lists(requirements(), min_size=1, max_size=4), profiles(), st.data())
@settings(max_examples=60)
def test_regions_are_the_checks_of_their_states(asked: list[Any], profile: Any, data: st.DataObject) -> None:
    """A worker in a state of a region is decided just as the region says, all else as it is."""
    facts, complete = profile
    type_id = data.draw(st.sampled_from([each.qualification_type_id for each in asked]))
    put("hit.json", {"QualificationRequirements": [wire(each) for each in asked]})
    put("worker.json", {"WorkerId": "A1", "Facts": facts, "Complete": complete})
    varied = run("what-if", "hit.json", "worker.json", "--vary", type_id, "--format", "json").json["regions"]
    ((name, regions),) = varied.items()
    region = data.draw(st.sampled_from(regions))
    if region["states"].startswith("lacks,"):  # --set has no word for lacking beside values
        region["states"] = data.draw(st.sampled_from(["lacks", region["states"].removeprefix("lacks,")]))

    assert regions
    if "anywhere" not in region["states"] and "but" not in region["states"] and region["states"] != "any value":
        facts = {"--set": f"{name}={region['states'].replace(' ', '')}"}
        checked = run("check", "hit.json", "worker.json", *facts.popitem(), "--format", "json").json
        assert (checked["access"], checked["possible"]) == (region["access"], region["possible"])
