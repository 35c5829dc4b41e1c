"""What is kept, as the wire writes it: with the defaults that Mechanical Turk adds, and without what was not said.

Times are seconds since 1970, the reward is a text. This module does not know how things come to be kept.
"""

from __future__ import annotations

from datetime import datetime

from qualeval.model.requirements import QualificationRequirement
from qualeval.testing.service_model import JSON
from qualeval.testing.state import Grant, OfferedType, PublishedHIT, WorkerAssignment, WorkerBlock, new_id
from qualeval.values.locale import Locale

__all__ = ["assignment_answer", "block_answer", "grant_answer", "hit_answer", "type_answer"]


def _said(**members: object) -> JSON:
    """The members that are not None."""
    return {name: value for name, value in members.items() if value is not None}


def _epoch(time: datetime) -> int:
    return int(time.timestamp())


def hit_answer(hit: PublishedHIT, now: datetime) -> JSON:
    """A HIT as every operation returns it. HITs of one type are one group (psiTurk's recordings, grade S)."""
    found, common = hit.at(now), hit.hit_type
    return _said(
        HITId=found.hit_id,
        HITTypeId=found.hit_type_id,
        HITGroupId=found.group_id or new_id("group", found.hit_type_id),
        HITLayoutId=found.layout_id,
        CreationTime=_epoch(found.created_at),
        Title=common.title,
        Description=common.description,
        Question=found.question,
        Keywords=common.keywords,
        HITStatus=found.status,
        MaxAssignments=found.max_assignments,
        Reward=common.reward,
        AutoApprovalDelayInSeconds=common.approval_delay,
        Expiration=_epoch(found.expires_at),
        AssignmentDurationInSeconds=common.assignment_duration,
        RequesterAnnotation=found.annotation,
        QualificationRequirements=[_requirement(each) for each in common.requirements],
        HITReviewStatus=found.review_status,
        NumberOfAssignmentsPending=found.pending,
        NumberOfAssignmentsAvailable=found.available,
        NumberOfAssignmentsCompleted=found.completed,
    )


def _requirement(requirement: QualificationRequirement) -> JSON:
    """A requirement, which has both guard fields; value lists that do not apply are left out."""
    return _said(
        QualificationTypeId=requirement.qualification_type_id,
        Comparator=str(requirement.comparator),
        IntegerValues=list(requirement.integer_values) or None,
        LocaleValues=[_locale(each) for each in requirement.locale_values] or None,
        RequiredToPreview=requirement.required_to_preview,
        ActionsGuarded=str(requirement.guard),
    )


def _locale(locale: Locale) -> JSON:
    return _said(Country=locale.country, Subdivision=locale.subdivision)


def type_answer(offered: OfferedType) -> JSON:
    """A qualification type. Workers can request those of requesters, and none of the system's (service model, D)."""
    return _said(
        QualificationTypeId=offered.type_id,
        CreationTime=_epoch(offered.created_at),
        Name=offered.name,
        Description=offered.description,
        Keywords=offered.keywords,
        QualificationTypeStatus="Active" if offered.is_active else "Inactive",
        Test=offered.test,
        TestDurationInSeconds=offered.test_duration,
        AnswerKey=offered.answer_key,
        RetryDelayInSeconds=offered.retry_delay,
        IsRequestable=offered.is_ours,
        AutoGranted=offered.auto_granted_value is not None,
        AutoGrantedValue=offered.auto_granted_value,
    )


def grant_answer(grant: Grant) -> JSON:
    """A worker's qualification."""
    return _said(
        QualificationTypeId=grant.type_id,
        WorkerId=grant.worker_id,
        GrantTime=_epoch(grant.granted_at),
        IntegerValue=grant.value,
        Status="Revoked" if grant.is_revoked else "Granted",
    )


def block_answer(block: WorkerBlock) -> JSON:
    """A block of a worker."""
    return _said(WorkerId=block.worker_id, Reason=block.reason)


def assignment_answer(assignment: WorkerAssignment) -> JSON:
    """An assignment that was submitted, without the worker's answers: there are none here."""
    return _said(
        AssignmentId=assignment.assignment_id,
        WorkerId=assignment.worker_id,
        HITId=assignment.hit_id,
        AssignmentStatus=assignment.status,
        AcceptTime=_epoch(assignment.accepted_at),
        SubmitTime=_epoch(assignment.submitted_at),
    )
