"""Tables of workers: every form of CSV, JSON Lines with a mapping, what is wrong told by place, and nothing lost."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qualeval as qe
from qualeval.sources.tables import is_like_table
from tests.strategies import TYPES, fact_texts

NAMES = qe.TypeNames({"study_1_done": "3STUDY1DONE"})
HEADER = ["WorkerId", *TYPES, "note"]
NOTES = ("", "a, b; c\td", 'she said "no"', "two\nlines", "=1+1", "ÄÖ")


@st.composite
def rows(draw: st.DrawFn) -> list[dict[str, str]]:
    """Workers, each with a fact or nothing in every column."""
    cells = {type_id: st.just("") | fact_texts(type_id) for type_id in TYPES}
    row = st.fixed_dictionaries({**cells, "note": st.sampled_from(NOTES)})
    return [{"WorkerId": f"A{place}", **each} for place, each in enumerate(draw(st.lists(row, max_size=8)))]


@st.composite
def written(draw: st.DrawFn, table: list[dict[str, str]]) -> bytes:
    """The table as a file: any delimiter, mark, line ends and order of columns."""
    stream = io.StringIO(newline="")
    ends, delimiter = draw(st.sampled_from(["\n", "\r\n", "\r"])), draw(st.sampled_from(",;\t"))
    # Python's writer leaves a newline bare where lines end otherwise.
    form: dict[str, Any] = {"quoting": csv.QUOTE_ALL if ends == "\r" or draw(st.booleans()) else csv.QUOTE_MINIMAL}
    writer = csv.DictWriter(stream, draw(st.permutations(HEADER)), delimiter=delimiter, lineterminator=ends, **form)
    writer.writeheader()
    for each in table:
        writer.writerow(each)
        stream.write(draw(st.sampled_from(["", "", ends])))
    return (b"\xef\xbb\xbf" if draw(st.booleans()) else b"") + stream.getvalue().encode()


def expected(row: Mapping[str, str], nulls: str) -> dict[str, qe.ValueSet]:
    """The facts of a row, as one by one they are read everywhere else."""
    found = {}
    for type_id in TYPES:
        cell = row[type_id]
        if not cell and nulls == "lacks" and qe.qualification_type(type_id).can_be_lacked:
            cell = "lacks"
        if cell:
            found[type_id] = qe.worker("A", {type_id: cell}).facts[type_id].states
    return found


@given(st.data(), rows(), st.sampled_from(["unknown", "lacks"]))
def test_a_pool_says_what_its_cells_say(data: st.DataObject, table: list[dict[str, str]], nulls: str) -> None:
    """Every worker of a table has the facts of its cells, whatever the file looks like; empty cells are counted."""
    pool = qe.read_pool(io.BytesIO(data.draw(written(table))), nulls=nulls)
    workers = list(pool)

    assert [each.worker_id for each in workers] == [row["WorkerId"] for row in table]
    for worker, row in zip(workers, table, strict=True):
        assert {each: fact.states for each, fact in worker.facts.items()} == expected(row, nulls)
    assert (pool.rows.rows, pool.rows.read, pool.rows.refused) == (len(table), len(table), 0)
    assert pool.empty == {each: n for each in TYPES if (n := sum(not row[each] for row in table))}
    assert pool.passed_over == ("note",)


BROKEN = {qe.LOCALE: "UK", qe.PERCENT_APPROVED: "101", qe.NUMBER_HITS_APPROVED: "many", "3ABC": "9..1"}


@given(st.data(), rows())
def test_nothing_is_lost(data: st.DataObject, table: list[dict[str, str]]) -> None:
    """Of rows of which some are wrong: the good are read, the wrong are told by row and column, and all are counted."""
    places = [place for place in range(len(table)) if data.draw(st.booleans())]
    wrong = {place: data.draw(st.sampled_from(sorted(BROKEN))) for place in places}
    for place, column in wrong.items():
        table[place][column] = BROKEN[column]
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, HEADER)
    writer.writeheader()
    writer.writerows(table)
    told: list[qe.Problem] = []
    pool = qe.read_pool(io.StringIO(stream.getvalue(), newline=""), on_error="skip", told=told.append)

    read = [worker.worker_id for worker in pool]
    assert read == [row["WorkerId"] for place, row in enumerate(table) if place not in wrong]
    assert [each.place for each in told] == [f"row {place + 2}: {column}" for place, column in wrong.items()]
    assert pool.rows.rows == pool.rows.read + pool.rows.refused == len(table)
    assert pool.rows.problems == told
    if wrong:
        with pytest.raises(qe.InvalidInput) as caught:
            list(qe.read_pool(io.StringIO(stream.getvalue(), newline="")))
        assert [each.place for each in caught.value.problems] == [each.place for each in told]


def pool(text: str | bytes, **options: Any) -> list[str]:
    """The workers of a table, as they print."""
    stream = io.BytesIO(text) if isinstance(text, bytes) else io.StringIO(text, newline="")
    return [repr(each).removeprefix("<WorkerProfile ")[:-1] for each in qe.read_pool(stream, names=NAMES, **options)]


def refusal(text: str | bytes, **options: Any) -> str:
    """What is said against a table."""
    with pytest.raises(qe.InvalidInput) as caught:
        pool(text, **options)
    return str(caught.value).removeprefix("<stream>: ")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("worker_id,Worker_Locale,Worker_Locale_Subdivision\nA1,US,WA\nA2,CA,\nA3,,\nA4,US,US-CA\n",
         ["A1: Worker_Locale US-WA", "A2: Worker_Locale CA", "A3: nothing known", "A4: Worker_Locale US-CA"]),
        ("WorkerId,3ABC_min,3ABC_max\nA1,5,9\nA2,5,\nA3,,9.0\nA4,,\n",
         ["A1: 3ABC 5..9", "A2: 3ABC 5..", "A3: 3ABC ..9", "A4: nothing known"]),
        ("WorkerId,study_1_done,3ABC_max\nA1,lacks,\nA2,80.0,4\n",
         ["A1: 3STUDY1DONE lacks", "A2: 3STUDY1DONE 80; 3ABC ..4"]),
        ("WorkerId\n A1 \n\n\nA2", ["A1: nothing known", "A2: nothing known"]),
        ("\n\nWorkerId,3ABC\nA1,1\n", ["A1: 3ABC 1"]),
        ("WorkerId,3ABC\n", []),
        (b"WorkerId,3ABC,note\nA1,1,caf\xe9\n", ["A1: 3ABC 1"]),
    ],
)  # fmt: skip
def test_forms(text: str | bytes, found: list[str]) -> None:
    """Locales in one column or two, ranges in two, names of your own, blank lines, columns that nobody reads."""
    assert pool(text) == found


def test_empty_cells() -> None:
    """They mean what the caller says, of all types or by type; what cannot be lacked stays unknown."""
    text = "WorkerId,study_1_done,3ABC,Worker_Locale\nA1,,,\n"

    assert pool(text) == ["A1: nothing known"]
    assert pool(text, nulls="lacks") == ["A1: 3STUDY1DONE lacks; 3ABC lacks"]
    assert pool(text, nulls={"study_1_done": "lacks"}) == ["A1: 3STUDY1DONE lacks"]
    found = qe.read_pool(io.StringIO(text), names=NAMES, nulls="lacks")
    assert {each: str(meaning) for each, meaning in found.nulls.items()} == {
        "3STUDY1DONE": "lacks", "3ABC": "lacks", qe.LOCALE: "unknown"
    }  # fmt: skip
    words = "nulls: no column of `3OTHER`; there are columns of `study_1_done`, `3ABC`, `Worker_Locale`"
    assert refusal(text, nulls={"3OTHER": "lacks"}) == words
    assert "unknown meaning of an empty cell `lack`; did you mean `lacks`?" in refusal(text, nulls="lack")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty; expected a header, and a row a worker"),
        (" \n\n", "empty; expected a header, and a row a worker"),
        ("Worker|3ABC\nA1|1\n", "there is no column `WorkerId`; the header is `Worker|3ABC`; "
         "commas, semicolons or tabs part columns"),
        ("WorkerID2,3ABC\n", "there is no column `WorkerId`; did you mean `WorkerID2`?"),
        ("WorkerId,worker id\n", "the column `WorkerId` is there 2 times; keep one"),
        ('{"WorkerId": "A1"}', "this looks like JSON, expected a CSV file; of JSON Lines that are no profiles, say in "
         "a mapping file what the keys mean"),
        ("WorkerId,Worker_Local\n", "no type is called like the column `Worker_Local`; did you mean `Worker_Locale`? a "
         "mapping file says what other columns mean"),
        ("WorkerId,locale\n", "no type is called like the column `locale`; did you mean `Worker_Locale`? a "
         "mapping file says what other columns mean"),
        ("WorkerId,3ABC,3ABC\n", "the columns `3ABC` and `3ABC` say the same of one type, 3ABC; keep one of them"),
        ("WorkerId,3ABC,3ABC_min\n", "`3ABC` and `3ABC_min`: a value beside the ends of a range; keep one of the two"),
        ("WorkerId,Worker_Locale_Subdivision\n",
         "`Worker_Locale_Subdivision`: a subdivision without a column of its country"),
        ("WorkerId,Worker_Locale_min\n",
         "`Worker_Locale_min`: a locale has no range; give the country and the subdivision"),
        ("WorkerId,3ABC\nA1\n",
         "row 2: got 1 cells, expected 2, as the header has; a cell with the delimiter in it needs quotes"),
        ("WorkerId,3ABC\n,1\n", "row 2: WorkerId: got an empty cell, expected a worker id"),
        ("WorkerId,3ABC\nA\x07,1\n", "row 2: WorkerId: got `A\\x07`, expected a worker id"),
        ("WorkerId,Worker_Adult\nA1,98.5\n",
         "row 2: Worker_Adult: got `98.5`; expected `98`, `95..100`, `95..`, `..94`, `1,3,8` or `unknown`"),
        ("WorkerId,Worker_Locale,Worker_Locale_Subdivision\nA1,,WA\n", "row 2: Worker_Locale and "
         "Worker_Locale_Subdivision: got the country `` and the subdivision `WA`; give the country too"),
        ("WorkerId,Worker_Locale,Worker_Locale_Subdivision\nA1,US-WA,CA\n", "row 2: Worker_Locale and "
         "Worker_Locale_Subdivision: got the country `US-WA` and the subdivision `CA`; say it once, or give a country "
         "of two letters"),
        ("WorkerId,3ABC_min\nA1,low\n",
         "row 2: 3ABC_min: got `low`, expected an integer, or an empty cell for an open end"),
        ('WorkerId,3ABC\nA1,1\n"A2,1\nA3,1\n', "row 2: broken after this row: unexpected end of data; is a quote left "
         "open?"),
        ('WorkerId,3ABC\n"A"1,1\n',
         "row 1: broken after this row: ',' expected after '\"'; a quote in a quoted cell is `\"\"`"),
        ('WorkerId,3ABC\nA1,"' + "x" * 200_000, "row 1: a cell of more than 131,072 characters; is a quote left open?"),
        (b"WorkerId,3ABC\nA1,\xe9\n", "row 2: 3ABC: not UTF-8: the byte 0xe9; save the file as UTF-8"),
        ("WorkerId,3ABC\n".encode("utf-16"), "encoded as UTF-16, expected UTF-8; save it as CSV in UTF-8"),
        (b"PK\x03\x04\x14\x00", "this is a workbook or an archive, expected a CSV file; save it as CSV in UTF-8"),
        ("WorkerId" + "," * 2**20, "the first line has more than 1,048,576 characters, expected a header"),
    ],
)  # fmt: skip
def test_refusals(text: str | bytes, words: str) -> None:
    """What is no table, and what is wrong in one, is refused in words that say where and what to do."""
    assert refusal(text).replace("''", "") == words


def test_rows_count_as_in_a_spreadsheet() -> None:
    """A cell with line breaks is in one row, a blank line is a row too, and the header is row 1."""
    assert refusal('WorkerId,note,3ABC\nA1,"x\ny\nz",1\n\nA2,,no\n').startswith("row 4: 3ABC: got `no`")


def test_many_problems() -> None:
    """Of a file that is wrong throughout some problems are told, and that there may be more."""
    words = refusal("WorkerId,3ABC\n" + "A1,x\n" * 1000)

    assert words.startswith("50 problems\n  row 2: 3ABC: got `x`")
    assert words.endswith("; more problems may follow")


def test_no_worker_after_the_first_wrong_row() -> None:
    """Who stops at an error hands out the rows before it, and none after."""
    found: list[qe.WorkerProfile] = []
    with pytest.raises(qe.InvalidInput):
        found.extend(qe.read_pool(io.StringIO("WorkerId,3ABC\nA1,1\nA2,x\nA3,1\n")))

    assert [each.worker_id for each in found] == ["A1"]


# Mappings

MAPPING = """
WorkerId: participant
Columns:
  country: Worker_Locale
  state: {Type: Worker_Locale, Part: Subdivision}
  low: {Type: Worker_PercentAssignmentsApproved, Part: Min}
  done: {Type: study_1_done, Empty: lacks, Cells: {"yes": holds, "no": lacks, "true": "1"}}
"""
OBJECTS = [
    {"participant": "P1", "country": "US", "state": "WA", "low": 95.0, "done": "yes", "other": [1]},
    {"participant": 7, "country": "CA", "state": None, "low": None, "done": None},
    {"participant": "P3", "country": "", "state": "", "low": 98, "done": True},
]
MEANT = [
    "P1: Worker_Locale US-WA; Worker_PercentAssignmentsApproved 95..100; 3STUDY1DONE holds",
    "7: Worker_Locale CA; 3STUDY1DONE lacks",
    "P3: Worker_PercentAssignmentsApproved 98..100; 3STUDY1DONE 1",
]


def mapping(text: str = MAPPING) -> qe.TableMapping:
    return qe.load_mapping(io.StringIO(text), names=NAMES)


def test_mapping_of_csv_and_json_lines() -> None:
    """Somebody else's table, as CSV and as JSON Lines, says the same by one mapping."""
    lines = "".join(f"{json.dumps(each)}\n" for each in OBJECTS)
    table = "participant,country,state,low,done,3ABC\nP1,US,WA,95.0,yes,?\n7,CA,,,,\nP3,,,98,true,\n"

    assert pool(lines, mapping=mapping()) == MEANT
    assert pool(table, mapping=mapping()) == MEANT
    assert pool(table, mapping=mapping(), nulls="unknown") == MEANT


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"participant": "P1"}',
         "4 problems\n  row 2: country: there is no such key; write null where it is not known"),
        ('{"participant": "P1", "country": [1], "state": null, "low": 1, "done": null}',
         "row 2: expected text or a number in every column, got a list"),
        ("[]", "row 2: expected an object, got a list"),
        ("{", "row 2: not JSON Lines"),
    ],
)  # fmt: skip
def test_json_lines_that_are_wrong(line: str, words: str) -> None:
    """A line that is no row is told by its number, and the others can be read."""
    text = f"{json.dumps(OBJECTS[0])}\n{line}\n{json.dumps(OBJECTS[2])}\n"

    assert refusal(text, mapping=mapping()).startswith(words)
    assert pool(text, mapping=mapping(), on_error="skip") == [MEANT[0], MEANT[2]]


def test_mapping_and_table_disagree() -> None:
    """Columns of the mapping that the table has not are told together."""
    assert refusal("participant,county,low\n", mapping=mapping()).splitlines() == [
        "3 problems",
        "  the column `country` of the mapping is missing; did you mean `county`?",
        "  the column `state` of the mapping is missing; correct the mapping",
        "  the column `done` of the mapping is missing; correct the mapping",
    ]


def test_mappings_that_are_wrong() -> None:
    """All that is wrong with a mapping is told at once, with lines."""
    columns = ("a: Worker_Locle", "b: {Type: 3ABC, Prt: Min}", 'c: {Type: 3ABC, Cells: {"x": US}}')
    text = "\n  ".join(["WorkerId: who\nColumns:", *columns])
    with pytest.raises(qe.InvalidInput) as caught:
        mapping(text)

    assert [(each.line, each.place) for each in caught.value.problems] == [
        (3, "Columns.a"), (4, "Columns.b.Prt"), (5, "Columns.c.Cells.x")
    ]  # fmt: skip


# Streams


class Endless(io.RawIOBase):
    """A file of many rows that is nowhere whole."""

    def __init__(self, rows: int) -> None:
        self.lines = (f"A{place:08},US-WA,{place % 500}\n".encode() for place in range(rows))
        self.left = b"WorkerId,Worker_Locale,3ABC\n"

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        part = self.left or next(self.lines, b"")
        buffer[: len(part)] = part
        self.left = b""
        return len(part)


def many(rows: int) -> int:
    """How many workers are read of so many."""
    return sum(1 for _ in qe.read_pool(io.BufferedReader(Endless(rows))))


def test_memory_stays_flat(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table is read row by row: no more is kept of it than so many distinct cells of a column, here a hundred."""
    monkeypatch.setattr("qualeval.sources.tables.KEPT", 100)
    monkeypatch.setattr("qualeval.sources.columns.KEPT", 100)
    many(1_000)  # fills the caches of the grammar
    tracemalloc.start()
    try:
        assert many(1_000) == 1_000
        first = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        assert many(10_000) == 10_000
        second = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert second < 1.2 * first


def test_what_is_like_a_table(tmp_path: Path) -> None:
    """A table is told by its name, or by a column of worker ids; looking at a stream consumes nothing of it."""
    (tmp_path / "a.csv").write_text("x")
    (tmp_path / "b.txt").write_text("\ufeffWorker ID;3ABC\n")
    (tmp_path / "c.yaml").write_text("WorkerId: A1\nFacts: {}\n")
    (tmp_path / "d.json").write_text('{"WorkerId": "A1"}')
    stream = io.BytesIO(b"WorkerId,3ABC\nA1,1\n")

    assert [is_like_table(path) for path in sorted(tmp_path.iterdir())] == [True, True, False, False]
    assert not is_like_table(tmp_path / "none.json")
    assert is_like_table(stream)
    assert pool(stream.read()) == ["A1: 3ABC 1"]


def test_a_table_that_is_let_go_is_closed(tmp_path: Path) -> None:
    """Who reads only the header, or a few rows, leaves no file open: the suite would fail of a warning."""
    path = tmp_path / "a.csv"
    path.write_text("WorkerId,3ABC\nA1,1\nA2,1\n")
    found = qe.read_pool(path)
    assert next(iter(found)).worker_id == "A1"
    del found
    qe.read_pool(str(path))

    with pytest.raises(qe.InputNotFound, match=r"no file .*b\.csv; did you mean .*a\.csv"):
        qe.read_pool(tmp_path / "b.csv")
