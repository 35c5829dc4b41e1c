"""Many HITs at once: one worker against them, and a million workers counted for ten thousand, beside Polars by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial, reduce
from itertools import count
from operator import and_
from random import Random
from typing import Any

import numpy as np
import polars as pl
import pytest

import qualeval as qe
from benchmarks.measuring import Beside, Round, first_calls
from benchmarks.report import AS_FAST, AS_LONG, at_least, within
from qualeval import Comparator, QualificationRequirement
from qualeval.bulk.catalog import Catalog
from qualeval.values.locale import country_codes

WORKERS, HITS = 1 << 20, 10_000
CHECKS = WORKERS * HITS
TYPES = [f"3T{number}" for number in range(20)]
COUNTRIES = sorted(country_codes())
THRESHOLDS, RATES = (0, 100, 500, 1000, 5000, 10_000), (90, 95, 97, 98, 99)
_LISTS = Random("places")
PLACES = [tuple(map(qe.Locale, _LISTS.sample(COUNTRIES, 5))) for _ in range(40)]


def requirements(random: Random, own: int) -> tuple[QualificationRequirement, ...]:
    """A count, a rate, a place, and a test of the requester's own."""
    above = Comparator.GREATER_THAN
    return (
        QualificationRequirement(qe.NUMBER_HITS_APPROVED, above, (random.choice(THRESHOLDS),)),
        QualificationRequirement(qe.PERCENT_APPROVED, above, (random.choice(RATES),)),
        QualificationRequirement(qe.LOCALE, Comparator.IN, locale_values=random.choice(PLACES)),
        QualificationRequirement(TYPES[own % 20], above, (own // 20,)),
    )


def catalog(hits: int, policies: int) -> Catalog:
    """So many HITs, of so many different policies."""
    random = Random(1)
    different = [requirements(random, number) for number in range(policies)]
    return Catalog(qe.HIT(different[number % policies], hit_id=f"3HIT{number}") for number in range(hits))


def somebody(numbers: Iterable[int]) -> qe.WorkerProfile:
    """Another worker at each call, of whom thirteen types are known."""
    number = next(iter(numbers))
    plain: dict[str, Any] = {qe.LOCALE: "US-WA", qe.NUMBER_HITS_APPROVED: 3000 + number % 500, qe.PERCENT_APPROVED: 99}
    return qe.worker("A1", plain | {each: (number * 7 + place * 13) % 100 for place, each in enumerate(TYPES[:10])})


def matching(found: Catalog) -> Round:
    """A round of matches, each of a worker of whom nothing was asked before."""
    found.match(somebody([0]))  # what is worked out of the HITs is worked out once
    return first_calls(found.match, partial(somebody, count()))


def judging(policies: Sequence[qe.AccessPolicy]) -> Round:
    """A round of loops over policies, each for such a worker too."""

    def loop(worker: qe.WorkerProfile) -> list[qe.Access]:
        return [policy.access(worker) for policy in policies]

    loop(somebody([0]))
    return first_calls(loop, partial(somebody, count()))


@pytest.fixture(scope="module")
def alike() -> Catalog:
    """A hundred thousand HITs of a thousand policies."""
    return catalog(100_000, 1000)


@pytest.fixture(scope="module")
def different() -> Catalog:
    """A hundred thousand HITs, no two of them alike."""
    return catalog(100_000, 100_000)


def test_match(beside: Beside, alike: Catalog) -> None:
    """The answer, whose rows are made as they are read."""
    policies = [alike.policy(f"3HIT{number}") for number in range(1000)]
    worker = somebody([0])
    assert sum(policy.permits(worker) for policy in policies) * 100 == len(alike.match(worker).permitted())
    beside(
        "match, 100,000 HITs, 1,000 policies",
        matching(alike),
        against="policy.access, each policy",
        other=judging(policies),
        goal=within(200_000),
        rounds=100,
    )


def test_match_different_policies(beside: Beside, different: Catalog) -> None:
    """A tenth of the loop stands for it: to make the fast path of a policy takes a thousand times as long as to ask."""
    policies = [different.policy(f"3HIT{number}") for number in range(0, 100_000, 10)]
    beside(
        "match, 100,000 HITs, all different",
        matching(different),
        against="policy.access, a tenth of them",
        other=judging(policies),
        goal=at_least(20 / 10),
        rounds=20,
    )


@pytest.mark.parametrize("hits", [1000, 10_000, 1_000_000])
def test_growth_of_match(beside: Beside, alike: Catalog, hits: int) -> None:
    """More HITs of the same thousand policies."""
    beside(
        f"match, {hits:,} HITs, 1,000 policies",
        matching(catalog(hits, 1000)),
        against="of 100,000 HITs",
        other=matching(alike),
        goal=AS_LONG,
        rounds=50,
    )


@pytest.mark.parametrize("hits", [1000, 10_000])
def test_growth_of_match_in_policies(beside: Beside, different: Catalog, hits: int) -> None:
    """Fewer different policies."""
    beside(
        f"match, {hits:,} HITs, all different",
        matching(catalog(hits, hits)),
        against="of 100,000 different ones",
        other=matching(different),
        goal=AS_LONG,
        rounds=20,
    )


# A million workers


@pytest.fixture(scope="module")
def frame() -> pl.DataFrame:
    """A million workers of whom all is known."""
    random = np.random.default_rng(1)
    places = pl.Series(np.array(COUNTRIES)[random.integers(0, len(COUNTRIES), WORKERS)])
    own = {each: random.integers(0, 100, WORKERS) for each in TYPES}
    number, rate = random.integers(0, 20_000, WORKERS), random.integers(80, 101, WORKERS)
    columns = {"Worker_NumberHITsApproved": number, "Worker_PercentAssignmentsApproved": rate, "Worker_Locale": places}
    return pl.DataFrame(columns | own)


@pytest.fixture(scope="module")
def asked() -> list[tuple[QualificationRequirement, ...]]:
    """Ten thousand HITs with about a thousand different requirements."""
    random = Random(1)
    return [requirements(random, random.randrange(960)) for _ in range(HITS)]


@pytest.fixture(scope="module")
def many(asked: list[tuple[QualificationRequirement, ...]]) -> Catalog:
    """Their catalog."""
    return Catalog(qe.HIT(each, hit_id=f"3HIT{place}") for place, each in enumerate(asked))


NAMES: Mapping[str, str] = {
    qe.NUMBER_HITS_APPROVED: "Worker_NumberHITsApproved",
    qe.PERCENT_APPROVED: "Worker_PercentAssignmentsApproved",
    qe.LOCALE: "Worker_Locale",
}


def condition(requirement: QualificationRequirement) -> pl.Expr:
    """A requirement as somebody would write it in Polars."""
    column = pl.col(NAMES.get(requirement.qualification_type_id, requirement.qualification_type_id))
    if requirement.comparator is Comparator.IN:
        return column.is_in([str(each) for each in requirement.locale_values])
    return column > requirement.integer_values[0]


def by_filters(frame: pl.DataFrame, asked: Iterable[Iterable[QualificationRequirement]]) -> list[int]:
    """A filter for each HIT."""
    return [frame.lazy().filter(*map(condition, each)).select(pl.len()).collect().item() for each in asked]


def by_shared_columns(frame: pl.DataFrame, asked: Sequence[Sequence[QualificationRequirement]]) -> list[int]:
    """The different requirements as columns, and a sum of conjunctions of them for each HIT, in one go."""
    names = {each: str(place) for place, each in enumerate(dict.fromkeys(one for listed in asked for one in listed))}
    shared = frame.select(**{name: condition(each) for each, name in names.items()})
    sums = [reduce(and_, (pl.col(names[each]) for each in one)).sum().alias(str(at)) for at, one in enumerate(asked)]
    return list(shared.select(sums).row(0))


def once(function: Callable[[], object]) -> Round:
    """A round of calls that take longer than a round by far."""
    return lambda calls: lambda: [function() for _ in range(calls)]


@pytest.mark.parametrize("invalid", ["error", "trust"])
def test_count(
    beside: Beside, frame: pl.DataFrame, many: Catalog, asked: list[tuple[QualificationRequirement, ...]], invalid: str
) -> None:
    """Ten thousand million checks: a second is a tenth of a nanosecond each."""
    assert many.count(frame)["accept"].to_list() == by_shared_columns(frame, asked)
    checked = "cells checked" if invalid == "error" else "cells trusted"
    beside(
        f"count, 10,000 HITs, {checked}",
        once(lambda: many.count(frame, invalid=invalid)),
        against="Polars, shared columns",
        other=once(lambda: by_shared_columns(frame, asked)),
        goal=at_least(2.5),
        rounds=5,
    )


def test_count_in_nanoseconds(
    beside: Beside, frame: pl.DataFrame, many: Catalog, asked: list[tuple[QualificationRequirement, ...]]
) -> None:
    """The same beside filters, of which a fiftieth stands for all."""
    beside(
        "count, 10,000 HITs",
        once(lambda: many.count(frame)),
        against="Polars, filters of 200 of them",
        other=once(lambda: by_filters(frame, asked[:200])),
        goal=at_least(10 / 50),
        rounds=5,
    )


def test_time_of_a_check(beside: Beside, frame: pl.DataFrame, many: Catalog) -> None:
    """In a second all are to be done."""
    beside(
        "count, 10,000 HITs, in all",
        once(lambda: many.count(frame)),
        against="count, of one HIT",
        other=once(lambda: Catalog({"3HIT": many.policy("3HIT0")}).count(frame)),
        goal=within(CHECKS * 0.1),
        rounds=5,
    )


def test_count_with_gaps(beside: Beside, frame: pl.DataFrame, many: Catalog) -> None:
    """Where a tenth of the cells is empty, what is possible is counted too."""
    row = pl.int_range(pl.len()) % 10
    gaps = frame.select(
        pl.when(row != place % 10).then(pl.col(name)).alias(name) for place, name in enumerate(frame.columns)
    )
    beside(
        "count, 10,000 HITs, empty cells",
        once(lambda: many.count(gaps)),
        against="without empty cells",
        other=once(lambda: many.count(frame)),
        goal=AS_LONG,
        rounds=5,
    )


def test_making_of_a_catalog(beside: Beside, asked: list[tuple[QualificationRequirement, ...]]) -> None:
    """Ten thousand policies compiled, told apart, and planned for."""
    hits = {f"3HIT{place}": qe.HIT(each) for place, each in enumerate(asked)}

    def made() -> object:
        found = Catalog(hits)
        found.match(qe.worker("A1"))
        return found.count(pl.DataFrame({"3T0": []}, schema={"3T0": pl.Int64}))

    beside(
        "Catalog of 10,000 HITs",
        once(made),
        against="compile_hit of each",
        other=once(lambda: [qe.compile_hit(each) for each in hits.values()]),
        goal=AS_FAST,
        rounds=5,
    )
