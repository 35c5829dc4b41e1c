"""Which HIT of one list is which of another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualeval.analysis.matching import HITMatch, match_hits
from qualeval.errors import InvalidInput
from qualeval.model.hits import HIT

IDS = st.lists(st.sampled_from("ABCDE"), unique=True)


def hits(*ids: str | None) -> list[HIT]:
    """HITs with these ids, no two alike."""
    return [HIT(hit_id=hit_id, title=f"{place} of {len(ids)}") for place, hit_id in enumerate(ids)]


@given(IDS, IDS)
def test_ids_decide(old: list[str], new: list[str]) -> None:
    """Every HIT is in just one match, beside the one of its id where there is one."""
    before, after = hits(*old), [hit.replace(title=None) for hit in hits(*new)]
    found = match_hits(before, after)

    assert [each.before for each in found if each.before] == before
    assert sorted(id(each.after) for each in found if each.after) == sorted(map(id, after))
    if not len(old) == len(new) == 1:
        pairs = [each for each in found if each.before and each.after]
        assert all(each.before.hit_id == each.after.hit_id for each in pairs if each.before and each.after)
        assert len(pairs) == len(set(old) & set(new))


@pytest.mark.parametrize(("old", "new"), [("A", "B"), ("A", None), (None, "A"), (None, None)])
def test_one_of_each(old: str | None, new: str | None) -> None:
    """Two HITs alone belong together whatever their ids: a request and the HIT that was made of it."""
    before, after = hits(old), hits(new)

    assert match_hits(before, after) == (HITMatch(before[0], after[0]),)


def titled(*titles: str | None, first_id: str | None = None) -> list[HIT]:
    """HITs with these titles, the first with an id, or none."""
    return [HIT(hit_id=None if place else first_id, title=title) for place, title in enumerate(titles)]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (titled("a", "b", "c"), titled("c", "a", "b"), [(0, 1), (1, 2), (2, 0)]),
        (titled("a", "b"), titled("x", "b", "a"), [(0, 2), (1, 1), (None, 0)]),
        (titled("a", "b", "c"), titled("c"), [(0, None), (1, None), (2, 0)]),
        (titled("a", "b", "c"), titled("c", "new", "a"), [(0, 2), (1, 1), (2, 0)]),
        (titled("a", "a", "b"), titled("b", "a", "a"), [(0, 1), (1, 2), (2, 0)]),
        (titled("a", "b"), titled("b", "c", first_id="3A"), [(0, 1), (1, 0)]),
        (titled("b", "a", first_id="3B"), titled("b", "a", first_id="3C"), [(0, 0), (1, 1)]),
        (titled("b", "a", first_id="3B"), titled("c", "a", first_id="3C"), [(0, None), (1, 1), (None, 0)]),
    ],
    ids=["order", "added", "removed", "a new title", "the same title twice", "fetched", "made again", "another HIT"],
)
def test_titles_decide_where_ids_lack(
    old: list[HIT], new: list[HIT], expected: list[tuple[int | None, int | None]]
) -> None:
    """HITs without ids are known by titles that stand once; what is left on both sides goes by its order."""
    found = [
        tuple(next((place for place, hit in enumerate(hits) if hit is each), None) for hits, each in (pair))
        for pair in (((old, match.before), (new, match.after)) for match in match_hits(old, new))
    ]

    assert found == expected


def test_places_decide_where_none_has_an_id() -> None:
    """As many HITs without ids are matched in their order."""
    before, after = titled(None, None), titled(None, None)

    assert match_hits(before, after) == (HITMatch(before[0], after[0]), HITMatch(before[1], after[1]))


@pytest.mark.parametrize("ids", [(), (None,), ("A", None), ("A", "B")])
def test_nothing_on_the_other_side(ids: tuple[str | None, ...]) -> None:
    """Beside an empty list everything was added, or removed, whether it has an id or not."""
    listed = hits(*ids)

    assert match_hits(listed, []) == tuple(HITMatch(hit, None) for hit in listed)
    assert match_hits([], listed) == tuple(HITMatch(None, hit) for hit in listed)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ((None, None), (None,), "2 HITs before (2 without a HITId), 1 after (1 without)"),
        (("A", None), ("A", "B"), "2 HITs before (1 without a HITId), 2 after (0 without)"),
        ((None,), ("A", "B"), "give each a HITId or a title of its own, or compare them one at a time"),
        (("A", "A"), ("A",), "HIT `A` is there 2 times before; keep one of them"),
        (("A", "B"), ("B", "B", "B"), "HIT `B` is there 3 times after; keep one of them"),
    ],
)
def test_what_cannot_be_told(old: tuple[str | None, ...], new: tuple[str | None, ...], said: str) -> None:
    """Where it cannot be told which HIT is which, nothing is guessed."""
    with pytest.raises(InvalidInput) as raised:
        match_hits(hits(*old), [hit.replace(title=None) for hit in hits(*new)])

    assert said in str(raised.value)


def test_all_of_what_cannot_be_told_is_said() -> None:
    """The whole message: what is there, and what would help."""
    with pytest.raises(InvalidInput) as raised:
        match_hits(hits(None, None), [hit.replace(title=None) for hit in hits(None)])

    assert str(raised.value) == (
        "which HIT is which cannot be told: 2 HITs before (2 without a HITId), 1 after (1 without); "
        "give each a HITId or a title of its own, or compare them one at a time"
    )
