"""CreateHIT and CreateHITType refuse what the linter's catalogue says that Mechanical Turk refuses, in its words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError, ParamValidationError

import qualeval as qe
from qualeval.linting.catalogue import BY_ID
from qualeval.linting.examples import EXAMPLES, Example
from qualeval.testing.endpoint import Endpoint
from tests.endpoint_requests import HIT, TYPE, Answer, boto3_client, post, refused, typed

REFUSED = {rule: example for rule, example in EXAMPLES.items() if BY_ID[rule].is_refused}
TAKEN = {rule: example for rule, example in EXAMPLES.items() if not BY_ID[rule].is_refused}

TYPES = ["3SCORE", "3ITALIAN", "3DONE", "3DONE2", "3BLOCK", *(f"3TEST{number}" for number in range(11))]
"""The requester's own types that the examples ask for."""


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """An endpoint with the types of the examples."""
    with Endpoint() as running:
        for type_id in TYPES:
            running.marketplace.add_type(type_id)
        yield running


def parameters_of(tree: object, base: Mapping[str, Any]) -> Any:
    """The request that a client could send of a tree of the examples; text is the body as it stands."""
    if isinstance(tree, Mapping):
        inside = tree.get("HIT", tree)
        return {**base, **{key: value for key, value in inside.items() if key != "HITId"}}
    return tree


def sent(endpoint: Endpoint, operation: str, tree: object) -> Answer:
    return post(endpoint, parameters_of(tree, HIT if operation == "CreateHIT" else TYPE), operation)


@pytest.mark.parametrize("operation", ["CreateHIT", "CreateHITType"])
@pytest.mark.parametrize("rule", REFUSED)
def test_what_the_service_refuses_is_refused(endpoint: Endpoint, operation: str, rule: str) -> None:
    """The bad example of every such rule is refused with status 400, and nothing is made; its neighbour is taken."""
    example: Example = REFUSED[rule]
    found = sent(endpoint, operation, example.bad)

    assert found.status == 400
    assert found.json["Message"]
    assert (dict(endpoint.marketplace.state.hits), dict(endpoint.marketplace.state.hit_types)) == ({}, {})
    if rule != "QE001":  # of that the neighbour is a whole body, too
        assert sent(endpoint, operation, example.good).status == 200


@pytest.mark.parametrize("rule", sorted(REFUSED.keys() - {"QE001"}))  # boto3 sends no text
def test_clients_do_not_get_it_through(endpoint: Endpoint, rule: str) -> None:
    """With boto3 the bad example ends in an error, of boto3's own or of the service, with its check and without."""
    tree = REFUSED[rule].bad
    for checks in (True, False):
        client = boto3_client(endpoint, parameter_validation=checks)
        with pytest.raises((ClientError, ParamValidationError, KeyError)):  # the last of keys that it cannot write
            client.create_hit(**parameters_of(tree, HIT))


@pytest.mark.parametrize("rule", TAKEN)
def test_what_is_only_foolish_is_taken(endpoint: Endpoint, rule: str) -> None:
    """The bad example of every other rule is taken, if CreateHIT has its keys: the endpoint is no linter."""
    tree = TAKEN[rule].bad
    assert isinstance(tree, Mapping)
    parameters = {key: value for key, value in tree.items() if key not in ("HITTypeId", "HITId")}

    assert sent(endpoint, "CreateHIT", parameters).status == 200


SAID = {
    "wrong type id beside a locale": (
        [typed("Italian", "EqualTo", LocaleValues=[{"Country": "IT"}])],
        "ParameterValidationError",
        None,
        'The value "IT" is not valid for the parameter LocaleValue. LocaleValue must be null when used with the EqualTo'
        " comparator.. (",
    ),
    "several locales with EqualTo": (
        [typed(qe.LOCALE, "EqualTo", LocaleValues=[{"Country": "US"}, {"Country": "CA"}])],
        "ParameterValidationError",
        None,
        'The value "US,CA" is not valid for the parameter LocaleValue. LocaleValue must be null when used with the'
        " EqualTo comparator",
    ),
    "locales on one's own type": (
        [typed("3SCORE", "NotEqualTo", LocaleValues=[{"Country": "US", "Subdivision": "WA"}])],
        "ParameterValidationError",
        None,
        'The value "US-WA" is not valid for the parameter LocaleValue. LocaleValue must be null when used with the'
        " NotEqualTo comparator",
    ),
    "a type that does not exist": (
        [typed("3NONE", "EqualTo", 1)],
        "RequestError",
        "AWS.MechanicalTurk.QualificationTypeDoesNotExist",
        "QualificationType [3NONE] does not exist. (",
    ),
    "a wrong type id": (
        [typed("Italian")],
        "RequestError",
        "AWS.MechanicalTurk.QualificationTypeDoesNotExist",
        "QualificationType [Italian] does not exist. (",
    ),
    "the sandbox's Masters": (
        [typed(qe.MASTERS_SANDBOX)],
        "RequestError",
        "AWS.MechanicalTurk.QualificationTypeDoesNotExist",
        f"QualificationType [{qe.MASTERS_SANDBOX}] does not exist. (",
    ),
    "two guards that disagree": (
        [typed(qe.MASTERS, ActionsGuarded="Accept", RequiredToPreview=True)],
        "InvalidParameterCombinationError",
        None,
        "The combination of parameters supplied to the request is invalid: ActionsGuarded, RequiredToPreview.",
    ),
    "an unknown country": (
        [typed(qe.LOCALE, "In", LocaleValues=[{"Country": "UK"}])],
        "ParameterValidationError",
        None,
        'The value "UK" is not valid for the parameter LocaleValue.',
    ),
    "eleven requirements": (
        [typed(f"3TEST{number}") for number in range(11)],
        "ParameterValidationError",
        None,
        "requirement 10: got 11 requirements, expected 10 at most; join requirements on one type, or move a choice into"
        " a qualification of your own (rule QE006)",
    ),
    "too many values": (
        [typed("3SCORE", "In", *range(16))],
        "ParameterValidationError",
        None,
        "got 16 values, expected 15 at most",
    ),
    "a comparator that needs a value": (
        [typed("3SCORE", "EqualTo")],
        "ParameterValidationError",
        None,
        "`EqualTo` needs exactly one value, got none",
    ),
    "a locale's comparator without locales": (
        [typed(qe.LOCALE, "EqualTo")],
        "ParameterValidationError",
        None,
        "`EqualTo` needs exactly one value, got none",
    ),
}


@pytest.mark.parametrize("case", SAID)
def test_words_of_refusals(endpoint: Endpoint, case: str) -> None:
    """Where the service's words are known they are given, misleading ones too; elsewhere the linter's."""
    requirements, code, turk_code, words = SAID[case]
    client = boto3_client(endpoint)
    found = refused(client.create_hit, **HIT, QualificationRequirements=requirements)

    assert (found.status, found.code, found.turk_code) == (400, code, turk_code)
    assert words in found.message
    assert refused(client.create_hit_type, **TYPE, QualificationRequirements=requirements) == found


def test_sandbox_is_another_place() -> None:
    """In the sandbox its own Masters exist."""
    with Endpoint(environment="sandbox") as endpoint:
        client = boto3_client(endpoint)

        assert client.create_hit(**HIT, QualificationRequirements=[typed(qe.MASTERS_SANDBOX)])["HIT"]


def test_types_of_ones_own_must_exist(endpoint: Endpoint) -> None:
    """A type that was created can be asked for; one that is inactive cannot."""
    client = boto3_client(endpoint)
    common = {"Description": "d"}
    active, inactive = (
        client.create_qualification_type(Name=status, QualificationTypeStatus=status, **common)["QualificationType"]
        for status in ("Active", "Inactive")
    )
    client.create_hit(**HIT, QualificationRequirements=[typed(active["QualificationTypeId"])])
    asks = [typed(inactive["QualificationTypeId"])]
    found = refused(client.create_hit, **HIT, QualificationRequirements=asks)

    assert found.turk_code == "AWS.MechanicalTurk.InvalidQualificationTypeState"


def test_fetched_hit_is_sent_again(endpoint: Endpoint) -> None:
    """What `to_mturk` makes of a HIT that was fetched makes the same HIT once more."""
    client = boto3_client(endpoint)
    asks = [typed("3SCORE", "GreaterThan", 80, ActionsGuarded="PreviewAndAccept"), typed("3DONE", "DoesNotExist")]
    hit = client.create_hit(**HIT, QualificationRequirements=asks)["HIT"]
    again = client.create_hit(**qe.parse_hit({"HIT": hit}).to_mturk())["HIT"]

    assert again["HITId"] != hit["HITId"]
    assert again | {"HITId": "", "CreationTime": 0, "Expiration": 0} == (
        hit | {"HITId": "", "CreationTime": 0, "Expiration": 0}
    )
