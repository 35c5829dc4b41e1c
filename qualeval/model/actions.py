"""What a worker may do with a HIT, and what a requirement guards.

The actions form a ladder: whoever may accept may preview, whoever may preview may discover. So what a worker may do is
one level, an `Access`. This module does not know requirements.
"""

from __future__ import annotations

import difflib
import re
from enum import IntEnum
from typing import Any

from qualeval.errors import InvalidInput, Problem, nearest, show
from qualeval.model.words import Word

__all__ = ["Access", "Action", "ActionsGuarded", "are_contradictory", "effective_guard"]


class Access(IntEnum):
    """How far a worker may go with a HIT; each level includes those below it. `Access("preview")` will do."""

    NONE = 0
    DISCOVER = 1
    PREVIEW = 2
    ACCEPT = 3

    @classmethod
    def _missing_(cls, value: Any) -> Access:
        named = {str(each): each for each in cls}
        if isinstance(value, str) and value in named:
            return named[value]
        near = nearest(value, named) if isinstance(value, str) else None
        mend = f"did you mean `{near}`?" if near else f"known are {', '.join(f'`{name}`' for name in named)}"
        raise InvalidInput(Problem(f"unknown access {show(value)}", help=mend))

    def permits(self, action: Action) -> bool:
        """Whether this level includes `action`."""
        return self >= action.level

    def __str__(self) -> str:
        return self.name.lower()


class Action(Word):
    """One thing that a worker can do with a HIT: find it in a search, preview it, accept it."""

    DISCOVER = "discover"
    PREVIEW = "preview"
    ACCEPT = "accept"

    @property
    def level(self) -> Access:
        """The lowest access that includes the action."""
        return Access[self.name]


class ActionsGuarded(Word):
    """The actions that a requirement guards: `HITAccessActions` of the API."""

    ACCEPT = "Accept"
    PREVIEW_AND_ACCEPT = "PreviewAndAccept"
    DISCOVER_PREVIEW_AND_ACCEPT = "DiscoverPreviewAndAccept"

    @classmethod
    def _noun(cls) -> str:
        return "guard"

    @classmethod
    def _nearest(cls, text: str) -> str | None:
        """What is near by its letters can guard less: `PreviewAndDiscover` is nearest to PreviewAndAccept.

        So it goes by the actions that are named, and only where there is no other word, such as a `Not`.
        """
        words = [word for part in _WORDS.findall(text) for word in part.casefold().split("and") if word]
        named = [_action_named(word) for word in words]
        levels = [each.level for each in named if each is not None]
        if not levels or len(levels) < len(named):
            return None
        return next(str(each) for each in cls if each.loosest.level == min(levels))

    @property
    def loosest(self) -> Action:
        """The first action that is guarded; those after it are guarded too."""
        return _LOOSEST[self]

    def guards(self, action: Action) -> bool:
        """Whether `action` is refused to a worker who does not meet the requirement."""
        return action.level >= self.loosest.level


_WORDS = re.compile(r"[A-Z]?[a-z]+|[^\sa-z_-]+")


def _action_named(word: str) -> Action | None:
    close = difflib.get_close_matches(word, [str(each) for each in Action], n=1, cutoff=0.75)
    return Action(close[0]) if close and close[0][0] == word[0] else None


_LOOSEST = {
    ActionsGuarded.ACCEPT: Action.ACCEPT,
    ActionsGuarded.PREVIEW_AND_ACCEPT: Action.PREVIEW,
    ActionsGuarded.DISCOVER_PREVIEW_AND_ACCEPT: Action.DISCOVER,
}


def effective_guard(actions_guarded: ActionsGuarded | None, required_to_preview: bool | None) -> ActionsGuarded:
    """What a requirement guards, from the two fields that can say so; None is a field that is not there.

    `ActionsGuarded` where present; else `RequiredToPreview: true` is PreviewAndAccept; else Accept. The defaults are
    documented (grade D). That the newer field wins where the two contradict each other is inferred (grade I).
    """
    if actions_guarded is not None:
        return actions_guarded
    return ActionsGuarded.PREVIEW_AND_ACCEPT if required_to_preview else ActionsGuarded.ACCEPT


def are_contradictory(actions_guarded: ActionsGuarded | None, required_to_preview: bool | None) -> bool:
    """Whether the two fields disagree: only true beside Accept does, since every read returns false as a default."""
    return actions_guarded is ActionsGuarded.ACCEPT and required_to_preview is True
