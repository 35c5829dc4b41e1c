"""The HITs of a catalog that one worker may take: as a loop over all of them says, one HIT after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qualeval as qe
from qualeval.bulk import index
from qualeval.bulk.catalog import Catalog
from qualeval.bulk.matches import Match
from qualeval.model.qualification_types import LOCALE
from qualeval.model.requirements import Comparator, QualificationRequirement
from tests.strategies import TYPES, requirement_lists, tries, value_set_facts, workers

Policies = Mapping[str, qe.AccessPolicy]


@st.composite
def catalogs(draw: st.DrawFn, max_size: int = 12) -> Policies:
    """Policies by HIT id, some of them equal."""
    listed = draw(st.lists(requirement_lists(5), max_size=max_size))
    return {f"3HIT{place}": qe.compile_requirements(each) for place, each in enumerate(listed)}


@st.composite
def people(draw: st.DrawFn) -> qe.WorkerProfile:
    """Profiles of every kind, facts beyond what text can say among them."""
    worker = draw(workers())
    types = draw(st.lists(st.sampled_from(TYPES), max_size=2, unique=True))
    return worker.with_facts({each: draw(value_set_facts(each)) for each in types})


def looped(policies: Policies, worker: qe.WorkerProfile) -> dict[str, Match]:
    """The answer of a loop."""
    decisions = {hit_id: policy.decide(worker) for hit_id, policy in policies.items()}
    return {hit_id: Match(hit_id, each.access, each.possible) for hit_id, each in decisions.items()}


def assert_as_looped(catalog: Catalog, policies: Policies, worker: qe.WorkerProfile) -> None:
    """Every way to read the answer says what the loop says."""
    matches, expected = catalog.match(worker), looped(policies, worker)

    assert {hit_id: matches.of(hit_id) for hit_id in policies} == expected
    assert sorted(matches, key=by_id) == [each for each in by_name(expected) if each.access > qe.Access.NONE]
    for action in qe.Action:
        permitted = [each for each in by_name(expected) if each.access.permits(action)]
        unknown = [each for each in by_name(expected) if each.possible.permits(action) and each not in permitted]
        assert sorted(matches.permitted(action), key=by_id) == permitted
        assert sorted(matches.unknown(action), key=by_id) == unknown
        assert len(matches.permitted(action)) == len(permitted)


def by_id(match: Match) -> str:
    """What rows are told apart by."""
    return match.hit_id


def by_name(expected: Mapping[str, Match]) -> Sequence[Match]:
    """All rows of the loop, by id."""
    return sorted(expected.values(), key=by_id)


@tries(400)
@given(catalogs(), people())
def test_match_is_a_loop(policies: Policies, worker: qe.WorkerProfile) -> None:
    """Access and possible of every HIT are those of `decide`, for facts of every shape."""
    assert_as_looped(Catalog(policies), policies, worker)


@pytest.mark.soak
@tries(6000)
@given(catalogs(20), people())
def test_match_is_a_loop_again_and_again(policies: Policies, worker: qe.WorkerProfile) -> None:
    """Thousands of catalogs, of more HITs."""
    assert_as_looped(Catalog(policies), policies, worker)


@tries(100)
@given(catalogs(), people(), st.integers(1, 30))
def test_a_long_line_of_states(policies: Policies, worker: qe.WorkerProfile, kept: int) -> None:
    """Where not every state's verdicts are kept, those in between follow from what changes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index, "_KEPT", kept)

        assert_as_looped(Catalog(policies), policies, worker)


@pytest.mark.parametrize("facts", ["500", "0..", "..-1", "17,400..401,999", "lacks", "holds", "unknown"])
def test_thousands_of_thresholds(monkeypatch: pytest.MonkeyPatch, facts: str) -> None:
    """As many thresholds of one type as there are HITs, beside bounds of any size."""
    monkeypatch.setattr(index, "_KEPT", 20_000)
    bounds = [*range(0, 1000, 3), -(10**30), 10**30]
    comparators = Random(1).choices([each for each in Comparator if each.takes_values], k=len(bounds))
    pairs = zip(comparators, bounds, strict=True)
    policies = {
        f"3HIT{place}": qe.compile_requirements([QualificationRequirement("3ABC", comparator, (bound,))])
        for place, (comparator, bound) in enumerate(pairs)
    }

    assert_as_looped(Catalog(policies), policies, qe.worker("A1", {"3ABC": facts}))


@pytest.mark.parametrize("fact", ["US", "US-WA", "US-OR", "US-ZZ", "CA", "CA-ON", "GB", "FR", "US-WA,CA-ON", "unknown"])
def test_places(fact: str) -> None:
    """Regions that sets cut through, the rest of a country, and countries that no set names."""
    places = ["US", "US-WA", "US-OR,CA", "CA-ON", "US,CA", "GB"]
    policies = {
        f"{comparator}{place}": qe.compile_requirements(
            [QualificationRequirement(LOCALE, comparator, locale_values=tuple(map(qe.Locale.parse, text.split(","))))]
        )
        for place, text in enumerate(places)
        for comparator in (Comparator.IN, Comparator.NOT_IN)
    }

    assert_as_looped(Catalog(policies), policies, qe.worker("A1", {LOCALE: fact}))


@tries(100)
@given(catalogs(), catalogs(), people(), st.data())
def test_adding_and_removing(first: Policies, second: Policies, worker: qe.WorkerProfile, data: st.DataObject) -> None:
    """A catalog that others were put into and taken from is one that was made of what is left."""
    more = {f"{hit_id}B": policy for hit_id, policy in second.items()}
    both = {**first, **more}
    gone = data.draw(st.sets(st.sampled_from(sorted(both)))) if both else set()
    left = {hit_id: policy for hit_id, policy in both.items() if hit_id not in gone}
    before = Catalog(first)
    catalog = before.adding(more).without(gone)

    assert set(catalog) == set(left)
    assert_as_looped(catalog, left, worker)
    assert_as_looped(before, first, worker)
    assert_as_looped(catalog.adding({each: both[each] for each in gone}), both, worker)


def threshold(value: int, type_id: str = "3ABC") -> QualificationRequirement:
    """At least this value."""
    return QualificationRequirement(type_id, Comparator.GREATER_THAN_OR_EQUAL_TO, (value,))


def hits(*values: int, start: int = 0) -> list[qe.HIT]:
    """A HIT for each threshold."""
    return [qe.HIT((threshold(value),), hit_id=f"3HIT{start + place}") for place, value in enumerate(values)]


def test_adding_shares_what_is_there() -> None:
    """New HITs of known policies change nothing of what was worked out; new policies stand beside it."""
    catalog = Catalog(hits(*range(100)))
    known = catalog.adding(hits(5, 6, start=100))
    new = catalog.adding(hits(500, start=200))

    assert known._shelves[0] is catalog._shelves[0]
    assert len(known._shelves) == 1
    assert new._shelves[0] is catalog._shelves[0]
    assert catalog.without(["3HIT7"])._shelves == catalog._shelves


def test_many_small_additions_stand_on_few_shelves() -> None:
    """However they are added, what is asked of all takes few questions."""
    catalog = Catalog()
    for place in range(200):
        catalog = catalog.adding(hits(place, start=place))

    assert len(catalog) == 200
    assert all(f"3HIT{place}" in catalog for place in range(200))
    assert all(catalog.policy(f"3HIT{place}").requirements == (threshold(place),) for place in range(200))
    assert len(catalog._shelves) <= 8
    assert sum(len(each.policies) for each in catalog._shelves) == 200
    assert len(catalog.match(qe.worker("A1", {"3ABC": 99})).permitted()) == 100


def test_a_catalog_forgets_policies_that_have_no_hit() -> None:
    """Once most have none, a new one is made of the rest."""
    catalog = Catalog(hits(*range(100))).without(f"3HIT{place}" for place in range(5, 100))

    assert sum(len(each.policies) for each in catalog._shelves) == 5
    assert list(catalog) == [f"3HIT{place}" for place in range(5)]


def test_equal_policies_are_one() -> None:
    """However they are written."""
    above = QualificationRequirement("3ABC", Comparator.GREATER_THAN, (79,))
    catalog = Catalog({"3A": qe.HIT((threshold(80),)), "3B": qe.HIT((above, threshold(10))), "3C": qe.HIT()})

    assert repr(catalog) == "<Catalog of 3 HITs, 2 different policies>"
    assert catalog.policy("3A") is catalog.policy("3B")


def test_the_best_comes_first() -> None:
    """By access, then by possible; and a row says both."""
    guarded = qe.ActionsGuarded.DISCOVER_PREVIEW_AND_ACCEPT
    hidden = QualificationRequirement("3NEW", Comparator.EXISTS, actions_guarded=guarded)
    catalog = Catalog({"3NO": qe.HIT((threshold(90),)), "3HIDDEN": qe.HIT((hidden,)), "3YES": qe.HIT((threshold(80),))})
    found = catalog.match(qe.worker("A1", {"3ABC": 85}))

    yes = Match("3YES", qe.Access.ACCEPT, qe.Access.ACCEPT)
    no = Match("3NO", qe.Access.PREVIEW, qe.Access.PREVIEW)
    might = Match("3HIDDEN", qe.Access.NONE, qe.Access.ACCEPT)
    assert list(found) == [yes, no]
    assert (found[0], found[-1], list(found[:1]), len(found)) == (yes, no, [yes], 2)
    assert list(found.permitted()) == [yes]
    assert list(found.unknown()) == [might]
    assert list(found.unknown(qe.Action.DISCOVER)) == [might]
    assert repr(found) == "<Matches 1 accept, 1 preview>"
    assert repr(found.unknown()) == "<Matches 1 none (possibly accept)>"


def test_an_empty_catalog() -> None:
    """Of no HIT nothing can be taken."""
    catalog = Catalog()

    assert (len(catalog), len(catalog.match(qe.worker("A1"))), repr(catalog.match(qe.worker("A1")))) == (
        0,
        0,
        "<Matches none>",
    )


def test_hits_that_cannot_be_told_apart() -> None:
    """All of them are named at once."""
    given = [qe.HIT(hit_id="3A"), qe.HIT(), qe.HIT(hit_id="3A")]
    with pytest.raises(qe.InvalidInput) as caught:
        Catalog(given)

    assert [str(each) for each in caught.value.problems] == [
        "HIT 1: got no HITId; name it: Catalog({id: hit})",
        "HIT 2: another HIT has the id `3A`; keep one of them",
    ]
    with pytest.raises(qe.InvalidInput, match="HIT 0: another HIT has the id `3A`"):
        Catalog(given[:1]).adding(given[:1])


def test_what_is_no_hit_and_what_is_not_there() -> None:
    """Errors name what was got and the mend."""
    catalog = Catalog(hits(1, 2))
    with pytest.raises(qe.WrongType, match="HIT 0: expected a HIT or an AccessPolicy, got dict; "):
        Catalog([{}])  # type: ignore[list-item]
    with pytest.raises(qe.WrongType, match="expected a WorkerProfile, got str"):
        catalog.match("A1")  # type: ignore[arg-type]
    with pytest.raises(qe.WrongType, match="expected HIT ids, got the text `3HIT1`"):
        catalog.without("3HIT1")
    for ask in (catalog.policy, catalog.match(qe.worker("A1")).of, lambda hit_id: catalog.without([hit_id])):
        with pytest.raises(qe.HITNotFound, match="no HIT `3HIT9` in the catalog; did you mean `3HIT") as caught:
            ask("3HIT9")
        assert caught.value.hit_id == "3HIT9"
