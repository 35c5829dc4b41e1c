"""The strategies for Hypothesis: what they draw, that they draw all of it, and what they shrink to."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import entry_points
from inspect import signature
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

import qualeval as qe
from qualeval.linting import Severity, lint
from qualeval.linting.catalogue import BY_ID, CATALOGUE
from qualeval.linting.reading_rules import MAX_REQUIREMENTS
from qualeval.linting.value_rules import MAX_INTEGERS, MAX_LOCALES
from qualeval.model.facts import check_states
from qualeval.model.qualification_types import SYSTEM_NAMES
from qualeval.model.requirements import Comparator
from qualeval.testing import strategies
from qualeval.testing.strategies.broken import RULES
from qualeval.testing.strategies.registration import BY_TYPE
from qualeval.values.locale import UNLISTED
from tests.drawing import simplest, unmet, unreached

SOURCES = Path(strategies.__file__).parent

FORM = ("QE0", "QE1", "QE2", "QE3")
"""The rules of what Mechanical Turk takes; those of the meaning come after them."""


def errors_of_form(hit: object) -> list[str]:
    """What the linter calls an error of form."""
    found = lint(hit)  # type: ignore[arg-type]
    return [each.rule for each in found if each.severity is Severity.ERROR and each.rule.startswith(FORM)]


# --- how they are made


def test_nothing_is_drawn_and_thrown_away() -> None:
    """No filter, no assumption, no rejection, no list that must be unique, and no health check is silenced."""
    text = "".join(path.read_text(encoding="utf-8") for path in SOURCES.glob("*.py"))
    words = (".filter(", "assume(", "reject(", "unique", "suppress_health_check")

    assert len(list(SOURCES.glob("*.py"))) > 10
    assert [word for word in words if word in text] == []


def test_each_public_name_says_what_it_shrinks_to() -> None:
    """The docstring of each strategy has a sentence about shrinking."""
    functions = [getattr(strategies, name) for name in strategies.__all__ if name.islower()]

    assert [each.__name__ for each in functions if "Shrinks " not in (each.__doc__ or "")] == []
    assert len(functions) >= 16


# --- places and types


def test_locales_are_of_every_kind() -> None:
    """Countries, states, subdivisions elsewhere, the unlisted one, countries that ISO 3166 has withdrawn."""
    left = unmet(
        strategies.locales(),
        country=lambda each: each.subdivision is None and each.country not in ("US", "CA", "GB", "IN", "DE"),
        state=lambda each: each.country == "US" and each.subdivision not in (None, UNLISTED, "CA", "WA"),
        elsewhere=lambda each: each.country not in ("US", "CA") and each.subdivision not in (None, UNLISTED),
        unlisted=lambda each: each.country != "US" and each.subdivision == UNLISTED,
        withdrawn=lambda each: each.country == "AN",
    )

    assert left == []


@given(strategies.locales(for_requirements=True))
def test_a_locale_for_a_requirement_can_stand_in_one(place: qe.Locale) -> None:
    """The linter has nothing against it that Mechanical Turk would."""
    assert errors_of_form(qe.HIT([qe.QualificationRequirement(qe.LOCALE, Comparator.EQUAL_TO, (), (place,))])) == []


@given(strategies.locales(countries=["NO", "DE"]))
def test_locales_are_of_the_countries_that_are_asked_for(place: qe.Locale) -> None:
    """No other country is drawn."""
    assert place.country in ("NO", "DE")


def test_locales_shrink_to_a_country() -> None:
    """To the United States, or the first of those that are asked for."""
    assert simplest(strategies.locales()) == qe.Locale("US")
    assert simplest(strategies.locales(countries=["NO", "DE"])) == qe.Locale("NO")
    assert simplest(strategies.locales(), lambda each: each.subdivision is not None) == qe.Locale("US", "CA")


def test_types_are_the_systems_and_own_ones() -> None:
    """Each of the system's, and others; the simplest is an own one."""
    drawn = strategies.qualification_types()

    assert unreached(drawn, SYSTEM_NAMES.values(), lambda each: [each.type_id]) == []
    assert unmet(drawn, own=lambda each: len(each.type_id) > 10 and each.owner == "requester") == []
    assert simplest(drawn) == qe.qualification_type("3ABC")


# --- facts


@given(st.data(), strategies.qualification_types())
def test_a_fact_is_a_part_of_the_universe_that_holds_something(data: st.DataObject, kind: Any) -> None:
    """Of any type, by itself or by its id."""
    for said in (kind, kind.type_id):
        check_states(kind.type_id, data.draw(strategies.facts(said)).states)


def points(fact: qe.Fact) -> tuple[int, ...]:
    """Where the integers of a fact begin and end."""
    assert isinstance(fact.states.held, qe.IntegerSet)
    return fact.states.held.points


def places(fact: qe.Fact) -> qe.LocaleSet:
    """The places of a fact."""
    assert isinstance(fact.states.held, qe.LocaleSet)
    return fact.states.held


@pytest.mark.slow
@pytest.mark.parametrize("type_id", [qe.LOCALE, qe.PERCENT_APPROVED, qe.NUMBER_HITS_APPROVED, qe.ADULT, "3ABC"])
def test_facts_are_of_every_kind(type_id: str) -> None:
    """One value, several, unknown; of integers ranges; of what can be lacked: lacked, revoked, held, and mixtures."""
    kind = qe.qualification_type(type_id)
    universe, held = kind.universe, kind.held
    conditions: dict[str, Callable[[qe.Fact], bool]] = {
        "one": lambda fact: fact.states.single is not None and fact.granted_at is not None,
        "unknown": lambda fact: fact.states == universe,
    }
    if kind.can_be_lacked:
        conditions |= {
            "held": lambda fact: fact.states == held,
            "lacked": lambda fact: fact.states == kind.lacked and not fact.is_revoked,
            "revoked": lambda fact: fact.states == kind.lacked and fact.is_revoked,
            "mixed": lambda fact: fact.states.lacking and fact.states not in (universe, kind.lacked),
        }
    if type_id in (qe.PERCENT_APPROVED, "3ABC"):
        conditions |= {
            "range": lambda fact: len(points(fact)) == 2 and points(fact)[0] + 1 < points(fact)[1],
            "runs": lambda fact: len(points(fact)) > 4,
        }
    if kind.is_locale:
        conditions |= {
            "places": lambda fact: len(places(fact).exceptions) > 1,
            "all but": lambda fact: places(fact).default and fact.states != universe,
        }

    assert unmet(strategies.facts(type_id), **conditions) == []
    assert simplest(strategies.facts(type_id)) == qe.Fact(universe)


def test_facts_take_a_name_of_a_type() -> None:
    """`Masters` is as good as its id."""
    assert simplest(strategies.facts("Masters")) == qe.Fact(qe.qualification_type(qe.MASTERS).universe)


# --- requirements


@given(strategies.requirements())
def test_a_requirement_is_one_that_mechanical_turk_takes(requirement: qe.QualificationRequirement) -> None:
    """The linter finds no error of form."""
    assert errors_of_form(qe.HIT([requirement])) == []


@pytest.mark.slow
def test_requirements_ask_everything_of_every_type() -> None:
    """Each type is drawn with each comparator that it takes, and each guard in each way of saying it."""
    own = (qe.PERCENT_APPROVED, qe.NUMBER_HITS_APPROVED, qe.ADULT, "3ABC")
    asked = [(type_id, comparator) for type_id in own for comparator in Comparator]
    asked += [(qe.LOCALE, each) for each in Comparator if each.takes_values and not each.is_ordering]
    without_values = [each for each in Comparator if not each.takes_values]
    asked += [(type_id, each) for type_id in (qe.MASTERS, qe.MASTERS_SANDBOX) for each in without_values]
    guards = [(guard, older) for guard in (None, *qe.ActionsGuarded) for older in (None, False, True)]
    guards.remove((qe.ActionsGuarded.ACCEPT, True))

    def kinds(each: qe.QualificationRequirement) -> list[object]:
        return [
            (each.qualification_type_id, each.comparator),
            (each.actions_guarded, each.required_to_preview),
        ]

    assert unreached(strategies.requirements(), [*asked, *guards], kinds) == []


@pytest.mark.slow
def test_requirements_fill_their_lists() -> None:
    """As many values as the API takes are drawn, and never more."""
    integers, places = strategies.requirements(["3ABC"], ["In"]), strategies.requirements([qe.LOCALE], ["NotIn"])

    assert unmet(integers, full=lambda each: len(each.integer_values) == MAX_INTEGERS) == []
    assert unmet(places, full=lambda each: len(each.locale_values) > MAX_LOCALES // 2) == []


@given(strategies.requirements(["Worker_Locale", "3ABC"], ["NotIn", "EqualTo"], ["PreviewAndAccept"]))
def test_requirements_are_those_that_are_asked_for(requirement: qe.QualificationRequirement) -> None:
    """Types by name or id, comparators and guards by themselves or their words."""
    assert requirement.qualification_type_id in (qe.LOCALE, "3ABC")
    assert requirement.comparator in (Comparator.NOT_IN, Comparator.EQUAL_TO)
    assert requirement.guard is qe.ActionsGuarded.PREVIEW_AND_ACCEPT


def test_requirements_shrink_to_the_simplest() -> None:
    """An own type that is to be held, guarding accept by default; else the simplest of what is asked for."""
    assert simplest(strategies.requirements()) == qe.QualificationRequirement("3ABC", Comparator.EXISTS)
    assert simplest(strategies.requirements(["Worker_Locale"])) == qe.QualificationRequirement(
        qe.LOCALE, Comparator.EQUAL_TO, (), (qe.Locale("US"),)
    )
    guarded = simplest(strategies.requirements(["3ABC"], ["LessThan"], ["PreviewAndAccept"]))
    assert guarded == qe.QualificationRequirement(
        "3ABC", Comparator.LESS_THAN, (0,), actions_guarded=qe.ActionsGuarded.PREVIEW_AND_ACCEPT
    )


# --- HITs


@pytest.mark.slow
@given(strategies.hits())
def test_a_hit_is_one_that_mechanical_turk_takes(hit: qe.HIT) -> None:
    """The linter finds no error of form; a read has both guard fields, a request one or none."""
    assert errors_of_form(hit) == []
    for each in hit.requirements:
        both = each.actions_guarded is not None and each.required_to_preview is not None
        assert both is hit.is_fetched


@pytest.mark.slow
@given(st.data(), st.integers(0, MAX_REQUIREMENTS), st.integers(0, MAX_REQUIREMENTS))
def test_a_hit_has_as_many_requirements_as_are_asked_for(data: st.DataObject, one: int, other: int) -> None:
    """From the least to the greatest number, on the types that are asked for."""
    least, most = sorted((one, other))
    hit = data.draw(strategies.hits(least, most, types=["Masters", "3ABC"], fetched=True))

    assert least <= len(hit.requirements) <= most
    assert {each.qualification_type_id for each in hit.requirements} <= {qe.MASTERS, "3ABC"}
    assert hit.is_fetched


@pytest.mark.slow
@given(strategies.hits(satisfiable=True))
def test_somebody_may_accept_a_satisfiable_hit(hit: qe.HIT) -> None:
    """Whatever its requirements are, and they are still such that Mechanical Turk takes them."""
    assert qe.compile_hit(hit).is_satisfiable()
    assert errors_of_form(hit) == []


@pytest.mark.slow
def test_hits_are_of_every_kind() -> None:
    """Requests and reads, empty and full, with conflicts and without, satisfiable with every comparator."""
    left = unmet(
        strategies.hits(),
        read=lambda hit: hit.is_fetched and hit.status == "Disposed" and hit.expires_at > hit.created_at,
        request=lambda hit: not hit.is_fetched and hit.title is not None and "MaxAssignments" in hit.other,
        empty=lambda hit: not hit.requirements,
        full=lambda hit: len(hit.requirements) == MAX_REQUIREMENTS,
        broad=lambda hit: len({each.qualification_type_id for each in hit.requirements}) > 4,
        possible=lambda hit: len(hit.requirements) > 3 and qe.compile_hit(hit).is_satisfiable(),
        impossible=lambda hit: len(hit.requirements) > 1 and not qe.compile_hit(hit).is_satisfiable(),
        by_degrees=lambda hit: len(set(map(str, qe.compile_hit(hit).boxes.values()))) == 3,
    )

    assert left == []


@pytest.mark.slow
def test_satisfiable_hits_ask_everything_that_can_be_met() -> None:
    """Each comparator of each type, also one that is met by what is not named."""
    own = (qe.PERCENT_APPROVED, qe.NUMBER_HITS_APPROVED, qe.ADULT)
    held = [Comparator(word) for word in [*Comparator] if word != Comparator.DOES_NOT_EXIST]
    asked = [(type_id, each) for type_id in own for each in held]
    asked += [("3ABC", each) for each in Comparator]
    asked += [(qe.LOCALE, each) for each in Comparator if each.takes_values and not each.is_ordering]
    drawn = strategies.hits(1, types=[*own, "3ABC", qe.LOCALE], satisfiable=True)

    def kinds(hit: qe.HIT) -> list[object]:
        return [(each.qualification_type_id, each.comparator) for each in hit.requirements]

    assert unreached(drawn, asked, kinds) == []


@pytest.mark.slow
def test_hits_shrink_to_a_request_without_requirements() -> None:
    """Or to the fewest and simplest; a conflict to two that contradict each other."""
    nothing = simplest(strategies.hits())
    exists = qe.QualificationRequirement("3ABC", Comparator.EXISTS)
    lacked = qe.QualificationRequirement("3ABC", Comparator.DOES_NOT_EXIST)
    conflict = simplest(strategies.hits(), lambda hit: not qe.compile_hit(hit).is_satisfiable())

    assert (nothing.requirements, nothing.is_fetched) == ((), False)
    assert simplest(strategies.hits(1)).requirements == (exists,)
    assert simplest(strategies.policies()) == qe.compile_requirements([])
    assert set(conflict.requirements) == {exists, lacked}


# --- sets


def test_sets_are_of_every_kind() -> None:
    """Empty, everything, finite and not, of integers and of places; they shrink to the empty set."""
    assert simplest(strategies.integer_sets()) == qe.IntegerSet.empty()
    assert simplest(strategies.locale_sets()) == qe.LocaleSet.empty()
    assert simplest(strategies.value_sets()) == qe.ValueSet(qe.IntegerSet.empty())
    assert unmet(
        strategies.integer_sets(),
        everything=lambda each: each == qe.IntegerSet.everything(),
        runs=lambda each: len(each.points) > 4 and each.starts_inside,
    ) == []
    assert unmet(
        strategies.value_sets(),
        places=lambda each: isinstance(each.held, qe.LocaleSet) and each.lacking,
        all_but=lambda each: isinstance(each.held, qe.LocaleSet) and "but" in str(each.held),
    ) == []


@given(strategies.integer_sets(3, 7), strategies.locale_sets(st.just(qe.Locale("US"))))
def test_sets_flip_only_where_they_may(integers: qe.IntegerSet, places: qe.LocaleSet) -> None:
    """Runs of integers begin and end within the bounds, and only the given places are named."""
    assert all(3 <= point <= 8 for point in integers.points)
    assert set(places.exceptions) <= {"US"}


# --- broken requirements


ALONE = frozenset(RULES)
TOGETHER = frozenset({"QE001", "QE002", "QE003", "QE004", "QE005", "QE006", "QE010", "QE403", "QE404", "QE901"})
"""Rules that it takes more than one requirement to break, or the house's own."""


def test_every_rule_of_a_requirement_can_be_broken() -> None:
    """The table has every rule of the catalogue that one requirement can break, under the catalogue's name."""
    assert {rule.id for rule in CATALOGUE} == ALONE | TOGETHER
    assert {rule: name for rule, (name, _) in RULES.items()} == {rule: BY_ID[rule].name for rule in RULES}


@pytest.mark.parametrize("rule", sorted(RULES))
def test_a_broken_requirement_breaks_its_rule_and_no_other(rule: str) -> None:
    """The linter finds just that; what is good to know may be said beside it."""

    @given(strategies.broken_requirements([rule]))
    @settings(max_examples=40)
    def check(broken: strategies.BrokenRequirement) -> None:
        found = lint([broken.requirement], environment=broken.environment)  # type: ignore[arg-type]
        worse = {each.rule for each in found if each.severity is not Severity.INFO}

        assert (broken.rule, broken.name) == (rule, BY_ID[rule].name)
        assert rule in {each.rule for each in found}
        assert worse <= {rule}

    check()


@pytest.mark.slow
def test_any_rule_is_broken_unless_some_are_asked_for() -> None:
    """By id or by name; left out, all are."""
    assert unreached(strategies.broken_requirements(), RULES, lambda broken: [broken.rule]) == []
    assert simplest(strategies.broken_requirements(["unknown-country"])).rule == "QE201"


def test_a_broken_requirement_shrinks_to_the_simplest_breach() -> None:
    """A comparator that is misspelt is misspelt in the first of the ways."""
    found = simplest(strategies.broken_requirements(["QE102"]))

    assert found.requirement["Comparator"] == "Equals"
    assert found.requirement["QualificationTypeId"] == "3ABC"


# --- arguments


POLICY = qe.compile_requirements(
    [
        qe.QualificationRequirement(qe.LOCALE, Comparator.EQUAL_TO, (), (qe.Locale("US"),), "PreviewAndAccept"),
        qe.QualificationRequirement("3ABC", Comparator.GREATER_THAN, (98,)),
        qe.QualificationRequirement("3ABC", Comparator.LESS_THAN, (95,)),
    ]
)
EVERYBODY = qe.compile_requirements([])
_S: Any = strategies

REFUSED: list[tuple[Callable[[], object], str]] = [
    (lambda: _S.locales(countries="US"), "countries: got str `US`, expected a collection of country codes; put"),
    (lambda: _S.locales(countries=[]), "countries: got an empty collection, expected country codes; leave it out"),
    (lambda: _S.locales(countries=["UK"]), "countries: got str `UK`, expected a two-letter code of ISO 3166-1"),
    (lambda: _S.locales(for_requirements=1), "for_requirements: got int `1`, expected True or False"),
    (lambda: _S.facts(5), "type: got int `5`, expected the id or name of a qualification type"),
    (lambda: _S.facts("Worker_Local"), "type: unknown qualification type `Worker_Local`; did you mean `Worker_L"),
    (lambda: _S.requirements(types="3ABC"), "types: got str `3ABC`, expected a collection of qualification types"),
    (lambda: _S.requirements(types=[7]), "types: got int `7`, expected the id or name of a qualification type"),
    (lambda: _S.requirements(types=5), "types: got int `5`, expected a collection"),
    (lambda: _S.requirements(comparators=["Equals"]), "comparators: unknown comparator `Equals`; did you mean"),
    (lambda: _S.requirements(comparators=[None]), "comparators: got `null`, expected a Comparator"),
    (lambda: _S.requirements(guards=["Preview"]), "guards: unknown guard `Preview`"),
    (
        lambda: _S.requirements(["3ABC", qe.LOCALE], ["LessThan"]),
        "got `LessThan`, and Worker_Locale takes `EqualTo`, `NotEqualTo`, `In`, `NotIn` alone; leave the type out",
    ),
    (lambda: _S.hits(-1), "min_requirements: got int `-1`, expected an integer from 0 to 10"),
    (lambda: _S.hits(0, 11), "max_requirements: got int `11`, expected an integer from 0 to 10"),
    (lambda: _S.hits(5, 4), "got min_requirements `5` above max_requirements `4`; exchange them"),
    (lambda: _S.hits(True), "min_requirements: got `true`, expected an integer from 0 to 10"),
    (lambda: _S.hits(types=[]), "types: got an empty collection"),
    (lambda: _S.hits(fetched="yes"), "fetched: got str `yes`, expected True or False"),
    (lambda: _S.hits(satisfiable=None), "satisfiable: got `null`, expected True or False"),
    (lambda: _S.policies(3, 2), "got min_requirements `3` above max_requirements `2`"),
    (lambda: _S.integer_sets("1"), "min_value: got str `1`, expected an integer or None"),
    (lambda: _S.integer_sets(3, 2), "got min_value `3` above max_value `2`; exchange them"),
    (lambda: _S.locale_sets(["US"]), "places: got list .*expected a strategy of locales"),
    (lambda: _S.workers("hit.json"), "hit_or_policy: got str `hit.json`, expected a HIT or an AccessPolicy;"),
    (lambda: _S.boundary_workers([]), r"hit_or_policy: got list `\[\]`, expected a HIT or an AccessPolicy"),
    (lambda: _S.boundary_workers(EVERYBODY), "got no requirements, so there are no thresholds"),
    (lambda: _S.workers_with_access(None, "accept"), "hit_or_policy: got `null`, expected a HIT or an AccessPolicy"),
    (lambda: _S.workers_with_access(POLICY, "acept"), "access: unknown access `acept`; did you mean `accept`?"),
    (lambda: _S.workers_with_access(POLICY, 4), "access: unknown access `4`"),
    (lambda: _S.workers_with_access(POLICY, True), "access: got `true`, expected an Access"),
    (
        lambda: _S.workers_with_access(POLICY, "accept"),
        "nobody has exactly the access `accept`: the requirements 1 and 2 on 3ABC contradict each other",
    ),
    (
        lambda: _S.workers_with_access(POLICY, qe.Access.NONE),
        "nobody has exactly the access `none`: everybody may discover",
    ),
    (
        lambda: _S.workers_with_access(EVERYBODY, "preview"),
        "nobody has exactly the access `preview`: whoever may preview may accept too",
    ),
    (lambda: _S.workers_without_access(POLICY, "work"), "action: unknown action `work`"),
    (lambda: _S.workers_without_access(POLICY, 3), "action: got int `3`, expected an Action"),
    (lambda: _S.workers_without_access(POLICY, certainly=0), "certainly: got int `0`, expected True or False"),
    (lambda: _S.workers_without_access(POLICY, "discover"), "nobody is kept from it: everybody may discover"),
    (lambda: _S.mturk_hits(forms=["get_hits"]), "forms: got str `get_hits`, expected a form of HITs; did you mean"),
    (lambda: _S.mturk_hits(0, 0, forms=["requirements"]), "forms: a bare list of `requirements` is never empty"),
    (lambda: _S.mturk_hits(json=None), "json: got `null`, expected True or False"),
    (lambda: _S.mturk_hits(0, 12), "max_requirements: got int `12`"),
    (lambda: _S.mturk_workers(forms=["row"]), "forms: got str `row`, expected a form of workers; known are `facts`"),
    (lambda: _S.mturk_workers(5), "hit_or_policy: got int `5`"),
    (lambda: _S.mturk_workers(json="no"), "json: got str `no`"),
    (lambda: _S.broken_requirements(["QE001"]), "rules: got str `QE001`, expected a rule of one requirement"),
    (lambda: _S.broken_requirements("QE101"), "rules: got str `QE101`, expected a collection"),
    (lambda: _S.broken_requirements(["unknown-cuontry"]), "did you mean `unknown-country`?"),
]


@pytest.mark.parametrize(("make", "message"), REFUSED)
def test_an_argument_that_will_not_do_is_refused(make: Callable[[], object], message: str) -> None:
    """When the strategy is made, with what was got, what was expected and the mend."""
    with pytest.raises(InvalidArgument, match=message):
        make()


def test_every_argument_is_among_those_that_are_refused() -> None:
    """Each argument of each strategy has a case of its own above."""
    said = " ".join(message for _, message in REFUSED)
    named = {
        name
        for function in strategies.__all__
        if function.islower()
        for name in signature(getattr(strategies, function)).parameters
    }

    assert not [name for name in sorted(named) if name not in said]


# --- how they are had


@pytest.mark.parametrize("kind", BY_TYPE, ids=lambda kind: kind.__name__)
def test_hypothesis_knows_the_types(kind: type) -> None:
    """`st.from_type` draws values of each."""
    assert isinstance(simplest(st.from_type(kind)), kind)


@pytest.mark.slow
@given(st.from_type(qe.HIT), st.from_type(qe.WorkerProfile), st.from_type(qe.Action))
def test_what_hypothesis_draws_by_type_can_be_judged(hit: qe.HIT, worker: qe.WorkerProfile, action: qe.Action) -> None:
    """A HIT and a worker make a decision; enumerations are known to Hypothesis by themselves."""
    decision = qe.compile_hit(hit).decide(worker)

    assert decision.permits(action) is (decision.access >= action.level)


def test_the_entry_point_leads_to_the_registration() -> None:
    """It is in the metadata of the distribution, where Hypothesis looks for it."""
    (found,) = [each for each in entry_points(group="hypothesis") if each.name == "qualeval"]

    assert found.value == "qualeval.testing.strategies.registration:register"


def printed(program: str) -> str:
    """What a new interpreter prints."""
    ran = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False)
    return ran.stdout + ran.stderr


@pytest.mark.parametrize(
    "first", ["import hypothesis", "import qualeval.testing.strategies", "import qualeval.testing.strategies.facts"]
)
def test_whichever_is_imported_first_the_types_are_known(first: str) -> None:
    """Hypothesis loads the strategies as it is imported, and they import it: either may come first."""
    program = f"{first}\nimport qualeval\nfrom hypothesis import strategies as st\nprint(st.from_type(qualeval.HIT))"

    assert printed(program).startswith("one_of(")


def test_the_strategies_are_there_on_demand() -> None:
    """`qe.testing.strategies` can be had after `import qualeval`, which does not load Hypothesis."""
    program = (
        "import sys, qualeval as qe\n"
        "before = 'hypothesis' in sys.modules\n"
        "print(before, qe.testing.strategies.hits.__name__, 'hypothesis' in sys.modules)"
    )

    assert printed(program) == "False hits True\n"


def test_hypothesis_loads_neither_the_service_nor_files() -> None:
    """Whoever imports Hypothesis where qualeval is installed does not wait for boto3, YAML or the linter."""
    program = (
        "import sys, hypothesis\n"
        "print(sorted({'boto3', 'botocore', 'yaml', 'cattrs', 'click', 'qualeval.linting'} & set(sys.modules)))"
    )

    assert printed(program) == "[]\n"


def test_without_hypothesis_the_extra_is_named() -> None:
    """The error is an ImportError of qualeval's, and says what to install."""
    program = (
        "import sys, qualeval as qe\n"
        "sys.modules['hypothesis'] = None\n"
        "try:\n    qe.testing.strategies\n"
        "except qe.MissingPackage as error:\n    print(isinstance(error, ImportError), error.name, error)"
    )

    assert printed(program) == (
        "True hypothesis qualeval.testing.strategies needs hypothesis; pip install 'qualeval[hypothesis]'\n"
    )
