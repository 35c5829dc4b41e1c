"""What the endpoint answers where it refuses: a table of errors, each with where its words come from.

A source ends with its evidence grade. Where that is I, the service refuses (or may refuse) such a request, and the
words are ours. This module knows nothing of requests.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Literal

from attrs import field, frozen

from qualeval.testing.service_model import Violation

__all__ = ["ERRORS", "Error", "Refusal", "refuse_violations"]


@frozen
class Error:
    """One way of refusing.

    `name` is the `__type` of the answer, `words` its message with fields in braces, `turk_code` its TurkErrorCode.
    `is_stamped` says that the message ends with the time in milliseconds, as those of Mechanical Turk's own code do.
    """

    name: str
    words: str
    source: str
    turk_code: str = ""
    status: int = 400
    is_stamped: bool = field(default=False, kw_only=True)


_TURK: Literal["AWS.MechanicalTurk."] = "AWS.MechanicalTurk."
_OURS = "the words are ours (I)"
_OLD_SDKS = "the code is one of those that AWS's SDKs of the API before 2017 list (C)"

ERRORS: Mapping[str, Error] = MappingProxyType(
    {
        # --- what there is not, or is already
        "no-such-hit": Error(
            "RequestError", "Hit {hit_id} does not exist.",
            "aws-cli #6116, NRGI/resourcecontracts.org #1384 (S)", f"{_TURK}HITDoesNotExist", is_stamped=True,
        ),
        "no-such-hit-type": Error(
            "RequestError", "HITType {hit_type_id} does not exist.",
            "code and words by analogy with the HIT (I)", f"{_TURK}HITTypeDoesNotExist", is_stamped=True,
        ),
        "hit-exists": Error(
            "RequestError", 'The HIT with ID "{hit_id}" already exists.',
            "the code: the service model on UniqueRequestToken (D); the words: quoted in public code (C)",
            f"{_TURK}HitAlreadyExists", is_stamped=True,
        ),
        "no-such-type": Error(
            "RequestError", "QualificationType [{type_id}] does not exist.",
            f"the words: breadboard #204 (S); {_OLD_SDKS}", f"{_TURK}QualificationTypeDoesNotExist", is_stamped=True,
        ),
        "type-exists": Error(
            "RequestError",
            "You have already created a QualificationType with this name. A QualificationType's name must be unique"
            " among all of the QualificationTypes created by the same user.",
            "Dallinger #3331 (S)", f"{_TURK}QualificationTypeAlreadyExists", is_stamped=True,
        ),
        "no-such-qualification": Error(
            "RequestError", "You requested a Qualification that does not exist.",
            "Dallinger #3331; of a system type: boto #3171 (S)", f"{_TURK}QualificationDoesNotExist", is_stamped=True,
        ),
        # --- what cannot be done now, or by this requester
        "revoked-qualification": Error(
            "RequestError", "This operation can be called with a status of: Granted",
            f"the words: Dallinger (C), and of assignments NRGI/resourcecontracts.org #1384 (S); {_OLD_SDKS}",
            f"{_TURK}InvalidQualificationState", is_stamped=True,
        ),
        "inactive-type": Error(
            "RequestError", "This operation can be called with a status of: Active",
            "that it is refused: the service model on QualificationTypeStatus (D); words and code by analogy (I)",
            f"{_TURK}InvalidQualificationTypeState", is_stamped=True,
        ),
        "not-the-owner": Error(
            "RequestError", "This user is not authorized to perform the requested operation.",
            "that it is refused: the service model, AssociateQualificationWithWorker (D); the words: psiTurk #565, "
            f"seen of an account (S); {_OLD_SDKS}",
            f"{_TURK}PermissionDeniedException", is_stamped=True,
        ),
        # --- what is wrong with a value
        "invalid-value": Error(
            "ParameterValidationError", 'The value "{value}" is not valid for the parameter {parameter}. {why}',
            "the first sentence: aws-sdk-java #2055, boto3 #2355, of WorkerId (S); the rest is ours (I)",
            is_stamped=True,
        ),
        "no-locale-here": Error(
            "ParameterValidationError",
            'The value "{value}" is not valid for the parameter LocaleValue. LocaleValue must be null when used with'
            " the {comparator} comparator..",
            "of a wrong type id: boto3 #2402; of EqualTo with two countries: aws-sdk-js #3116 (S)", is_stamped=True,
        ),
        "invalid-combination": Error(
            "InvalidParameterCombinationError",
            "The combination of parameters supplied to the request is invalid: {parameters}.",
            "of ActionsGuarded, RequiredToPreview: public notes that quote it (S); of others by analogy (I)",
        ),
        "invalid-request": Error(
            "ParameterValidationError", "{words}", f"the name: boto3 #2355, #2402 (S); {_OURS}", is_stamped=True,
        ),
        "violations": Error(
            "ValidationException", "{count} detected: {words}",
            "boto3 #1222, of a member that is null; the name also aws-sdk-ruby #2051 (S); how many are joined (C)",
        ),
        "serialization": Error(
            "SerializationException", "{words}", f"the name: other services of AWS (C); {_OURS}",
        ),
        # --- what is no request of the protocol
        "unauthenticated": Error(
            "MissingAuthenticationTokenException", "Missing Authentication Token", "AWS, Common Errors (D)",
        ),
        "incomplete-signature": Error(
            "IncompleteSignatureException", "Authorization header is incomplete: {words}",
            f"the name: AWS, Common Errors (D); {_OURS}",
        ),
        "unknown-operation": Error(
            "UnknownOperationException", "{words}", f"the name: other services of AWS (C); {_OURS}", status=404,
        ),
        "no-such-route": Error("UnknownOperationException", "{words}", _OURS, status=404),
        "operation-not-here": Error(
            "NotImplementedException",
            "`{operation}` is an operation of Mechanical Turk that this endpoint does not have; it has {known}", _OURS,
            status=501,
        ),
        "wrong-host": Error(
            "AccessDeniedException",
            "the Host header names `{host}`, and this endpoint answers to names of the loopback alone", _OURS,
            status=403,
        ),
        "too-large": Error(
            "RequestEntityTooLargeException", "the body has {size} bytes, and {most} are read at most", _OURS,
            status=413,
        ),
        "bad-http": Error("BadRequestException", "{words}", _OURS),
        # --- failures
        "throttled": Error("ThrottlingException", "Rate exceeded", "amti PR #12 (S)"),
        "service-fault": Error(
            "ServiceFault",
            "Amazon Mechanical Turk is temporarily unable to process your request. Try your call again.",
            "the name and that it has a TurkErrorCode: the service model (D); code and words are not graded (I)",
            "AWS.ServiceUnavailable", 500,
        ),
        "bug": Error(
            "InternalFailure", "a bug of qualeval's endpoint, not of your program; its log says more: {words}",
            f"the name: AWS, Common Errors (D); {_OURS}", status=500,
        ),
    }
)  # fmt: skip
"""By the name under which this code speaks of them."""


class Refusal(Exception):
    """A request is refused: `error` says how, `message` in which words (without the time that some end with).

    It stays inside the endpoint: a client gets it as an answer.
    """

    def __init__(self, error: str, **fields: object) -> None:
        self.error = ERRORS[error]
        self.message = self.error.words.format(**fields).strip()
        super().__init__(self.error.name, self.message)


def refuse_violations(violations: Iterable[Violation]) -> None:
    """Refuse a request for what the model has against it: for its form first, as AWS reads it before it checks."""
    found = list(violations)
    if forms := [each for each in found if each.is_form]:
        raise Refusal("serialization", words="; ".join(map(str, forms)))
    if found:
        count = f"{len(found)} validation error{'s' if len(found) > 1 else ''}"
        raise Refusal("violations", count=count, words="; ".join(map(str, found)))
