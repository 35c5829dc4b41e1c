"""A guard on a boto3 client: a bad CreateHIT or CreateHITType is refused before it is sent, with what is wrong.

It hangs on the events of boto3, so that no program has to be changed. What was asked for is looked at before anything
else; handlers of the program's own may still change that, so the body of the request is looked at too: before the call,
and once more when nothing but the sending is left. What the guard does not see is a handler that was registered as the
very last one before the sending, after the guard, and what others make of the request on its way; either breaks its
signature. This module knows of boto3 only what it is given.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

from attrs import frozen

from qualeval.errors import HITRefused, InvalidInput, WrongType
from qualeval.linting.catalogue import Severity
from qualeval.linting.findings import Finding
from qualeval.linting.lint import Linter, refuse_idle_house
from qualeval.linting.subject import Environment
from qualeval.model.hits import HIT
from qualeval.model.qualification_types import SYSTEM_ONLY, TypeNames
from qualeval.model.requirements import QualificationRequirement
from qualeval.sources.documents import read_document
from qualeval.sources.hit_readings import REQUIREMENTS
from qualeval.sources.structure import described, is_object

__all__ = ["guard"]

_OPERATIONS = ("CreateHIT", "CreateHITType")
_ID = "qualeval-guard"
_ASKED, _BUILT, _SENT = "provide-client-params", "before-call", "before-send"


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
    only: HIT | Iterable[QualificationRequirement] | None = None,
    select: str | Iterable[str] = (),
    ignore: str | Iterable[str] = (),
) -> Client:
    """The same client, from now on refusing to send a HIT that the linter finds fault with.

    Refused is what is as bad as `fail_on` or worse, and what the service itself would refuse: `create_hit` and
    `create_hit_type` then raise HITRefused, which carries the findings, and nothing is sent. That holds for the request
    as it is signed, whatever other handlers of the client's events make of the parameters; only one that comes even
    after the guard (`register_last` on `before-send`) can still change it, and breaks its signature. Where
    `environment` is None it is told by the client's endpoint. The other arguments are those of `lint`; no configuration
    is read. To guard a client again replaces the guard.

    `create_hit_with_hit_type` and `update_hit_type_of_hit` are sent as they are: the requirements are those of the HIT
    type that they name, which were looked at when `create_hit_type` sent them, if that was guarded too. What another
    program made of a type, `only` does not prove.

    Raises:
        WrongType: it is no boto3 client for Mechanical Turk, `names` are no TypeNames, something in `only` is no
            requirement.
        InvalidInput: `only` is given and empty, or the rule that proves it (QE901) is left out; a rule or environment
            that does not exist.
    """
    told = _environment(client)
    linter = Linter.of(names, environment or told, only, select, ignore)
    refuse_idle_house(linter)
    judge = _Judge(linter, Severity(fail_on))
    for event, station in judge.stations.items():
        unique_id = f"{_ID}-{event}"
        client.meta.events.unregister(event, unique_id=unique_id)
        register = client.meta.events.register_first if event.startswith(_ASKED) else client.meta.events.register_last
        register(event, station, unique_id=unique_id)
    return client


@frozen
class _Judge:
    """What looks at a request, at each station on its way out."""

    linter: Linter
    worst: Severity

    @property
    def stations(self) -> Mapping[str, Callable[..., None]]:
        """By event what is called then. boto3 calls handlers of the longer event first, so `_SENT` is the very last."""
        asked = {f"{_ASKED}.mturk.{operation}": self.asked for operation in _OPERATIONS}
        built = {f"{_BUILT}.mturk.{operation}": self.built for operation in _OPERATIONS}
        return {**asked, **built, _SENT: self.sent}

    def asked(self, params: Mapping[str, Any], **_: object) -> None:
        """The parameters of the call, as the program gave them."""
        self.refuse(params)

    def built(self, params: Mapping[str, Any], **_: object) -> None:
        """The request that boto3 made of them."""
        self.refuse(_tree(params.get("body")))

    def sent(self, request: Any, event_name: str, **_: object) -> None:
        """The request as it goes out, with its signature."""
        if event_name in {f"{_SENT}.mturk.{operation}" for operation in _OPERATIONS}:
            self.refuse(_tree(request.body))

    def refuse(self, params: Mapping[Any, Any]) -> None:
        found = self.linter.of_tree({REQUIREMENTS: [], **params})
        refused = [each for each in found if each.severity.rank <= self.worst.rank or each.entry.is_refused]
        if refused:
            raise HITRefused(_words(refused), findings=refused)


def _tree(body: object) -> Mapping[Any, Any]:
    """The object that a request's body says. What cannot be read is not let through."""
    text = body.decode("utf-8", "replace") if isinstance(body, bytes | bytearray) else body
    if not isinstance(text, str):
        raise HITRefused(f"not sent: expected the request's body as bytes or text, got {type(body).__name__}")
    try:
        tree = read_document(io.StringIO(text)).tree
    except InvalidInput as error:
        raise HITRefused(f"not sent: the request's body: {'; '.join(map(str, error.problems))}") from None
    if not is_object(tree):
        raise HITRefused(f"not sent: expected the request's body to be an object, got {described(tree)}")
    return tree


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
