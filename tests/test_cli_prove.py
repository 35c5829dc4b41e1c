"""`qualeval prove`: claims about all who may take a HIT, proved, or refuted with a worker to show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import qualeval as qe
from tests.cli import LOCALE, NUMBER, PERCENT, Ran, put, refusal, requirement, run
from tests.strategies import profiles, requirements, wire

IN_US = requirement(LOCALE, "In", LocaleValues=[{"Country": "US"}], ActionsGuarded="DiscoverPreviewAndAccept")
RATE = requirement(PERCENT, "GreaterThanOrEqualTo", 98, ActionsGuarded="Accept")
IN_AMERICA = requirement(LOCALE, "In", LocaleValues=[{"Country": "US"}, {"Country": "CA"}])
COUNT = requirement(NUMBER, "GreaterThan", 100)

GOOD = {"WorkerId": "A1", "Facts": {"Worker_Locale": "US-WA", "Worker_PercentAssignmentsApproved": 99, "3OTHER": 7}}
BAD = {"WorkerId": "A2", "Facts": {"Worker_Locale": "US-WA", "Worker_PercentAssignmentsApproved": 97}}
DARK = {"WorkerId": "A3", "Facts": {"Worker_Locale": "US"}}
LOCALE_AND_RATE = "Worker_Locale=US-CA, Worker_PercentAssignmentsApproved=98"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: a HIT, rules that hold and one that does not, and workers of each kind."""
    monkeypatch.chdir(tmp_path)
    put("hit.json", {"HITId": "3HIT", "QualificationRequirements": [IN_US, RATE]})
    put("holds.json", [IN_AMERICA, RATE])
    put("fails.json", [IN_AMERICA, COUNT])
    put("good.json", GOOD)
    put("bad.json", BAD)
    put("dark.json", DARK)
    put("all.json", [GOOD, BAD, DARK])
    put("some.json", [BAD, DARK])
    return tmp_path


def rows(found: Ran) -> list[str]:
    """The claims, below the heading."""
    return found.rows[3:]


def test_answer() -> None:
    """A row a claim with its verdict; below what is not proved why, with a worker to show."""
    found = run("prove", "hit.json", "--only", "fails.json", "--admits", "all.json", "--excludes", "bad.json")

    assert (found.status, found.err) == (1, "")
    assert found.rows == [
        "HIT 3HIT",
        "accept: refuted (3 proved, 2 refuted, 1 unknown)",
        "",
        "only proved Worker_Locale In US, CA",
        "only refuted Worker_NumberHITsApproved GreaterThan 100",
        f"a worker may accept it without: {LOCALE_AND_RATE}, Worker_NumberHITsApproved=100",
        "admits proved A1",
        "admits refuted A2",
        "accept is denied: raise PercentAssignmentsApproved from 97 to 98 or more",
        "known: Worker_Locale=US-WA, Worker_PercentAssignmentsApproved=97",
        "admits unknown A3",
        "accept is unknown: learn whether PercentAssignmentsApproved is 98 or more",
        "excludes proved A2",
    ]


def test_only_the_facts_that_count() -> None:
    """Of a worker who refutes a claim, facts that nobody asks about are not shown."""
    found = run("prove", "hit.json", "--excludes", "good.json")

    assert found.status == 1
    assert rows(found) == [
        "excludes refuted A1",
        "accept is permitted",
        "known: Worker_Locale=US-WA, Worker_PercentAssignmentsApproved=99",
    ]


@pytest.mark.parametrize(
    ("claims", "expected", "heading"),
    [
        (["--only", "holds.json"], 0, "accept: all 2 proved"),
        (["--only", "fails.json"], 1, "accept: refuted (1 proved, 1 refuted)"),
        (["--only", "hit.json"], 0, "accept: all 2 proved"),
        (["--admits", "good.json"], 0, "accept: proved"),
        (["--admits", "bad.json"], 1, "accept: refuted"),
        (["--admits", "dark.json"], 3, "accept: unknown"),
        (["--excludes", "good.json"], 1, "accept: refuted"),
        (["--excludes", "bad.json"], 0, "accept: proved"),
        (["--excludes", "dark.json"], 3, "accept: unknown"),
        (["--excludes", "some.json"], 3, "accept: unknown (1 proved, 1 unknown)"),
        (["--admits", "some.json"], 1, "accept: refuted (1 refuted, 1 unknown)"),
        (["--only", "holds.json", "--admits", "dark.json"], 3, "accept: unknown (2 proved, 1 unknown)"),
        (["--admits", "A9"], 3, "accept: unknown"),
    ],
)
def test_status(claims: list[str], expected: int, heading: str) -> None:
    """0 where all is proved, 1 where something is refuted, else 3 where something is unknown."""
    found = run("prove", "hit.json", *claims)

    assert (found.status, found.rows[1]) == (expected, heading)
    assert run("prove", "hit.json", *claims, "--format", "json").status == expected


def test_json() -> None:
    """JSON is one object: the action, what all comes to, and every proof, with the worker and the decision."""
    found = run("prove", "hit.json", "--only", "fails.json", "--admits", "dark.json", "--format", "json")
    proved, refuted, unknown = found.json["proofs"]

    assert (found.status, found.err) == (1, "")
    assert list(found.json) == ["action", "verdict", "proofs"]
    assert (found.json["action"], found.json["verdict"]) == ("accept", "refuted")
    assert proved == {
        "claim": "only",
        "requirement": "Worker_Locale In US, CA",
        "worker_id": None,
        "action": "accept",
        "index": 0,
        "verdict": "proved",
        "counterexample": None,
        "decision": None,
    }
    assert (refuted["index"], refuted["requirement"]) == (1, "Worker_NumberHITsApproved GreaterThan 100")
    assert refuted["decision"]["actions"]["accept"] == "permitted"
    assert qe.parse_worker(refuted["counterexample"]).facts[NUMBER].states.single == 100
    assert (unknown["claim"], unknown["worker_id"], unknown["requirement"]) == ("admits", "A3", None)
    assert unknown["decision"]["possible"] == "accept"


def test_action() -> None:
    """`--action` is what is claimed of: who may preview it need not have the rate."""
    admits = ["prove", "hit.json", "--admits", "bad.json", "--action"]

    assert [run(*admits, action).status for action in ("discover", "preview", "accept")] == [0, 0, 1]
    assert run("prove", "hit.json", "--only", "holds.json", "--action", "preview").status == 1
    assert run(*admits, "preview").rows[1] == "preview: proved"


def test_guards_of_the_claim_do_not_matter() -> None:
    """A requirement that guards accept alone is read as guarding the action that is asked about."""
    put("own.json", [requirement(LOCALE, "In", LocaleValues=[{"Country": "US"}], ActionsGuarded="Accept")])

    assert run("prove", "hit.json", "--only", "own.json", "--action", "discover").status == 0


def test_changes_of_the_hit() -> None:
    """The HIT can be changed first, in the words of `what-if`."""
    assert run("prove", "hit.json", "--admits", "bad.json", "--value", "1=97").status == 0
    assert run("prove", "hit.json", "--admits", "bad.json", "--without", "1").status == 0
    assert run("prove", "hit.json", "--only", "holds.json", "--guard", "1=Accept", "--without", "0").status == 1


@pytest.mark.parametrize("form", ["text", "json"])
def test_nobody(form: str) -> None:
    """Where nobody may do it, `--only` holds of nobody; that is noted."""
    changed = ["hit.json", "--value", "1=101", "--format", form]
    only, excludes = run("prove", *changed, "--only", "fails.json"), run("prove", *changed, "--excludes", "good.json")
    why = "note: nobody can accept it (no possible state of PercentAssignmentsApproved meets requirement 1)"

    assert (only.status, only.err) == (0, f"{why}, so --only has nobody to refute it\n")
    assert (excludes.status, excludes.err) == (0, f"{why}\n")


def test_worker_without_an_id() -> None:
    """A worker without an id is told by its place."""
    put("nameless.json", {"Facts": {"Worker_PercentAssignmentsApproved": 1}})

    assert rows(run("prove", "hit.json", "--admits", "nameless.json"))[0] == "admits refuted worker 0"


@pytest.mark.parametrize("place", ["hit", "--only", "--admits", "--excludes"])
def test_standard_input(place: str) -> None:
    """Any one of the inputs may be `-`."""
    files = {"hit": "hit.json", "--only": "holds.json", "--admits": "good.json", "--excludes": "bad.json"}
    given = {**files, place: "-"}
    options = [part for name in ("--only", "--admits", "--excludes") for part in (name, given[name])]

    assert run("prove", given["hit"], *options, stdin=Path(files[place]).read_text()).status == 0


def test_names_of_types() -> None:
    """A type may be called by its configured name, and is."""
    put("qualeval.toml", "[types]\nscreening = '3SCREEN'\n")
    put("rules.json", [requirement("screening", "GreaterThan", 79)])
    found = run("prove", "hit.json", "--only", "rules.json")

    assert rows(found)[0] == "only refuted screening GreaterThan 79"
    assert rows(found)[1].endswith(f"{LOCALE_AND_RATE}, screening=79")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["hit.json"], "nothing to prove; give --only, --admits or --excludes"),
        ([], "Missing argument 'HIT'"),
        (["hit.json", "--only"], "Option '--only' requires an argument"),
        (["hit.json", "--only", "nope.json"], "no file nope.json"),
        (["hit.json", "--only", "empty.json"], "--only empty.json: expected a requirement or several, found none"),
        (["hit.json", "--only", "good.json"], "this is a worker profile, expected a HIT"),
        (["hit.json", "--admits", "hit.json"], "this is a HIT, expected a worker profile"),
        (["hit.json", "--admits", "none.json"], "none.json: expected a worker or several, found none"),
        (["hit.json", "--excludes", "none.json"], "none.json: expected a worker or several, found none"),
        (["hit.json", "--only", "-", "--admits", "-"], "--only and --admits are both `-`, and standard input"),
        (["-", "--only", "-"], "HIT and --only are both `-`"),
        (["-", "--only", "-", "--admits", "-"], "HIT, --only and --admits are all `-`"),
        (["hit.json", "--only", "holds.json", "--value", "7=1"], "no requirement 7"),
        (["hit.json", "--only", "holds.json", "--action", "take"], "is not one of 'discover', 'preview', 'accept'"),
    ],
)
def test_what_is_refused(arguments: list[str], said: str) -> None:
    """Wrong usage and wrong input are refused: of nothing, everything could be proved."""
    put("empty.json", {"QualificationRequirements": []})
    put("none.json", [])

    assert said.replace("'", "") in refusal("prove", *arguments).replace("'", "")


def test_escape_sequences() -> None:
    """Ids and names from files reach no terminal raw."""
    escape = "\x1b[31mred"
    put("qualeval.toml", "[types]\n\"\\u001b[31mred\" = '3EVIL'\n")
    put("rules.json", [requirement("3EVIL", "GreaterThan", 1)])
    put("worker.json", {"WorkerId": escape, "Facts": {"Worker_Locale": "GB"}})
    put("hit.json", {"HITId": escape, "Title": escape, "QualificationRequirements": [IN_US]})

    for form in ("text", "json"):
        found = run("prove", "hit.json", "--only", "rules.json", "--admits", "worker.json", "--format", form)
        assert found.status == 1
        assert "red" in found.out
        assert "\x1b" not in found.out + found.err


@given(st.lists(requirements(), max_size=3), st.lists(requirements(), min_size=1, max_size=2), profiles(), st.data())
@settings(max_examples=60)
def test_verdicts_are_judged_again(asked: list[Any], claimed: list[Any], profile: Any, data: st.DataObject) -> None:
    """What refutes a claim is decided so by `check`; the status is that of the verdicts."""
    facts, complete = profile
    action = str(data.draw(st.sampled_from(list(qe.Action))))
    put("hit.json", {"QualificationRequirements": [wire(each) for each in asked]})
    put("rules.json", [wire(each) for each in claimed])
    put("worker.json", {"WorkerId": "A1", "Facts": facts, "Complete": complete})
    options = ["--only", "rules.json", "--admits", "worker.json", "--excludes", "worker.json", "--action", action]
    found = run("prove", "hit.json", *options, "--format", "json")
    checked = run("check", "hit.json", "worker.json", "--action", action).status
    verdicts = {(each["claim"], each["index"]): each["verdict"] for each in found.json["proofs"]}

    assert verdicts["admits", 0] == {0: "proved", 1: "refuted", 3: "unknown"}[checked]
    assert verdicts["excludes", 0] == {0: "refuted", 1: "proved", 3: "unknown"}[checked]
    assert found.status == (1 if "refuted" in verdicts.values() else 3 if "unknown" in verdicts.values() else 0)
    for each in found.json["proofs"][: len(claimed)]:
        if each["verdict"] == "refuted":
            shown = qe.parse_worker(each["counterexample"])
            alone = qe.change_hit(qe.HIT([claimed[each["index"]]]), guards={0: "DiscoverPreviewAndAccept"})
            assert qe.compile_requirements(asked).permits(shown, qe.Action(action))
            assert not qe.compile_hit(alone).permits(shown)
