"""Mechanical Turk itself, or any endpoint that speaks its protocol, as a source of HITs and of facts about workers.

It is the one room that knows boto3. What boto3 raises ends here, told as `qualeval.sources.failures` says. botocore's
own texts are quoted only after `without_secrets`, and its exceptions are not chained: they can quote the headers that
were signed.

A read of a list or a score whose answer is cut is made again: botocore takes a cut body for an empty answer, and tries
again only what failed in a way that it sees. This module does not know what a HIT or a row says, nor which reads are
needed to learn about a worker.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from json import JSONDecodeError
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

import boto3
from attrs import field, frozen
from boto3.exceptions import Boto3Error
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError, UndefinedModelAttributeError
from botocore.parsers import ResponseParserError

from qualeval.errors import (
    InvalidInput,
    NoSuchHIT,
    PartlyLearned,
    Problem,
    QualevalError,
    ServiceError,
    WrongType,
    show,
)
from qualeval.model.hits import HIT
from qualeval.model.workers import WorkerProfile
from qualeval.sources.failures import (
    BROKEN,
    CODES,
    FAILURES,
    NOT_MTURK,
    REFUSED,
    REQUEST,
    Said,
    without_login,
    without_secrets,
)
from qualeval.sources.hits import parse_hit
from qualeval.sources.learning import Learning, OwnTypes, now
from qualeval.sources.pages import PAGE, Circle, walk
from qualeval.sources.rows import Assignment, Block, ListedHIT, Page, Row, Score, ScoreStatus, TypeInfo
from qualeval.sources.structure import described, is_list, is_object, read_each

__all__ = ["READINGS", "SANDBOX", "GetsHIT", "MTurk"]

R = TypeVar("R", bound=Row)
T = TypeVar("T")

SANDBOX = "https://mturk-requester-sandbox.us-east-1.amazonaws.com"
"""The endpoint of the requester sandbox (AWS, "Setting up", grade D)."""



READINGS = 4
"""So often an answer that cannot be read is asked for, before that counts as a failure."""

_ABSENT = "AWS.MechanicalTurk.QualificationDoesNotExist"
_REVOKED = "a status of: Granted"
"""What is said of a score that was revoked: no code of it is known for certain (EVIDENCE, Wire; grade C)."""


class GetsHIT(Protocol):
    """What is asked of a client that gives HITs alone. Every boto3 client for `mturk` has it, and the other reads."""

    def get_hit(self, *, HITId: str) -> Mapping[str, Any]:  # noqa: N803 - the name is Mechanical Turk's
        """The answer of GetHIT, as boto3 gives it."""


_CONNECTING = (BotoCoreError, Boto3Error, ClientError, UndefinedModelAttributeError, OSError, JSONDecodeError)
_UNREADABLE = (ArithmeticError, AttributeError, LookupError, ResponseParserError, RuntimeError, TypeError, ValueError)
_CALLING = (*_CONNECTING, *_UNREADABLE)


class _Unreadable(Exception):
    """An answer cannot be read, but perhaps the next one: why, where that is known, and how it is told."""

    def __init__(self, why: str = "", *, told: QualevalError | None = None) -> None:
        self.why = why
        self.told = told
        super().__init__(why)


@frozen(repr=False)
class MTurk:
    """Mechanical Turk as a source of HITs and of what it tells a requester about workers, over one shared client.

    The client is used as it is, from as many threads as you like (boto3's clients allow that): `MTurk(boto3.client(
    "mturk"))` keeps that client's own retries and time limits, while `MTurk.connect` sets adaptive retries, whose
    limiter lives on the client; so share one `MTurk` rather than making many. `clock` gives the time at which something
    is learned.
    """

    client: GetsHIT = field()
    clock: Callable[[], datetime] = field(default=now, kw_only=True)
    _own: OwnTypes = field(factory=OwnTypes, init=False, eq=False)

    @classmethod
    def connect(
        cls, *, profile: str | None = None, region: str = "us-east-1", endpoint_url: str | None = None,
        sandbox: bool = False, timeout: float = 10.0, max_attempts: int = 6,
    ) -> MTurk:  # fmt: skip
        """A source over a new client, with the meaning that the AWS CLI gives to profile, region and endpoint.

        `timeout` is in seconds, for connecting and again for the answer; `max_attempts` counts the first one too.
        Nothing is sent yet. Raises WrongType and InvalidInput for settings that cannot be, and ServiceError where boto3
        does not know Mechanical Turk any more or cannot read its own configuration.
        """
        _check_types(
            profile=profile, region=region, endpoint_url=endpoint_url, sandbox=sandbox,
            timeout=timeout, max_attempts=max_attempts,
        )  # fmt: skip
        _check_settings(region, endpoint_url, sandbox, timeout, max_attempts)
        retries: Any = {"mode": "adaptive", "total_max_attempts": max_attempts}
        config = Config(connect_timeout=timeout, read_timeout=timeout, retries=retries)
        try:
            client = boto3.Session(profile_name=profile).client(
                "mturk", region_name=region, endpoint_url=SANDBOX if sandbox else endpoint_url, config=config
            )
        except _CONNECTING as error:
            raise _told(error) from None
        except ValueError as error:
            raise InvalidInput(f"boto3 does not accept the settings: {_words(error)}") from None
        return cls(client)

    @property
    def endpoint(self) -> str | None:
        """The address that the client sends to; None where the client does not say."""
        url = getattr(getattr(self.client, "meta", None), "endpoint_url", None)
        return without_login(url) if isinstance(url, str) else None

    def get_hit(self, hit_id: str) -> HIT:
        """The HIT of this id, fetched and parsed. Raises what `get_hit_answer` and `parse_hit` raise."""
        return parse_hit(self.get_hit_answer(hit_id), source=f"GetHIT {show(hit_id)}")

    def get_hit_answer(self, hit_id: str) -> dict[str, object]:
        """The answer of GetHIT as boto3 gives it, `{"HIT": {...}}`, without its ResponseMetadata.

        Raises NoSuchHIT where the service has no such HIT, ServiceError for every other failure of the service or of
        the way to it, and InvalidInput for an id that is none. An answer without a HIT, or about another HIT or one
        that has no HITId, is an error: botocore takes a cut body or a web page for an empty answer (tried with 1.44).
        """
        call = self.client.get_hit
        try:
            answer = call(HITId=hit_id)
        except QualevalError:
            raise
        except _CALLING as error:
            raise _told(error, "GetHIT", str(hit_id), self.endpoint) from None
        self._check_answer(answer, hit_id)
        return {key: value for key, value in answer.items() if key != "ResponseMetadata"}

    def _check_answer(self, answer: object, hit_id: str) -> None:
        hit = answer.get("HIT") if isinstance(answer, Mapping) else None
        if not isinstance(hit, Mapping) or not hit:
            place = f"`{self.endpoint}`" if self.endpoint else "what answered"
            message = BROKEN.message.format(operation="GetHIT", endpoint=place)
            raise ServiceError(message, operation="GetHIT", help=BROKEN.help)
        if hit.get("HITId") != hit_id:
            other = f"HIT {show(hit['HITId'])}" if "HITId" in hit else "a HIT without HITId"
            message = f"asked for HIT {show(hit_id)}, the service answered about {other}"
            raise ServiceError(message, operation="GetHIT", help="check the address of the endpoint")

    # --- workers

    def get_worker(self, worker_id: str, types: Iterable[str], hit_id: str | None = None) -> WorkerProfile:
        """What the service tells about a worker: see `learning`. Nothing is kept, so the next call asks again.

        Raises PartlyLearned where it told a part, and ServiceError where it told nothing.
        """
        found = self.learning([worker_id], types, hit_id).run()
        (worker,) = found.workers
        if found.failures:
            first, *others = found.failures
            more = f", and {len(others)} more failed" if others else ""
            message = f"not all about the worker {show(worker_id)} could be learned: {first.message}{more}"
            raise PartlyLearned(message, worker=worker, failures=found.failures)
        return worker

    def learning(self, worker_ids: Iterable[str], types: Iterable[str], hit_id: str | None = None) -> Learning:
        """Learning about workers, which begins with its `run()` or `steps()`: nothing is sent yet.

        Towards the types (ids, as a HIT names them) that are the requester's own, a worker comes to hold a value or to
        lack; of all others nothing is said. Also whether the requester blocked the workers and, with `hit_id`, who has
        submitted an assignment of that HIT. Which types are the requester's own is asked once.
        """
        return Learning(self, worker_ids, types, hit_id, own=self._own, clock=self.clock)

    def own_types(self) -> tuple[TypeInfo, ...]:
        """The requester's own types. The list is read once, be it for this or for learning about workers."""
        return self._own.listed(self)

    # --- scores and lists

    def score(self, type_id: str, worker_id: str) -> Score | None:
        """GetQualificationScore: the worker's qualification, granted or revoked; None where there is none.

        Of a type that is not the requester's own the service says that there is none, too, which then says nothing of
        the worker. Raises ServiceError for every failure of the service, and InvalidInput for ids that are none.
        """
        asked = {"QualificationTypeId": type_id, "WorkerId": worker_id}
        try:
            return self._ask("GetQualificationScore", partial(_score, asked), **asked)
        except ServiceError as error:
            if error.code == _ABSENT:
                return None
            if _REVOKED in (error.service_message or ""):
                return Score(type_id, worker_id, ScoreStatus.REVOKED)
            raise

    def scores(
        self, type_id: str, status: ScoreStatus = ScoreStatus.GRANTED, *, start: str | None = None
    ) -> Iterator[Page[Score]]:
        """ListWorkersWithQualificationType: who holds a type of the requester's own, or who had it and lost it.

        As all lists, it comes in pages of up to 100 rows, none of which comes twice; a page is asked for when it is
        needed. `start` is the token at which to go on. Raises as `score` does.
        """
        asked = ScoreStatus(status)
        return self._pages(
            "ListWorkersWithQualificationType", "Qualifications", partial(_score_of, type_id, asked), start,
            QualificationTypeId=type_id, Status=str(asked),
        )  # fmt: skip

    def blocks(self, *, start: str | None = None) -> Iterator[Page[Block]]:
        """ListWorkerBlocks: whom the requester blocked."""
        return self._pages("ListWorkerBlocks", "WorkerBlocks", Block.of, start)

    def types(self, is_owned: bool = True, *, start: str | None = None) -> Iterator[Page[TypeInfo]]:
        """ListQualificationTypes: those of the requester's own, or all that there are."""
        return self._pages(
            "ListQualificationTypes", "QualificationTypes", TypeInfo.of, start,
            MustBeRequestable=False, MustBeOwnedByCaller=is_owned,
        )  # fmt: skip

    def hits(self, *, start: str | None = None) -> Iterator[Page[ListedHIT]]:
        """ListHITs: all HITs of the requester that were not disposed of."""
        return self._pages("ListHITs", "HITs", ListedHIT.of, start)

    def assignments(self, hit_id: str, *, start: str | None = None) -> Iterator[Page[Assignment]]:
        """ListAssignmentsForHIT: the assignments of a HIT that were submitted; of those at work it says nothing.

        Raises NoSuchHIT where the service has no such HIT.
        """
        return self._pages("ListAssignmentsForHIT", "Assignments", Assignment.of, start, HITId=hit_id)

    def _pages(
        self, operation: str, key: str, read: Callable[[object], R], start: str | None, **asked: Any
    ) -> Iterator[Page[R]]:  # fmt: skip
        def ask(token: str | None) -> Page[R]:
            following = {} if token is None else {"NextToken": token}
            return self._ask(operation, partial(_page, key, read), **asked, MaxResults=PAGE, **following)

        try:
            yield from walk(ask, start)
        except Circle as error:
            message = f"the list of {operation} has no end: {error}"
            raise ServiceError(message, operation=operation, help="try again later") from None

    def _ask(self, operation: str, read: Callable[[Mapping[object, object]], T], **asked: Any) -> T:
        """What `read` makes of the answer of an operation that changes nothing."""
        last = _Unreadable()
        for _ in range(READINGS):
            try:
                return read(self._answer(operation, asked))
            except _Unreadable as error:
                last = error
        if last.told is not None:
            raise last.told from None
        place = f"`{self.endpoint}`" if self.endpoint else "what answered"
        message = BROKEN.message.format(operation=operation, endpoint=place)
        raise ServiceError(f"{message} ({last.why})" if last.why else message, operation=operation, help=BROKEN.help)

    def _answer(self, operation: str, asked: Mapping[str, Any]) -> Mapping[object, object]:
        call = getattr(self.client, xform_name(operation), None)
        if call is None:
            raise WrongType(f"the client has no {xform_name(operation)}; give a boto3 client for mturk")
        try:
            answer: object = call(**asked)
        except QualevalError:
            raise
        except _CALLING as error:
            told = _told(error, operation, asked.get("HITId"), self.endpoint)
            # An error that was cut has lost its name.
            raise (_Unreadable(told=told) if _said_of(error) in (BROKEN, NOT_MTURK) else told) from None
        if not is_object(answer):
            raise _Unreadable
        return answer

    def __repr__(self) -> str:
        return f"<MTurk {self.endpoint or type(self.client).__name__}>"


def _page(key: str, read: Callable[[object], R], answer: Mapping[object, object]) -> Page[R]:
    """One page of a list. Without rows it must say that it has none: a cut answer says nothing."""
    rows, token = answer.get(key, ()), answer.get("NextToken")
    if not is_list(rows) or not (rows or answer.get("NumResults") == 0):
        raise _Unreadable
    if not isinstance(token, (str, type(None))):
        raise _Unreadable(f"NextToken: expected text, got {described(token)}")
    try:
        # An empty token leads nowhere.
        return Page(tuple(read_each((((key, index), row) for index, row in enumerate(rows)), read)), token or None)
    except InvalidInput as error:
        raise _Unreadable(_in_one_line(error)) from None


def _score(asked: Mapping[str, str], answer: Mapping[object, object]) -> Score:
    """The score that an answer of GetQualificationScore gives, about whom it was asked."""
    try:
        found = _score_of(asked["QualificationTypeId"], ScoreStatus.GRANTED, answer.get("Qualification"))
    except InvalidInput as error:
        raise _Unreadable(_in_one_line(error)) from None
    if found.worker_id != asked["WorkerId"]:
        raise _Unreadable(f"asked about {show(asked['WorkerId'])}, the service answered about {show(found.worker_id)}")
    return found


def _score_of(type_id: str, status: ScoreStatus, tree: object) -> Score:
    """A row about this type, whose fact can be had. In a list of those who lost it no row counts as a grant."""
    found = Score.of(tree, status)
    if found.type_id != type_id:
        raise InvalidInput(f"asked about the type {show(type_id)}, the service answered about {show(found.type_id)}")
    found.fact()
    return found


def _in_one_line(error: InvalidInput) -> str:
    first, *others = map(str, error.problems)
    return first + (f", and {len(others)} problems more" if others else "")


_TEXT = "text", (str, type(None))  # a region of None is told with the empty ones
_TYPES: Mapping[str, tuple[str, tuple[type, ...]]] = {
    "profile": _TEXT,
    "region": _TEXT,
    "endpoint_url": _TEXT,
    "sandbox": ("True or False", (bool,)),
    "timeout": ("a number of seconds", (int, float)),
    "max_attempts": ("an integer", (int,)),
}
"""What each setting of `connect` must be: in words, and as types of Python."""


def _check_types(**settings: object) -> None:
    """Raise WrongType with all settings of `connect` that are of another type."""
    wrong = []
    for name, value in settings.items():
        expected, types = _TYPES[name]
        if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
            wrong.append(f"{name}: expected {expected}, got {described(value)}")
    if wrong:
        raise WrongType("; ".join(wrong))


def _check_settings(
    region: str, endpoint_url: str | None, sandbox: bool, timeout: float, max_attempts: int
) -> None:  # fmt: skip
    """Raise InvalidInput with all that is wrong with the settings of `connect`."""
    problems = []
    if not region:
        problems.append(Problem("the region is empty", help="Mechanical Turk is in us-east-1"))
    if endpoint_url is not None and not _is_address(endpoint_url):
        shown = show(without_login(endpoint_url))
        problems.append(Problem(f"{shown} is no endpoint address", help="write http://host:port or https://host"))
    if endpoint_url is not None and sandbox:
        problems.append(Problem("the sandbox is an endpoint of its own", help="give either sandbox or endpoint_url"))
    if not 0 < timeout <= 3600:
        problems.append(Problem(f"the timeout is {show(timeout)}", help="give seconds, above 0 and up to 3600"))
    if max_attempts < 1:
        problems.append(Problem(f"max_attempts is {show(max_attempts)}", help="give 1 for no retries, or more"))
    if problems:
        raise InvalidInput(problems)


def _is_address(url: str) -> bool:
    """Whether a URL has what a request needs: a scheme of the web, a host, and no port that cannot be."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _told(
    error: Exception, operation: str | None = None, hit_id: str | None = None, endpoint: str | None = None
) -> QualevalError:  # fmt: skip
    """Our error for one of boto3's; without an operation nothing was called yet, without a HIT it is about none."""
    said = REQUEST if hit_id is None and isinstance(error, ParamValidationError) else _said_of(error)
    fields = _fields(error, operation, hit_id, endpoint)
    message, mend = said.message.format_map(fields), said.help.format_map(fields)
    if said.kind is InvalidInput:
        return InvalidInput(Problem(message, help=mend))
    rest: dict[str, Any] = {"operation": operation, "help": mend}
    if isinstance(error, ClientError):
        # Credentials are fetched by operations of other services: then the failed one is theirs.
        rest["operation"] = error.operation_name
        rest["code"] = _code(error.response)
        rest["service_message"] = without_secrets(_service_words(error.response))
    return NoSuchHIT(hit_id or "", message, **rest) if said.kind is NoSuchHIT else ServiceError(message, **rest)


def _said_of(error: Exception) -> Said:
    """The row of the tables that speaks of an error."""
    if not isinstance(error, ClientError):
        return next(FAILURES[base.__name__] for base in type(error).__mro__ if base.__name__ in FAILURES)
    name = str(error.response.get("Error", {}).get("Code", ""))
    said = CODES.get(_code(error.response)) or CODES.get(name)
    return said or (NOT_MTURK if name.isdigit() else REFUSED)


def _fields(error: Exception, operation: str | None, hit_id: str | None, endpoint: str | None) -> Mapping[str, str]:
    """What the messages may name of an error, each as a message shows it."""
    response: Mapping[str, Any] = getattr(error, "response", None) or {}
    named: Mapping[str, Any] = getattr(error, "kwargs", {})
    fields = {name: _shown(name, value) for name, value in named.items()}
    attempts = response.get("ResponseMetadata", {}).get("RetryAttempts", 0) + 1
    address = named.get("endpoint_url", endpoint)
    fields |= {
        "operation": getattr(error, "operation_name", operation or "the request"),
        "hit_id": "" if hit_id is None else show(hit_id),
        "code": show(_code(response)),
        "words": _words(error),
        "tries": f"{attempts} attempt{'s' if attempts > 1 else ''}",
        "endpoint": _shown("endpoint_url", address) if address else "the endpoint",
    }
    return defaultdict(lambda: "?", fields)


def _shown(name: str, value: object) -> str:
    """A field of botocore's exception in backticks, longer than `show` allows and, if an address, without a login."""
    return show(without_login(str(value)) if name.endswith("_url") else str(value), 200)


def _code(response: Mapping[str, Any]) -> str:
    """The service's code: TurkErrorCode where it gave one, else the name of the error."""
    return str(response.get("TurkErrorCode") or response.get("Error", {}).get("Code", "unknown"))


def _service_words(response: Mapping[str, Any]) -> str:
    return str(response.get("Error", {}).get("Message") or response.get("Message") or "")


def _words(error: Exception) -> str:
    """The words of the service, or else of boto3, on one line, harmless to a terminal and without secrets."""
    words = _service_words(error.response) if isinstance(error, ClientError) else str(error)
    line = " ".join(without_secrets(words).split()).rstrip(".") or "no reason given"
    line = "".join(char if char.isprintable() else "?" for char in line)
    return line if len(line) <= 300 else line[:297] + "..."
