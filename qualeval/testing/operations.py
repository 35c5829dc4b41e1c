"""The operations that an endpoint has: from a request and the state to an answer, and to the state from then on.

An operation is a row of `OPERATIONS`. Its request has been checked against the service's model, its answer is checked
afterwards. Where a rule comes from is said at the rule; the words of refusals are in `refusals.ERRORS`. This module
does not know HTTP.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, TypeAlias

from attrs import frozen

from qualeval.testing.answers import assignment_answer, block_answer, grant_answer, hit_answer, type_answer
from qualeval.testing.marketplace import Marketplace
from qualeval.testing.pages import Listing
from qualeval.testing.publishing import TYPE_LIMITS, check_limits, requirements_of
from qualeval.testing.refusals import Refusal
from qualeval.testing.service_model import JSON
from qualeval.testing.state import APPROVAL_DELAY, Grant, HITType, OfferedType, PublishedHIT, State, new_id

__all__ = ["OPERATIONS", "Asked", "Done", "perform"]


@frozen
class Asked:
    """A request: its parameters, the marketplace that it is for, and the time."""

    parameters: Mapping[str, Any]
    marketplace: Marketplace
    now: datetime

    def __getitem__(self, name: str) -> Any:
        return self.parameters[name]

    def get(self, name: str, default: Any = None) -> Any:
        """A parameter that need not be there."""
        return self.parameters.get(name, default)


Done: TypeAlias = tuple[State, JSON | Listing]
"""The state from now on, and the answer: whole, or all rows of a list."""


# --- HITs


def create_hit(asked: Asked, state: State) -> Done:
    """CreateHIT. A HIT of the same properties has the same HIT type (API reference, CreateHITType, D; here I)."""
    _check_publishing(asked, state)
    state, hit_type_id = _with_hit_type(asked, state)
    return _publish(asked, state, hit_type_id)


def create_hit_type(asked: Asked, state: State) -> Done:
    """CreateHITType. Values that match an existing HIT type return its id (service model, D)."""
    state, hit_type_id = _with_hit_type(asked, state)
    return state, {"HITTypeId": hit_type_id}


def create_hit_with_hit_type(asked: Asked, state: State) -> Done:
    """CreateHITWithHITType. Requirements and all that HITs of a type share come from the type (D)."""
    _check_publishing(asked, state)
    if asked["HITTypeId"] not in state.hit_types:
        raise Refusal("no-such-hit-type", hit_type_id=asked["HITTypeId"])
    return _publish(asked, state, asked["HITTypeId"])


def get_hit(asked: Asked, state: State) -> Done:
    """GetHIT."""
    hit = state.hits.get(asked["HITId"])
    if hit is None:
        raise Refusal("no-such-hit", hit_id=asked["HITId"])
    return state, {"HIT": hit_answer(hit, asked.now)}


def list_hits(asked: Asked, state: State) -> Done:
    """ListHITs: HITs of any status (service model, D)."""
    return state, Listing("HITs", tuple(state.hits.values()), lambda hit: hit_answer(hit, asked.now))


def list_assignments(asked: Asked, state: State) -> Done:
    """ListAssignmentsForHIT: those that were submitted, of the statuses that are asked for, or of all (D)."""
    hit_id, statuses = asked["HITId"], asked.get("AssignmentStatuses") or None
    if hit_id not in state.hits:
        raise Refusal("no-such-hit", hit_id=hit_id)
    made = state.assignments.get(hit_id, {}).values()
    found = [each for each in made if statuses is None or each.status in statuses]
    return state, Listing("Assignments", found, assignment_answer)


def _check_publishing(asked: Asked, state: State) -> None:
    """What both ways of making a HIT ask for (service model, D)."""
    check_limits(asked.parameters)
    if "Question" not in asked.parameters and "HITLayoutId" not in asked.parameters:
        words = "Either a Question parameter or a HITLayoutId parameter must be provided"
        raise Refusal("invalid-request", words=words)
    used_at, hit_id = state.tokens.get(asked.get("UniqueRequestToken", ""), (None, ""))
    if used_at is not None and asked.now - used_at < _TOKEN_LIVES:
        raise Refusal("hit-exists", hit_id=hit_id)


_TOKEN_LIVES = timedelta(hours=24)
"""How long a UniqueRequestToken is remembered (service model, CreateHIT, D)."""


def _with_hit_type(asked: Asked, state: State) -> tuple[State, str]:
    check_limits(asked.parameters)
    requirements = requirements_of(asked.parameters, asked.marketplace.environment)
    for requirement in requirements:
        _check_type_can_be_asked_for(asked.marketplace, state, requirement.qualification_type_id)
    hit_type = HITType(
        asked["Title"],
        asked["Description"],
        asked["Reward"],
        asked["AssignmentDurationInSeconds"],
        asked.get("Keywords"),
        asked.get("AutoApprovalDelayInSeconds", APPROVAL_DELAY),
        requirements,
    )
    state = state.with_hit_type(hit_type)
    return state, state.hit_type_ids[hit_type]


def _check_type_can_be_asked_for(marketplace: Marketplace, state: State, type_id: str) -> None:
    """There must be such a type (S), and it must be active (service model, QualificationTypeStatus, D)."""
    if not marketplace.is_offered(state, type_id):
        raise Refusal("no-such-type", type_id=type_id)
    if type_id in state.types and not state.types[type_id].is_active:
        raise Refusal("inactive-type")


def _publish(asked: Asked, state: State, hit_type_id: str) -> Done:
    serial = state.serial + 1
    hit = PublishedHIT(
        new_id("HIT", serial),
        hit_type_id,
        state.hit_types[hit_type_id],
        asked.now,
        asked.now + timedelta(seconds=asked["LifetimeInSeconds"]),
        serial,
        max_assignments=asked.get("MaxAssignments", 1),
        question=asked.get("Question"),
        layout_id=asked.get("HITLayoutId"),
        annotation=asked.get("RequesterAnnotation"),
    )
    state = state.with_hit(hit)
    if token := asked.get("UniqueRequestToken"):
        state = state.with_token(token, asked.now, hit.hit_id)
    return state, {"HIT": hit_answer(hit, asked.now)}


# --- qualification types


def create_qualification_type(asked: Asked, state: State) -> Done:
    """CreateQualificationType."""
    _check_new_type(asked)
    if any(offered.name == asked["Name"] for offered in state.types.values()):
        raise Refusal("type-exists")
    serial = state.serial + 1
    offered = OfferedType(
        new_id("qualification type", serial),
        asked["Name"],
        asked["Description"],
        asked.now,
        serial,
        is_active=asked["QualificationTypeStatus"] == "Active",
        keywords=asked.get("Keywords"),
        test=asked.get("Test"),
        test_duration=asked.get("TestDurationInSeconds"),
        answer_key=asked.get("AnswerKey"),
        retry_delay=asked.get("RetryDelayInSeconds"),
        # 1 where nobody says (service model, QualificationType, D)
        auto_granted_value=asked.get("AutoGrantedValue", 1) if asked.get("AutoGranted") else None,
    )
    return state.with_type(offered), {"QualificationType": type_answer(offered)}


def _check_new_type(asked: Asked) -> None:
    """What must, and what must not, go together (service model, CreateQualificationType and QualificationType, D)."""
    check_limits(asked.parameters, TYPE_LIMITS)
    if asked.get("AutoGranted") and "Test" in asked.parameters:
        raise Refusal("invalid-combination", parameters="AutoGranted, Test")
    for name, needed in (("Test", "TestDurationInSeconds"), ("AnswerKey", "Test")):
        if name in asked.parameters and needed not in asked.parameters:
            raise Refusal("invalid-request", words=f"{needed} must be specified if {name} is")


def get_qualification_type(asked: Asked, state: State) -> Done:
    """GetQualificationType: of one's own and of the system's types."""
    return state, {"QualificationType": type_answer(_offered(asked, state))}


def _offered(asked: Asked, state: State) -> OfferedType:
    type_id = asked["QualificationTypeId"]
    offered = state.types.get(type_id) or asked.marketplace.system.get(type_id)
    if offered is None:
        raise Refusal("no-such-type", type_id=type_id)
    return offered


def list_qualification_types(asked: Asked, state: State) -> Done:
    """ListQualificationTypes. Types of other requesters, which it would list too, there are none."""
    own_alone = asked["MustBeRequestable"] or asked.get("MustBeOwnedByCaller", False)
    system = () if own_alone else asked.marketplace.system.values()
    found = [offered for offered in (*system, *state.types.values()) if offered.mentions(asked.get("Query", ""))]
    return state, Listing("QualificationTypes", found, type_answer)


# --- qualifications


def associate(asked: Asked, state: State) -> Done:
    """AssociateQualificationWithWorker: a type that the requester made (D); 1 where no value is given (D)."""
    offered = _own(asked, state)
    value = asked.get("IntegerValue", 1)
    return state.with_grants(offered.type_id, {asked["WorkerId"]: value}, asked.now), {}


def disassociate(asked: Asked, state: State) -> Done:
    """DisassociateQualificationFromWorker. Of a worker without it, it is refused as a score is (I)."""
    _own(asked, state)
    return state.with_revoked(_granted(asked, state)), {}


def get_qualification_score(asked: Asked, state: State) -> Done:
    """GetQualificationScore. Of a system's type there is none for a requester (boto #3171, S)."""
    return state, {"Qualification": grant_answer(_granted(asked, state))}


def list_workers(asked: Asked, state: State) -> Done:
    """ListWorkersWithQualificationType: those who hold it, unless Status says otherwise (API reference of 2008, D)."""
    offered = _own(asked, state)
    revoked = asked.get("Status", "Granted") == "Revoked"
    grants: Iterable[Grant] = state.grants.get(offered.type_id, {}).values()
    return state, Listing("Qualifications", [each for each in grants if each.is_revoked is revoked], grant_answer)


def _own(asked: Asked, state: State) -> OfferedType:
    """The type that is asked about, of which the requester must be the owner (service model, D)."""
    offered = _offered(asked, state)
    if not offered.is_ours:
        raise Refusal("not-the-owner")
    return offered


def _granted(asked: Asked, state: State) -> Grant:
    """The qualification that the worker holds."""
    grant = state.grants.get(asked["QualificationTypeId"], {}).get(asked["WorkerId"])
    if grant is None:
        raise Refusal("no-such-qualification")
    if grant.is_revoked:
        raise Refusal("revoked-qualification")
    return grant


# --- blocks


def create_worker_block(asked: Asked, state: State) -> Done:
    """CreateWorkerBlock. Blocking again gives another reason (I)."""
    return state.with_block(asked["WorkerId"], asked["Reason"]), {}


def delete_worker_block(asked: Asked, state: State) -> Done:
    """DeleteWorkerBlock: it succeeds where the worker is not blocked, too (service model, D)."""
    return state.without_block(asked["WorkerId"]), {}


def list_worker_blocks(_: Asked, state: State) -> Done:
    """ListWorkerBlocks."""
    return state, Listing("WorkerBlocks", tuple(state.blocks.values()), block_answer)


OPERATIONS: Mapping[str, Callable[[Asked, State], Done]] = MappingProxyType(
    {
        "CreateHIT": create_hit,
        "CreateHITType": create_hit_type,
        "CreateHITWithHITType": create_hit_with_hit_type,
        "GetHIT": get_hit,
        "ListHITs": list_hits,
        "ListAssignmentsForHIT": list_assignments,
        "CreateQualificationType": create_qualification_type,
        "GetQualificationType": get_qualification_type,
        "ListQualificationTypes": list_qualification_types,
        "AssociateQualificationWithWorker": associate,
        "DisassociateQualificationFromWorker": disassociate,
        "GetQualificationScore": get_qualification_score,
        "ListWorkersWithQualificationType": list_workers,
        "CreateWorkerBlock": create_worker_block,
        "DeleteWorkerBlock": delete_worker_block,
        "ListWorkerBlocks": list_worker_blocks,
    }
)
"""By the name of the service's model."""


def perform(operation: str, parameters: Mapping[str, Any], marketplace: Marketplace) -> JSON | Listing:
    """Do what is asked, with nobody in between. Raises Refusal, and then nothing has changed."""
    do = OPERATIONS[operation]
    return marketplace.change(lambda state, now: do(Asked(parameters, marketplace, now), state))
