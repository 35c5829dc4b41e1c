"""HITs from Mechanical Turk itself, or from any endpoint that speaks its protocol: the one room that knows boto3.

What boto3 raises ends here. Which error means what, and what mends it, is data: `CODES` for what the service answers,
`FAILURES` for what boto3 meets on the way to it. botocore's own texts are quoted only after `without_secrets`, and its
exceptions are not chained: they can quote the headers that were signed.

This module does not know what a HIT says: `qualeval.sources.hits` reads the answer.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from json import JSONDecodeError
from typing import Any, Protocol
from urllib.parse import urlsplit

import boto3
from attrs import field, frozen
from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, UndefinedModelAttributeError
from botocore.parsers import ResponseParserError

from qualeval.errors import InvalidInput, NoSuchHIT, Problem, QualevalError, ServiceError, WrongType, show
from qualeval.model.hits import HIT
from qualeval.sources.hits import parse_hit
from qualeval.sources.structure import described

__all__ = ["CODES", "FAILURES", "SANDBOX", "GetsHIT", "MTurk", "Said", "without_secrets"]

SANDBOX = "https://mturk-requester-sandbox.us-east-1.amazonaws.com"
"""The endpoint of the requester sandbox (AWS, "Setting up", grade D)."""


class GetsHIT(Protocol):
    """What is asked of a client: the one operation that is called. Every boto3 client for `mturk` has it."""

    def get_hit(self, *, HITId: str) -> Mapping[str, Any]:  # noqa: N803 - the name is Mechanical Turk's
        """The answer of GetHIT, as boto3 gives it."""


@frozen
class Said:
    """What is said of one failure: a message with fields in braces, the mend, and the class of the error.

    Fields: `operation`, `hit_id`, `code`, `words` (of the service or of boto3), `tries`, `endpoint`, and what
    botocore's exception names: `provider`, `cred_var`, `profile`, `region_name`, `path`, `proxy_url`.
    """

    message: str
    help: str = ""
    kind: type[ServiceError] | type[InvalidInput] = ServiceError


LATER = "try again later"
ELSEWHERE = "saved HIT files and other endpoints (--endpoint-url) serve as well"
CLOSED = f"AWS announced that Mechanical Turk closes on 30 September 2026: {ELSEWHERE}"
NETWORK = f"check the network, and the region (Mechanical Turk is in us-east-1 alone); {CLOSED}"
REGION = "use us-east-1 (--region): Mechanical Turk is there alone"
SIGN_IN = "sign in again with `aws sso login` or `aws login`"
GIVE_KEYS = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile that has them (--profile)"
MODEL = (
    "install the package botocore-a-la-carte-mturk, or point AWS_DATA_PATH at a folder that has"
    " mturk/2017-01-17/service-2.json"
)

REFUSED = Said("the service refused {operation} ({code}): {words}")
NOT_MTURK = Said(
    "{endpoint} does not answer as Mechanical Turk does (HTTP status {code})",
    "check the address of the endpoint, and whether a proxy or a portal answers in its place",
)
BROKEN = Said(
    "the answer to {operation} cannot be read: it was cut, or {endpoint} is not Mechanical Turk",
    f"try again, and check the address of the endpoint; {ELSEWHERE}",
)

_CODES: tuple[tuple[str, Said], ...] = (
    (
        "AWS.MechanicalTurk.HITDoesNotExist",
        Said(
            "the service has no HIT {hit_id} ({words})",
            "a HIT is shown to the requester who made it alone, and a HIT of the sandbox only there (--sandbox)",
            NoSuchHIT,
        ),
    ),
    (
        "Throttling ThrottlingException ThrottledException RequestThrottled RequestThrottledException SlowDown"
        " TooManyRequestsException RequestLimitExceeded 429",
        Said(
            "the service throttled {operation}, and boto3 gave up after {tries} ({words})",
            f"{LATER}, and share one client: the limiter that slows down is the client's own",
        ),
    ),
    (
        "ServiceFault InternalFailure InternalError InternalServerError ServiceUnavailable"
        " ServiceUnavailableException 500 502 503 504",
        Said("the service failed at {operation}, and boto3 gave up after {tries} ({words})", f"{LATER}; {CLOSED}"),
    ),
    (
        "AWS.AccountNotLinked",
        Said(
            "the AWS account is not linked to a Mechanical Turk requester account ({words})",
            "link them at https://requester.mturk.com/developer (the sandbox: https://requestersandbox.mturk.com/developer)",
        ),
    ),
    (
        "AccessDenied AccessDeniedException NotAuthorized UnauthorizedOperation OptInRequired AWS.NotAuthorized"
        " AWS.MechanicalTurk.PermissionDenied",
        Said(
            "the AWS credentials do not permit {operation} ({words})",
            "let their user or role do mechanicalturk:GetHIT (AWS's policy AmazonMechanicalTurkReadOnly does), or name"
            " another profile (--profile)",
        ),
    ),
    (
        "ExpiredToken ExpiredTokenException RequestExpired TokenRefreshRequired",
        Said("the AWS session has expired ({words})", f"{SIGN_IN}, or get new keys"),
    ),
    (
        "UnrecognizedClientException InvalidClientTokenId InvalidAccessKeyId MissingAuthenticationToken"
        " MissingAuthenticationTokenException",
        Said("the service does not know the AWS access key ({words})", f"it may be deleted or mistyped: {GIVE_KEYS}"),
    ),
    (
        "InvalidSignature InvalidSignatureException SignatureDoesNotMatch IncompleteSignature"
        " IncompleteSignatureException RequestTimeTooSkewed",
        Said(
            "the service does not accept the signature ({words})",
            "check the AWS secret key, the clock of this machine, and the region (us-east-1)",
        ),
    ),
)

CODES: Mapping[str, Said] = {code: said for codes, said in _CODES for code in codes.split()}
"""What is said of an answer that is an error: by TurkErrorCode, else by the error's name or its HTTP status."""

FAILURES: Mapping[str, Said] = {
    # Credentials and configuration
    "NoCredentialsError": Said("no AWS credentials were found", GIVE_KEYS),
    "PartialCredentialsError": Said("half of the AWS credentials is missing: {provider} has no {cred_var}", GIVE_KEYS),
    "CredentialRetrievalError": Said(
        "{provider} did not give AWS credentials",
        "run it by hand to see why: its words may hold secrets and are not shown",
    ),
    "TokenRetrievalError": Said("the AWS sign-in token cannot be had", SIGN_IN),
    "NoAuthTokenError": Said("there is no AWS sign-in token", SIGN_IN),
    "SSOError": Said("the AWS sign-in is missing or has expired", SIGN_IN),
    "LoginError": Said("the AWS sign-in is missing or has expired", SIGN_IN),
    "MetadataRetrievalError": Said("the AWS credentials cannot be had from the machine's metadata service", GIVE_KEYS),
    "ProfileNotFound": Said(
        "there is no AWS profile {profile}", "`aws configure list-profiles` names those that exist", InvalidInput
    ),
    "NoRegionError": Said("no region was given", REGION, InvalidInput),
    "InvalidRegionError": Said("{region_name} is no AWS region", REGION, InvalidInput),
    "ConfigNotFound": Said("there is no AWS configuration file {path}", "check AWS_CONFIG_FILE"),
    "ConfigParseError": Said("the AWS configuration file {path} cannot be read", "check its sections and quotes"),
    "InvalidConfigError": Said("the AWS configuration is not usable: {words}", "check ~/.aws/config"),
    "OSError": Said("a file that the AWS configuration names cannot be used: {words}", "check ~/.aws/config and AWS_*"),
    "JSONDecodeError": Said(
        "what the AWS configuration leads to is not JSON", "check credential_process and the folders of AWS_DATA_PATH"
    ),
    # The model of the service
    "UnknownServiceError": Said("this boto3 does not know Mechanical Turk any more", MODEL),
    "UndefinedModelAttributeError": Said("the model of Mechanical Turk in AWS_DATA_PATH is not usable: {words}", MODEL),
    # The way to the service
    "ConnectionError": Said("there is no connection to {endpoint}", NETWORK),
    "EndpointConnectionError": Said("cannot connect to {endpoint}", NETWORK),
    "ConnectTimeoutError": Said("{endpoint} did not take the connection in time", NETWORK),
    "ReadTimeoutError": Said("{endpoint} did not answer in time", f"{LATER}; {CLOSED}"),
    "ConnectionClosedError": Said("{endpoint} closed the connection without an answer", f"{LATER}; {CLOSED}"),
    "SSLError": Said("there is no secure connection to {endpoint}", "check the certificates (AWS_CA_BUNDLE)"),
    "ProxyConnectionError": Said("cannot connect to the proxy {proxy_url}", "check HTTPS_PROXY, HTTP_PROXY, NO_PROXY"),
    "HTTPClientError": Said(
        "the request cannot be sent",
        "look for a line break in the AWS keys and tokens, and check the endpoint; the details may hold secrets and are"
        " not shown",
    ),
    # The answer: a body that is JSON and no GetHIT answer lets botocore's parser stumble in many ways
    "ResponseStreamingError": BROKEN,
    "IncompleteReadError": BROKEN,
    "ResponseParserError": BROKEN,
    "AttributeError": BROKEN,
    "LookupError": BROKEN,
    "RuntimeError": BROKEN,
    "TypeError": BROKEN,
    "ValueError": BROKEN,
    "ArithmeticError": BROKEN,
    # The request
    "ParamValidationError": Said(
        "{hit_id} is no HIT id", "a HIT id is written with 1 to 64 capital letters and digits", InvalidInput
    ),
    "BotoCoreError": Said("boto3 failed: {words}"),
    "Boto3Error": Said("boto3 failed: {words}"),
}
"""What is said of an exception: by the name of its class, or of the nearest class that it derives from.

By name, since botocore adds and removes classes from one release to the next."""

_CONNECTING = (BotoCoreError, Boto3Error, ClientError, UndefinedModelAttributeError, OSError, JSONDecodeError)
_UNREADABLE = (ArithmeticError, AttributeError, LookupError, ResponseParserError, RuntimeError, TypeError, ValueError)
_CALLING = (*_CONNECTING, *_UNREADABLE)

_SECRETS = re.compile(
    r"""(?:invalid\ header\ value|the\ canonical\ string\ for\ this\ request|the\ string-to-sign).*
      | authorization['"]?\s*[:=]\s*.*
      | x-amz-security-token['"]?\s*[:=]\s*['"]?[^\s'",&]+
      | aws4-hmac-sha256\s+credential=.*
      | (?:credential|signature)=[^\s,;&]+
      | \b(?-i:AKI|ASI)[A-Z0-9]{8,}\b""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)


def without_secrets(text: str) -> str:
    """A text of AWS's or of botocore's without the access keys, tokens, signatures and signed headers in it.

    Seen to quote them: IncompleteSignatureException (the header), InvalidSignatureException (the canonical string, with
    the session token), and the HTTP client (a header whose value has a line break).
    """
    return _SECRETS.sub("[hidden]", text)


def without_login(url: str) -> str:
    """An address as a message shows it: without user, password and query."""
    return re.sub(r"^([a-z]+://)?.*@", r"\1", url).partition("?")[0].rstrip("/")


@frozen(repr=False)
class MTurk:
    """Mechanical Turk as a source of HITs, over one shared client.

    The client is used as it is, from as many threads as you like (boto3's clients allow that): `MTurk(boto3.client(
    "mturk"))` keeps that client's own retries and time limits, while `MTurk.connect` sets adaptive retries, whose
    limiter lives on the client; so share one `MTurk` rather than making many.
    """

    client: GetsHIT = field()

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
            raise _told(error, "GetHIT", hit_id, self.endpoint) from None
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

    def __repr__(self) -> str:
        return f"<MTurk {self.endpoint or type(self.client).__name__}>"


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
    error: Exception, operation: str | None = None, hit_id: str = "", endpoint: str | None = None
) -> QualevalError:  # fmt: skip
    """Our error for one of boto3's; the operation is None where nothing was called yet."""
    said = _said_of(error)
    message = said.message.format_map(_fields(error, hit_id, endpoint))
    if said.kind is InvalidInput:
        return InvalidInput(Problem(message, help=said.help))
    rest: dict[str, Any] = {"operation": operation, "help": said.help}
    if isinstance(error, ClientError):
        # Credentials are fetched by operations of other services: then the failed one is theirs.
        rest["operation"] = error.operation_name
        rest["code"] = _code(error.response)
        rest["service_message"] = without_secrets(_service_words(error.response))
    return NoSuchHIT(hit_id, message, **rest) if said.kind is NoSuchHIT else ServiceError(message, **rest)


def _said_of(error: Exception) -> Said:
    """The row of the tables that speaks of an error."""
    if not isinstance(error, ClientError):
        return next(FAILURES[base.__name__] for base in type(error).__mro__ if base.__name__ in FAILURES)
    name = str(error.response.get("Error", {}).get("Code", ""))
    said = CODES.get(_code(error.response)) or CODES.get(name)
    return said or (NOT_MTURK if name.isdigit() else REFUSED)


def _fields(error: Exception, hit_id: str, endpoint: str | None) -> Mapping[str, str]:
    """What the messages may name of an error, each as a message shows it."""
    response: Mapping[str, Any] = getattr(error, "response", None) or {}
    named: Mapping[str, Any] = getattr(error, "kwargs", {})
    fields = {name: _shown(name, value) for name, value in named.items()}
    attempts = response.get("ResponseMetadata", {}).get("RetryAttempts", 0) + 1
    address = named.get("endpoint_url", endpoint)
    fields |= {
        "operation": getattr(error, "operation_name", "GetHIT"),
        "hit_id": show(hit_id),
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
