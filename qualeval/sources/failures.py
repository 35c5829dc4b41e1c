"""What is said of every way in which Mechanical Turk, or the way to it, fails: tables of data, without boto3.

`CODES` is for what the service answers, `FAILURES` for what boto3 meets on the way to it. Texts of AWS's and of
botocore's are quoted only after `without_secrets`. This module does not know which error came: `qualeval.sources.mturk`
finds the row and fills it in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from attrs import frozen

from qualeval.errors import InvalidInput, NoSuchHIT, ServiceError

__all__ = ["BROKEN", "CODES", "FAILURES", "NOT_MTURK", "REFUSED", "REQUEST", "Said", "without_login", "without_secrets"]


@frozen
class Said:
    """What is said of one failure: a message and the mend, with fields in braces, and the class of the error.

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

REQUEST = Said("boto3 refuses the request {operation}: {words}", "check the ids", InvalidInput)
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
        " AWS.MechanicalTurk.PermissionDenied AWS.MechanicalTurk.PermissionDeniedException",
        Said(
            "the AWS credentials do not permit {operation} ({words})",
            "let their user or role do mechanicalturk:{operation} (AWS's policy AmazonMechanicalTurkReadOnly does), or"
            " name another profile (--profile)",
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
    # The answer: a body that is JSON and no right answer lets botocore's parser stumble in many ways
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
