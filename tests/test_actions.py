"""Actions and guards: one ladder, and two fields that say what a requirement guards."""

from __future__ import annotations

import itertools

import pytest

from qualeval.errors import InvalidInput
from qualeval.model.actions import Access, Action, ActionsGuarded, are_contradictory, effective_guard

ACCEPT, PREVIEW, DISCOVER = ActionsGuarded


@pytest.mark.parametrize(("access", "action"), list(itertools.product(Access, Action)))
def test_access_permits_a_prefix_of_the_actions(access: Access, action: Action) -> None:
    """Level n permits the first n of discover, preview, accept."""
    assert access.permits(action) == (list(Action).index(action) < int(access))


def test_access_is_ordered_and_reads_in_lower_case() -> None:
    """NONE < DISCOVER < PREVIEW < ACCEPT, which are 0 to 3."""
    assert [int(level) for level in Access] == [0, 1, 2, 3]
    assert [str(level) for level in Access] == ["none", "discover", "preview", "accept"]
    assert [action.level for action in Action] == list(Access)[1:]


@pytest.mark.parametrize(
    ("guard", "guarded"),
    [(ACCEPT, ["accept"]), (PREVIEW, ["preview", "accept"]), (DISCOVER, ["discover", "preview", "accept"])],
)
def test_a_guard_guards_its_loosest_action_and_those_after_it(guard: ActionsGuarded, guarded: list[str]) -> None:
    """Accept is guarded by all, preview by two, discover by one."""
    assert [str(action) for action in Action if guard.guards(action)] == guarded
    assert guard.loosest == guarded[0]


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("PreviewAndDiscoverAndAccept", "DiscoverPreviewAndAccept"), ("PreviewAndDiscover", "DiscoverPreviewAndAccept"),
        ("Discover", "DiscoverPreviewAndAccept"), ("DiscoverPreviewAccept", "DiscoverPreviewAndAccept"),
        ("DiscoverAndPreviewAndAccept", "DiscoverPreviewAndAccept"), ("Preview", "PreviewAndAccept"),
        ("AcceptAndPreview", "PreviewAndAccept"), ("PreviewAndAcept", "PreviewAndAccept"),
        ("previewandacept", "PreviewAndAccept"), ("PREVIEW_AND_ACEPT", "PreviewAndAccept"), ("Acept", "Accept"),
        ("NotAccept", None), ("notaccept", None), ("NonPreview", None), ("PreviewNotAccept", None), ("Unaccept", None),
        ("AcceptOnly", None), ("PreviewOrAccept", None), ("All", None), ("and", None), ("", None),
    ],
)  # fmt: skip
def test_suggested_guard(word: str, near: str | None) -> None:
    """The one that guards the actions that are named; none where there is another word."""
    with pytest.raises(InvalidInput) as caught:
        ActionsGuarded(word)

    known = "known are `Accept`, `PreviewAndAccept`, `DiscoverPreviewAndAccept`"
    assert caught.value.problems[0].help == (f"did you mean `{near}`?" if near else known)


@pytest.mark.parametrize("older", [None, False, True])
@pytest.mark.parametrize("guard", list(ActionsGuarded))
def test_actions_guarded_takes_precedence(guard: ActionsGuarded, older: bool | None) -> None:
    """Where ActionsGuarded is present, it is the guard, whatever RequiredToPreview says."""
    assert effective_guard(guard, older) is guard


@pytest.mark.parametrize(("older", "guard"), [(None, ACCEPT), (False, ACCEPT), (True, PREVIEW)])
def test_required_to_preview_speaks_where_alone(older: bool | None, guard: ActionsGuarded) -> None:
    """RequiredToPreview true is PreviewAndAccept; false and absent are the default, Accept."""
    assert effective_guard(None, older) is guard


def test_only_true_beside_accept_is_a_contradiction() -> None:
    """Every read returns false as a default, and true beside a looser guard says no less."""
    pairs = itertools.product([None, *ActionsGuarded], [None, False, True])

    assert [pair for pair in pairs if are_contradictory(*pair)] == [(ACCEPT, True)]


@pytest.mark.parametrize("action", list(Action))
def test_an_action_is_its_own_text(action: Action) -> None:
    """An action and its name are interchangeable as keys, which stable JSON rests on."""
    assert {action: 1}[Action(str(action))] == {str(action): 1}[action]
