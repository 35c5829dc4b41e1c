"""The rules for readers: as JSON, and as the page docs/rules.md. This module does not know how rules are checked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from qualeval.linting.catalogue import CATALOGUE, Rule
from qualeval.linting.examples import EXAMPLES, Example
from qualeval.linting.lint import rules_named

__all__ = ["FAMILIES", "examples_as_text", "find_rules", "rules_as_json", "rules_as_markdown"]

FAMILIES: Mapping[str, str] = {
    "QE0": "The file and its form",
    "QE1": "Types, comparators and values",
    "QE2": "Locales",
    "QE3": "Guards",
    "QE4": "What the requirements come to",
    "QE5": "Particular types",
    "QE9": "The rules of the house",
}
"""What the rules with the same beginning of their ids are about."""

_WIDTH = 100


def find_rules(names: Sequence[str] = ()) -> list[Rule]:
    """The rules that are called so (ids, beginnings of ids, or names), in order; all where no name is given.

    Raises:
        InvalidInput: names of no rule, each with the nearest.
    """
    ids = rules_named(names)
    return [rule for rule in CATALOGUE if rule.id in ids or not names]


def rules_as_json(rules: Iterable[Rule]) -> list[dict[str, object]]:
    """The rules as objects, with the examples where there are some."""
    return [_as_json(rule, EXAMPLES.get(rule.id)) for rule in rules]


def _as_json(rule: Rule, example: Example | None) -> dict[str, object]:
    return {
        "id": rule.id,
        "name": rule.name,
        "severity": str(rule.severity),
        "title": rule.title,
        "why": rule.why,
        "mend": rule.fix,
        "source": rule.source,
        "refused": rule.is_refused,
        "fixable": rule.has_fix,
        "found_in": example.bad if example else None,
        "not_found_in": example.good if example else None,
    }


def examples_as_text(rule: Rule) -> list[tuple[str, str, bool]]:
    """What a rule has a finding on and the nearest that it has none on: words, the example, and whether it is JSON."""
    example = EXAMPLES.get(rule.id)
    if example is None:
        return []
    where = f" with `--environment {example.environment}`" if example.environment else ""
    if example.only:
        where = f" where the house demands `{json.dumps(list(example.only))}`"
    pairs = [(f"Found{where}", example.bad), ("Not found", example.good)]
    return [(words, _shown(tree), not isinstance(tree, str)) for words, tree in pairs]


_HEAD = """\
# The rules of `qualeval lint`

Every rule has an id, which never gets another meaning, and a name; both can be used wherever a rule is named, as can
the beginning of an id (`QE4` stands for all that begin so). An **error** is what Mechanical Turk refuses by a rule that
is documented or was seen, what nobody can take, or what the house's own rules forbid; a **warning** is probably not
what was meant; **info** is good to know. One rule is refused and yet info: a type by its name (QE112), since qualeval
reads names and sends ids.

The letter in a source is how well it is known: D documented, S seen in a real response or message, C what public tools
do, I inferred; [evidence.md](evidence.md) has more. This page is what `qualeval rules --format markdown` prints.
"""


def rules_as_markdown(rules: Iterable[Rule]) -> str:
    """A page about the rules."""
    rules = list(rules)
    table = [
        "| rule | name | severity | what is found | Mechanical Turk | `--fix` |",
        "|---|---|---|---|---|---|",
        *(_row(rule) for rule in rules),
    ]
    return "\n".join([_HEAD, *table, *_chapters(rules)]) + "\n"


def _row(rule: Rule) -> str:
    service = "refuses it" if rule.is_refused else ""
    link = f"[{rule.id}](#{rule.id.lower()}-{rule.name})"
    return f"| {link} | {rule.name} | {rule.severity} | {rule.title} | {service} | {'yes' if rule.has_fix else ''} |"


def _chapters(rules: Iterable[Rule]) -> Iterator[str]:
    family = ""
    for rule in rules:
        if rule.id[:3] != family:
            family = rule.id[:3]
            yield f"\n## {FAMILIES.get(family, family)}"
        yield from _section(rule)


def _section(rule: Rule) -> Iterator[str]:
    service = "Mechanical Turk refuses it." if rule.is_refused else "Mechanical Turk takes it."
    fix = "`--fix` mends it where there is one right answer." if rule.has_fix else "`--fix` leaves it to you."
    yield f"\n### {rule.id} {rule.name}\n"
    yield f"**{rule.severity.capitalize()}: {rule.title}.** {service} {fix}\n"
    yield f"{rule.why}\n"
    yield f"*Mend:* {rule.fix}\n"
    yield f"*Source:* {rule.source}"
    for words, example, is_json in examples_as_text(rule):
        yield f"\n{words}:\n\n```{'json' if is_json else 'text'}\n{example}\n```"


def _shown(tree: object) -> str:
    """An example as a person would write it: what fits on a line stands on one. Text is shown as it is."""
    return tree.rstrip("\n") if isinstance(tree, str) else "\n".join(_lines(tree, _WIDTH))


def _lines(tree: object, width: int, head: str = "") -> Iterator[str]:
    line = head + json.dumps(tree, ensure_ascii=False)
    if len(line) <= width or not tree or not isinstance(tree, (dict, list, tuple)):
        yield line
        return
    heads = [f"{json.dumps(key)}: " for key in tree] if isinstance(tree, dict) else ["" for _ in tree]
    parts = list(tree.values()) if isinstance(tree, dict) else list(tree)
    yield head + ("{" if isinstance(tree, dict) else "[")
    for place, (key, part) in enumerate(zip(heads, parts, strict=True), 1):
        *body, last = _lines(part, width - 3, key)
        yield from (f"  {each}" for each in body)
        yield f"  {last}{',' if place < len(parts) else ''}"
    yield "}" if isinstance(tree, dict) else "]"
