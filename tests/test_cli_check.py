"""`qualeval check`: every form of input, one worker and many, facts from the command line, and what is refused."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import qualeval as qe
from tests.cli import LOCALE, NUMBER, PERCENT, put, refusal, requirement, run, spawn
from tests.strategies import profiles, requirements, wire

Tree = dict[str, Any]

US: Tree = {"QualificationTypeId": LOCALE, "Comparator": "EqualTo", "LocaleValues": [{"Country": "US"}]}
HIT: Tree = {
    "HITId": "3HIT",
    "Title": "Mark the birds",
    "QualificationRequirements": [US, requirement(PERCENT, "GreaterThanOrEqualTo", 98)],
}
HERE: Tree = {"Worker_Locale": "US-WA"}
PERMITTED: Tree = {"WorkerId": "A1", "Facts": HERE | {"Worker_PercentAssignmentsApproved": 99}}
DENIED: Tree = {"WorkerId": "A2", "Facts": HERE | {"Worker_PercentAssignmentsApproved": 97}}
OPEN: Tree = {"WorkerId": "A3", "Facts": HERE}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: a HIT, and one worker who may accept it, one who may not, one of whom it is not known."""
    monkeypatch.chdir(tmp_path)
    put("hit.json", HIT)
    for name, worker in (("permitted", PERMITTED), ("denied", DENIED), ("open", OPEN)):
        put(f"{name}.json", worker)
    return tmp_path


# The answer


def test_main_job(examples: Path) -> None:
    """The example is answered with the ladder, the reasons and the remedy."""
    found = run("check", str(examples / "hit.json"), str(examples / "worker.json"))

    assert found.status == 1
    assert found.err == ""
    assert found.rows == [
        "HIT 3EXAMPLEHIT0000000000000000001 “Mark the birds in 20 photographs”",
        "A1EXAMPLEWORKER may discover and preview it; accept is denied",
        "",
        "discover permitted",
        "preview permitted",
        "accept denied",
        "",
        "Reasons",
        "0 met Worker_Locale In US, CA observed US-WA guards DiscoverPreviewAndAccept",
        "1 met Worker_NumberHITsApproved GreaterThan 100 observed 512 guards PreviewAndAccept",
        "2 unmet Worker_PercentAssignmentsApproved GreaterThanOrEqualTo 98 observed 97 guards Accept",
        "3 met 3STUDY1DONE DoesNotExist observed lacks guards Accept",
        "",
        "Remedies",
        "2 raise PercentAssignmentsApproved from 97 to 98 or more (worker)",
    ]


@pytest.mark.parametrize(
    ("worker", "expected", "said"),
    [
        ("permitted.json", 0, "A1 may discover, preview and accept it"),
        ("denied.json", 1, "A2 may discover and preview it; accept is denied"),
        ("open.json", 3, "A3 may discover and preview it; accept is unknown"),
    ],
)
def test_status_and_summary(worker: str, expected: int, said: str) -> None:
    """The status is 0, 1 or 3 as the worker may, may not, or might; the second line says it in words."""
    found = run("check", "hit.json", worker)

    assert (found.status, found.rows[1], found.err) == (expected, said, "")


def test_summary_where_all_is_open() -> None:
    """Of a worker of whom nothing is known, nothing is certain; a HIT without id and title is not named."""
    put("hit.json", [requirement(PERCENT, "GreaterThan", 97, ActionsGuarded="DiscoverPreviewAndAccept")])

    assert run("check", "hit.json", "A1").rows[0] == "A1 may do nothing with it for certain; accept is unknown"


def test_summary_where_nothing_is_possible() -> None:
    """Of a worker who may do nothing at all, that is said."""
    put("hit.json", [requirement(PERCENT, "GreaterThan", 97, ActionsGuarded="DiscoverPreviewAndAccept")])

    found = run("check", "hit.json", "denied.json", "--action", "discover")
    assert found.rows[0] == "A2 may do nothing with it for certain; discover is denied"
    assert {"discover denied", "preview denied", "accept denied"} <= set(found.rows)


@pytest.mark.parametrize(("action", "expected"), [("discover", 0), ("preview", 1), ("accept", 1)])
def test_action_is_what_the_status_speaks_of(action: str, expected: int) -> None:
    """`--action` changes the status and the summary, and nothing else of the answer about one worker."""
    put("hit.json", [requirement(PERCENT, "GreaterThan", 98, ActionsGuarded="PreviewAndAccept")])
    found = run("check", "hit.json", "denied.json", "--action", action)

    assert found.status == expected
    assert found.rows[0].removeprefix("A2 may discover it") == ("" if expected == 0 else f"; {action} is denied")
    assert found.rows[1:] == run("check", "hit.json", "denied.json").rows[1:]


def test_json_has_the_stable_keys() -> None:
    """The object has the keys that the design names, in their order, and is the library's own."""
    found = run("check", "hit.json", "denied.json", "--format", "json")
    decision = qe.compile_hit(qe.load_hit("hit.json")).decide(qe.load_worker("denied.json"))

    assert found.status == 1
    assert found.json == decision.to_dict()
    assert list(found.json) == [
        "hit_id", "worker_id", "access", "possible", "actions", "requirements", "availability", "assuming",
        "learned_at", "evidence",
    ]  # fmt: skip
    assert found.json["actions"] == {"discover": "permitted", "preview": "permitted", "accept": "denied"}
    assert [list(each) for each in found.json["requirements"]] == 2 * [
        [
            "index", "qualification_type_id", "name", "comparator", "guards", "state", "reason", "conflicts_with",
            "admits", "observed", "basis", "learned_at", "remedy",
        ]
    ]  # fmt: skip
    assert (found.json["access"], found.json["possible"]) == ("preview", "preview")
    assert found.json["requirements"][1]["state"] == "unmet"


def test_availability_stands_beside_the_decision() -> None:
    """A HIT that has ended and a worker who is blocked are reported, and change no status."""
    put("hit.json", HIT | {"HITStatus": "Disposed", "Expiration": "2020-01-01T00:00:00Z"})
    put("permitted.json", PERMITTED | {"Blocked": True})
    found = run("check", "hit.json", "permitted.json")

    beside = found.rows[found.rows.index("Beside the decision") + 1 :]
    assert found.status == 0
    assert len(beside) == 3
    assert not run("check", "hit.json", "permitted.json", "--format", "json").json["availability"]["available"]


def test_undocumented_rules_are_named() -> None:
    """A decision that rests on a rule of grade C or I says so."""
    put("hit.json", [requirement("3A", "NotIn", 1)])
    put("worker.json", {"WorkerId": "A1", "Facts": {"3A": "lacks"}})
    found = run("check", "hit.json", "worker.json")

    assert found.status == 1
    assert "rests on a rule of evidence grade I" in found.out


# The forms of files

JSON_OF: dict[str, Callable[[], str]] = {
    "fetched": lambda: json.dumps({"HIT": HIT, "ResponseMetadata": {"HTTPStatusCode": 200}}),
    "fetched, bare": lambda: json.dumps(HIT),
    "ListHITs of one": lambda: json.dumps({"NumResults": 1, "HITs": [HIT]}),
    "request": lambda: json.dumps({"Title": "t", "QualificationRequirements": HIT["QualificationRequirements"]}),
    "requirements": lambda: json.dumps(HIT["QualificationRequirements"]),
    "laid out, with a mark": lambda: "\ufeff" + json.dumps(HIT, indent=4).replace("\n", "\r\n"),
    "YAML": lambda: YAML_HIT,
    "YAML of requirements": lambda: YAML_HIT.partition("QualificationRequirements:\n")[2],
}
YAML_HIT = """\
HITId: 3HIT
QualificationRequirements:
- QualificationTypeId: 00000000000000000071
  Comparator: EqualTo
  LocaleValues: [{Country: US}]   # the whole of it
- QualificationTypeId: 000000000000000000L0
  Comparator: GreaterThanOrEqualTo
  IntegerValues: [98]
"""


@pytest.mark.parametrize("form", JSON_OF)
@pytest.mark.parametrize("name", ["hit.json", "hit", "some hit.yml", "sub/hit.txt"])
def test_forms_of_hits(form: str, name: str) -> None:
    """A HIT is read in every form, by content and not by the name of the file."""
    Path("sub").mkdir()
    put(name, JSON_OF[form]())

    for worker, expected in (("permitted", 0), ("denied", 1), ("open", 3)):
        assert run("check", name, f"{worker}.json").status == expected


WORKER_FORMS = {
    "facts": '{"WorkerId": "A1", "Facts": {"Worker_Locale": "US-WA", "Worker_PercentAssignmentsApproved": 99}}',
    "entries": json.dumps(
        {
            "WorkerId": "A1",
            "Qualifications": [
                {"QualificationTypeId": LOCALE, "LocaleValue": {"Country": "US"}, "Status": "Granted"},
                {"QualificationTypeId": PERCENT, "IntegerRange": [98, None]},
            ],
        }
    ),
    "YAML": "WorkerId: A1\nFacts: {Worker_Locale: US-WA, Worker_PercentAssignmentsApproved: 98..}\n",
    "YAML with ids": "WorkerId: A1\nFacts: {00000000000000000071: US, 000000000000000000L0: 99}\n",
    "a list of one": '[{"WorkerId": "A1", "Facts": {"Worker_Locale": "US", "Worker_PercentAssignmentsApproved": 99}}]',
}


@pytest.mark.parametrize("form", WORKER_FORMS)
def test_forms_of_workers(form: str) -> None:
    """A worker is read in every form, from a file and from standard input."""
    put("worker", WORKER_FORMS[form])

    assert run("check", "hit.json", "worker").status == 0
    assert run("check", "hit.json", "-", stdin=WORKER_FORMS[form]).status == 0


@pytest.mark.parametrize("form", JSON_OF)
def test_hit_from_standard_input(form: str) -> None:
    """`-` is standard input."""
    assert run("check", "-", "denied.json", stdin=JSON_OF[form]()).status == 1


def test_standard_input_is_utf_8() -> None:
    """What comes through a pipe is UTF-8 whatever the terminal is, and what is not is refused with its place."""
    put("hit.json", HIT | {"Title": "鳥"})

    assert "“鳥”" in run("check", "-", "A1", stdin=Path("hit.json").read_bytes()).out
    assert "<stdin>: line 1, column 12: not UTF-8: the byte 0xff" in refusal(
        "check", "-", "A1", stdin=b'{"HITId": "\xff"}'
    )


def test_both_from_standard_input_is_refused() -> None:
    """Standard input can be read once."""
    said = refusal("check", "-", "-", stdin=json.dumps(HIT))

    assert "HIT and WORKER are both `-`, and standard input can be read once; name a file for one" in said


def test_yaml_is_read_as_json_reads_it() -> None:
    """`NO` is Norway, and an id without quotes keeps its zeros."""
    put("hit.yaml", "- {QualificationTypeId: 00000000000000000071, Comparator: In, LocaleValues: [{Country: NO}]}\n")
    put("worker.yaml", "Facts: {Worker_Locale: NO}\n")
    found = run("check", "hit.yaml", "worker.yaml")

    assert found.status == 0
    assert "met Worker_Locale In NO observed NO guards Accept" in found.out.replace("  ", " ")


# Many workers


@pytest.fixture
def many() -> str:
    """A file of the three workers, in JSON Lines."""
    return put("workers.jsonl", "".join(json.dumps(each) + "\n" for each in (PERMITTED, DENIED, OPEN)))


def test_many_workers(many: str) -> None:
    """Each worker has a row with its outcome and what would help; the last line counts them."""
    found = run("check", "hit.json", many)

    assert found.status == 1
    assert found.rows == [
        "HIT 3HIT “Mark the birds”",
        "",
        "worker accept may what would change it",
        "A1 permitted accept",
        "A2 denied preview raise PercentAssignmentsApproved from 97 to 98 or more",
        "A3 unknown preview learn whether PercentAssignmentsApproved is 98 or more",
        "",
        "3 workers, accept: 1 permitted, 1 denied, 1 unknown",
    ]
    assert not [line for line in found.out.splitlines() if line != line.rstrip()]


def test_many_workers_equal_one_by_one(many: str) -> None:
    """JSON is one object a line, each the one that is printed of that worker alone."""
    found = run("check", "hit.json", many, "--format", "json")
    alone = [
        run("check", "hit.json", f"{name}.json", "--format", "json").json for name in ("permitted", "denied", "open")
    ]

    assert [json.loads(line) for line in found.out.splitlines()] == alone


@pytest.mark.parametrize(
    ("workers", "action", "expected"),
    [
        ([PERMITTED, PERMITTED], "accept", 0),
        ([PERMITTED, OPEN], "accept", 3),
        ([OPEN, DENIED, PERMITTED], "accept", 1),
        ([OPEN, DENIED, PERMITTED], "preview", 0),
    ],
)
def test_status_of_many(workers: list[Tree], action: str, expected: int) -> None:
    """Of many workers: denied if one is, else unknown if one is; of the action that is asked about."""
    many = [each | {"WorkerId": f"A{index}"} for index, each in enumerate(workers)]
    put("many.json", many)
    found = run("check", "hit.json", "many.json", "--action", action)

    assert found.status == expected
    assert f"{len(many)} workers, {action}: " in found.out


def test_rows_are_lines_where_nobody_looks_at_a_terminal() -> None:
    """A row stays one line, however long it is: other programs read it."""
    put("hit.json", [requirement(f"3{'X' * 55}{index}", "Exists") for index in range(8)])
    put("many.json", [OPEN, DENIED])

    rows = run("check", "hit.json", "many.json").rows
    assert [row.split()[0] for row in rows[:3]] == ["worker", "A3", "A2"]
    assert len(rows) == 5


@pytest.mark.parametrize("nobody", ["[]", '{"NumResults": 0, "Qualifications": []}'])
@pytest.mark.parametrize("form", ["text", "json"])
def test_no_worker_is_no_permission(nobody: str, form: str) -> None:
    """A file without a worker is refused: `all of none` would be a permission."""
    put("workers.json", nobody)

    said = refusal("check", "hit.json", "workers.json", "--format", form)
    assert said == "qualeval: workers.json: expected a worker or several, found none\n"
    assert "<stdin>" in refusal("check", "hit.json", "-", stdin=nobody)


# Facts from the command line

GRAMMAR = [
    ("Worker_PercentAssignmentsApproved", "98", "98", 0),
    ("Worker_PercentAssignmentsApproved", "95..100", "95..100", 3),
    ("Worker_PercentAssignmentsApproved", "95..", "95..100", 3),
    ("Worker_PercentAssignmentsApproved", "..94", "0..94", 1),
    ("Worker_PercentAssignmentsApproved", "1,3,8", "1, 3, 8", 1),
    ("Worker_PercentAssignmentsApproved", "unknown", "unknown", 3),
    ("Worker_PercentAssignmentsApproved", "holds", "unknown", 3),
    (PERCENT, "99", "99", 0),
    ("Worker_Locale", "US", "US", 0),
    ("Worker_Locale", "US-WA", "US-WA", 0),
    ("Worker_Locale", "CA,US", "CA, US", 3),
    ("Worker_Locale", "unknown", "unknown", 3),
    ("Worker_Locale", "GB", "GB", 1),
    ("Masters", "holds", "holds", 0),
    ("Masters", "lacks", "lacks", 1),
    ("Masters", "unknown", "unknown", 3),
]


@pytest.mark.parametrize(("name", "fact", "observed", "expected"), GRAMMAR)
def test_set(name: str, fact: str, observed: str, expected: int) -> None:
    """A fact in every form of the grammar takes the place of the file's, and of that one alone."""
    put("hit.json", [*HIT["QualificationRequirements"], requirement(qe.MASTERS, "Exists")])
    put("worker.json", PERMITTED | {"Facts": PERMITTED["Facts"] | {"Masters": "holds"}})
    found = run("check", "hit.json", "worker.json", "--set", f"{name}={fact}", "--format", "json")
    seen = {each["name"]: each["observed"] for each in found.json["requirements"]}
    before = {"Worker_Locale": "US-WA", "Worker_PercentAssignmentsApproved": "99", "Masters": "holds"}
    called = "Worker_PercentAssignmentsApproved" if name == PERCENT else name

    assert found.status == expected
    assert seen == before | {called: observed}
    assert found.err == ""


def test_set_again_and_again() -> None:
    """Facts of several types can be set, for every worker of a file."""
    put("many.json", [PERMITTED, DENIED])
    facts = ["--set", "Worker_PercentAssignmentsApproved=98", "--set", "Worker_Locale=US"]

    assert run("check", "hit.json", "A1", *facts).status == 0
    assert run("check", "hit.json", "many.json", *facts).status == 0


def test_fact_that_no_requirement_asks_for() -> None:
    """A fact on another type is noted on stderr: a mistyped id would go unnoticed."""
    found = run("check", "hit.json", "permitted.json", "--set", "3ABC=9", "--format", "json")

    assert (found.status, found.err) == (0, "note: no requirement of the HIT is about 3ABC\n")
    assert found.json["worker_id"] == "A1"


RATE = "Worker_PercentAssignmentsApproved"
NOT_FACTS = [
    (f"{RATE}=", f"{RATE}: got an empty fact; expected `98`"),
    (f"{RATE}= ", "got an empty fact"),
    (f"{RATE}=150", f"{RATE}: got 150, expected values within 0..100"),
    (f"{RATE}=-1", "got -1, expected values within 0..100"),
    (f"{RATE}=99..95", "got the inverted range 99..95; write 95..99"),
    (f"{RATE}=..", "got `..`; expected `98`, `95..100`"),
    (f"{RATE}=9.5", "got `9.5`; expected"),
    (f"{RATE}=lack", "got `lack`; did you mean `lacks`?"),
    (f"{RATE}=lacks", "got `lacks`, but every worker has a value of this type; say `unknown`"),
    (f"{RATE}=98,lacks", "got `lacks` in a list of values; a word stands alone"),
    (f"{RATE}={'9' * 5000}", "got an integer of 5000 digits; expected a smaller one"),
    ("Worker_Locale=", "Worker_Locale: got an empty fact; expected `US`, `US-WA`"),
    ("Worker_Locale=UK", "unknown country `UK`; did you mean `GB`?"),
    ("Worker_Locale=us", "unknown country `us`; did you mean `US`?"),
    ("Worker_Locale=98", "unknown country `98`; expected a two-letter code"),
    ("Worker_Local=US", "unknown qualification type `Worker_Local`; did you mean `Worker_Locale`?"),
    ("worker_locale=US", "did you mean `Worker_Locale`?"),
    ("my-test=1", "unknown qualification type `my-test`; names of your own go into [tool.qualeval.types]"),
    ("Worker_Locale", "--set `Worker_Locale`: expected TYPE=..., with an equals sign"),
    ("=98", "--set `=98`: expected TYPE=..., got nothing before the sign"),
    ("", "--set ``: expected TYPE=..., with an equals sign"),
]


@pytest.mark.parametrize(("text", "said"), NOT_FACTS)
def test_set_that_is_no_fact(text: str, said: str) -> None:
    """What is no fact, or about no type, is refused with what was got and what was expected."""
    assert said in refusal("check", "hit.json", "permitted.json", "--set", text)


@pytest.mark.parametrize(("second", "said"), [("Worker_Locale", "given twice"), (LOCALE, "another name are one type")])
def test_set_one_type_twice(second: str, said: str) -> None:
    """Two facts on one type are refused, by whatever names."""
    assert said in refusal("check", "hit.json", "A1", "--set", "Worker_Locale=US", "--set", f"{second}=CA")


def test_all_wrong_facts_are_named_at_once() -> None:
    """Every wrong fact is a problem of its own."""
    said = refusal("check", "hit.json", "A1", "--set", "Worker_Locale=UK", "--set", f"{RATE}=150", "--set", "x=1")

    assert said.startswith("qualeval: 3 problems\n")
    assert [line.split(":")[0].strip() for line in said.splitlines()[1:]] == ["Worker_Locale", RATE, "x"]


# Names of one's own


@pytest.mark.parametrize(
    ("file", "table"), [("pyproject.toml", "tool.qualeval.types"), ("qualeval.toml", "types")]
)  # fmt: skip
def test_names_of_the_configuration(file: str, table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names in the nearest configuration can be used everywhere, and appear in every answer."""
    put(file, f'[{table}]\nstudy_1_done = "3DONE"\n')
    Path("sub").mkdir()
    monkeypatch.chdir("sub")
    put("hit.json", [requirement("study_1_done", "DoesNotExist")])
    put("worker.yaml", "WorkerId: A1\nFacts: {study_1_done: lacks}\n")
    text = run("check", "hit.json", "worker.yaml", "--set", "study_1_done=1")

    assert text.status == 1
    assert "0 unmet study_1_done DoesNotExist observed 1 guards Accept" in text.rows
    assert "0 lose study_1_done (requester)" in text.rows
    assert "3DONE" not in text.out
    assert run("check", "hit.json", "worker.yaml").status == 0
    found = run("check", "hit.json", "worker.yaml", "--format", "json").json["requirements"][0]
    assert (found["qualification_type_id"], found["name"]) == ("3DONE", "study_1_done")
    assert "not hold study_1_done" in run("explain", "hit.json").out
    assert "did you mean `study_1_done`?" in refusal("check", "hit.json", "worker.yaml", "--set", "study_1_don=1")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x", "qualeval.toml: line 1, column"),
        ("[types]\na = 3\n", "types.a: expected a type id as text, got the number `3`; put the id into quotes"),
        ('[typs]\na = "3A"\n', "unknown table `typs`; did you mean `types`?"),
        ('[types]\nMasters = "3A"\n', "`Masters` is the name of a system type already; choose another name"),
    ],
)
def test_configuration_that_is_broken(text: str, said: str) -> None:
    """A broken configuration is named, and is not passed over."""
    put("qualeval.toml", text)

    assert said in refusal("check", "hit.json", "permitted.json").replace(str(Path.cwd()), "")


# Files and ids


def test_worker_id_without_a_file() -> None:
    """A worker of whom only the id is known can be asked about."""
    found = run("check", "hit.json", "A2EXAMPLE", "--format", "json")

    assert (found.status, found.json["worker_id"]) == (3, "A2EXAMPLE")
    assert {each["observed"] for each in found.json["requirements"]} == {"unknown"}


def test_file_that_is_named_as_an_id() -> None:
    """What there is as a file is one, whatever it is called."""
    shutil.copy("hit.json", "3HIT")
    shutil.copy("denied.json", "A2")

    assert run("check", "3HIT", "A2").status == 1


@pytest.mark.parametrize(
    ("hit", "worker", "said"),
    [
        ("hit.jsno", "A1", "qualeval: no file hit.jsno; did you mean hit.json?\n"),
        ("hit.json", "opne.json", "qualeval: no file opne.json; did you mean open.json?\n"),
        ("./HIT", "A1", "qualeval: no file ./HIT"),
        ("nowhere/hit.json", "A1", "qualeval: no file nowhere/hit.json; there is no folder nowhere\n"),
        ("hit", "A1", "qualeval: no file hit"),
        ("3abc", "A1", "qualeval: no file 3abc"),
        ("A" * 65, "A1", "qualeval: no file AAA"),
        ("hit.json", "A1-B", "qualeval: no file A1-B"),
        ("", "A1", "qualeval: no file `''`\n"),
        ("hit.json", "", "qualeval: no file `''`\n"),
        ("3\u0661", "A1", "qualeval: no file 3\u0661"),
        (".", "A1", "qualeval: . is a directory; name a file in it\n"),
        ("hit.json", "SUB", "qualeval: SUB is a directory; name a file in it\n"),
        (
            "denied.json",
            "hit.json",
            "this is a worker profile, expected a HIT; give the HIT here, and the worker where",
        ),
        ("hit.json", "hit.json", "this is a HIT, expected a worker profile; give the worker here, and the HIT where"),
    ],
)
def test_names_that_lead_nowhere(hit: str, worker: str, said: str) -> None:
    """A name that is neither a file nor an id is called that, with the one that was meant."""
    Path("SUB").mkdir()

    assert said in refusal("check", hit, worker)


def test_mistyped_name_in_a_process() -> None:
    """A process says of a mistyped name just what this one does: one line on stderr, and status 2."""
    found = spawn("check", "hit.jsno", "A1")

    assert (found.status, found.out) == (2, "")
    assert found.err == "qualeval: no file hit.jsno; did you mean hit.json?\n"


# Bad input


def one(**others: Any) -> list[Tree]:
    """A list of one requirement that is right, but for these keys."""
    return [requirement(PERCENT, "GreaterThan", 97) | others]


def locale(**others: Any) -> list[Tree]:
    """A list of one requirement on the locale that is right, but for these keys."""
    return [US | others]


BAD_HITS: dict[str, tuple[object, str]] = {
    "not JSON": ('{"HIT": {', "line 1, column 10: not JSON: the text ends before its last bracket is closed"),
    "prose": ("hello", "line 1, column 1: expected an object or a list, got the text `hello`"),
    "a number": ("3", "line 1, column 1: expected an object or a list, got `3`"),
    "another shape": (
        {"a": 1},
        "an object with neither QualificationRequirements nor HITId; a HIT without requirements",
    ),
    "an empty object": ({}, "an object with neither QualificationRequirements nor HITId"),
    "an empty file": ("", "empty; expected an object or a list"),
    "blanks": (" \n\t", "nothing but blanks; expected an object or a list"),
    "binary": (b"\x89PNG\r\n\x1a\n", "not UTF-8: the byte 0x89"),
    "UTF-16": ("[]".encode("utf-16"), "encoded as UTF-16, expected UTF-8; save it as UTF-8"),
    "two HITs": ({"HITs": [HIT, HIT | {"HITId": "3B"}]}, "expected one HIT, found 2: `3HIT`, `3B`"),
    "no HITs": ({"HITs": []}, "expected one HIT, found none"),
    "an empty list": ([], 'found none; a HIT without requirements says `{"QualificationRequirements": []}`'),
    "a comparator": (one(Comparator="GreaterThen"), "unknown comparator `GreaterThen`; did you mean `GreaterThan`?"),
    "Equals": (
        one(Comparator="Equals"),
        "requirement 0: Comparator: unknown comparator `Equals`; did you mean `EqualTo`?",
    ),
    "a symbol": (one(Comparator=">="), "unknown comparator `>=`; did you mean `GreaterThanOrEqualTo`?"),
    "a blank before it": (one(Comparator=" EqualTo"), "did you mean `EqualTo`?"),
    "a guard": (
        one(ActionsGuarded="Acept"),
        "requirement 0: ActionsGuarded: unknown guard `Acept`; did you mean `Accept`?",
    ),
    "locales on an integer": (
        [{"QualificationTypeId": PERCENT, "Comparator": "EqualTo", "LocaleValues": [{"Country": "US"}]}],
        "requirement 0: LocaleValues: `000000000000000000L0` is compared with integers, got locales; use IntegerValues",
    ),
    "integers on a locale": (
        [requirement(LOCALE, "EqualTo", 3)],
        "requirement 0: IntegerValues: Worker_Locale is compared with locales, got integers; use LocaleValues",
    ),
    "no values": ([requirement(PERCENT)], "`GreaterThan` needs exactly one value, got none; give IntegerValues"),
    "an empty In": (one(Comparator="In", IntegerValues=[]), "`In` needs at least one value, got none"),
    "a boolean": (one(IntegerValues=[True]), "requirement 0: IntegerValues[0]: expected an integer, got `true`"),
    "a float": (one(IntegerValues=[97.0]), "IntegerValues[0]: expected an integer, got the number `97.0`; write `97`"),
    "a text": (one(IntegerValues=["97"]), "expected an integer, got the text `97`; write `97` without quotes"),
    "a value without a list": (one(IntegerValues=97), "expected a list, got the number `97`; write `[97]`"),
    "null": (one(IntegerValues=None), "requirement 0: IntegerValues: got `null`; leave the key out"),
    "two values": (
        one(Comparator="EqualTo", IntegerValues=[1, 2]),
        "`EqualTo` takes exactly one value, got 2; for a list use `In`",
    ),
    "values of Exists": (one(Comparator="Exists"), "`Exists` takes no values, got 1; leave the values out"),
    "a key twice": ('[{"Comparator": "In", "Comparator": "In"}]', "the key `Comparator` is written a second time"),
    "ActionGuarded": (
        one(ActionGuarded="Accept"),
        "unknown key `ActionGuarded` in a requirement; did you mean `ActionsGuarded`?",
    ),
    "the singular": (
        {"QualificationRequirement": one()},
        "unknown key `QualificationRequirement`, and no QualificationRequirements; did you mean",
    ),
    "LocaleValue": (
        [{"QualificationTypeId": LOCALE, "Comparator": "EqualTo", "LocaleValue": {"Country": "US"}}],
        "did you mean `LocaleValues`?",
    ),
    "one requirement": (US, "put it into a list, `[...]`"),
    "an object for a list": (
        {"QualificationRequirements": US},
        "expected a list of requirements, got an object; put the requirement",
    ),
    "a HIT type": (
        {"HITTypeId": "3T", "Title": "t"},
        "a request that names a HITTypeId has no requirements of its own",
    ),
    "UK": (
        locale(LocaleValues=[{"Country": "UK"}]),
        "requirement 0: LocaleValues[0].Country: unknown country `UK`; did you mean `GB`?",
    ),
    "XX": (locale(LocaleValues=[{"Country": "XX"}]), "unknown country `XX`; expected a two-letter code of ISO 3166-1"),
    "US-WA as a country": (
        locale(LocaleValues=["US-WA"]),
        'expected an object, got the text `US-WA`; write `{"Country": "US", "Subdivision": "WA"}`',
    ),
    "an ordering of locales": (locale(Comparator="LessThan"), "`LessThan`"),
    "a number as an id": (one(QualificationTypeId=71), 'write `"00000000000000000071"`'),
    "deep JSON": ("[" * 100_000, "objects and lists nested more than 100 deep; flatten it"),
    "deep YAML": (f"a: {'[' * 300}{']' * 300}", "objects and lists nested more than 100 deep; flatten it"),
    "deep YAML by indentation": (
        "".join(f"{' ' * n}a:\n" for n in range(500)),
        "nested more than 100 deep; flatten it",
    ),
    "an alias bomb": (
        "a: &a [x,x,x,x,x,x,x,x,x]\n"
        + "".join(f"{b}: &{b} [{','.join(['*' + a] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)),
        "the aliases stand for more than 100,000 values; write the values out",
    ),
    "an alias of itself": ("a: &a [*a]\n", "line 1, column"),
    "a Python object": ("!!python/object/apply:os.system [echo pwned]\n", "line 1, column 1"),
    "a tab": (
        "a:\n\tb: 1\n",
        "line 2, column 1: neither JSON nor YAML: a tab where spaces are expected; indent with spaces",
    ),
}


@pytest.mark.parametrize("case", BAD_HITS)
def test_bad_hit(case: str) -> None:
    """Every bad HIT is refused in a few short lines with the file, the place, what was got, expected, and the mend."""
    content, said = BAD_HITS[case]
    put("bad.json", content)
    words = refusal("check", "bad.json", "permitted.json")

    assert words.startswith("qualeval: bad.json: ")
    assert said in words
    assert len(words) < 1000
    assert words == refusal("explain", "bad.json") == refusal("what-if", "bad.json", "A1", "--without", "0")


@pytest.mark.parametrize("case", BAD_HITS)
def test_bad_hit_from_standard_input(case: str) -> None:
    """The same is said of standard input, by that name."""
    content, said = BAD_HITS[case]
    put("bad.json", content)
    words = refusal("check", "-", "A1", stdin=Path("bad.json").read_bytes())

    assert words.startswith("qualeval: <stdin>: ")
    assert said in words


ENTRY = {"QualificationTypeId": "3A", "IntegerValue": 1}
BAD_WORKERS: dict[str, tuple[object, str]] = {
    "not JSON": ('{"WorkerId": ', "not JSON"),
    "an empty file": ("", "empty; expected an object or a list"),
    "another shape": ({"a": 1}, "a: unknown key `a` in a worker profile; known are `WorkerId`"),
    "a misspelt key": ({"WorkerID": "A1"}, "unknown key `WorkerID` in a worker profile; did you mean `WorkerId`?"),
    "a type twice": (
        {"WorkerId": "A1", "Qualifications": [ENTRY, ENTRY]},
        "qualification 1: `3A` is said a second time, first at qualification 0; say it once",
    ),
    "a type twice, by name": (
        {
            "Qualifications": [{"QualificationTypeId": LOCALE, "LocaleValue": {"Country": "US"}}],
            "Facts": {"Worker_Locale": "US"},
        },
        "is said a second time, first at qualification 0; say it once",
    ),
    "a key twice": ('{"WorkerId": "A1", "WorkerId": "A2"}', "the key `WorkerId` is written a second time"),
    "a rate of 150": ({"Facts": {RATE: 150}}, f"Facts.{RATE}: got 150, expected values within 0..100"),
    "a rate of 150 in an entry": (
        {"Qualifications": [{"QualificationTypeId": PERCENT, "IntegerValue": 150}]},
        "expected values within 0..100",
    ),
    "an inverted range": (
        {"Qualifications": [{"QualificationTypeId": PERCENT, "IntegerRange": [99, 95]}]},
        "qualification 0: IntegerRange: got the inverted range 99..95; write 95..99",
    ),
    "an inverted range in words": ({"Facts": {RATE: "99..95"}}, "got the inverted range 99..95; write 95..99"),
    "an unknown country": ({"Facts": {"Worker_Locale": "UK"}}, "unknown country `UK`; did you mean `GB`?"),
    "a misspelt name": (
        {"Facts": {"Worker_local": "US"}},
        "unknown qualification type `Worker_local`; did you mean `Worker_Locale`?",
    ),
    "a boolean": ({"Facts": {"3A": True}}, "Facts.3A"),
    "a float": ({"Facts": {"3A": 1.0}}, "Facts.3A"),
    "a text for an integer": (
        {"Qualifications": [ENTRY | {"IntegerValue": "1"}]},
        "expected an integer, got the text `1`",
    ),
    "another worker in it": (
        {"WorkerId": "A1", "Qualifications": [ENTRY | {"WorkerId": "A2"}]},
        "this entry is about `A2`, the profile is about `A1`; give each worker a profile of its own",
    ),
    "an unknown status": (
        {"Qualifications": [ENTRY | {"Status": "Grant"}]},
        "unknown status `Grant`; did you mean `Granted`?",
    ),
    "an assignment": ({"AssignmentId": "3", "WorkerId": "A1"}, "an assignment says nothing of qualifications"),
}


@pytest.mark.parametrize("case", BAD_WORKERS)
def test_bad_worker(case: str) -> None:
    """Every bad profile is refused with the file, the place, what was got, expected, and the mend."""
    content, said = BAD_WORKERS[case]
    put("bad.json", content)
    words = refusal("check", "hit.json", "bad.json")

    assert words.startswith("qualeval: bad.json: ")
    assert said in words
    assert len(words) < 1000
    assert "<stdin>: " in refusal("check", "hit.json", "-", stdin=Path("bad.json").read_bytes())


def test_all_problems_of_a_file_are_reported_together() -> None:
    """A file with many problems is refused once, with a line for each in the order of the file, and its place."""
    requirements = [
        one(Comparator="x", ActionsGuarded="y", IntegerValues=["z"])[0],
        {"Comparator": "In"},
        one(Foo=1)[0],
    ]
    put("bad.json", json.dumps({"HIT": {"HITId": "3A", "QualificationRequirements": requirements}}, indent=1))
    first, *lines = refusal("check", "bad.json", "A1").splitlines()

    assert first == "qualeval: bad.json: 6 problems"
    assert [line.split(": ")[1:3] for line in lines] == [
        ["requirement 0", "Comparator"],
        ["requirement 0", "IntegerValues[0]"],
        ["requirement 0", "ActionsGuarded"],
        ["requirement 1", "`QualificationTypeId` is missing"],
        ["requirement 1", "IntegerValues"],
        ["requirement 2", "Foo"],
    ]
    places = [tuple(map(int, line.split(":")[0].replace("line ", "").split(", column "))) for line in lines]
    assert places == sorted(places)


def test_problems_of_many_workers_have_the_lines_of_the_file() -> None:
    """In JSON Lines every problem has the line of its worker."""
    put("bad.jsonl", '{"WorkerId": "A1"}\n\n{"WorkerId": "A2", "Facts": {"3A": true}}\n{"Workerid": "A3"}\n')
    lines = refusal("check", "hit.json", "bad.jsonl").splitlines()

    assert lines[0] == "qualeval: bad.jsonl: 2 problems"
    assert lines[1].startswith("  line 3, column ")
    assert "worker 1: Facts.3A" in lines[1]
    assert lines[2].startswith("  line 4, column ")


BIG = 50 * 2**20
BIG_FILES: dict[str, Callable[[], str]] = {
    "one word": lambda: "x" * BIG,
    "blanks": lambda: "\n" * BIG,
    "YAML": lambda: "- a: 1\n" * (BIG // 7),
    "a text that is not closed": lambda: '{"x": "' + "y" * BIG,
    "nested": lambda: "[1," * (BIG // 3),
    "objects in a row": lambda: '{"a":1}' * (BIG // 7),
    "a list of numbers": lambda: "[" + "1," * (BIG // 2) + "}",
}


@pytest.mark.slow
@pytest.mark.parametrize("case", BIG_FILES)
def test_file_of_50_megabytes(case: str) -> None:
    """A huge file that is nothing is refused within seconds, in one short line, in a gigabyte and a half of memory."""
    put("big.json", BIG_FILES[case]())
    found = spawn("check", "big.json", "A1", shell='ulimit -v 1500000; exec "$@"', timeout=30)

    assert (found.status, found.out) == (2, "")
    assert found.err.startswith("qualeval: big.json: ")
    assert found.err.count("\n") == 1
    assert len(found.err) < 300


@pytest.mark.slow
def test_hit_of_50_megabytes() -> None:
    """A huge file that is a HIT is judged."""
    put("big.json", json.dumps(HIT | {"Description": "x" * BIG}))
    found = spawn("check", "big.json", "denied.json", shell='ulimit -v 1500000; exec "$@"', timeout=30)

    assert (found.status, found.err) == (1, "")
    assert "A2 may discover and preview it" in found.out


# Malformed requirements


@st.composite
def mutations(draw: st.DrawFn) -> tuple[list[Tree], bool]:
    """Requirements of which one was damaged, and whether the damage is such that it must be refused."""
    trees = [wire(each) for each in draw(st.lists(requirements(), min_size=1, max_size=3))]
    tree = draw(st.sampled_from(trees))
    key = draw(st.sampled_from(sorted(tree)))
    damage = draw(st.sampled_from(["delete", "rename", "retype", "damage an item"]))
    if damage == "damage an item" and isinstance(tree[key], list):
        return trees, draw(_item_damage(tree[key]))
    if damage == "delete":
        del tree[key]
        return trees, key not in ("ActionsGuarded", "RequiredToPreview")
    if damage == "rename":
        name = draw(st.sampled_from([f"{key}s", key[:-1], key.lower(), f" {key}", f"x{key}", "", "LocaleValue"]))
        tree[name] = tree.pop(key)
    else:
        tree[key] = draw(_other(tree[key]))
    return trees, True


@st.composite
def _item_damage(draw: st.DrawFn, items: list[Any]) -> bool:
    """Damages one value of a list; tells whether it must be refused."""
    place = draw(st.integers(0, len(items) - 1))
    if draw(st.booleans()):
        del items[place]
        return not items
    if isinstance(items[place], dict) and draw(st.booleans()):
        inner = draw(st.sampled_from(sorted(items[place])))
        items[place][inner] = draw(
            _other(items[place][inner]) if inner == "Country" else st.sampled_from([1, True, []])
        )
    else:
        items[place] = draw(_other(items[place]))
    return True


def _other(value: object) -> st.SearchStrategy[Any]:
    """A JSON value of another type."""
    others: list[Any] = [None, True, 3, 2.5, "x", [], ["x"], {}, {"Country": "US", "Sub": "WA"}]
    return st.sampled_from([each for each in others if type(each) is not type(value)]).map(copy.deepcopy)


@given(mutations(), profiles())
@settings(max_examples=200)
def test_malformed_requirement_never_yields_a_permission(damaged: tuple[list[Tree], bool], profile: Any) -> None:
    """A requirement that was damaged is refused, or the HIT is another HIT, of which the library says the same."""
    trees, is_broken = damaged
    facts, complete = profile
    put("worker.json", {"WorkerId": "A1", "Facts": facts, "Complete": complete})
    found = run("check", "-", "worker.json", "--format", "json", stdin=json.dumps({"QualificationRequirements": trees}))
    try:
        hit = qe.parse_hit({"QualificationRequirements": trees})
    except qe.InvalidInput:
        assert (found.status, found.out) == (2, "")
        return

    decision = qe.compile_hit(hit).decide(qe.load_worker("worker.json"))
    assert not is_broken
    assert found.json == decision.to_dict()
    assert found.status == {"permitted": 0, "denied": 1, "unknown": 3}[str(decision.outcome())]


@given(st.lists(requirements(), max_size=3), profiles(), st.sampled_from(list(qe.Action)))
@settings(max_examples=100)
def test_command_says_what_the_library_says(asked: list[Any], profile: Any, action: qe.Action) -> None:
    """Text, JSON and status are those of the library's decision."""
    facts, complete = profile
    put("hit.json", {"QualificationRequirements": [wire(each) for each in asked]})
    put("worker.json", {"WorkerId": "A1", "Facts": facts, "Complete": complete})
    decision = qe.compile_requirements(asked).decide(qe.load_worker("worker.json"))
    as_json = run("check", "hit.json", "worker.json", "--action", str(action), "--format", "json")
    as_text = run("check", "hit.json", "worker.json", "--action", str(action))

    assert as_json.json == decision.to_dict()
    assert (
        as_json.status == as_text.status == {"permitted": 0, "denied": 1, "unknown": 3}[str(decision.outcome(action))]
    )
    for each in qe.Action:
        assert f"{each} {decision.outcome(each)}" in as_text.rows


def test_numbers_of_hits_are_open_above() -> None:
    """An open end of a type without a greatest value stays open."""
    put("hit.json", [requirement(NUMBER, "GreaterThan", 100)])
    found = run("check", "hit.json", "A1", "--set", "Worker_NumberHITsApproved=101..", "--format", "json")

    assert found.status == 0
    assert found.json["requirements"][0]["observed"] == "101.."
