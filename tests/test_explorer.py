"""What the explorer answers: the audience's own counts, told by card; and what it refuses."""

from __future__ import annotations

import json
import tracemalloc
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import qualeval as qe
from qualeval.bulk.reach import Reach
from qualeval.testing.strategies import mturk_hits
from qualeval.web.explorer import Explorer, Pool
from tests.explorers import HIT, explorer, workers

EXPLORER = explorer()
POOL = workers(300)
SENT = HIT.to_mturk()
REQUIREMENTS: list[dict[str, Any]] = SENT["QualificationRequirements"]


def question(*cards: Any, **more: Any) -> dict[str, Any]:
    """What the page asks, with these requirements on its cards; a pair says whether the card is on."""
    pairs = [each if isinstance(each, tuple) else (True, each) for each in cards]
    listed = [{"on": is_on, "requirement": each} for is_on, each in pairs]
    return {"before": REQUIREMENTS, "cards": listed, "action": "accept", **more}


def counts(requirements: list[dict[str, Any]], action: qe.Action) -> dict[str, int]:
    """How many of the pool are permitted, denied and unknown, one worker after the other."""
    policy = qe.compile_hit(qe.parse_hit({"QualificationRequirements": requirements}))
    outcomes = [policy.decide(each).outcome(action) for each in POOL]
    return {str(each): outcomes.count(each) for each in qe.Outcome}


@pytest.mark.parametrize("action", list(qe.Action))
def test_every_count_is_what_each_worker_is_told(action: qe.Action) -> None:
    """The ladder has the outcomes of all workers, now and before; the funnel ends with them."""
    indians = {"QualificationTypeId": qe.LOCALE, "Comparator": "EqualTo", "LocaleValues": [{"Country": "IN"}]}
    changed = [*REQUIREMENTS[1:], indians]
    answer = EXPLORER.answer(question(*changed, action=str(action)))

    for rung in answer["ladder"]:
        each = qe.Action(rung["action"])
        assert {key: rung[key] for key in rung["before"]} == counts(changed, each)
        assert rung["before"] == counts(REQUIREMENTS, each)
    asked = [card for card in answer["cards"] if card["guards_action"]]
    assert (asked[-1]["left"] if asked else counts([], action)) == counts(changed, action)
    assert answer["pool"] == 300


def test_a_card_that_is_off_asks_nothing_and_keeps_its_place() -> None:
    """What is said of a requirement is said of its card, also behind one that is switched off."""
    cards = [(False, REQUIREMENTS[0]), *REQUIREMENTS[1:]]
    answer = EXPLORER.answer(question(*cards))

    assert [card["card"] for card in answer["cards"]] == [1, 2, 3]
    assert [card["index"] for card in answer["cards"]] == [0, 1, 2]
    assert {key: answer["ladder"][2][key] for key in ("permitted", "denied", "unknown")} == counts(
        REQUIREMENTS[1:], qe.Action.ACCEPT
    )


def test_every_stop_of_a_slider_is_exact() -> None:
    """A curve tells of each of its values what the HIT with this value would reach."""
    answer = EXPLORER.answer(question(*REQUIREMENTS))
    curves = {each["card"]: each for each in answer["curves"]}

    assert curves.keys() == {1, 2}
    assert curves[2]["knots"][0] >= 0
    assert curves[2]["knots"][-1] == 100
    for card, curve in curves.items():
        assert REQUIREMENTS[card]["IntegerValues"] == [curve["value"]]
        stops = zip(curve["knots"], curve["permitted"], curve["unknown"], strict=True)
        for value, permitted, unknown in list(stops)[::7]:
            listed = [dict(each) for each in REQUIREMENTS]
            listed[card]["IntegerValues"] = [value]
            found = counts(listed, qe.Action.ACCEPT)
            assert (found["permitted"], found["unknown"]) == (permitted, unknown)


def test_only_the_curves_that_are_wanted() -> None:
    """While a slider moves no curve is asked for, and none is told."""
    assert EXPLORER.answer(question(*REQUIREMENTS, curves=[]))["curves"] == []
    assert [each["card"] for each in EXPLORER.answer(question(*REQUIREMENTS, curves=[2]))["curves"]] == [2]


def test_what_is_wrong_with_a_card_is_told_of_that_card() -> None:
    """All problems at once, each with its card; nothing else is answered."""
    unknown = {"QualificationTypeId": qe.LOCALE, "Comparator": "In", "LocaleValues": [{"Country": "UK"}]}
    valueless = {"QualificationTypeId": "3A", "Comparator": "GreaterThan"}
    answer = EXPLORER.answer(question((False, REQUIREMENTS[0]), unknown, REQUIREMENTS[1], valueless))

    assert answer == {
        "problems": [
            {"card": 1, "message": "LocaleValues[0].Country: unknown country `UK`; did you mean `GB`?"},
            {
                "card": 3,
                "message": "IntegerValues: `GreaterThan` needs exactly one value, got none; give IntegerValues",
            },
        ]
    }


def test_findings_are_those_of_the_linter_by_card() -> None:
    """What cannot be met is told, with the card that asks for it."""
    impossible = {**REQUIREMENTS[2], "IntegerValues": [101]}
    answer = EXPLORER.answer(question((False, REQUIREMENTS[0]), REQUIREMENTS[1], impossible))
    errors = [each for each in answer["findings"] if each["severity"] == "error"]

    assert [(each["rule"], each["card"]) for each in errors] == [("QE401", 2)]
    assert answer["words"]["accept"]["must"] == []
    assert answer["words"]["accept"]["nobody"]
    assert answer["words"]["discover"] == {"must": [], "nobody": []}


def test_the_comparison_shows_workers_who_gain_and_lose() -> None:
    """Each example of a changed HIT is judged again, by both."""
    changed = [{**REQUIREMENTS[0], "LocaleValues": [{"Country": "IN"}]}, *REQUIREMENTS[1:]]
    comparison = EXPLORER.answer(question(*changed))["comparison"]
    before = qe.compile_hit(HIT)
    after = qe.compile_hit(qe.parse_hit({"QualificationRequirements": changed}))

    gained = qe.parse_worker(comparison["actions"]["accept"]["gained"]["example"], names=EXPLORER.names)
    lost = qe.parse_worker(comparison["actions"]["accept"]["lost"]["example"], names=EXPLORER.names)
    assert (before.permits(gained), after.permits(gained)) == (False, True)
    assert (before.permits(lost), after.permits(lost)) == (True, False)
    assert EXPLORER.answer(question(*REQUIREMENTS))["comparison"]["equivalent"]


FORGOTTEN = st.dictionaries(st.sampled_from([qe.LOCALE, "study_1"]), st.just("unknown"))


@given(row=st.integers(0, 299), facts=FORGOTTEN)
def test_a_worker_is_judged_as_she_is_anywhere(row: int, facts: dict[str, str]) -> None:
    """One of the pool, with facts in place of those that are known."""
    answer = EXPLORER.answer(question(*REQUIREMENTS, worker={"row": row, "facts": facts}))["worker"]
    profile = POOL[row].with_facts({EXPLORER.names.id_of(each): text for each, text in facts.items()})
    decision = qe.compile_hit(HIT).decide(profile)

    assert answer["actions"] == decision.to_dict()["actions"]
    assert [each["state"] for each in answer["requirements"]] == [
        each["state"] for each in decision.to_dict()["requirements"]
    ]
    assert answer["worker_id"] == profile.worker_id


def test_what_is_wrong_with_a_worker_is_told_beside_the_rest() -> None:
    """A fact that is none, and a row that is not there, leave the counts alone."""
    wrong = EXPLORER.answer(question(*REQUIREMENTS, worker={"facts": {"Worker_Locale": "UK"}}))
    astray = EXPLORER.answer(question(*REQUIREMENTS, worker={"row": 300}))

    assert "UK" in wrong["worker"]["problems"][0]["message"]
    assert astray["worker"]["problems"] == [{"card": None, "message": "row: the pool has no row 301"}]
    assert wrong["ladder"] == astray["ladder"] != []


def test_the_request_is_the_whole_hit_with_the_cards_requirements() -> None:
    """What else the HIT says stays, and what is off is left out."""
    asked = {"hit": SENT, "cards": question((False, REQUIREMENTS[0]), *REQUIREMENTS[1:])["cards"]}

    assert EXPLORER.request(asked) == {**SENT, "QualificationRequirements": REQUIREMENTS[1:]}


def test_masked_ids_are_never_told() -> None:
    """Neither where workers are picked, nor where one is looked at."""
    masked = explorer(masked=True)
    picked = masked.workers("12")
    answer = masked.answer(question(*REQUIREMENTS, worker={"row": 11}))

    assert picked[0] == {"row": 11, "name": "worker 12"}
    assert answer["worker"]["worker_id"] == "worker 12"
    assert "A000" not in json.dumps([picked, answer, masked.start(), masked.workers("A0")])
    assert EXPLORER.workers("A0001")[0] == {"row": 10, "name": "A00010"}


def test_opening_files() -> None:
    """A HIT of a file, and a pool that takes the place of the other; what cannot be read changes nothing."""
    other = explorer(10)
    opened = other.open_hit(json.dumps(SENT).encode())
    with pytest.raises(qe.InvalidInput, match="the file: line 1, column 2: not JSON"):
        other.open_hit(b"{nope")
    with pytest.raises(qe.InvalidInput, match="expected one HIT, found 2"):
        other.open_hit(json.dumps([SENT, SENT]).encode())
    with pytest.raises(qe.InvalidInput, match="unknown country `XX`"):
        other.open_pool("a.csv", b"WorkerId,Worker_Locale\nA1,XX\n")

    assert opened["hit"]["request"] == SENT
    assert other.answer(question(*REQUIREMENTS))["pool"] == 10
    assert other.open_pool("a.csv", b"WorkerId,Worker_Locale\nA1,US\n") == {"name": "a.csv", "size": 1}
    assert other.answer(question(*REQUIREMENTS))["pool"] == 1


def test_fetching_a_hit() -> None:
    """A HIT is had by its id where there is somebody to ask; what is no id is asked of nobody."""
    asked: list[str] = []

    def fetch(hit_id: str) -> qe.HIT:
        asked.append(hit_id)
        if hit_id != "3AAA":
            raise qe.HITNotFound(hit_id, f"no HIT {hit_id}")
        return HIT

    found = Explorer(HIT, Pool("none", Reach([])), fetch=fetch)
    with pytest.raises(qe.HITNotFound):
        found.fetch_hit({"id": "3BBB"})
    for text in ("", "../hit.json", "3aaa"):
        with pytest.raises(qe.InvalidInput, match="is no HIT id"):
            found.fetch_hit({"id": text})
    with pytest.raises(qe.InvalidInput, match="fetches no HITs"):
        EXPLORER.fetch_hit({"id": "3AAA"})

    assert found.fetch_hit({"id": " 3AAA "})["hit"]["request"] == SENT
    assert asked == ["3BBB", "3AAA"]
    assert (found.start()["can_fetch"], EXPLORER.start()["can_fetch"]) == (True, False)


@settings(max_examples=60, deadline=None)
@given(mturk_hits(forms=["request"]))
def test_any_hit_can_be_looked_at(tree: dict[str, Any]) -> None:
    """Whatever a HIT asks for, the page has an answer that JSON can say."""
    found = EXPLORER.open_hit(json.dumps(tree).encode())["hit"]["request"]["QualificationRequirements"]
    answer = EXPLORER.answer(question(*found, worker={"row": 0}))

    assert json.loads(json.dumps(answer)) == answer
    assert answer["problems"] == []


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["on", "requirement", "x"]), inner),
    max_leaves=8,
)


@given(JUNK, st.sampled_from(["before", "cards", "action", "curves", "worker", "more"]))
def test_questions_that_are_none(junk: Any, key: str) -> None:
    """Whatever is sent in place of a part, it is answered, or refused with a reason."""
    for tree in (junk, {**question(*REQUIREMENTS), key: junk}):
        with suppress(qe.QualevalError):
            assert "problems" in EXPLORER.answer(tree)


def test_more_cards_than_anybody_looks_at() -> None:
    """They are refused: what is told of each depends on all others, so the time grows by their square."""
    cards = [{"QualificationTypeId": f"3T{number}", "Comparator": "Exists"} for number in range(201)]

    assert len(EXPLORER.answer(question(*cards[:200]))["cards"]) == 200
    with pytest.raises(qe.InvalidInput, match="got 201 cards, expected 200 at most"):
        EXPLORER.answer(question(*cards))


def test_types_of_which_a_frame_says_nothing_take_no_memory() -> None:
    """However many workers there are: a page may ask about ever new types."""
    reach = Reach(pl.DataFrame({"WorkerId": [f"A{number}" for number in range(100_000)]}))
    asked = [{"QualificationTypeId": f"3T{number}", "Comparator": "Exists"} for number in range(50)]
    policies = [qe.compile_hit(qe.parse_hit({"QualificationRequirements": [each]})) for each in asked]
    tracemalloc.start()
    for policy in policies:
        assert reach.reached(policy).possible == 100_000
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert kept < 50 * 2 * 100_000 / 8 * 1.5  # two bits of a worker and type, which are kept of so many sets alone


def test_a_masked_page_tells_no_cell_of_a_pool_that_cannot_be_read() -> None:
    """Any of them may be a worker's id: of a table without a header its first row is what columns are called."""
    masked = explorer(masked=True)
    for name, content in {
        "a.csv": b"A1SECRET,98\nA2SECRET,US\n",
        "b.csv": b"WorkerId,Worker_Locale\nUS,A1SECRET\n",
        "c.csv": b'WorkerId,Worker_Locale\n"A1SECRET,US\n',
        "d.jsonl": b'{"WorkerId": "A1SECRET", "Facts": {"Worker_Locale": "A1SECRET"}}',
        "e.parquet": b"A1SECRET",
    }.items():
        with pytest.raises(qe.InvalidInput, match="may name workers; `qualeval audience` tells it") as refused:
            masked.open_pool(name, content)
        assert "SECRET" not in str(refused.value)


def test_a_worker_of_a_pool_that_is_there_no_more() -> None:
    """Another page opened another pool: nobody else's answer is shown under her name."""
    other = explorer(10)
    picked = question(*REQUIREMENTS, worker={"row": 3, "name": "A00003"})
    assert other.answer(picked)["worker"]["worker_id"] == "A00003"
    other.open_pool("b.csv", b"WorkerId\nB0\nB1\nB2\nB3\n")
    answer = other.answer(picked)

    assert (answer["pool_name"], answer["pool"]) == ("b.csv", 4)
    assert [each["message"] for each in answer["worker"]["problems"]] == [
        "row: row 4 of the pool is not `A00003`; another pool was opened since she was picked; pick her again"
    ]


def test_a_workers_file_of_the_requester_site_is_read_as_the_command_reads_it() -> None:
    """Its columns for types are facts, an empty cell is lacking; the results of a batch are refused."""
    other = explorer(10)
    header = '"Worker ID","Number of HITs approved or rejected - Lifetime","CURRENT-study_1"\n'
    other.open_pool("workers.csv", f'{header}"A1","1",""\n"A2","1","5"\n'.encode())
    asked = {"QualificationTypeId": "3STUDY1DONE", "Comparator": "DoesNotExist"}
    accept = other.answer(question(asked))["ladder"][-1]

    assert (accept["permitted"], accept["denied"], accept["unknown"]) == (1, 1, 0)
    with pytest.raises(qe.InvalidInput, match="the results of a batch say nothing of qualifications"):
        other.open_pool("batch.csv", b"HITId,AssignmentId,WorkerId,AssignmentStatus\n3A,3B,A1,Approved\n")


@pytest.mark.parametrize("rows", [b"A1,US\n,US\n", b"A1,US\nA2\n", b"A1,US\nA2,UK\n"])
def test_what_is_wrong_with_a_table_is_told_as_the_command_tells_it(rows: bytes, tmp_path: Path) -> None:
    """By row, as spreadsheets count; also of rows that a frame would fill up."""
    content = b"WorkerId,Worker_Locale\n" + rows
    path = tmp_path / "pool.csv"
    path.write_bytes(content)
    with pytest.raises(qe.InvalidInput) as told:
        list(qe.read_pool(path))
    with pytest.raises(qe.InvalidInput) as refused:
        explorer(1).open_pool("pool.csv", content)

    assert [str(each) for each in refused.value.problems] == [str(each) for each in told.value.problems]


def test_a_small_file_of_more_workers_than_are_kept() -> None:
    """A Parquet file of kilobytes may hold any number of rows; no more are read than are kept."""
    stream = BytesIO()
    pl.DataFrame({"WorkerId": pl.repeat("A1", 10_000_001, eager=True)}).write_parquet(stream, compression="zstd")
    assert len(stream.getvalue()) < 1_000_000
    with pytest.raises(qe.InvalidInput, match="expected 10,000,000 workers at most, found more"):
        explorer(1).open_pool("a.parquet", stream.getvalue())
