"""The requester site's own files: the workers file, a batch's results, and the upload form."""

from __future__ import annotations

import csv
import io
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qualeval as qe

NAMES = qe.TypeNames({"Study 1 done": "3STUDY1DONE", "Good, or great": "3TAG"})
TIMES = ("Lifetime", "Last 30 days", "Last 7 days")
FIGURES = [
    name
    for time in TIMES
    for name in (
        f"Number of HITs approved or rejected - {time}",
        f"Number of HITs approved - {time}",
        f"Your {time} approval rate",
    )
]
HEADER = [
    "Worker ID", "Link to Individual Worker Page", *FIGURES, "CURRENT-Study 1 done", "UPDATE-Study 1 done",
    "CURRENT-Good, or great", "UPDATE-Good, or great", "CURRENT BlockStatus", "UPDATE BlockStatus", "BlockReason",
]  # fmt: skip
ROW = dict(zip(HEADER, [
    "A1WORKER", "https://requester.mturk.com/workers/A1WORKER", "12", "11", "91.66%", "3", "3", "100.00%", "0", "0", "",
    "1", "", "", "", "Never Blocked", "", "",
], strict=True))  # fmt: skip


def text(*rows: dict[str, str], header: list[str] = HEADER) -> str:
    """A file as the site writes it: all cells quoted, no mark."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
    writer.writerow(header)
    writer.writerows([each.get(name, "") for name in header] for each in rows)
    return stream.getvalue()


def read(*rows: dict[str, str], **options: Any) -> list[qe.ListedWorker]:
    return list(qe.read_workers_csv(io.StringIO(text(*rows), newline=""), names=NAMES, **options))


def refusal(reader: Any, content: str, **options: Any) -> list[str]:
    """What is said against a file, a line a problem."""
    with pytest.raises(qe.InvalidInput) as caught:
        list(reader(io.StringIO(content, newline=""), **options))
    return [str(each) for each in caught.value.problems]


# The workers file


def test_a_row() -> None:
    """Own types are held or lacked, the block is told, and own figures stand apart."""
    (found,) = read(ROW)

    assert repr(found.worker) == "<WorkerProfile A1WORKER: 3STUDY1DONE 1; 3TAG lacks>"
    assert found.worker.blocked is False
    assert found.block_reason is None
    assert found.statistics == qe.OwnStatistics(
        qe.OwnRecord(12, 11, 91.66), qe.OwnRecord(3, 3, 100.0), qe.OwnRecord(0, 0, None)
    )


def test_figures_that_are_not_there() -> None:
    """A file without the columns of a time says nothing of it; the case of their names does not matter."""
    header = [each.replace("Last 30 days", "Last 30 Days") for each in HEADER if "7 days" not in each]
    row = {each.replace("Last 30 days", "Last 30 Days"): cell for each, cell in ROW.items()}
    (found,) = qe.read_workers_csv(io.StringIO(text(row, header=header), newline=""), names=NAMES)

    assert found.statistics.last_30_days == qe.OwnRecord(3, 3, 100.0)
    assert found.statistics.last_7_days == qe.OwnRecord()


def test_own_figures_are_not_the_marketplace() -> None:
    """No figure becomes a fact about the system's types; only who trusts them gets such, and they are assumed."""
    stream = io.StringIO(text(ROW), newline="")
    (trusting,) = qe.read_workers_csv(stream, names=NAMES).profiles(trust_own_statistics=True)
    policy = qe.compile_requirements(
        [qe.QualificationRequirement(qe.PERCENT_APPROVED, qe.Comparator.GREATER_THAN, (90,))]
    )

    assert read(ROW)[0].worker.facts.keys() == {"3STUDY1DONE", "3TAG"}
    assert not policy.permits(read(ROW)[0].worker)
    assert str(trusting.fact(qe.NUMBER_HITS_APPROVED)) == "11.."
    assert str(trusting.fact(qe.PERCENT_APPROVED)) == "91..92"
    assert policy.decide(trusting).to_dict()["assuming"] == {qe.PERCENT_APPROVED: "91..92"}


@given(st.integers(0, 10_000))
def test_rates_between_whole_numbers_leave_both_open(hundredths: int) -> None:
    """The whole numbers that a rate may stand for are those next to it."""
    rate = f"{hundredths // 100}.{hundredths % 100:02}%"
    (found,) = read({**ROW, "Your Lifetime approval rate": rate})
    held = found.statistics.as_system_facts()[qe.PERCENT_APPROVED].states.held

    assert held == qe.IntegerSet.only(hundredths // 100, -(-hundredths // 100))


@pytest.mark.parametrize(
    ("status", "blocked"), [("Never Blocked", False), ("Blocked", True), ("Unblocked", False), ("", None)]
)
def test_block_status(status: str, blocked: bool | None) -> None:
    """All that the site writes is read, with the reason; nothing is not known."""
    (found,) = read({**ROW, "CURRENT BlockStatus": status, "BlockReason": "spam"})

    assert (found.worker.blocked, found.block_reason) == (blocked, "spam")


def test_facts_are_learned_when_the_file_was_written(tmp_path: Path) -> None:
    """The service said so, at the time of the download; a stream has no such time."""
    path = tmp_path / "workers.csv"
    path.write_text(text(ROW))
    os.utime(path, (86_400, 86_400))
    (found,) = qe.read_workers_csv(path, names=NAMES)
    fact = found.worker.facts["3TAG"]
    when = datetime(2026, 1, 1, tzinfo=UTC)

    assert (fact.basis, fact.source) == (qe.Basis.LEARNED, str(path))
    assert fact.learned_at == datetime(1970, 1, 2, tzinfo=UTC)
    assert read(ROW)[0].worker.facts["3TAG"].learned_at is None
    assert read(ROW, learned_at=when)[0].worker.facts["3STUDY1DONE"].learned_at == when


def test_names_that_are_not_known() -> None:
    """All columns whose type has no id are told at once, with the way to give it; ids may come from elsewhere."""
    own = qe.TypeNames({"Study_1 done": "3STUDY1DONE"})

    assert refusal(qe.read_workers_csv, text(ROW), names=own) == [
        "CURRENT-Study 1 done: the id of the type `Study 1 done` is not known; did you mean `Study_1 done`? give its "
        'id in [tool.qualeval.types]: "Study 1 done" = "3..."',
        "CURRENT-Good, or great: the id of the type `Good, or great` is not known; give its id "
        'in [tool.qualeval.types]: "Good, or great" = "3..."',
    ]
    stream = io.StringIO(text(ROW), newline="")
    found = qe.read_workers_csv(stream, types={"Study 1 done": "3S", "Good, or great": "3T"})
    assert (found.types, list(next(iter(found)).worker.facts)) == (
        {"Study 1 done": "3S", "Good, or great": "3T"}, ["3S", "3T"]
    )  # fmt: skip


def test_wrong_cells() -> None:
    """All that is wrong with a row is told, each with its column."""
    wrong = {
        "Worker ID": "", "Your Lifetime approval rate": "101%", "Number of HITs approved - Lifetime": "-1",
        "CURRENT-Study 1 done": "yes?", "CURRENT BlockStatus": "blocked",
    }  # fmt: skip

    assert refusal(qe.read_workers_csv, text(ROW, {**ROW, **wrong}), names=NAMES) == [
        "row 3: Worker ID: got an empty cell, expected a worker id",
        "row 3: CURRENT-Study 1 done: got `yes?`; expected `98`, `95..100`, `95..`, `..94`, `1,3,8`, `lacks`, `holds` "
        "or `unknown`",
        "row 3: CURRENT BlockStatus: got `blocked`, expected a block status; known are `Never Blocked`, `Blocked`, "
        "`Unblocked`",
        "row 3: Number of HITs approved - Lifetime: got `-1`, expected a count, or nothing",
        "row 3: Your Lifetime approval rate: got `101%`, expected a rate such as `97.50%`, or nothing",
    ]


# Results of a batch

RESULTS = ["HITId", "HITTypeId", "AssignmentId", "WorkerId", "AssignmentStatus", "AcceptTime", "Answer.text"]
ASSIGNMENT = dict(
    zip(RESULTS, ["3HIT", "3T", "3AS", "A1", "Approved", "Wed Jul 10 11:22:33 PDT 2019", "=SUM(A1)\nx"], strict=True)
)


@pytest.mark.parametrize(
    "written",
    ["Wed Jul 10 11:22:33 PDT 2019", "Wed Jul 10 18:22:33 UTC 2019", "2019-07-10T18:22:33Z", "2019-07-10 18:22:33"],
)
@pytest.mark.parametrize("status", ["Submitted", "Approved", "Rejected"])
def test_assignments(written: str, status: str) -> None:
    """Who accepted which HIT and when, whatever has become of the work, in every form of time."""
    row = {**ASSIGNMENT, "AcceptTime": written, "AssignmentStatus": status}
    (found,) = qe.read_results_csv(io.StringIO(text(row, header=RESULTS), newline=""))

    assert (found.worker_id, found.hit_id, found.assignment_id, found.status) == ("A1", "3HIT", "3AS", status)
    assert found.accepted_at == datetime(2019, 7, 10, 18, 22, 33, tzinfo=UTC)


def test_assignments_that_are_wrong() -> None:
    """An empty cell that is needed, a status and a time that are none, are told by place; so is a missing column."""
    wrong = {**ASSIGNMENT, "HITId": " ", "AssignmentStatus": "Returned", "AcceptTime": "Wed Jul 10 11:22:33 XYZ 2019"}

    assert refusal(qe.read_results_csv, text(ASSIGNMENT, wrong, header=RESULTS)) == [
        "row 3: HITId: got an empty cell",
        "row 3: AssignmentStatus: unknown assignment status `Returned`; known are `Submitted`, `Approved`, "
        "`Rejected`",
        "row 3: AcceptTime: got `Wed Jul 10 11:22:33 XYZ 2019`, expected a time; write `Wed Jul 10 11:22:33 PDT 2019` "
        "or `2019-07-10T18:22:33Z`",
    ]
    assert refusal(qe.read_results_csv, text(ROW)) == [f"there is no column `HITId`; the header has {_first_columns()}"]


def _first_columns() -> str:
    return ", ".join(f"`{each}`" for each in HEADER[:12]) + ", ..."


# Uploads


@given(st.lists(st.from_regex(r"A[A-Z0-9]{1,63}", fullmatch=True)), st.integers(0, 100))
def test_upload(ids: list[str], score: int) -> None:
    """Each worker once, in the order of the first row, in the form of the workers file; no cell is a formula."""
    stream = io.StringIO(newline="")
    count = qe.write_upload(stream, [*ids, *ids], 'Study "1", done', score=score)
    rows = list(csv.reader(io.StringIO(stream.getvalue(), newline="")))

    assert rows == [["Worker ID", 'UPDATE-Study "1", done'], *([each, str(score)] for each in dict.fromkeys(ids))]
    assert count == len(set(ids))
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row)


@pytest.mark.parametrize("worker_id", ["=HYPERLINK(1)", "+A1", "-A1", "@A1", "a1", "A", "A1\n", "B1", ""])
def test_no_formula_gets_into_an_upload(worker_id: str) -> None:
    """What is no worker id is refused, in a file by its row, and nothing is written."""
    stream = io.StringIO()
    with pytest.raises(qe.InvalidInput, match="expected a worker id"):
        qe.write_upload(stream, ["A1", worker_id], "Done")
    if worker_id.strip() == worker_id:
        (problem,) = refusal(qe.read_worker_ids, text({"WorkerId": "A1"}, {"WorkerId": worker_id}, header=["WorkerId"]))
        assert problem.startswith("row 3: WorkerId: got ")

    assert stream.getvalue() == ""


@pytest.mark.parametrize(("name", "score"), [("", 1), (" ", 1), ("a\nb", 1), ("Done", -1), ("Done", 101)])
def test_uploads_that_the_site_would_not_take(name: str, score: int) -> None:
    """A name that is no display name, and a score outside of the site's, are refused."""
    with pytest.raises(qe.InvalidInput):
        qe.write_upload(io.StringIO(), ["A1"], name, score=score)


def test_exclusion() -> None:
    """The requirement lets in those who lack the type, and hides the HIT from the others."""
    policy = qe.compile_requirements([qe.exclusion("3DONE")])

    assert policy.access(qe.worker("A1", {"3DONE": qe.LACKS})) is qe.Access.ACCEPT
    assert policy.access(qe.worker("A1", {"3DONE": 1})) is qe.Access.NONE
