"""`qualeval compare`: who gains and who loses by a change, between two inputs or since a git revision."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

import qualeval as qe
from tests.cli import LOCALE, PERCENT, Ran, put, refusal, requirement, run, spawn
from tests.repositories import commit, git, needs_git
from tests.strategies import requirements, wire

PLACES = [{"Country": "US"}, {"Country": "CA"}]
IN_AMERICA = requirement(LOCALE, "In", LocaleValues=PLACES, ActionsGuarded="DiscoverPreviewAndAccept")
IN_US = requirement(LOCALE, "In", LocaleValues=PLACES[:1], ActionsGuarded="DiscoverPreviewAndAccept")
RATE = requirement(PERCENT, "GreaterThanOrEqualTo", 98, ActionsGuarded="Accept")
SAME_RATE = requirement(PERCENT, "GreaterThan", 97, ActionsGuarded="Accept")
LOWER_RATE = requirement(PERCENT, "GreaterThanOrEqualTo", 97, ActionsGuarded="Accept")


def hit(*asked: dict[str, Any], hit_id: str | None = "3HIT", **others: Any) -> dict[str, Any]:
    """A HIT that asks this."""
    named = {} if hit_id is None else {"HITId": hit_id}
    return {**named, "QualificationRequirements": list(asked), **others}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a HIT, the same in other words, and one that shuts some out and lets others in."""
    monkeypatch.chdir(tmp_path)
    put("before.json", hit(IN_AMERICA, RATE, Title="Birds"))
    put("same.json", hit(IN_AMERICA, SAME_RATE, Title="Birds"))
    put("after.json", hit(IN_US, LOWER_RATE, Title="Birds"))
    put("tighter.json", hit(IN_US, RATE))
    put("looser.json", hit(IN_AMERICA, LOWER_RATE))
    return tmp_path


# Two inputs


def test_answer() -> None:
    """Per action who gains and who loses, in words and with an example; then the requirements as a diff."""
    found = run("compare", "before.json", "after.json")

    assert (found.status, found.err) == (1, "")
    assert found.rows == [
        "HIT 3HIT “Birds”",
        "before.json -> after.json: some workers gain accept; some lose discover, preview and accept",
        "",
        "discover lost workers with Worker_Locale in CA",
        "for example Worker_Locale=CA, Worker_PercentAssignmentsApproved=100",
        "preview lost workers with Worker_Locale in CA",
        "for example Worker_Locale=CA, Worker_PercentAssignmentsApproved=100",
        "accept gained workers with Worker_PercentAssignmentsApproved 97, of those who meet all else that it asks",
        "for example Worker_Locale=US-CA, Worker_PercentAssignmentsApproved=97",
        "lost workers with Worker_Locale in CA, of those who meet all else that it asks",
        "for example Worker_Locale=CA, Worker_PercentAssignmentsApproved=98",
        "",
        "Requirements",
        "- Worker_Locale In US, CA guards DiscoverPreviewAndAccept",
        "- Worker_PercentAssignmentsApproved GreaterThanOrEqualTo 98 guards Accept",
        "+ Worker_Locale In US guards DiscoverPreviewAndAccept",
        "+ Worker_PercentAssignmentsApproved GreaterThanOrEqualTo 97 guards Accept",
    ]


def test_same() -> None:
    """Of a HIT and itself it is said that nothing changes, and no diff is shown."""
    found = run("compare", "before.json", "before.json")

    assert (found.status, found.err) == (0, "")
    assert found.rows == [
        "HIT 3HIT “Birds”",
        "before.json: nobody's access changes; the requirements are the same",
        "",
        "discover unchanged",
        "preview unchanged",
        "accept unchanged",
    ]


def test_other_words() -> None:
    """Requirements that are written differently and mean the same are said to, and shown."""
    found = run("compare", "before.json", "same.json")
    said = "nobody's access changes: the requirements are written differently and mean the same"

    assert found.status == 0
    assert found.rows[1] == f"before.json -> same.json: {said}"
    assert found.rows[6:] == [
        "",
        "Requirements",
        "Worker_Locale In US, CA guards DiscoverPreviewAndAccept",
        "- Worker_PercentAssignmentsApproved GreaterThanOrEqualTo 98 guards Accept",
        "+ Worker_PercentAssignmentsApproved GreaterThan 97 guards Accept",
    ]


@pytest.mark.parametrize("order", [(IN_AMERICA, RATE, RATE), (RATE, IN_AMERICA)])
def test_repetition_and_order_are_words(order: tuple[dict[str, Any], ...]) -> None:
    """A requirement that is repeated, and another order, change nobody's access."""
    put("other.json", hit(*order))

    assert run("compare", "before.json", "other.json", "--format", "json").json["change"] == "reworded"


def test_older_field_of_a_fetched_hit_is_no_difference() -> None:
    """What a read adds to what was asked for (the older field, in agreement) is not even another wording."""
    put("fetched.json", {"HIT": hit({**IN_AMERICA, "RequiredToPreview": True}, {**RATE, "RequiredToPreview": False})})

    assert run("compare", "before.json", "fetched.json", "--format", "json").json["change"] == "unchanged"


def test_nobody_any_more() -> None:
    """Where nobody can do it after the change, or nobody could before, that is said."""
    put("nobody.json", hit(requirement(PERCENT, "GreaterThan", 100)))
    lost, gained = run("compare", "before.json", "nobody.json"), run("compare", "nobody.json", "before.json")

    (loses,) = [row for row in lost.rows if row.startswith("accept lost")]
    (gains,) = [row for row in gained.rows if row.startswith("accept gained")]
    assert loses.endswith("; now nobody can accept it")
    assert gains.endswith("; before, nobody could accept it")
    assert run("compare", "nobody.json", "nobody.json").status == 0


@pytest.mark.parametrize(
    ("after", "fail_on", "expected"),
    [
        *(("before.json", fail_on, 0) for fail_on in (None, "any", "gained", "lost")),
        *(("same.json", fail_on, 0) for fail_on in (None, "any", "gained", "lost")),
        *(("after.json", fail_on, 1) for fail_on in (None, "any", "gained", "lost")),
        *(("tighter.json", fail_on, 1) for fail_on in (None, "any", "lost")),
        *(("looser.json", fail_on, 1) for fail_on in (None, "any", "gained")),
        ("tighter.json", "gained", 0),
        ("looser.json", "lost", 0),
    ],
)
@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_status(after: str, fail_on: str | None, expected: int, form: str) -> None:
    """The status is 1 where somebody's access differs; `--fail-on` says in which direction."""
    chosen = ["--fail-on", fail_on] if fail_on else []

    assert run("compare", "before.json", after, *chosen, "--format", form).status == expected


def test_json() -> None:
    """JSON of one comparison is one object: what became of it, both versions, and `Comparison.to_dict()`."""
    found = run("compare", "before.json", "after.json", "--format", "json")
    before, after = (qe.load_hit(name) for name in ("before.json", "after.json"))

    assert found.err == ""
    assert list(found.json) == ["change", "before", "after", "equivalent", "actions"]
    assert found.json["change"] == "changed"
    assert found.json["before"] == {
        "source": "before.json",
        "hit_id": "3HIT",
        "title": "Birds",
        "requirements": [
            "Worker_Locale In US, CA, guards DiscoverPreviewAndAccept",
            "Worker_PercentAssignmentsApproved GreaterThanOrEqualTo 98, guards Accept",
        ],
    }
    assert {key: found.json[key] for key in ("equivalent", "actions")} == qe.compare(before, after).to_dict()


@given(st.lists(requirements(), max_size=4), st.lists(requirements(), max_size=4))
@settings(max_examples=80)
def test_examples_are_judged_again(old: list[Any], new: list[Any]) -> None:
    """Who is said to gain may after and not before, who is said to lose the reverse; else the policies are equal."""
    put("old.json", hit(*map(wire, old)))
    put("new.json", hit(*map(wire, new)))
    found = run("compare", "old.json", "new.json", "--format", "json")
    before, after = qe.compile_requirements(old), qe.compile_requirements(new)
    shown = 0
    for action in qe.Action:
        for word, yes, no in (("gained", after, before), ("lost", before, after)):
            example = found.json["actions"][action][word]["example"]
            if example is not None:
                shown += 1
                worker = qe.parse_worker(example)
                assert yes.permits(worker, action)
                assert not no.permits(worker, action)

    assert found.status == (1 if shown else 0)
    assert (before == after) is (shown == 0) is found.json["equivalent"]


# Which HIT is which


def test_one_hit_each_whatever_their_ids() -> None:
    """Of two files with one HIT each these two are compared; both are named."""
    put("request.json", hit(IN_AMERICA, RATE, hit_id=None, Title="Birds"))
    put("other.json", hit(IN_US, RATE, hit_id="3OTHER", Title="Birds 2"))

    assert run("compare", "before.json", "other.json").rows[0] == "HIT 3HIT “Birds” -> HIT 3OTHER “Birds 2”"
    assert run("compare", "request.json", "before.json").rows[0] == "HIT “Birds” -> HIT 3HIT “Birds”"
    put("bare.json", [RATE])
    assert run("compare", "bare.json", "before.json").rows[0] == "HIT 3HIT “Birds”"
    assert run("compare", "bare.json", "bare.json").rows[0].startswith("bare.json: nobody's access changes")


def test_several_hits_by_id() -> None:
    """HITs of two ListHITs answers are compared by id; those of one alone are listed, and do not fail."""
    a, b, same_b = hit(RATE, hit_id="3A"), hit(RATE, hit_id="3B"), hit(SAME_RATE, hit_id="3B")
    put("old.json", {"HITs": [a, b, hit(RATE, hit_id="3GONE"), hit(hit_id="3C")]})
    put("new.json", {"HITs": [hit(hit_id="3NEW"), hit(hit_id="3C"), same_b, a]})
    found = run("compare", "old.json", "new.json")

    assert (found.status, found.err) == (0, "")
    assert found.rows == [
        "HIT 3NEW",
        "new.json: added; every worker may accept it",
        "",
        "Written differently, with the same meaning",
        "old.json -> new.json HIT 3B",
        "",
        "Removed",
        "old.json HIT 3GONE",
        "",
        "3 HITs compared: 1 reworded, 2 unchanged; 1 added, 1 removed",
    ]


def test_several_hits_of_which_one_changes() -> None:
    """Each HIT that changes somebody's access has a part of its own."""
    put("old.json", {"HITs": [hit(RATE, hit_id="3A"), hit(RATE, hit_id="3B")]})
    put("new.json", {"HITs": [hit(RATE, hit_id="3B"), hit(LOWER_RATE, hit_id="3A")]})
    found = run("compare", "old.json", "new.json")

    assert found.status == 1
    assert found.rows[:2] == ["HIT 3A", "old.json -> new.json: some workers gain accept"]
    assert found.rows[-2:] == ["", "2 HITs compared: 1 changed, 1 unchanged"]
    assert run("compare", "old.json", "new.json", "--fail-on", "lost").status == 0


def test_several_hits_in_json() -> None:
    """JSON of several is one object a line, in the order of the inputs."""
    put("old.json", {"HITs": [hit(RATE, hit_id="3A"), hit(hit_id="3GONE")]})
    put("new.json", {"HITs": [hit(hit_id="3NEW"), hit(LOWER_RATE, hit_id="3A")]})
    lines = [json.loads(line) for line in run("compare", "old.json", "new.json", "--format", "json").out.splitlines()]

    assert [line["change"] for line in lines] == ["changed", "removed", "added"]
    assert [line["equivalent"] for line in lines] == [False, None, None]
    assert (lines[1]["after"], lines[1]["actions"], lines[2]["before"]) == (None, None, None)
    assert (lines[1]["before"]["hit_id"], lines[2]["after"]["hit_id"]) == ("3GONE", "3NEW")


def test_several_hits_by_place() -> None:
    """Requests without ids are compared in their order."""
    put("old.json", [hit(RATE, hit_id=None), hit(IN_US, hit_id=None)])
    put("new.json", [hit(SAME_RATE, hit_id=None), hit(IN_AMERICA, hit_id=None)])

    assert run("compare", "old.json", "new.json").rows[-1] == "2 HITs compared: 1 changed, 1 reworded"


def test_which_is_which_cannot_be_told() -> None:
    """Otherwise nothing is guessed."""
    put("old.json", [hit(RATE, hit_id=None), hit(IN_US, hit_id=None)])
    put("new.json", [hit(RATE, hit_id=None)])
    put("twice.json", {"HITs": [hit(RATE), hit(RATE)]})

    said = refusal("compare", "old.json", "new.json")
    assert said.startswith("qualeval: old.json and new.json: which HIT is which cannot be told: 2 HITs before")
    assert "HIT `3HIT` is there 2 times before; keep one of them" in refusal("compare", "twice.json", "before.json")


# Standard input and the service


@pytest.mark.parametrize("place", [0, 1])
def test_standard_input(place: int) -> None:
    """Either side may be `-`."""
    names = ["before.json", "after.json"]
    text, names[place] = Path(names[place]).read_text(), "-"
    found = run("compare", *names, stdin=text)

    assert found.status == 1
    assert found.rows[1].startswith(["<stdin> -> after.json: some", "before.json -> <stdin>: some"][place])


class Service:
    """A Mechanical Turk that has one HIT, which drifted."""

    def get_hit(self, hit_id: str) -> qe.HIT:
        if hit_id != "3HIT":
            raise qe.NoSuchHIT(hit_id, f"no HIT {hit_id}")
        return qe.parse_hit({"HIT": hit(IN_US, RATE, Title="Birds")})


def test_drift(monkeypatch: pytest.MonkeyPatch) -> None:
    """A HIT id is fetched: what was asked for is compared with what the service has."""
    monkeypatch.setattr(qe.MTurk, "connect", lambda **_: Service())
    found = run("compare", "before.json", "3HIT")

    assert found.status == 1
    assert found.rows[:2] == ["HIT 3HIT “Birds”", "before.json -> 3HIT: some workers lose discover, preview and accept"]
    assert run("compare", "3HIT", "tighter.json").status == 0
    assert run("compare", "3HIT", "3HIT").status == 0


def test_service_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure of the service is status 4, and no answer."""
    monkeypatch.setattr(qe.MTurk, "connect", lambda **_: Service())
    found = run("compare", "before.json", "3NONE")

    assert (found.status, found.out, found.err) == (4, "", "qualeval: no HIT 3NONE\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Missing argument 'BEFORE'"),
        (["before.json"], "Missing argument 'AFTER'; one path alone is compared with --against REV."),
        (["before.json", "after.json", "same.json"], "Got unexpected extra argument (same.json)"),
        (["nope.json", "after.json"], "no file nope.json"),
        (["before.json", "nope.json"], "no file nope.json"),
        (["before.json", "."], "a folder is compared with a git revision: --against REV FOLDER"),
        (["-", "-"], "BEFORE and AFTER are both `-`, and standard input can be read once; name a file for one"),
        (["before.json", "none.json"], "none.json: expected a HIT or several, found none; a HIT without requirements"),
        (["none.json", "before.json"], "none.json: expected a HIT or several, found none"),
        (["before.json", "worker.json"], "this is a worker profile, expected a HIT"),
        (["before.json", "broken.json"], "broken.json: line 1"),
        (["before.json", "after.json", "--fail-on", "all"], "'all' is not one of 'gained', 'lost', 'any'"),
        (["before.json", "after.json", "--format", "xml"], "'xml' is not one of 'text', 'json', 'markdown'"),
        (["--against"], "Option '--against' requires an argument"),
        (["--against", "HEAD"], "Missing argument 'BEFORE'"),
        (["--against", "HEAD", "before.json", "after.json"], "--against takes one path"),
        (["--against", "HEAD", "-"], "--against takes a file or a folder, got `-`"),
        (["--against", "HEAD", "3HIT"], "--against takes a file or a folder, got `3HIT`"),
        (["--against", "-x", "before.json"], "got the revision `-x`; name a branch, a tag or a commit"),
    ],
)
def test_what_is_refused(arguments: list[str], said: str) -> None:
    """Wrong usage and wrong input are refused, in every format."""
    put("none.json", [])
    put("worker.json", {"WorkerId": "A1"})
    put("broken.json", [requirement(PERCENT, "Equals", 1)])

    for form in ([], ["--format", "json"], ["--format", "markdown"]):
        if "--format" not in arguments and arguments[-1:] != ["--against"]:
            assert said.replace("'", "") in refusal("compare", *arguments, *form).replace("'", "")
    assert said.replace("'", "") in refusal("compare", *arguments).replace("'", "")


# Markdown


def test_markdown() -> None:
    """A heading with the verdict, what was compared, a table of the actions, and the requirements as a diff."""
    found = run("compare", "before.json", "after.json", "--format", "markdown")
    in_ca, at_97 = "workers with Worker_Locale in CA", "workers with Worker_PercentAssignmentsApproved 97"
    rest, rate = "of those who meet all else that it asks", "`Worker_PercentAssignmentsApproved"

    assert found.err == ""
    assert found.out.splitlines() == [
        "### Some workers gain accept; some lose discover, preview and accept",
        "",
        "`before.json` → `after.json`: HIT `3HIT` “Birds”",
        "",
        "| action |  | who | for example |",
        "| --- | --- | --- | --- |",
        f"| discover | **lost** | {in_ca} | `Worker_Locale=CA`, {rate}=100` |",
        f"| preview | **lost** | {in_ca} | `Worker_Locale=CA`, {rate}=100` |",
        f"| accept | **gained** | {at_97}, {rest} | `Worker_Locale=US-CA`, {rate}=97` |",
        f"| accept | **lost** | {in_ca}, {rest} | `Worker_Locale=CA`, {rate}=98` |",
        "",
        "```diff",
        "- Worker_Locale In US, CA                                    guards DiscoverPreviewAndAccept",
        "- Worker_PercentAssignmentsApproved GreaterThanOrEqualTo 98  guards Accept",
        "+ Worker_Locale In US                                        guards DiscoverPreviewAndAccept",
        "+ Worker_PercentAssignmentsApproved GreaterThanOrEqualTo 97  guards Accept",
        "```",
    ]


def test_markdown_without_a_difference() -> None:
    """Where nobody's access changes there is no table, and a diff only of other words."""
    same = run("compare", "before.json", "before.json", "--format", "markdown").out
    other = run("compare", "before.json", "same.json", "--format", "markdown").out

    assert same.splitlines() == [
        "### Nobody's access changes; the requirements are the same",
        "",
        "`before.json`: HIT `3HIT` “Birds”",
    ]
    assert other.startswith("### Nobody's access changes: the requirements are written differently and mean the same\n")
    assert other.count("```") == 2
    assert "| action |" not in other


GITHUB = MarkdownIt("commonmark").enable(["table", "strikethrough"])
EVIL = "a|b `c` ``d <b>e</b> <!-- f **g** _h_ ~~i~~ [j](k) ![l](m) & &amp; \\ # @all http://n.org \n\n# o\n```\n| p |"


def inline(tokens: list[Token]) -> Iterator[Token]:
    """Every inline token."""
    for token in tokens:
        yield from token.children or ()


def words(tokens: list[Token]) -> str:
    """What a reader reads of inline tokens, without what keeps names from being called."""
    return "".join(each.content for each in tokens if each.type in ("text", "code_inline")).replace("\u200b", "")


def assert_unbroken(text: str, headings: int, rows: int) -> list[Token]:
    """Markdown of which nothing but what is ours is markup. Gives its tokens."""
    tokens = GITHUB.parse(text)
    kinds = [token.type for token in tokens]
    markup = {each.type for each in inline(tokens)}
    html = {each.content for each in inline(tokens) if each.type == "html_inline"}
    strong = re.findall(r"<strong>(.*?)</strong>", GITHUB.render(text))

    assert kinds.count("heading_open") == headings
    assert (kinds.count("tr_open"), kinds.count("td_open") + kinds.count("th_open")) == (rows, rows * 4)
    assert {"html_block", "code_block", "blockquote_open", "hr", "ordered_list_open"}.isdisjoint(kinds)
    assert markup <= {"text", "code_inline", "html_inline", "strong_open", "strong_close", "softbreak"}
    assert html <= {"<code>", "</code>"}
    assert set(strong) <= {"gained", "lost"}
    return tokens


def test_markdown_of_evil_text() -> None:
    """Neither titles, ids, names of types nor names of files can break the Markdown."""
    names = json.dumps(EVIL)
    put("qualeval.toml", f"[types]\n{names} = '3EVIL'\n")
    for name, value in (("e|v`i\nl.json", 1), ("<b>.json", 2)):
        put(name, hit(requirement("3EVIL", "GreaterThan", value), hit_id=EVIL, Title=EVIL))
    found = run("compare", "e|v`i\nl.json", "<b>.json", "--format", "markdown")
    tokens = assert_unbroken(found.out, headings=1, rows=4)
    shown = EVIL.replace("\n", "?")

    assert found.status == 1
    assert "\u200b" in GITHUB.render(found.out)
    named = words(tokens[4].children or [])
    assert named == f"e|v`i?l.json → <b>.json: HIT {shown} “{shown}”"
    (fence,) = [token for token in tokens if token.type == "fence"]
    assert (fence.info, fence.content.count("\n")) == ("diff", 2)
    assert shown in fence.content


@pytest.mark.parametrize("name", ["a|b", "```", "`", "<b>", "a  b", "\\", "@all", "~~~", "|", "a `b` c|d", "-", "# a"])
def test_markdown_of_names_of_types(name: str) -> None:
    """Nor can the name of a type, in the table and in the diff."""
    put("qualeval.toml", f"[types]\n{json.dumps(name)} = '3EVIL'\n")
    put("before.json", hit(requirement("3EVIL", "GreaterThan", 1), requirement("3EVIL", "Exists")))
    put("after.json", hit(requirement("3EVIL", "GreaterThan", 2), requirement("3EVIL", "Exists")))
    found = run("compare", "before.json", "after.json", "--format", "markdown")
    tokens = assert_unbroken(found.out, headings=1, rows=4)
    (fence,) = [token for token in tokens if token.type == "fence"]
    cells = [words(each.children or []) for each in tokens if each.type == "inline"]

    assert [line.split("  guards")[0].strip() for line in fence.content.splitlines()] == [
        f"- {name} GreaterThan 1",
        f"+ {name} GreaterThan 2",
        f"{name} Exists",
    ]
    assert cells[-2:] == [f"workers with {name} 2", f"{name}=2"]


ALPHABET = "|`<>&*_[]()#~\\!@:/w.\n a1-+=\"'$^{}é鳥\x1b\u202e"


@given(st.text(ALPHABET, min_size=1, max_size=25), st.text(ALPHABET, min_size=1, max_size=25))
@settings(max_examples=200)
def test_markdown_of_any_title(title: str, hit_id: str) -> None:
    """Whatever a title and an id are, a reader reads just them."""
    hit_id = f"3{hit_id}X"  # an id of blanks alone is refused
    put("before.json", hit(RATE, hit_id=hit_id, Title=title))
    put("after.json", hit(LOWER_RATE, hit_id=hit_id, Title=title))
    found = run("compare", "before.json", "after.json", "--format", "markdown")
    tokens = assert_unbroken(found.out, headings=1, rows=4)
    shown, named = ("".join(char if char.isprintable() else "?" for char in text) for text in (title, hit_id))

    read = words(tokens[4].children or [])
    assert "".join(read.split()) == "".join(f"before.json → after.json: HIT {named} “{shown}”".split())


# Against a git revision


@pytest.fixture
def repository(folder: Path) -> Path:
    """The working directory is a repository, whose one commit has HITs, other files, and no problems."""
    for path in folder.iterdir():
        path.unlink()
    git("init", "--quiet")
    Path("hits/more").mkdir(parents=True)
    put("hits/birds.json", hit(IN_AMERICA, RATE, hit_id="3BIRDS", Title="Birds"))
    put("hits/more/fish.yaml", "HITId: 3FISH\nQualificationRequirements: []\n")
    put("hits/list.json", {"HITs": [hit(RATE, hit_id="3A"), hit(RATE, hit_id="3B")]})
    put("hits/worker.json", {"WorkerId": "A1", "Facts": {"Worker_Locale": "US"}})
    put("hits/package.json", {"name": "x", "version": "1"})
    put("hits/notes.md", "QualificationRequirements: none")
    commit()
    return folder


def against(*arguments: str) -> Ran:
    """The comparison of `hits` with the last commit."""
    return run("compare", "--against", "HEAD", *(arguments or ("hits",)))


@needs_git
@pytest.mark.usefixtures("repository")
class TestAgainst:
    """`--against REV` of a folder or a file."""

    def test_nothing_changed(self) -> None:
        """Of a clean tree it is said how much was compared; files that hold no HIT do not count."""
        found = against()

        assert (found.status, found.out, found.err) == (0, "4 HITs compared with HEAD: 4 unchanged\n", "")

    def test_answer(self) -> None:
        """A part for each HIT that changes access or is new; removed and reworded ones are listed; then a summary."""
        put("hits/birds.json", hit(IN_AMERICA, LOWER_RATE, hit_id="3BIRDS", Title="Birds"))
        put("hits/list.json", {"HITs": [hit(SAME_RATE, hit_id="3A"), hit(RATE, hit_id="3NEW")]})
        put("hits/more/new.yml", "- QualificationTypeId: Masters\n  Comparator: Exists\n")
        Path("hits/more/fish.yaml").unlink()
        found = against()
        start = found.rows.index("Written differently, with the same meaning")

        assert (found.status, found.err) == (1, "")
        assert found.rows[:2] == ["HIT 3BIRDS “Birds”", "hits/birds.json: some workers gain accept"]
        assert found.rows[start - 11 :] == [
            "HIT 3NEW",
            "hits/list.json: added; who meets these requirements may accept it",
            "",
            "Requirements",
            "+ Worker_PercentAssignmentsApproved GreaterThanOrEqualTo 98 guards Accept",
            "",
            "hits/more/new.yml: added; who meets these requirements may accept it",
            "",
            "Requirements",
            "+ Masters Exists guards Accept",
            "",
            "Written differently, with the same meaning",
            "hits/list.json HIT 3A",
            "",
            "Removed",
            "hits/list.json HIT 3B",
            "hits/more/fish.yaml HIT 3FISH",
            "",
            "2 HITs compared with HEAD: 1 changed, 1 reworded; 2 added, 2 removed",
        ]

    def test_added_and_removed_do_not_fail(self) -> None:
        """Nothing can be compared of a HIT that was added or removed."""
        put("hits/new.json", [RATE])
        Path("hits/birds.json").unlink()

        assert against().status == 0

    def test_hit_that_went_to_another_file(self) -> None:
        """A HIT in a file of another name is found by its id, so that renaming hides no change."""
        Path("hits/birds.json").rename("hits/more/crows.json")
        assert against().rows == ["4 HITs compared with HEAD: 4 unchanged"]

        put("hits/more/crows.json", hit(IN_US, RATE, hit_id="3BIRDS"))
        found = against()
        assert found.status == 1
        assert found.rows[1].startswith("hits/birds.json -> hits/more/crows.json: some workers lose discover, preview")

    def test_hits_that_changed_places(self) -> None:
        """Where two files have each other's HIT now, the HITs are compared and not the files."""
        put("hits/crows.json", hit(RATE, hit_id="3CROWS"))
        commit()
        put("hits/crows.json", hit(IN_AMERICA, RATE, hit_id="3BIRDS", Title="Birds"))
        put("hits/birds.json", hit(LOWER_RATE, hit_id="3CROWS"))
        found = against()

        assert found.rows[:2] == ["HIT 3CROWS", "hits/crows.json -> hits/birds.json: some workers gain accept"]
        assert found.rows[-1] == "5 HITs compared with HEAD: 1 changed, 4 unchanged"

    def test_hit_that_is_in_two_files(self) -> None:
        """Of two copies that went elsewhere each is compared with one that means the same, if there is one."""
        put("hits/copy.json", hit(IN_AMERICA, RATE, hit_id="3BIRDS"))
        commit()
        Path("hits/copy.json").rename("hits/copy2.json")
        Path("hits/birds.json").rename("hits/birds2.json")

        assert against().rows[-1] == "5 HITs compared with HEAD: 5 unchanged"
        put("hits/copy2.json", hit(IN_AMERICA, LOWER_RATE, hit_id="3BIRDS"))
        assert against().rows[-1] == "5 HITs compared with HEAD: 1 changed, 4 unchanged"

    def test_hit_in_place_of_another(self) -> None:
        """A HIT that was made anew, and has another id, is compared with the one whose file it took."""
        put("hits/birds.json", hit(IN_AMERICA, LOWER_RATE, hit_id="3AGAIN", Title="Birds"))
        found = against()

        assert found.rows[0] == "HIT 3BIRDS “Birds” -> HIT 3AGAIN “Birds”"
        assert found.rows[1] == "hits/birds.json: some workers gain accept"
        assert found.rows[-1] == "4 HITs compared with HEAD: 1 changed, 3 unchanged"
        put("hits/list.json", {"HITs": [hit(RATE, hit_id="3A"), hit(LOWER_RATE, hit_id="3NEW")]})
        assert against("hits/list.json").rows[-1] == "1 HIT compared with HEAD: 1 unchanged; 1 added, 1 removed"

    def test_one_file(self) -> None:
        """A file is compared with itself, and counts whatever it holds."""
        put("hits/birds.json", hit(IN_AMERICA, LOWER_RATE, hit_id="3BIRDS"))

        assert against("hits/birds.json").rows[-1] == "1 HIT compared with HEAD: 1 changed"
        assert against("hits/more/fish.yaml").out == "1 HIT compared with HEAD: 1 unchanged\n"
        assert "this is a worker profile, expected a HIT" in against("hits/worker.json").err
        assert against("hits/worker.json").status == 2

    def test_file_of_one_side(self) -> None:
        """A new file, and one that was removed, can be asked about too."""
        put("hits/new.json", hit(RATE, hit_id="3NEW"))
        Path("hits/birds.json").unlink()

        new = against("hits/new.json").rows
        assert new[1] == "hits/new.json: added; who meets these requirements may accept it"
        assert new[-1] == "0 HITs compared with HEAD; 1 added"
        assert against("hits/birds.json").rows[-1] == "0 HITs compared with HEAD; 1 removed"

    def test_from_a_folder_below(self) -> None:
        """Paths are those of the working directory, wherever in the tree it is."""
        put("hits/birds.json", hit(IN_US, RATE, hit_id="3BIRDS"))
        os.chdir("hits/more")

        assert against("..").rows[1].startswith("../birds.json: some workers lose")
        assert against(".").out == "1 HIT compared with HEAD: 1 unchanged\n"

    def test_problems_come_last(self) -> None:
        """Files that cannot be read on either side are told after all else, and the status is 2."""
        put("hits/birds.json", hit(IN_AMERICA, LOWER_RATE, hit_id="3BIRDS"))
        put("hits/broken.json", [requirement(PERCENT, "Equals", 1)])
        put("hits/half.json", '{"QualificationRequirements": [')
        commit()
        put("hits/birds.json", hit(IN_AMERICA, RATE, hit_id="3BIRDS"))
        put("hits/half.json", '{"QualificationRequirements": [[')
        put("hits/latin.json", '{"HITId": "3É", "QualificationRequirements": []}'.encode("latin-1"))
        put("hits/wide.json", '{"HITId": "3W", "QualificationRequirements": []}'.encode("utf-16"))
        found = against()

        assert found.status == 2
        assert found.rows[0] == "HIT 3BIRDS"
        assert found.rows[-1] == "4 HITs compared with HEAD: 1 changed, 3 unchanged; 4 files could not be read"
        assert "qualeval: hits/broken.json: line 1, column 64: requirement 0: Comparator: unknown" in found.err
        assert "qualeval: hits/half.json: line 1" in found.err
        assert "qualeval: hits/latin.json: line 1, column 13: not UTF-8" in found.err
        assert "qualeval: hits/wide.json: encoded as UTF-16, expected UTF-8; save it as UTF-8" in found.err

    def test_which_is_which_cannot_be_told(self) -> None:
        """A file whose HITs cannot be told apart is a problem of that file alone."""
        put("hits/list.json", [hit(RATE, hit_id=None), hit(RATE, hit_id="3A")])
        found = against()

        assert found.status == 2
        assert found.err.startswith("qualeval: hits/list.json: which HIT is which cannot be told: ")
        assert found.rows == ["2 HITs compared with HEAD: 2 unchanged; 1 file could not be read"]

    def test_file_that_may_not_be_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A file that the system does not let us read is a problem of that file alone."""

        def refused(path: Path) -> bytes:
            if path.name == "birds.json":
                raise PermissionError(13, "Permission denied", str(path))
            with path.open("rb") as file:
                return file.read()

        monkeypatch.setattr(Path, "read_bytes", refused)
        found = against()

        assert (found.status, found.err) == (2, "qualeval: cannot read hits/birds.json: permission denied\n")
        assert found.rows == ["3 HITs compared with HEAD: 3 unchanged; 1 file could not be read"]

    def test_json(self) -> None:
        """JSON is one object a line, also for what could not be read."""
        put("hits/birds.json", hit(IN_AMERICA, LOWER_RATE, hit_id="3BIRDS"))
        put("hits/broken.json", [requirement(PERCENT, "Equals", 1)])
        found = against("hits", "--format", "json")
        lines = [json.loads(line) for line in found.out.splitlines()]

        assert found.status == 2
        assert [line["change"] for line in lines] == ["changed", "unchanged", "unchanged", "unchanged", "unreadable"]
        assert [line["before"]["source"] for line in lines[:2]] == ["hits/birds.json", "hits/list.json"]
        assert list(lines[-1]) == ["change", "source", "problems"]
        assert lines[-1]["source"] == "hits/broken.json"
        assert "unknown comparator `Equals`; did you mean `EqualTo`?" in lines[-1]["problems"][0]

    def test_markdown(self) -> None:
        """Markdown has a part for each HIT that changes access, and lists of the others and of the problems."""
        put("hits/birds.json", hit(IN_AMERICA, LOWER_RATE, hit_id="3BIRDS", Title="Birds"))
        put("hits/new.json", [RATE])
        put("hits/broken.json", [requirement(PERCENT, "Equals", 1, RequiredToPreview=1)])
        found = against("hits", "--format", "markdown")
        tokens = assert_unbroken(found.out, headings=3, rows=4)
        lines = found.out.splitlines()
        headings = [place + 1 for place, each in enumerate(tokens) if each.type == "heading_open"]

        assert found.status == 2
        assert [words(tokens[place].children or []) for place in headings] == [
            "1 file could not be read; access changes for 1 of 4 HITs; 1 new",
            "hits/birds.json: HIT 3BIRDS “Birds”",
            "hits/new.json",
        ]
        assert "4 HITs compared with HEAD: 1 changed, 3 unchanged; 1 added; 1 file could not be read." in lines
        new = lines.index("#### `hits/new.json`")
        assert lines[new + 2] == "Added; who meets these requirements may accept it."
        assert lines[new + 5] == "+ Worker_PercentAssignmentsApproved GreaterThanOrEqualTo 98  guards Accept"
        start = lines.index("- `hits/broken.json`")
        assert all(line.startswith("  - line 1, column ") for line in lines[start + 1 :])
        assert any("unknown comparator `Equals`; did you mean `EqualTo`?" in line for line in lines[start + 1 :])

    def test_markdown_where_nothing_changed(self) -> None:
        """Of a clean tree Markdown is a heading and a sentence."""
        assert against("hits", "--format", "markdown").out == (
            "### Nobody's access changes\n\n4 HITs compared with HEAD: 4 unchanged.\n"
        )

    def test_excluded_and_hidden_files(self) -> None:
        """What the linter's configuration excludes, and hidden files, count on neither side."""
        put("qualeval.toml", '[lint]\nexclude = ["birds.json"]\n')
        Path("hits/.cache").mkdir()
        put("hits/.cache/x.json", [RATE])
        put("hits/birds.json", [RATE])

        assert against().out == "3 HITs compared with HEAD: 3 unchanged\n"

    def test_file_that_holds_no_hit_any_more(self) -> None:
        """A file that held a HIT and now holds something else is not called removed: it is refused."""
        put("hits/birds.json", {"WorkerId": "A1", "Facts": {}})
        found = against()

        assert found.status == 2
        assert found.rows[-1] == "3 HITs compared with HEAD: 3 unchanged; 1 file could not be read"
        assert "hits/birds.json: line 1, column 1: this is a worker profile, expected a HIT" in found.err

    @pytest.mark.parametrize("content", [{"Title": "x"}, {"Title": "x", "Reward": "1"}, {"requirements": []}, ""])
    def test_hit_that_lost_its_requirements(self, content: object) -> None:
        """A HIT that lost the key of its requirements is open to all, and never one that was removed."""
        put("hits/birds.json", content)
        found = against()

        assert found.status == 2
        assert found.err.startswith("qualeval: hits/birds.json: ")
        assert found.rows[-1] == "3 HITs compared with HEAD: 3 unchanged; 1 file could not be read"

    def test_hit_that_lets_everybody_in(self) -> None:
        """A HIT whose id and title are left, and nothing else, is compared: everybody gains."""
        put("hits/birds.json", {"HITId": "3BIRDS"})
        found = against("hits", "--fail-on", "gained")

        assert found.status == 1
        assert found.rows[1].startswith("hits/birds.json: some workers gain ")

    @pytest.mark.parametrize(
        ("title", "name"), [("Plants", "hits/flora.json"), (None, "hits/more/plants.json"), (None, "hits/flora.json")]
    )
    def test_renaming_hides_no_change(self, title: str | None, name: str) -> None:
        """A HIT without an id in another file is known by its title or the file's name, or if it is the only one."""
        titled = {} if title is None else {"Title": title}
        put("hits/plants.json", hit(RATE, hit_id=None, **titled))
        commit()
        Path("hits/plants.json").unlink()
        put(name, hit(LOWER_RATE, hit_id=None, **titled))
        put("hits/another.json", hit(RATE, hit_id="3OTHER"))
        found = against()

        assert found.status == 1
        assert f"hits/plants.json -> {name}: some workers gain accept" in found.rows
        assert found.rows[-1] == "5 HITs compared with HEAD: 1 changed, 4 unchanged; 1 added"

    def test_two_hits_in_the_place_of_one(self) -> None:
        """Where two could have come out of one, the one that means the same has, or else the first of them."""
        put("hits/plants.json", [RATE])
        commit()
        Path("hits/plants.json").unlink()
        put("hits/trees.json", [LOWER_RATE])
        put("hits/weeds.json", [RATE])
        same = against()
        put("hits/weeds.json", [LOWER_RATE])

        assert (same.status, same.rows[-1]) == (0, "5 HITs compared with HEAD: 5 unchanged; 1 added")
        assert (against().status, against().rows[-1]) == (
            1,
            "5 HITs compared with HEAD: 1 changed, 4 unchanged; 1 added",
        )

    @pytest.mark.parametrize("ids", [(None, None), ("3OLD", "3NEW")])
    def test_hits_of_one_title_are_compared(self, ids: tuple[str | None, str | None]) -> None:
        """HITs of the same title in other files are compared, each once, also where the ids are new."""
        old, new = ids
        for name in ("a", "b"):
            put(f"hits/{name}.json", hit(RATE, hit_id=old and old + name.upper(), Title="S"))
        commit()
        for name in ("a", "b"):
            Path(f"hits/{name}.json").unlink()
            put(f"hits/{name}{name}.json", hit(LOWER_RATE, hit_id=new and new + name.upper(), Title="S"))
        found = against()

        assert found.status == 1
        assert found.rows[-1] == "6 HITs compared with HEAD: 2 changed, 4 unchanged"

    @pytest.mark.parametrize("content", [[], {"HITs": []}, "[]\n[]\n"])
    @pytest.mark.parametrize("path", ["hits", "hits/birds.json"])
    def test_file_whose_hits_are_gone(self, path: str, content: object) -> None:
        """A file that held HITs and holds none is refused, for with its requirements they may have lost their name."""
        put("hits/birds.json", content)
        found = against(path)

        assert found.status == 2
        assert "hits/birds.json: it held 1 HIT in HEAD, and holds none; a HIT that is given up" in found.err

    def test_file_that_became_a_link(self) -> None:
        """A file in whose place a link stands is not called removed: it is refused."""
        put("other.json", hit(LOWER_RATE, hit_id="3BIRDS"))
        Path("hits/birds.json").unlink()
        os.symlink("../other.json", "hits/birds.json")
        found = against()

        assert found.status == 2
        assert "hits/birds.json: it is a link or no regular file, or git ignores it" in found.err

    def test_markdown_tells_of_what_is_gone(self) -> None:
        """The heading does not reassure while HITs were removed and others are new."""
        put("hits/plants.json", hit(RATE, hit_id="3OLD", Title="Plants"))
        commit()
        Path("hits/plants.json").unlink()
        put("hits/flora.json", hit(LOWER_RATE, hit_id="3NEW", Title="Flora"))
        found = against("hits", "--format", "markdown")

        assert found.out.startswith("### Nobody's access changes in 4 HITs; 1 new; 1 removed\n")

    def test_mended_file(self) -> None:
        """A HIT that can be read now and could not before is shown with what was wrong, and does not fail."""
        put("hits/odd.json", hit(requirement(PERCENT, "Equals", 1), hit_id="3ODD"))
        commit()
        put("hits/odd.json", hit(RATE, hit_id="3ODD"))
        found, markdown = against(), against("hits", "--format", "markdown")
        lines = [json.loads(line) for line in against("hits", "--format", "json").out.splitlines()]
        mended = next(line for line in lines if line["change"] == "mended")

        assert (found.status, found.err) == (0, "")
        assert found.rows[:4] == [
            "HIT 3ODD",
            "hits/odd.json: mended, for it could not be read before; who meets these requirements may accept it",
            "",
            *mended["problems"],
        ]
        assert found.rows[-1] == "4 HITs compared with HEAD: 4 unchanged; 1 mended"
        assert "unknown comparator `Equals`; did you mean `EqualTo`?" in mended["problems"][0]
        assert (mended["before"], mended["equivalent"], mended["after"]["hit_id"]) == (None, None, "3ODD")
        assert markdown.out.startswith("### Nobody's access changes; 1 new\n")
        assert_unbroken(markdown.out, headings=2, rows=0)

    def test_new_hit_that_nobody_can_accept(self) -> None:
        """Of a new HIT it is said if nobody can accept it."""
        put("hits/new.json", hit(RATE, requirement(PERCENT, "LessThan", 90), hit_id="3NEW"))

        assert "hits/new.json: added; nobody can accept it" in against().rows

    def test_no_hits_at_all(self) -> None:
        """Where no file holds a HIT nothing is compared: that is refused, for 0 would be a trap."""
        Path("empty").mkdir()
        put("empty/package.json", {"name": "x"})

        said = refusal("compare", "--against", "HEAD", "empty")
        assert said == "qualeval: empty: no file that holds HITs, neither here nor in HEAD\n"

    @pytest.mark.parametrize(
        ("revision", "path", "said"),
        [
            ("nope", "hits", "git knows no revision `nope`; fetch it first"),
            ("mian", "hits", "git knows no revision `mian`; did you mean `main`?"),
            ("HEAD", "nope", "no file or folder nope, neither here nor in HEAD"),
            ("HEAD", "/", "/: this is in no git repository"),
            ("HEAD", "link", "link: this is a symbolic link; name what it leads to"),
            ("--help", "hits", "got the revision `--help`"),
            ("", "hits", "got the revision `''`"),
        ],
    )
    def test_refusals(self, revision: str, path: str, said: str) -> None:
        """What is no revision and what is no path is refused with the mend."""
        git("branch", "--move", "main")
        os.symlink("hits", "link")

        assert said in refusal("compare", f"--against={revision}", path)

    @pytest.mark.parametrize("name", ["a b.json", 'q"uo`te|s.json', "new\nline.json", "é鳥.json", "-x.json"])
    def test_odd_names(self, name: str) -> None:
        """Files are found whatever they are called, and shown harmlessly."""
        put(f"hits/{name}", hit(RATE, hit_id="3ODD"))
        commit()
        put(f"hits/{name}", hit(LOWER_RATE, hit_id="3ODD"))
        text, markdown = against(), against("hits", "--format", "markdown")

        assert text.rows[:2] == ["HIT 3ODD", f"hits/{name}: some workers gain accept".replace("\n", "?")]
        assert_unbroken(markdown.out, headings=2, rows=4)
        assert name.replace("\n", "?") in words(list(inline(GITHUB.parse(markdown.out))))

    def test_links(self, tmp_path: Path) -> None:
        """Links are followed on neither side."""
        put(str(tmp_path.parent / "outside.json"), hit(RATE, hit_id="3OUT"))
        os.symlink(tmp_path.parent / "outside.json", "hits/out.json")
        os.symlink(tmp_path.parent, "hits/folder")

        assert against().out == "4 HITs compared with HEAD: 4 unchanged\n"

    def test_names_of_types_hold_on_both_sides(self) -> None:
        """A name of the configuration is a name in the revision too."""
        put("qualeval.toml", "[types]\nscreening = '3SCREEN'\n")
        put("hits/birds.json", hit(requirement("3SCREEN", "GreaterThan", 79), hit_id="3BIRDS"))
        commit()
        put("hits/birds.json", hit(requirement("screening", "GreaterThan", 80), hit_id="3BIRDS"))

        assert "accept lost workers with screening 80" in against().rows

    def test_as_a_process(self) -> None:
        """The command is the same as a process of its own, also in a hook, to which git says what it works on."""
        put("hits/birds.json", hit(IN_AMERICA, LOWER_RATE, hit_id="3BIRDS"))
        there = {"GIT_DIR": str(Path(".git").absolute()), "GIT_INDEX_FILE": ".git/index"}
        found = spawn("compare", "--against", "main", "hits", environment=there)

        assert found.status == 1
        assert found.out.endswith("4 HITs compared with main: 1 changed, 3 unchanged\n")

    def test_shallow_clone(self, tmp_path: Path) -> None:
        """In a shallow clone, as a pull request is checked out, a missing revision is said to be fetched first."""
        git("clone", "--quiet", "--depth=1", Path.cwd().as_uri(), str(tmp_path / "shallow"))
        os.chdir(tmp_path / "shallow")

        assert against().status == 0
        assert "this clone is shallow: fetch the revision first" in refusal("compare", "--against", "HEAD~1", "hits")


@needs_git
def test_no_git(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without git two files are compared all the same, and a revision is refused."""
    monkeypatch.setenv("PATH", str(tmp_path))

    assert shutil.which("git") is None
    assert run("compare", "before.json", "after.json").status == 1
    assert "there is no git on the path; install it" in refusal("compare", "--against", "HEAD", "before.json")
