"""The arguments that commands share: HIT and WORKER, changes of either, the AWS options, the action and the format."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property, wraps
from pathlib import Path
from typing import Any, ClassVar, TypeVar, cast

import click
from attrs import fields, frozen
from click.shell_completion import CompletionItem

import qualeval as qe
from qualeval.cli import output
from qualeval.policy.wording import conjoined
from qualeval.sources.own_names import display_names, named_too
from qualeval.sources.rows import TypeInfo

__all__ = [
    "AGE",
    "HITChanges",
    "Service",
    "action_option",
    "assume_option",
    "aws_options",
    "bundled",
    "configured",
    "facts_of",
    "file_argument",
    "file_option",
    "files",
    "format_option",
    "formats_option",
    "hit_changes",
    "hit_id_of",
    "hit_of",
    "hit_source_options",
    "hits_of",
    "is_id",
    "max_age_option",
    "names",
    "pairs",
    "refuse_several_streams",
    "refuse_two_streams",
    "require_available_option",
    "set_option",
    "source_name",
    "source_options",
    "store_only_options",
    "store_option",
    "workers_of",
]

T = TypeVar("T")
Command = TypeVar("Command", bound=Callable[..., Any])

_ID = re.compile(r"[A-Z0-9]{1,64}", re.ASCII)
_INDEX = re.compile(r"0|[1-9][0-9]{0,8}", re.ASCII)


def files(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Has shells complete a value as a file."""
    return [CompletionItem(incomplete, type="file")]


def file_argument(name: str, **settings: Any) -> Callable[[Command], Command]:
    """An argument that is a file most of the time, and an id or `-` otherwise: shells complete it as a file."""
    return click.argument(name, shell_complete=files, **settings)


def file_option(name: str, metavar: str, words: str, *more: str, **settings: Any) -> Callable[[Command], Command]:
    """An option whose value is what a `file_argument` is; `more` are other names of it, as click takes them."""
    return click.option(name, *more, metavar=metavar, shell_complete=files, help=words, **settings)


def configured(find: Callable[[Path], T]) -> T:
    """What `find` finds in the configuration nearest to the working directory."""
    try:
        return find(Path.cwd())
    except FileNotFoundError as error:
        if isinstance(error, qe.QualevalError):
            raise
        raise qe.InputNotFound("the working directory is gone; change to one that exists") from None


def names() -> qe.TypeNames:
    """The names for types: the system's, and those of the configuration nearest to the working directory."""
    return configured(qe.find_type_names)


@frozen
class Service:
    """How to reach Mechanical Turk: the AWS command line's own options. Or what it said, in a store.

    `fact_age` is how old what was learned may be to count, `own_names` lets the service say how the types are called,
    and `ask` lets it tell about the workers of a file.
    """

    profile: str | None
    region: str
    endpoint_url: str | None
    sandbox: bool
    store_path: str | None = None
    fact_age: timedelta | None = None
    own_names: bool = False
    ask: bool = False

    def __attrs_post_init__(self) -> None:
        asks = {"--profile": self.profile, "--endpoint-url": self.endpoint_url, "--sandbox": self.sandbox}
        asks |= {"--own-names": self.own_names, "--ask": self.ask}
        if self.store_path is not None and (given := [option for option, value in asks.items() if value]):
            raise click.UsageError(f"a store answers in place of the service; give --store or {conjoined(given)}")

    @cached_property
    def since(self) -> datetime | None:
        """What was learned before does not count; None forgets nothing."""
        return None if self.fact_age is None else datetime.now(UTC) - self.fact_age

    @cached_property
    def store(self) -> qe.Store | None:
        """The store that answers in place of the service, if one is named."""
        if self.store_path is None:
            return None
        return qe.Store(self.store_path, names=configured(qe.find_type_names), known_since=self.since)

    def get_hit(self, hit_id: str) -> qe.HIT:
        """The HIT of this id, from the store, or fetched."""
        return self.connect().get_hit(hit_id) if self.store is None else self.store.get_hit(hit_id)

    def get_hit_answer(self, hit_id: str) -> dict[str, object]:
        """The same as the service gives it."""
        return self.connect().get_hit_answer(hit_id) if self.store is None else self.store.get_hit_answer(hit_id)

    def names(self) -> qe.TypeNames:
        """The names for types: those of the configuration, and of the store, or of the service where it is to say."""
        return named_too(names(), self._types())

    def display_names(self) -> dict[str, str]:
        """The ids of types by the names that the requester site shows; the configuration's go before."""
        return {**display_names(self._types()), **names().own}

    def _types(self) -> Sequence[TypeInfo]:
        if self.store is not None:
            return self.store.types
        return self.connect().own_types() if self.own_names else ()

    def connect(self) -> qe.MTurk:
        """A client, made when it is needed, and the same from then on: its limiter is for all requests."""
        return self._mturk

    @cached_property
    def _mturk(self) -> qe.MTurk:
        return qe.MTurk.connect(
            profile=self.profile, region=self.region, endpoint_url=self.endpoint_url, sandbox=self.sandbox
        )


def bundled(name: str, kind: type[Any], *options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Options that a command gets as one argument of this name: a value of `kind`, whose fields they are."""

    def decorate(command: Command) -> Command:
        @wraps(command)
        def bundling(*args: Any, **given: Any) -> Any:
            bundle = kind(**{each.name: given.pop(each.name) for each in fields(kind) if each.name in given})
            return command(*args, **given, **{name: bundle})

        decorated = cast(Command, bundling)
        for option in reversed(options):
            decorated = option(decorated)
        return decorated

    return decorate


class _Age(click.ParamType[timedelta]):
    """A length of time: `90s`, `30m`, `12h`, `7d`."""

    name = "age"
    _UNITS: ClassVar = {"s": 1, "m": 60, "h": 3600, "d": 86400}

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """The time, or a refusal that says how it is written."""
        if isinstance(value, timedelta):
            return value
        found = re.fullmatch(r"([0-9]{1,7})([smhd])", value, re.ASCII)
        if found is None:
            self.fail(f"`{output.clean(value)}` is no age; write 90s, 30m, 12h or 7d", param, ctx)
        return timedelta(seconds=int(found[1]) * self._UNITS[found[2]])


AGE = _Age()

_AWS = (
    click.option("--profile", metavar="NAME", help="AWS profile to sign with."),
    click.option("--region", default="us-east-1", show_default=True, help="AWS region."),
    click.option("--endpoint-url", metavar="URL", help="Another endpoint that speaks the requester protocol."),
    click.option("--sandbox", is_flag=True, help="Ask the requester sandbox."),
)

aws_options = bundled("service", Service, *_AWS)
"""The options that say which service to ask; the command gets them as one `service`."""

def store_option(name: str, **settings: Any) -> Callable[[Command], Command]:
    """The file of a store."""
    words = "A store of what Mechanical Turk said: sync keeps it up to date, and others ask it in place of the service."
    return click.option("--store", name, metavar="FILE", shell_complete=files, help=words, **settings)


def max_age_option(name: str) -> Callable[[Command], Command]:
    """How old facts may be."""
    words = "How old what was learned may be to count: 90s, 30m, 12h, 7d."
    return click.option("--max-age", name, type=AGE, metavar="AGE", help=words)


_OWN_NAMES = click.option(
    "--own-names", is_flag=True, help="Ask the service how your qualification types are called: a call a hundred."
)
_HIT_SOURCE = *_AWS, store_option("store_path"), _OWN_NAMES

store_only_options = bundled("service", Service, *_AWS, store_option("store_path"))
"""The same, and the store that may answer in its place."""

hit_source_options = bundled("service", Service, *_HIT_SOURCE)
"""The same, and who says how types are called."""

source_options = bundled(
    "service",
    Service,
    *_HIT_SOURCE,
    max_age_option("fact_age"),
    click.option(
        "--ask",
        is_flag=True,
        help="Ask the service about the workers of a file too, in few calls; what the file says stands.",
    ),
)
"""The same, and what is asked about workers."""


def action_option(command: Command) -> Command:
    """What the exit status speaks of."""
    return click.option(
        "--action",
        type=click.Choice([str(action) for action in qe.Action]),
        default=str(qe.Action.ACCEPT),
        show_default=True,
        help="The action that the exit status speaks of.",
    )(command)


def formats_option(*formats: str) -> Callable[[Command], Command]:
    """The formats of an answer, the first of which is the default."""
    return click.option(
        "--format",
        "output_format",
        type=click.Choice(formats),
        default=formats[0],
        show_default=True,
        help="Output format.",
    )


format_option = formats_option("text", "json")
"""Text for people, JSON for programs."""


def set_option(command: Command) -> Command:
    """Changes of the worker."""
    return click.option(
        "--set",
        "facts",
        multiple=True,
        metavar="TYPE=FACT",
        help="A fact about the worker, in place of the file's: 98, 95..100, 95.., ..94, 1,3,8, US, US-WA, lacks, "
        "holds, unknown. TYPE is a name or an id. Can be given again and again.",
    )(command)


def assume_option(command: Command) -> Command:
    """What is taken to be so of the worker where it is not known."""
    return click.option(
        "--assume",
        "assumed",
        multiple=True,
        metavar="TYPE=FACT",
        help="What to take for true of a worker of whom it is not known, in the words of --set; what is known stands. "
        "Every answer that rests on it says so. Can be given again and again.",
    )(command)


def require_available_option(command: Command) -> Command:
    """Whether availability counts."""
    return click.option(
        "--require-available",
        is_flag=True,
        help="Let availability count: an obstacle (expired, blocked, ...) denies the action, and where it is not known "
        "whether the HIT is available, the action is unknown.",
    )(command)


@frozen
class HITChanges:
    """Changes of a HIT as they were typed."""

    values: tuple[str, ...]
    guards: tuple[str, ...]
    without: tuple[int, ...]

    @property
    def are_any(self) -> bool:
        """Whether there is one."""
        return bool(self.values or self.guards or self.without)

    def applied(self, hit: qe.HIT) -> qe.HIT:
        """The HIT after them."""
        values = {_index("--value", key): text for key, text in pairs("--value", "INDEX", self.values)}
        guards = {_index("--guard", key): text for key, text in pairs("--guard", "INDEX", self.guards)}
        return qe.change_hit(hit, values=values, guards=guards, without=self.without)


hit_changes = bundled(
    "changes",
    HITChanges,
    click.option("--value", "values", multiple=True, metavar="INDEX=VALUE", help="Another value: 1=97, 0=US,CA."),
    click.option("--guard", "guards", multiple=True, metavar="INDEX=GUARD", help="Another guard: 1=Accept."),
    click.option("--without", multiple=True, type=int, metavar="INDEX", help="Leave this requirement out."),
)
"""Changes of the HIT, by the index of a requirement; the command gets them as one `changes`."""


def pairs(option: str, key: str, texts: tuple[str, ...]) -> list[tuple[str, str]]:
    """The two sides of `KEY=...`, as it was typed again and again; UsageError for what is none, or stands twice."""
    parts = [text.partition("=") for text in texts]
    if broken := [text for text, (_, equals, _) in zip(texts, parts, strict=True) if not equals]:
        raise click.UsageError(f"{option} `{broken[0]}`: expected {key}=..., with an equals sign")
    parts = [(name.strip(), equals, text) for name, equals, text in parts]
    left = [name for name, _, _ in parts]
    if "" in left:
        raise click.UsageError(f"{option} `{texts[left.index('')]}`: expected {key}=..., got nothing before the sign")
    if twice := [name for name in left if left.count(name) > 1]:
        raise click.UsageError(f"{option}: `{twice[0]}` is given twice")
    return [(name, text) for name, _, text in parts]


def _index(option: str, text: str) -> int:
    if not _INDEX.fullmatch(text):
        raise click.UsageError(f"{option} `{text}=...`: expected the index of a requirement, from 0")
    return int(text)


def facts_of(said: tuple[str, ...], assumed: tuple[str, ...] = ()) -> tuple[dict[str, str], dict[str, str]]:
    """The facts of `--set`, and those of `--assume`, by the type as it was typed."""
    return dict(pairs("--set", "TYPE", said)), dict(pairs("--assume", "TYPE", assumed))


def is_id(text: str) -> bool:
    """Whether an argument is an id: it looks like one, and no file is called so."""
    return _ID.fullmatch(text) is not None and not Path(text).exists()


def stream_or_path(text: str) -> Any:
    """What an argument names for those who read: standard input, or a path."""
    return sys.stdin if text == "-" else text


def source_name(text: str) -> str:
    """What messages call the source that an argument names."""
    return "<stdin>" if text == "-" else text


def hit_id_of(text: str) -> str:
    """The id that an argument must be; a file's name is a slip that credentials would only hide."""
    if not _ID.fullmatch(text):
        raise click.UsageError(f"`{output.clean(text)}` is no HIT id; to read a HIT from a file, use explain")
    return text


def hit_of(text: str, service: Service, types: qe.TypeNames) -> qe.HIT:
    """The HIT that an argument names: a file, `-`, or an id, which is fetched."""
    return service.get_hit(text) if is_id(text) else qe.load_hit(stream_or_path(text), names=types)


def hits_of(text: str, service: Service, types: qe.TypeNames) -> list[qe.HIT]:
    """The HITs that an argument names: a file of one or several, `-`, or an id, which is fetched."""
    if is_id(text):
        return [service.get_hit(text)]
    hits = qe.load_hits(stream_or_path(text), names=types)
    if not hits:
        mend = 'a HIT without requirements says `{"QualificationRequirements": []}`'
        raise qe.InvalidInput(qe.Problem("expected a HIT or several, found none", help=mend), source_name(text))
    return hits


def workers_of(text: str, types: qe.TypeNames) -> list[qe.WorkerProfile]:
    """The workers of a file of one or many, or of `-`."""
    workers = qe.load_workers(stream_or_path(text), names=types)
    if not workers:
        # Of no worker everything is permitted: a status of 0 would be a trap.
        raise qe.InvalidInput("expected a worker or several, found none", source_name(text))
    return workers


def refuse_two_streams(hit: str, worker: str) -> None:
    """Standard input can be read once."""
    refuse_several_streams({"HIT": hit, "WORKER": worker})


def refuse_several_streams(given: Mapping[str, str | None]) -> None:
    """Standard input can be read once: of these arguments and options one can be `-`."""
    streams = [name for name, text in given.items() if text == "-"]
    if len(streams) > 1:
        together = f"{conjoined(streams)} are {'both' if len(streams) == 2 else 'all'} `-`"
        rest = "one" if len(streams) == 2 else "all but one"
        raise click.UsageError(f"{together}, and standard input can be read once; name a file for {rest}")
