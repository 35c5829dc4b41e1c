"""A guard on a boto3 client: a bad CreateHIT or CreateHITType is refused before it is sent, with what is wrong.

It hangs on the event that boto3 emits before it builds a request, so that no program has to be changed. This module
knows of boto3 only what it is given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

from qualeval.errors import HITRefused, WrongType
from qualeval.linting.catalogue import Severity
from qualeval.linting.findings import Finding
from qualeval.linting.lint import Linter
from qualeval.linting.subject import Environment
from qualeval.model.hits import HIT
from qualeval.model.qualification_types import SYSTEM_ONLY, TypeNames
from qualeval.model.requirements import QualificationRequirement
from qualeval.sources.hit_readings import REQUIREMENTS

__all__ = ["guard"]

_OPERATIONS = ("CreateHIT", "CreateHITType")
_ID = "qualeval-guard"


class _Client(Protocol):
    """What is asked of a client: its events and its endpoint."""

    @property
    def meta(self) -> Any:
        """What boto3 keeps of a client: `events`, `endpoint_url`, `service_model`."""


Client = TypeVar("Client", bound=_Client)


def guard(
    client: Client,
    *,
    fail_on: Severity | str = Severity.ERROR,
    environment: Environment | None = None,
    names: TypeNames = SYSTEM_ONLY,
    only: HIT | Iterable[QualificationRequirement] = (),
    select: str | Iterable[str] = (),
    ignore: str | Iterable[str] = (),
) -> Client:
    """The same client, from now on refusing to send a HIT that the linter finds fault with.

    Refused is what is as bad as `fail_on` or worse, and what the service itself would refuse: `create_hit` and
    `create_hit_type` then raise HITRefused, which carries the findings, and nothing is sent. Where `environment` is
    None it is told by the client's endpoint. The other arguments are those of `lint`. To guard a client again replaces
    the guard.

    Raises:
        WrongType: it is no boto3 client for Mechanical Turk.
    """
    worst = Severity(fail_on)
    linter = Linter.of(names, environment or _environment(client), only, select, ignore)

    def refuse(params: Mapping[str, Any], **_: object) -> None:
        found = linter.of_tree({REQUIREMENTS: [], **params})
        refused = [each for each in found if each.severity.rank <= worst.rank or each.entry.is_refused]
        if refused:
            raise HITRefused(_words(refused), findings=refused)

    for operation in _OPERATIONS:
        event = f"provide-client-params.mturk.{operation}"
        client.meta.events.unregister(event, unique_id=f"{_ID}-{operation}")
        client.meta.events.register_first(event, refuse, unique_id=f"{_ID}-{operation}")
    return client


def _environment(client: object) -> Environment | None:
    """Where the client sends to; None where its endpoint is none of Mechanical Turk's own."""
    meta: Any = getattr(client, "meta", None)
    service = getattr(getattr(meta, "service_model", None), "service_name", None)
    if service != "mturk" or not hasattr(meta, "events"):
        mend = 'give what boto3.client("mturk") returns'
        raise WrongType(f"expected a boto3 client for mturk, got {type(client).__name__}; {mend}")
    host = urlsplit(meta.endpoint_url).hostname or ""
    if not host.startswith("mturk-requester") or not host.endswith(".amazonaws.com"):
        return None
    return "sandbox" if host.startswith("mturk-requester-sandbox") else "production"


def _words(refused: list[Finding]) -> str:
    if len(refused) == 1:
        return f"not sent: {_line(refused[0])}"
    return "\n".join([f"not sent: {len(refused)} findings", *(f"  {_line(each)}" for each in refused)])


def _line(found: Finding) -> str:
    return f"{found.rule} {found.problem}"
