"""The command line and tables: `check` of a pool or a workers file, `learn` from results, `exclude` who took part."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import qualeval as qe
from tests.cli import LOCALE, NUMBER, PERCENT, Ran, put, refusal, requirement, run
from tests.test_workers_csv import ASSIGNMENT, RESULTS, ROW, text


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    locale = {"LocaleValues": [{"Country": "US"}]}
    put("hit.json", {"HIT": {"HITId": "3HIT", "QualificationRequirements": [
        requirement(LOCALE, "EqualTo", **locale), requirement(PERCENT, "GreaterThanOrEqualTo", 95),
        requirement("3DONE", "DoesNotExist"),
    ]}})  # fmt: skip
    put("pool.csv", "WorkerId,Worker_Locale,Worker_PercentAssignmentsApproved,3DONE,note\n"
        "A1,US,99,,x\nA2,US,94,lacks,\nA3,US,,1,\n")  # fmt: skip
    put("qualeval.toml", '[types]\n"Study 1 done" = "3DONE"\n"Good, or great" = "3TAG"\n')
    put("workers.csv", text(ROW))
    others = {**ASSIGNMENT, "WorkerId": "A2"}, {**ASSIGNMENT, "HITId": "3OTHER"}
    put("batch.csv", text(ASSIGNMENT, *others, header=RESULTS))


def verdicts(found: Ran) -> list[str]:
    """Each worker's outcome, of the rows of text."""
    return [" ".join(row.split()[:2]) for row in found.rows if row.startswith("A")]


# check


def test_check_of_a_pool() -> None:
    """Each row is a worker; what empty cells were read as, and what says nothing, is told beside the answer."""
    found = run("check", "hit.json", "pool.csv", "--nulls", "lacks")

    assert found.status == 1
    assert verdicts(found) == ["A1 permitted", "A2 denied", "A3 denied"]
    assert found.rows[-1] == "3 workers, accept: 1 permitted, 2 denied, 0 unknown"
    assert found.err.splitlines() == [
        "note: pool.csv: empty cells read as lacks: Study 1 done 1",
        "note: pool.csv: empty cells read as unknown: Worker_PercentAssignmentsApproved 1",
        "note: pool.csv: columns that are called like no type say nothing: note",
    ]


def test_check_of_a_stream() -> None:
    """A table may come through a pipe; of many workers, also of one alone, an object a line."""
    found = run("check", "hit.json", "-", "--format", "json", stdin="WorkerId;3DONE\nA1;lacks\n")

    assert json.loads(found.out)["worker_id"] == "A1"
    assert found.out.count("\n") == 1
    assert found.status == 3


def test_check_with_facts_for_all() -> None:
    """`--set` speaks of every worker of a table."""
    facts = ("--set", "Worker_PercentAssignmentsApproved=99", "--set", "3DONE=lacks")
    found = run("check", "hit.json", "pool.csv", *facts)

    assert (found.status, verdicts(found)) == (0, ["A1 permitted", "A2 permitted", "A3 permitted"])


@pytest.mark.parametrize(("on_error", "status"), [("skip", 0), ("report", 2)])
def test_rows_that_are_wrong(on_error: str, status: int) -> None:
    """They stop the answer, or are left out and counted; what is reported makes the input invalid."""
    put("pool.csv", "WorkerId,Worker_Locale,Worker_PercentAssignmentsApproved,3DONE\nA1,US,99,lacks\nA2,UK,1,lacks\n")
    found = run("check", "hit.json", "pool.csv", "--on-error", on_error)
    stopped = run("check", "hit.json", "pool.csv")
    problem = "row 3: Worker_Locale: unknown country `UK`; did you mean `GB`?"

    assert (found.status, verdicts(found)) == (status, ["A1 permitted"])
    assert (f"qualeval: {problem}" in found.err) == (on_error == "report")
    assert "note: pool.csv: 1 of 2 rows were left out, since something is wrong with them" in found.err
    assert (stopped.status, stopped.err) == (2, f"qualeval: pool.csv: {problem}\n")


def test_tables_without_workers() -> None:
    """Of no worker everything would be permitted, so there must be one."""
    put("empty.csv", "WorkerId,3DONE\n")
    put("wrong.csv", "WorkerId,3DONE\nA1,x\n")

    assert refusal("check", "hit.json", "empty.csv") == (
        "qualeval: empty.csv: expected a worker or several, found none\n"
    )
    assert "found none, since something is wrong with all 1 rows" in refusal(
        "check", "hit.json", "wrong.csv", "--on-error", "skip"
    )


def test_check_of_a_workers_file() -> None:
    """Own types are known by the names of the configuration; own figures count only where they are trusted."""
    facts = ("--set", "Worker_Locale=US", "--set", "3DONE=lacks")
    found = run("check", "hit.json", "workers.csv", *facts)
    trusted = run("check", "hit.json", "workers.csv", *facts, "--trust-own-statistics", "--format", "json")

    assert verdicts(found) == ["A1WORKER unknown"]
    assert trusted.json["actions"]["accept"] == "denied"
    assert trusted.json["assuming"] == {PERCENT: "91..92"}
    assert trusted.err.startswith("warning: what you have seen of workers yourself is taken for")


def test_check_with_a_mapping() -> None:
    """Somebody else's JSON Lines become profiles by a mapping file."""
    put("lines.jsonl", '{"who": "P1", "c": "US", "r": 99, "d": null}\n')
    put("map.yaml", "WorkerId: who\nColumns:\n  c: Worker_Locale\n  r: Worker_PercentAssignmentsApproved\n"
        "  d: {Type: Study 1 done, Empty: lacks}\n")  # fmt: skip

    assert run("check", "hit.json", "lines.jsonl", "--mapping", "map.yaml").status == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("worker.json", "--nulls", "lacks"), "`worker.json` is no table: --nulls"),
        (("pool.csv", "--trust-own-statistics"), "is for the requester site's workers file, which this is not"),
        (("workers.csv", "--nulls", "lacks"), "in the requester site's workers file an empty cell is always lacking"),
        (("batch.csv",), "the results of a batch say nothing of qualifications; `qualeval learn` makes facts of it"),
        (("pool.csv", "--nulls", "3OTHER=lacks"), "no column of `3OTHER`"),
        (("none.csv",), "no file none.csv"),
    ],
)
def test_what_does_not_fit(arguments: tuple[str, ...], words: str) -> None:
    """Options that a file has no use for, and files that are no workers, are refused."""
    put("worker.json", {"WorkerId": "A1"})

    assert words in refusal("check", "hit.json", *arguments)


# learn


def test_learn() -> None:
    """Facts from accepted work are profiles that `check` reads, with when and how they were learned."""
    found = run("learn", "hit.json", "--from", "batch.csv")
    put("learned.jsonl", found.out)
    profiles = qe.load_workers("learned.jsonl")
    fact = profiles[0].facts[PERCENT]

    assert found.status == 0
    assert [each.worker_id for each in profiles] == ["A1", "A2"]
    assert (str(fact), str(fact.basis)) == ("95..100", "inferred")
    assert fact.learned_at is not None
    assert fact.learned_at.isoformat() == "2019-07-10T18:22:33+00:00"
    assert found.err.splitlines() == [
        "2 workers accepted 3 assignments; given: 1 HIT",
        "  Worker_Locale in US (2 workers)",
        "  Worker_PercentAssignmentsApproved 95 or more (2 workers)",
        "note: nothing follows from 1 assignment of HITs that were not given: 3OTHER",
    ]
    assert verdicts(run("check", "hit.json", "learned.jsonl", "--set", "3DONE=lacks")) == [
        "A1 permitted", "A2 permitted"
    ]  # fmt: skip
    basis = [each["basis"] for each in json.loads(run("check", "hit.json", "learned.jsonl", "--format", "json")
             .out.splitlines()[0])["requirements"]]  # fmt: skip
    assert basis == ["inferred", "inferred", "stated"]


def test_learn_does_without_what_is_old() -> None:
    """What was accepted too long ago says no more than the least value of what only grows. HITs may be in a folder."""
    Path("hits").mkdir()
    asked = [requirement(PERCENT, "GreaterThan", 1), requirement(NUMBER, "GreaterThan", 100)]
    put("hits/one.json", {"HITId": "3HIT", "QualificationRequirements": asked})
    found = run("learn", "hits", "--from", "batch.csv", "--max-age", "90d")

    assert [each["Fact"] for each in json.loads(found.out.splitlines()[0])["Qualifications"]] == ["101.."]


def test_what_a_profile_cannot_say_is_told() -> None:
    """That a worker is anywhere but somewhere has no place in a profile; it is left out, and counted."""
    asked = [requirement(LOCALE, "NotIn", LocaleValues=[{"Country": "CN"}]), requirement("3TAG", "NotEqualTo", 3)]
    put("hit.json", {"HITId": "3HIT", "QualificationRequirements": asked})
    found = run("learn", "hit.json", "--from", "batch.csv")

    assert [each["Fact"] for each in json.loads(found.out.splitlines()[0])["Qualifications"]] == ["..2,4.."]
    assert "note: left out, since a profile cannot say that a worker is elsewhere: 2 facts" in found.err


def test_learn_refuses() -> None:
    """Results without the time of acceptance, an age that is none, and HITs without ids say why."""
    put("bare.json", [requirement(PERCENT, "GreaterThan", 1)])
    put("short.csv", "WorkerId,HITId\nA1,3HIT\n")

    assert "there is no column `AcceptTime`" in refusal("learn", "hit.json", "--from", "short.csv")
    assert "`90` is no age; write 90s, 30m, 12h or 7d" in refusal(
        "learn", "hit.json", "--from", "batch.csv", "--max-age", "90"
    )
    assert "a HIT without a HITId" in refusal("learn", "bare.json", "--from", "batch.csv")


# exclude


def test_exclude() -> None:
    """The upload has each worker once, the requirement is for the next HIT, and nothing is sent."""
    found = run("exclude", "--who", "batch.csv", "--type", "Study 1 done", "-o", "upload.csv")
    asked = {"QualificationTypeId": "3DONE", "Comparator": "DoesNotExist", "ActionsGuarded": "DiscoverPreviewAndAccept"}

    assert (found.status, found.json) == (0, [asked])
    assert Path("upload.csv").read_bytes() == b'"Worker ID","UPDATE-Study 1 done"\r\n"A1","1"\r\n"A2","1"\r\n'
    assert found.err == (
        "2 workers of 3 rows are in upload.csv, to be given Study 1 done 1; nothing is sent until you upload it "
        "(Manage > Workers > Upload CSV)\n"
    )
    put("next.json", found.out)
    put("a1.json", {"WorkerId": "A1", "Facts": {"3DONE": 1}})
    assert run("check", "next.json", "a1.json", "--action", "discover").status == 1


def test_exclude_overwrites_nothing() -> None:
    """A file that is there is left as it is, and one that cannot be made whole is not made."""
    put("formula.csv", "WorkerId\nA1\n=A1\n")

    assert "there is a file `pool.csv` already" in refusal(
        "exclude", "--who", "batch.csv", "--type", "Study 1 done", "-o", "pool.csv"
    )
    assert "row 3: WorkerId: got `=A1`, expected a worker id" in refusal(
        "exclude", "--who", "formula.csv", "--type", "Study 1 done", "-o", "new.csv"
    )
    assert not Path("new.csv").exists()


def test_exclude_needs_the_id() -> None:
    """The next HIT names the type by its id, which the name alone does not tell."""
    who = ("exclude", "--who", "batch.csv", "-o", "new.csv", "--type")

    refused = refusal(*who, "Study 2")
    assert "the id of the type `Study 2` is not known; give --type-id, --store or --own-names, or put" in refused
    assert "`Study 1 done` is known to be 3DONE" in refusal(*who, "Study 1 done", "--type-id", "3X")
    assert run(*who, "Study 2", "--type-id", "3X").json[0]["QualificationTypeId"] == "3X"


# Profiles with dates


def test_profiles_say_when_and_how() -> None:
    """An entry of a profile may say a fact in the short grammar, when it was learned, and what it rests on."""
    entry = {"QualificationTypeId": "3TAG", "Fact": "5..9", "LearnedAt": "2026-01-01T00:00:00Z", "Basis": "learned"}
    fact = qe.parse_worker({"WorkerId": "A1", "Qualifications": [entry]}).facts["3TAG"]

    assert (str(fact), fact.basis) == ("5..9", qe.Basis.LEARNED)
    assert fact.learned_at is not None
    assert fact.learned_at.year == 2026
    for wrong, words in (
        ({"Fact": "9..5"}, "Fact: got the inverted range 9..5; write 5..9"),
        ({"Basis": "guessed"}, "unknown basis `guessed`"),
        ({"IntegerValue": 5}, "got IntegerValue and Fact; give one of them"),
        ({"Status": "Lacks"}, "got Fact, but `Lacks` has no value"),
        ({"Fact": 5}, "expected text, got the number `5`"),
    ):
        with pytest.raises(qe.InvalidInput) as caught:
            qe.parse_worker({"WorkerId": "A1", "Qualifications": [{**entry, **wrong}]})
        assert words in str(caught.value)
