"""A report of one page on whom a HIT reaches: self-contained, without a script, and without the id of any worker.

The template lays it out; here is what it says. This module does not know how audiences are counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.metadata import version

from attrs import frozen

from qualeval.errors import MissingPackage

try:
    import jinja2
except ImportError as error:
    raise MissingPackage("qualeval.web", str(error.name), extra="web") from error

from qualeval.bulk.audiences import Audience, Band, Change, Curve, Place, RequirementReach
from qualeval.linting import Finding, lint
from qualeval.model.actions import Action
from qualeval.model.hits import HIT
from qualeval.model.qualification_types import NUMBER_HITS_APPROVED, PERCENT_APPROVED
from qualeval.policy.access_policy import AccessPolicy
from qualeval.policy.wording import conjoined, demand
from qualeval.web.charts import Chart, chart

__all__ = ["audience_report"]

_PLACES = 12
"""So many places are drawn that would bring most."""


def audience_report(
    audience: Audience,
    policy: AccessPolicy,
    *,
    before: Audience | None = None,
    target: int | None = None,
) -> str:
    """The page, as HTML: who is reached and why not more, in plain words, tables and charts.

    `audience` is what was counted of `policy`, `before` what was counted before a change, and `target` how many are
    wished for. The page makes no request, so that it can be sent, kept and printed.
    """
    page = _Page(audience, policy, before, target)
    return _ENVIRONMENT.get_template("report.html").render(page=page, audience=audience)


def _share(count: int, pool: int) -> str:
    return f"{count / pool:.1%}" if pool else "0%"


def _portion(count: int, pool: int) -> float:
    """How long a bar of a hundred is."""
    return round(100 * count / pool, 2) if pool else 0


_ENVIRONMENT = jinja2.Environment(
    loader=jinja2.PackageLoader("qualeval.web"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.filters.update({"share": _share, "portion": _portion, "count": "{:,}".format})


@frozen
class _Page:
    """What the template asks for."""

    audience: Audience
    policy: AccessPolicy
    before: Audience | None
    target: int | None

    @property
    def hit(self) -> HIT:
        """The HIT; without a title and an id where the policy is of none."""
        return self.policy.hit or HIT(self.policy.requirements)

    @property
    def everybody(self) -> Band:
        """The whole pool."""
        return Band(self.audience.pool, self.audience.pool)

    @property
    def sentences(self) -> list[tuple[str, Sequence[str]]]:
        """By action what it takes, as `explain` says: a sentence, and the demands that are listed below it."""
        return [_sentence(self.policy, action) for action in Action]

    @property
    def guarding(self) -> list[RequirementReach]:
        """The requirements that guard the action."""
        return [each for each in self.audience.requirements if each.guards_action]

    @property
    def charts(self) -> list[tuple[RequirementReach, Curve, Chart]]:
        """The curves, drawn."""
        return [(self.audience.requirements[each.index], each, chart(each)) for each in self.audience.curves]

    @property
    def has_bands(self) -> bool:
        """Whether a curve has a part where it is not known of somebody."""
        return any(each.certain != each.possible for each in self.audience.curves)

    @property
    def places(self) -> list[Place]:
        """The places that would bring most."""
        reached = self.audience.reached
        return [each for each in self.audience.places if each.reached != reached][:_PLACES]

    @property
    def most_gained(self) -> int:
        """How many the place brings, at most, that brings most."""
        return max((each.gain(self.audience.reached).possible for each in self.places), default=0)

    @property
    def best_change(self) -> Change | None:
        """The change that reaches the target, if there is one."""
        return None if self.target is None else self.audience.best_change(self.target)

    @property
    def findings(self) -> list[Finding]:
        """What lint has against the HIT."""
        return lint(self.hit, names=self.policy.names)

    @property
    def methods(self) -> str:
        """What a paper can say of it."""
        return " ".join(_methods(self.audience, self.policy))

    @property
    def version(self) -> str:
        """Which qualeval made it."""
        return version("qualeval")


def _sentence(policy: AccessPolicy, action: Action) -> tuple[str, Sequence[str]]:
    demands = policy.describe(action)
    if demands is None:
        return f"Nobody can {action} it: {'; '.join(policy.contradictions(action))}.", ()
    if not demands:
        return f"Every worker may {action} it.", ()
    looser = {Action.PREVIEW: Action.DISCOVER, Action.ACCEPT: Action.PREVIEW}.get(action)
    if looser is not None and demands == policy.describe(looser):
        return f"To {action} it, a worker needs nothing more.", ()
    return f"To {action} it, a worker must", demands


_CALLED = {PERCENT_APPROVED: "an approval rate (in percent)", NUMBER_HITS_APPROVED: "a number of approved HITs"}
"""What readers of a paper call the types that they know."""


def _methods(audience: Audience, policy: AccessPolicy) -> Iterable[str]:
    action, pool = audience.action, audience.pool
    yield "Workers were recruited on Amazon Mechanical Turk."
    if not policy.is_satisfiable(action):
        yield f"The requirements of the task left nobody who could {action} it."
    elif demands := _demands(policy, action):
        yield f"To {action} the task, a worker had to {conjoined(demands)}."
    else:
        yield f"Every worker could {action} the task."
    rest = f"; of {audience.unknown:,} ({_share(audience.unknown, pool)}) it was not known" if audience.unknown else ""
    met = f"{audience.permitted:,} ({_share(audience.permitted, pool)}) could {action} it for certain"
    not_met = f"{audience.denied:,} ({_share(audience.denied, pool)}) could not"
    yield f"Of a pool of {pool:,} workers, {met} and {not_met}{rest}."
    yield f"Eligibility was computed with qualeval {version('qualeval')}."


def _demands(policy: AccessPolicy, action: Action) -> list[str]:
    return [
        demand(each.kind, each.admitted[action], _CALLED.get(each.type_id) or policy.names.short_name_of(each.type_id))
        for each in policy.ladders.values()
        if each.admitted[action] != each.kind.universe
    ]
