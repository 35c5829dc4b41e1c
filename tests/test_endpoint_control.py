"""Controlling an endpoint from outside: faults as texts, and the routes for tests that are not in Python."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

import qualeval as qe
from qualeval.errors import InvalidInput
from qualeval.testing.control import ROUTES
from qualeval.testing.endpoint import Endpoint
from qualeval.testing.fault_texts import KINDS
from tests.endpoint_requests import Answer, boto3_client, post, refused

JSON = "application/json"


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """An endpoint with three HITs."""
    with Endpoint([{"HITId": f"3H{number}"} for number in range(3)]) as running:
        yield running


def told(endpoint: Endpoint, method: str, path: str, body: object = None, **headers: str) -> Answer:
    """A request of a control route: JSON, unless the body is bytes."""
    connection = http.client.HTTPConnection(urlsplit(endpoint.url).netloc, timeout=10)
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {"Content-Type": JSON} | {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        connection.request(method, path, sent, named)
        answer = connection.getresponse()
        return Answer(answer.status, {key.lower(): value for key, value in answer.getheaders()}, answer.read())
    finally:
        connection.close()


# --- faults as texts

SAID = {
    "throttle": (400, "ThrottlingException"),
    "fail": (500, "ServiceFault"),
    "refuse,error=AccessDeniedException,message=You, too, may not": (400, "AccessDeniedException"),
    "refuse,status=403,error=X,turk-code=AWS.MechanicalTurk.X,message=a=b,c": (403, "X"),
}


@pytest.mark.parametrize("text", SAID)
def test_fault_instead_of_an_answer(endpoint: Endpoint, text: str) -> None:
    """A text asks for what the method of its name asks for, once."""
    endpoint.ask_for_faults(text)
    found, after = post(endpoint, {"HITId": "3H0"}), post(endpoint, {"HITId": "3H0"})

    assert (found.status, found.error, after.status) == (*SAID[text], 200)
    if "message=" in text:
        assert found.json["Message"] == text.partition("message=")[2]
        assert found.json.get("TurkErrorCode") == ("AWS.MechanicalTurk.X" if "turk-code" in text else None)


def test_fault_of_an_operation_and_a_number_of_times(endpoint: Endpoint) -> None:
    """Operations and times are those of the text; blanks do no harm."""
    endpoint.ask_for_faults("throttle = 2 , operation = GetHIT, operation=ListWorkerBlocks", "fail=always")

    def seen(operation: str, body: object) -> int:
        return post(endpoint, body, operation).status

    assert [seen("GetHIT", {"HITId": "3H0"}) for _ in range(2)] == [400, 400]
    assert {seen("GetHIT", {"HITId": "3H0"}) for _ in range(5)} | {seen("ListHITs", {})} == {500}


def test_faults_that_change_an_answer(endpoint: Endpoint) -> None:
    """Late, cut, broken off, not at all, and another body."""
    begun = time.monotonic()
    body = '{"a": 1, "b": 2}'
    endpoint.ask_for_faults("slow,seconds=0.25", "cut", "break-off", "hang-up", f"answer,status=404,body={body}")
    assert post(endpoint, {"HITId": "3H0"}).status == 200
    assert time.monotonic() - begun >= 0.25
    with pytest.raises(json.JSONDecodeError):
        _ = post(endpoint, {"HITId": "3H0"}).json
    with pytest.raises(http.client.IncompleteRead):
        post(endpoint, {"HITId": "3H0"})
    with pytest.raises(http.client.RemoteDisconnected):
        post(endpoint, {"HITId": "3H0"})
    last = post(endpoint, {"HITId": "3H0"})
    assert (last.status, last.json) == (404, {"a": 1, "b": 2})


def test_faults_of_pages(endpoint: Endpoint) -> None:
    """A token that leads to the same page, and a row that comes twice."""
    client = boto3_client(endpoint)

    def pages() -> list[list[str]]:
        found = client.get_paginator("list_hits").paginate(PaginationConfig={"PageSize": 2})
        return [[row["HITId"] for row in page["HITs"]] for page in found]

    endpoint.ask_for_faults("repeat-token")
    assert pages() == [["3H0", "3H1"], ["3H0", "3H1"], ["3H2"]]
    endpoint.ask_for_faults("duplicate-rows")
    assert pages() == [["3H0", "3H1"], ["3H1", "3H2"]]


def test_every_kind_of_fault_is_tried_here() -> None:
    """No fault has a name that these tests do not use."""
    used = {text.partition(",")[0] for text in SAID} | {"slow", "cut", "break-off", "hang-up", "answer"}

    assert set(KINDS) == used | {"repeat-token", "duplicate-rows"}


WRONG = {
    "throtle": "fault `throtle`: no fault `throtle`; did you mean `throttle`?",
    "zzz": "no fault `zzz`; known are throttle, fail, ",
    "": "no fault `''`",
    "throttle=0": "times: got `0`, expected 1 or more, or `always`",
    "throttle=": "times: got `''`",
    "throttle=-1": "times: got `-1`",
    "throttle=1.5": "times: got `1.5`",
    "throttle=٣": "times: got `٣`",
    "throttle=9999999999": "times: got `9999999999`",
    "throttle,GetHIT": "got `GetHIT`, expected a key, an equals sign and a value",
    "throttle,operation=GetHit": "no operation `GetHit`; did you mean `GetHIT`?",
    "throttle,operations=GetHIT": "unknown key `operations`; did you mean `operation`?",
    "throttle,seconds=3": "unknown key `seconds`; known are operation",
    "repeat-token,operation=GetHIT": "`GetHIT` has no pages",
    "slow": "`seconds` is missing",
    "slow=2": "`seconds` is missing",
    "slow,seconds=1,seconds=2": "`seconds` is given twice",
    "slow,seconds=-1": "seconds: got `-1`, expected a number",
    "slow,seconds=inf": "seconds: got `inf`, expected a number",
    "refuse,error=X": "`message` is missing",
    "refuse,message=x": "`error` is missing",
    "refuse,error=X,status=99,message=x": "status: got `99`, expected 200 to 599",
    "answer": "`body` is missing",
}


@pytest.mark.parametrize("text", WRONG)
def test_texts_that_are_no_fault(endpoint: Endpoint, text: str) -> None:
    """What a text cannot mean is told, with the text and the mend."""
    with pytest.raises(InvalidInput) as caught:
        endpoint.ask_for_faults(text)

    assert WRONG[text] in str(caught.value)


def test_all_wrong_texts_are_told_and_none_is_asked_for(endpoint: Endpoint) -> None:
    """Where one text is wrong, the right ones are not asked for either."""
    with pytest.raises(InvalidInput) as caught:
        endpoint.ask_for_faults("throttle", "zzz", "slow,second=1,x=y", "fail")

    assert len(caught.value.problems) == 4
    assert post(endpoint, {"HITId": "3H0"}).status == 200


# --- the routes


def test_faults_from_outside(endpoint: Endpoint) -> None:
    """A list of texts, or one text, asks for faults; DELETE forgets them."""
    assert told(endpoint, "POST", "/_faults", ["throttle", "fail=2"]).json == {}
    assert told(endpoint, "POST", "/_faults", "hang-up").json == {}
    statuses = [post(endpoint, {"HITId": "3H0"}).status for _ in range(3)]
    assert statuses == [400, 500, 500]
    assert told(endpoint, "DELETE", "/_faults").json == {}
    assert post(endpoint, {"HITId": "3H0"}).status == 200


def test_hits_from_outside(endpoint: Endpoint) -> None:
    """A saved HIT, several, or a request are put in; none where one cannot be."""
    asks = [{"QualificationTypeId": "3STUDY", "Comparator": "Exists"}]
    one = told(endpoint, "POST", "/_hits", {"HIT": {"HITId": "3ONE", "QualificationRequirements": asks}})
    two = told(endpoint, "POST", "/_hits", {"HITs": [{"HITId": "3TWO"}, {"HITId": "3THREE"}]})
    none = told(endpoint, "POST", "/_hits", [{"HITId": "3FOUR"}, {"HITId": "3ONE"}])

    assert (one.json, two.json) == ({"HITIds": ["3ONE"]}, {"HITIds": ["3TWO", "3THREE"]})
    assert (none.status, none.error) == (400, "BadRequestException")
    assert none.json["Message"] == "there is a HIT `3ONE` already"
    client = boto3_client(endpoint)
    assert client.get_qualification_type(QualificationTypeId="3STUDY")["QualificationType"]["Name"] == "3STUDY"
    assert refused(client.get_hit, HITId="3FOUR").code == "RequestError"


def test_clock_from_outside(endpoint: Endpoint) -> None:
    """The clock is set forward, and HITs expire."""
    before = told(endpoint, "POST", "/_clock", 0).json["Now"]
    hit_id = endpoint.marketplace.add_hit({"HITId": "3SHORT", "LifetimeInSeconds": 60})

    assert told(endpoint, "POST", "/_clock", 60).json == {"Now": before + 60}
    assert boto3_client(endpoint).get_hit(HITId=hit_id)["HIT"]["HITStatus"] == "Reviewable"


def test_reset_from_outside(endpoint: Endpoint) -> None:
    """All is as it was at the beginning."""
    told(endpoint, "POST", "/_hits", {"HITId": "3ONE"})
    told(endpoint, "POST", "/_faults", "fail=always")
    told(endpoint, "POST", "/_clock", 99)

    assert told(endpoint, "POST", "/_reset").json == {}
    assert [hit["HITId"] for hit in post(endpoint, {}, "ListHITs").json["HITs"]] == ["3H0", "3H1", "3H2"]
    assert told(endpoint, "GET", "/_requests").json == [{"Operation": "ListHITs", "Parameters": {}}]


def test_requests_from_outside(endpoint: Endpoint) -> None:
    """What came can be read, without headers, which hold keys; what controls is not among it."""
    post(endpoint, {"HITId": "3H0"})
    post(endpoint, "{", "ListHITs")
    told(endpoint, "POST", "/_faults", [])
    found = told(endpoint, "GET", "/_requests")

    assert found.json == [
        {"Operation": "GetHIT", "Parameters": {"HITId": "3H0"}},
        {"Operation": "ListHITs", "Parameters": {}},
    ]
    assert b"Credential" not in found.body
    assert found.headers["content-type"] == JSON
    assert len(endpoint.requests) == 2


@pytest.mark.parametrize(
    ("method", "path", "body", "words"),
    [
        ("POST", "/_faults", {"fault": "throttle"}, "expected faults as a list of texts"),
        ("POST", "/_faults", ["throttle", 3], "got the number `3`"),
        ("POST", "/_faults", None, 'expected faults as a list of texts, `["throttle=3"]`, got `null`'),
        ("POST", "/_faults", ["throtle"], "did you mean `throttle`?"),
        ("POST", "/_faults", b"{", "the body is not JSON"),
        ("POST", "/_hits", {"WorkerId": "A1"}, "this is a worker profile, expected a HIT"),
        ("POST", "/_hits", 3, "got the number `3`"),
        ("POST", "/_clock", -1, "expected seconds to set the clock forward by, got the number `-1`"),
        ("POST", "/_clock", 10**12, "expected seconds"),
        ("POST", "/_clock", True, "got `true`"),
        ("POST", "/_clock", "60", "got the text `60`"),
    ],
)
def test_what_the_routes_refuse(endpoint: Endpoint, method: str, path: str, body: object, words: str) -> None:
    """What cannot be done is status 400, with what was got and what was expected, and nothing is done."""
    before = endpoint.marketplace.state
    found = told(endpoint, method, path, body)

    assert found.status == 400
    assert words in found.json["Message"]
    assert endpoint.marketplace.state is before
    assert post(endpoint, {"HITId": "3H0"}).status == 200


@pytest.mark.parametrize("path", ["/_", "/_fault", "/_faults/", "/_faults?x", "/_reset/../", "/_metrics"])
def test_routes_that_there_are_not(endpoint: Endpoint, path: str) -> None:
    """Another path, or another method, is status 404 and names those that there are."""
    found = told(endpoint, "POST", path, [])

    assert (found.status, found.error) == (404, "UnknownOperationException")
    assert "known are POST /_faults, DELETE /_faults, " in found.json["Message"]
    assert told(endpoint, "GET", "/_reset").status == 404


@pytest.mark.parametrize("route", [route for route in ROUTES if not route.startswith("GET")])
def test_pages_of_foreign_sites_change_nothing(endpoint: Endpoint, route: str) -> None:
    """What a browser sends without asking leave is refused, its question for leave too, and so is a foreign host."""
    method, path = route.split()
    endpoint.ask_for_faults("throttle=1,operation=ListWorkerBlocks")
    state, body = endpoint.marketplace.state, {"/_faults": ["fail"], "/_hits": {"HITId": "3X"}, "/_clock": 5}.get(path)
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        assert told(endpoint, method, path, body, Content_Type=kind).status == 400
    leave = told(endpoint, "OPTIONS", path, Origin="http://evil.example", Access_Control_Request_Method=method)
    rebound = told(endpoint, method, path, body, Host="evil.example")

    assert (leave.status, rebound.status) == (404, 403)
    assert not [name for name in leave.headers if name.startswith("access-control")]
    assert endpoint.marketplace.state is state
    assert [post(endpoint, {}, "ListWorkerBlocks").status for _ in range(2)] == [400, 200]


def test_requests_are_not_for_foreign_hosts(endpoint: Endpoint) -> None:
    """What came is not told to a page whose name leads here."""
    assert told(endpoint, "GET", "/_requests", Host="evil.example").status == 403


def test_kit_hands_the_endpoint_out() -> None:
    """`qe.testing.Endpoint` is the endpoint."""
    assert qe.testing.Endpoint is Endpoint
