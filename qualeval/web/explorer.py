"""What the explorer knows and answers: the audience of the HIT on the cards, and all that follows from a move.

It keeps a pool, and nothing of the HIT: every question says what stands on the cards. So several pages may be open, and
a link can hold all of what one shows.

This module does not know HTTP.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any

from attrs import frozen

from qualeval.analysis.compare import compare
from qualeval.bulk.reach import Reach
from qualeval.errors import InvalidInput, Problem, show
from qualeval.linting.lint import lint
from qualeval.model.actions import Action, ActionsGuarded
from qualeval.model.hits import HIT
from qualeval.model.qualification_types import SYSTEM_ONLY, QualificationType, TypeNames, qualification_type
from qualeval.model.requirements import Comparator
from qualeval.model.workers import WorkerProfile
from qualeval.policy.access_policy import AccessPolicy
from qualeval.policy.compiler import compile_hit
from qualeval.sources.hits import load_hits, parse_hit
from qualeval.values.locale import Locale, country_codes, place_name, subdivision_codes, withdrawn_country_codes
from qualeval.web.curves import shown_curve
from qualeval.web.questions import REQUIREMENTS, Question, Who, read_hit_id, read_question, read_request
from qualeval.web.uploads import read_pool, stream_of

__all__ = ["Explorer", "Pool"]

PICKED = 20
"""So many workers are offered to pick from."""

OFFERED = 12
"""So many places are offered, those that would bring most."""


@frozen
class Pool:
    """A pool and what it is called."""

    name: str
    workers: Reach


class Explorer:
    """The explorer of a pool. It may be asked by many threads.

    `hit` is what a page begins with, `names` are how types are called, `fetch` gets a HIT by its id, where that can be
    done. With `masked` no worker id is told: workers are called by their row.
    """

    def __init__(
        self,
        hit: HIT,
        pool: Pool,
        *,
        names: TypeNames = SYSTEM_ONLY,
        fetch: Callable[[str], HIT] | None = None,
        masked: bool = False,
    ) -> None:
        self._hit = hit
        self._pool = pool
        self.names = names
        self._fetch = fetch
        self._masked = masked
        self._lock = threading.Lock()

    # --- what there is

    def start(self) -> dict[str, Any]:
        """What a page begins with: the HIT, the pool, and what can be put on cards."""
        return {
            "hit": _hit_dict(self._hit),
            "pool": _pool_dict(self._pool),
            "types": [_type_dict(each, self.names) for each in _types(self.names, self._hit)],
            "comparators": [_comparator_dict(each) for each in Comparator],
            "guards": [str(each) for each in ActionsGuarded],
            "places": _places(),
            "masked": self._masked,
            "can_fetch": self._fetch is not None,
        }

    def open_hit(self, content: bytes) -> dict[str, Any]:
        """The HIT of a file: JSON or YAML. InvalidInput where it is none, or where there are several."""
        hits = load_hits(stream_of(content), names=self.names)
        if len(hits) != 1:
            raise InvalidInput(Problem(f"expected one HIT, found {len(hits)}", help="upload a file of one"))
        return self._opened(hits[0])

    def fetch_hit(self, tree: object) -> dict[str, Any]:
        """The HIT of an id. InvalidInput where it is none, or nothing can be fetched; HITNotFound, ServiceError."""
        hit_id = read_hit_id(tree)
        if self._fetch is None:
            raise InvalidInput(Problem("this explorer fetches no HITs", help="open a file"))
        return self._opened(self._fetch(hit_id))

    def _opened(self, hit: HIT) -> dict[str, Any]:
        known = [_type_dict(each, self.names) for each in _types(self.names, hit)]
        return {"hit": _hit_dict(hit), "types": known}

    def open_pool(self, name: str, content: bytes) -> dict[str, Any]:
        """Puts another pool in place of this one. InvalidInput where it cannot be read; then this one stays."""
        pool = Pool(name, self._read_pool(name, content))
        with self._lock:
            self._pool = pool
        return _pool_dict(pool)

    def _read_pool(self, name: str, content: bytes) -> Reach:
        """The workers of a file. Of one that cannot be read a masked page tells no cell: any may be a worker's id."""
        try:
            return read_pool(name, content, self.names)
        except InvalidInput as error:
            if not self._masked:
                raise
            found = f"the pool cannot be read ({len(error.problems)} problems), and what is wrong may name workers"
            raise InvalidInput(Problem(found, help="`qualeval audience` tells it on the terminal")) from None

    def workers(self, text: str) -> list[dict[str, Any]]:
        """Workers to pick from: by the beginning of their ids, or where ids are masked by row."""
        pool = self._pool.workers
        if not self._masked:
            found = ((row, each) for row, each in enumerate(pool.worker_ids) if each and each.startswith(text))
            return [{"row": row, "name": worker_id} for row, worker_id in islice(found, PICKED)]
        first = int(text) - 1 if text.isascii() and text.isdigit() and len(text) < 12 else 0
        rows = range(max(0, first), min(len(pool), max(0, first) + PICKED))
        return [{"row": row, "name": _mask(row)} for row in rows]

    # --- what is asked

    def answer(self, tree: object) -> dict[str, Any]:
        """All that the page shows of what stands on its cards.

        What is wrong with the cards is told by card, and nothing else is answered then.
        """
        question = read_question(tree, self.names)
        try:
            hit = question.cards.hit(self.names)
        except InvalidInput as error:
            return {"problems": [_problem_dict(each) for each in error.problems]}
        return self._answer(question, hit)

    def request(self, tree: object) -> dict[str, Any]:
        """The HIT of the page, with what stands on its cards, as a CreateHIT request."""
        whole, cards = read_request(tree, self.names)
        hit = parse_hit(dict(whole), names=self.names)
        return hit.replace(requirements=cards.requirements).to_mturk()

    def _answer(self, question: Question, hit: HIT) -> dict[str, Any]:
        seen = self._pool
        pool, before, after = seen.workers, self._policy(question.before), self._policy(hit)
        audience = pool.audience(after, question.action)
        places = question.cards.places
        return {
            "problems": [],
            "pool": len(pool),
            "pool_name": seen.name,
            "ladder": [_rung(each, pool, before, after) for each in Action],
            "cards": [_card_dict(places[each.index], each.to_dict(len(pool))) for each in audience.requirements],
            "curves": [
                _card_dict(places[each.index], shown_curve(each, _kind(hit, each.index)))
                for each in audience.curves
                if question.curves is None or places[each.index] in question.curves
            ],
            "gains": [
                _card_dict(places[each.index], {**each.to_dict(len(pool)), "name": place_name(each.locale)})
                for each in audience.places[:OFFERED]
            ],
            "words": {str(action): _words(after, action) for action in Action},
            "findings": _findings(question, self.names),
            "comparison": compare(before, after, names=self.names).to_dict(),
            "worker": question.worker and self._worker(question.worker, pool, question.cards.types, after),
        }

    def _policy(self, hit: HIT) -> AccessPolicy:
        return compile_hit(hit, names=self.names)

    def _worker(self, who: Who, pool: Reach, types: Iterable[str], policy: AccessPolicy) -> dict[str, Any]:
        """What a worker may do, and why; what is wrong with her facts."""
        try:
            profile = who.profile(None if who.row is None else self._pooled(pool, who, types), self.names)
        except InvalidInput as error:
            return {"problems": [_problem_dict(each) for each in error.problems]}
        decision = policy.decide(profile).to_dict()
        if self._masked:
            decision["worker_id"] = None if who.row is None else _mask(who.row)
        return {"problems": [], "facts": profile.to_dict(self.names)["Facts"], **decision}

    def _pooled(self, pool: Reach, who: Who, types: Iterable[str]) -> WorkerProfile:
        """The worker of a row. InvalidInput where there is no such row, or by now somebody else's."""
        row = who.row or 0
        try:
            found = pool.worker(row, types)
        except IndexError:
            raise InvalidInput(Problem(f"the pool has no row {row + 1}", ("row",))) from None
        if who.name not in {None, _mask(row) if self._masked else found.worker_id}:
            mend = "another pool was opened since she was picked; pick her again"
            raise InvalidInput(Problem(f"row {row + 1} of the pool is not {show(who.name)}", ("row",), mend))
        return found


# --- what there is, as JSON


def _hit_dict(hit: HIT) -> dict[str, Any]:
    """A HIT as a CreateHIT request, with its id and the names by which its types are called."""
    return {"id": hit.hit_id, "title": hit.title, "request": hit.to_mturk()}


def _pool_dict(pool: Pool) -> dict[str, Any]:
    return {"name": pool.name, "size": len(pool.workers)}


def _types(names: TypeNames, hit: HIT) -> list[str]:
    """The ids of types that cards can be about: those that have names, and those of the HIT."""
    listed = [names.id_of(each) for each in names.known]
    return list(dict.fromkeys([*listed, *(each.qualification_type_id for each in hit.requirements)]))


def _type_dict(type_id: str, names: TypeNames) -> dict[str, Any]:
    kind = qualification_type(type_id)
    return {
        "id": type_id,
        "name": names.name_of(type_id),
        "is_locale": kind.is_locale,
        "can_be_lacked": kind.can_be_lacked,
        "lowest": kind.lowest,
        "highest": kind.highest,
    }


def _comparator_dict(comparator: Comparator) -> dict[str, Any]:
    return {
        "name": str(comparator),
        "takes_values": comparator.takes_values,
        "takes_list": comparator.takes_list,
        "is_ordering": comparator.is_ordering,
    }


def _places() -> list[dict[str, str]]:
    """The countries of today, and the subdivisions that Mechanical Turk knows, those of the United States."""
    countries = [Locale(code) for code in country_codes() - withdrawn_country_codes()]
    states = [Locale("US", code) for code in subdivision_codes("US")]
    named = [(place_name(each), str(each)) for each in (*countries, *states)]
    return [{"code": code, "name": name} for name, code in sorted(named)]


def _mask(row: int) -> str:
    return f"worker {row + 1}"


# --- what is answered, as JSON


def _problem_dict(problem: Problem) -> dict[str, Any]:
    """A problem, with the card that it is about."""
    match problem.path:
        case ("cards", int(card), *rest):
            inner = Problem(problem.message, tuple(rest), problem.help)
            return {"card": card, "message": str(inner)}
    return {"card": None, "message": str(problem)}


def _kind(hit: HIT, index: int) -> QualificationType:
    return qualification_type(hit.requirements[index].qualification_type_id)


def _card_dict(card: int, said: Mapping[str, Any]) -> dict[str, Any]:
    return {**said, "card": card}


def _rung(action: Action, pool: Reach, before: AccessPolicy, after: AccessPolicy) -> dict[str, Any]:
    """How many may do an action, and how many could before."""
    return {
        "action": str(action),
        **pool.reached(after, action).to_dict(len(pool)),
        "before": pool.reached(before, action).to_dict(len(pool)),
    }


def _words(policy: AccessPolicy, action: Action) -> dict[str, Any]:
    """What an action asks for in plain words, or why nobody can do it."""
    demands = policy.describe(action)
    return {"must": list(demands or ()), "nobody": list(policy.contradictions(action)) if demands is None else []}


def _findings(question: Question, names: TypeNames) -> list[dict[str, Any]]:
    """What the linter has against the HIT on the cards; that types are called by name is no fault here."""
    cards = question.cards
    found = lint({REQUIREMENTS: list(cards.raw)}, names=names, ignore=("QE112",))
    return [
        {
            "rule": each.rule,
            "severity": str(each.severity),
            "message": each.message,
            "help": each.help,
            "why": each.entry.why,
            "card": None if each.requirement is None else cards.places[each.requirement],
        }
        for each in found
    ]
