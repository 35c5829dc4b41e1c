"""The command line as a whole: statuses, streams, terminals, help, completion, and what it loads."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
import pytest

import qualeval as qe
from qualeval.cli import cli
from qualeval.cli.status import Status
from tests.cli import PERCENT, ROOT, Ran, put, refusal, requirement, run, spawn

README = (ROOT / "README.md").read_text("utf-8")
COMMANDS = dict(cli.commands)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a HIT and a worker who may not accept it."""
    monkeypatch.chdir(tmp_path)
    put("hit.json", {"HITId": "3HIT", "QualificationRequirements": [requirement(PERCENT, "GreaterThan", 97)]})
    put("worker.json", {"WorkerId": "A1", "Facts": {"Worker_PercentAssignmentsApproved": 97}})
    return tmp_path


# Statuses


def test_statuses_of_the_readme() -> None:
    """The README's table of statuses has each once, by its number."""
    table = README.partition("| status | meaning |")[2].partition("\n\n")[0]
    listed = [int(number) for number in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)]

    assert listed == sorted(Status)


@pytest.mark.parametrize("function", ["compile_hit", "load_hit", "load_workers", "find_type_names"])
def test_bug(function: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception that nobody foresaw is a bug: status 70, the traceback, and a line that asks for a report."""

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the set is not canonical")

    monkeypatch.setattr(qe, function, broken)
    found = run("check", "hit.json", "worker.json")
    *_, error, request = found.err.splitlines()

    assert (found.status, found.out) == (70, "")
    assert error == "RuntimeError: the set is not canonical"
    assert request == "this is a bug in qualeval: please report it, with these lines and what you ran"


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, click.Abort])
def test_interrupted(interrupt: type[BaseException], monkeypatch: pytest.MonkeyPatch) -> None:
    """An interruption is status 130, and no traceback."""

    def interrupted(*_: object, **__: object) -> None:
        raise interrupt

    monkeypatch.setattr(qe, "compile_hit", interrupted)
    found = run("check", "hit.json", "worker.json")

    assert (found.status, found.out, found.err.strip()) == (130, "", "interrupted")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a named pipe")
def test_interrupted_process() -> None:
    """A process that waits for its input ends at an interrupt, with one word and no traceback."""
    os.mkfifo("fifo")
    with started("check", "./fifo", "A1") as process:
        writer = os.open("fifo", os.O_WRONLY)  # waits for the reader
        process.send_signal(signal.SIGINT)
        os.close(writer)  # a read that began just after the signal ends by this
        out, err = process.communicate(timeout=30)

    assert (process.returncode, out, err.strip()) == (130, "", "interrupted")


def test_refusals_of_every_kind_are_status_two() -> None:
    """Wrong usage and wrong input share a status; usage says where help is."""
    assert "Try 'qualeval check --help' for help." in refusal("check", "hit.json")
    assert "no file x.json" in refusal("check", "x.json", "A1")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["chek", "hit.json"], "No such command 'chek'. Did you mean 'check'?"),
        (["check", "hit.json"], "Missing argument 'WORKER'."),
        (["check"], "Missing argument 'HIT'."),
        (["check", "hit.json", "worker.json", "more"], "Got unexpected extra argument (more)"),
        (["check", "hit.json", "worker.json", "--formt", "json"], "No such option '--formt'. Did you mean '--format'?"),
        (["check", "hit.json", "worker.json", "--format", "xml"], "'xml' is not one of 'text', 'json'"),
        (["check", "hit.json", "worker.json", "--action", "take"], "is not one of 'discover', 'preview', 'accept'"),
        (["check", "hit.json", "worker.json", "--set"], "Option '--set' requires an argument."),
        (["--nope"], "No such option '--nope'"),
        (["fetch"], "Missing argument 'HIT_ID'."),
        (["sql", "hit.json", "--columns", "3A"], "Choose from:\n  bigquery,\n  duckdb,"),
    ],
)
def test_usage(arguments: list[str], said: str) -> None:
    """Wrong usage is status 2, with what is wrong and the nearest right word."""
    assert said.replace("'", "") in refusal(*arguments).replace("'", "")


@pytest.mark.parametrize("action", ["discover", "preview", "accept"])
def test_words_of_options_are_the_library_s(action: str) -> None:
    """The actions that can be asked about are the library's."""
    assert run("check", "hit.json", "worker.json", "--action", action).status in (0, 1)
    assert qe.Action(action)


# Streams


def started(*arguments: str, **streams: Any) -> subprocess.Popen[str]:
    """The command as a process that is not waited for."""
    return subprocess.Popen(
        [sys.executable, "-m", "qualeval", *arguments],
        **{"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams},
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        encoding="utf-8",
    )


CLOSED = {
    "one worker": ["check", "hit.json", "worker.json"],
    "JSON": ["check", "hit.json", "worker.json", "--format", "json"],
    "many workers": ["check", "hit.json", "many.jsonl", "--format", "json"],
    "help": ["--help"],
    "help of a command": ["what-if", "--help"],
    "version": ["--version"],
}


@pytest.mark.parametrize("case", CLOSED)
def test_closed_pipe(case: str) -> None:
    """A reader that goes away is no error to speak of: status 141, never the one that means denied."""
    put("many.jsonl", "".join(json.dumps({"WorkerId": f"A{number}"}) + "\n" for number in range(300)))
    read, write = os.pipe()
    os.close(read)
    with started(*CLOSED[case], stdout=write) as process:
        os.close(write)
        _, err = process.communicate(timeout=30)

    assert (process.returncode, err) == (141, "")


def test_head_of_many_lines() -> None:
    """`| head -1` gets its line, and the rest goes nowhere, without a word."""
    put("many.jsonl", "".join(json.dumps({"WorkerId": f"A{number}"}) + "\n" for number in range(2000)))
    found = spawn("check", "hit.json", "many.jsonl", "--format", "json", shell='("$@"; echo $? >status) | head -1')

    assert (json.loads(found.out)["worker_id"], found.err) == ("A0", "")
    assert Path("status").read_text() == "141\n"


@pytest.mark.parametrize(
    ("shell", "expected", "err"),
    [
        ('exec "$@" >&-', 1, ""),
        ('exec "$@" >&- 2>&-', 1, ""),
        ('exec "$@" <&- >&- 2>&-', 1, ""),
        ('exec "$@" >/dev/null 2>/dev/full', 1, ""),
        ('exec "$@" >/dev/full', 2, "qualeval: output: No space left on device\n"),
        ('exec "$@" >/dev/full 2>/dev/full', 2, ""),
    ],
)
def test_streams_that_take_nothing(shell: str, expected: int, err: str) -> None:
    """A stream that is closed from the start changes nothing; one that is full is said to be; no traceback."""
    found = spawn("check", "hit.json", "worker.json", shell=shell)

    assert (found.status, found.out, found.err) == (expected, "", err)


@pytest.mark.parametrize(
    "shell", ['exec "$@" 2>&-', 'exec "$@" 2>/dev/full', '("$@" 2>&1; echo $? >status) | :; exit 2']
)
def test_refusal_that_nobody_hears(shell: str) -> None:
    """Where stderr takes nothing, the status has to do."""
    found = spawn("check", "x.json", "A1", shell=shell)

    assert (found.status, found.out, found.err) == (2, "", "")
    if Path("status").exists():
        assert Path("status").read_text() == "2\n"


def test_standard_input_that_is_closed() -> None:
    """A closed standard input is an empty one."""
    found = spawn("check", "-", "A1", shell='exec "$@" <&-')

    assert (found.status, found.err) == (2, "qualeval: <stdin>: empty; expected an object or a list\n")


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-8", "utf-16"])
@pytest.mark.parametrize("form", ["text", "json"])
def test_encodings_of_stdout(encoding: str, form: str) -> None:
    """A title that stdout cannot say is no error; JSON is JSON all the same."""
    put("hit.json", {"HITId": "3鳥", "Title": "鳥 é 😀", "QualificationRequirements": []})
    there = {"PYTHONIOENCODING": encoding}
    shown = spawn("check", "hit.json", "A1", "--format", form, shell='"$@" >out', environment=there)
    said = Path("out").read_bytes().decode(encoding)

    assert (shown.status, shown.err) == (0, "")
    if form == "json":
        assert json.loads(said)["hit_id"] == "3鳥"
    else:
        assert "A1 may discover, preview and accept it" in said


# Terminals

ESCAPES = "\x1b[31mred\x1b]0;title\x07\x9b2J\u202egnp\r\b"


def on_a_terminal(*arguments: str, **environment: str) -> str:
    """What the command writes to a terminal, both streams."""
    ours, theirs = pty.openpty()
    settings = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")}
    process = subprocess.Popen(
        [sys.executable, "-m", "qualeval", *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**settings, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "COLUMNS": "80", **environment},
    )
    os.close(theirs)
    written = b""
    with suppress(OSError):  # the end of a terminal is an error on Linux
        while chunk := os.read(ours, 65536):
            written += chunk
    os.close(ours)
    process.wait(timeout=30)
    return written.decode("utf-8").replace("\r\n", "\n")


COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def test_colour_on_a_terminal() -> None:
    """Outcomes have colours on a terminal, and the words are those of a pipe; no word is cut off for want of room."""
    shown = on_a_terminal("check", "hit.json", "worker.json")
    words = "".join(COLOUR.sub("", shown).split())

    assert "\x1b[32mpermitted\x1b[0m" in shown
    assert "\x1b[31mdenied\x1b[0m" in shown
    assert words.startswith("".join(run("check", "hit.json", "worker.json").out.partition("Reasons")[0].split()))
    assert "…" not in shown
    assert all(len(COLOUR.sub("", line)) <= 80 for line in shown.splitlines())


def test_no_colour_where_it_is_not_wanted() -> None:
    """With NO_COLOR there is no escape code at all, and none of JSON."""
    assert "\x1b" not in on_a_terminal("check", "hit.json", "worker.json", NO_COLOR="1")
    assert "\x1b" not in on_a_terminal("check", "hit.json", "worker.json", "--format", "json")


@pytest.mark.parametrize("name", ["FORCE_COLOR", "CLICOLOR_FORCE", "TTY_COMPATIBLE"])
@pytest.mark.parametrize("command", ["check", "what-if"])
def test_no_escape_codes_in_a_pipe(command: str, name: str) -> None:
    """Into a pipe there is no colour, whatever the environment asks for."""
    changes = ["--without", "0"] if command == "what-if" else []
    found = spawn(command, "hit.json", "worker.json", *changes, environment={name: "1"})

    assert "permitted" in found.out
    assert "\x1b" not in found.out + found.err


def harmless(text: str) -> bool:
    """Whether nothing in a text but our own colours can move, retitle or reverse a terminal."""
    return all(char.isprintable() or char == "\n" for char in COLOUR.sub("", text))


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize(
    "command",
    [
        ["check", "W"],
        ["check", "MANY"],
        ["explain"],
        ["what-if", "W", "--set", "own=1"],
        ["what-if", "W", "--without", "0"],
    ],
)
def test_escape_sequences_in_files(command: list[str], form: str) -> None:
    """Neither a title nor an id of a worker, a HIT or a status reaches a terminal raw."""
    put("qualeval.toml", f"[types]\nown = '3OWN'\n{json.dumps(ESCAPES)} = '3EVIL'\n")
    named = {"HITId": f"3{ESCAPES}", "Title": ESCAPES, "HITStatus": ESCAPES}
    put("evil.json", named | {"QualificationRequirements": [requirement("3EVIL", "Exists")]})
    worker = {"WorkerId": f"A{ESCAPES}"}
    put("W", worker)
    put("MANY", [worker, worker])
    shown = run(command[0], "evil.json", *command[1:], "--format", form).out

    assert "red" in shown
    assert "\x1b" not in shown
    assert harmless(shown)
    if "MANY" not in command:
        assert harmless(on_a_terminal(command[0], "evil.json", *command[1:], "--format", form))


@pytest.mark.parametrize(
    "arguments",
    [
        [f"x{ESCAPES}"],
        ["check", f"x{ESCAPES}", "A1"],
        ["check", "hit.json", "A1", f"x{ESCAPES}"],
        ["check", "hit.json", "A1", "--set", f"x{ESCAPES}"],
        ["check", "hit.json", "A1", "--set", f"x{ESCAPES}=1"],
        ["check", "hit.json", "A1", "--set", f"Worker_Locale={ESCAPES}"],
        ["check", "hit.json", "A1", f"--{ESCAPES}"],
        ["check", "hit.json", "A1", "--format", ESCAPES],
        ["what-if", "hit.json", "A1", "--value", f"{ESCAPES}=1"],
        ["what-if", "hit.json", "A1", "--guard", f"0={ESCAPES}"],
        ["check", "evil.json", "A1"],
        ["check", "hit.json", "bad.json"],
    ],
)
def test_escape_sequences_in_refusals(arguments: list[str]) -> None:
    """Nor does anything that is refused."""
    put("evil.json", [requirement(comparator=ESCAPES)])
    put("bad.json", {ESCAPES: [ESCAPES]})
    found = run(*arguments)

    assert found.status == 2
    assert harmless(found.err)
    assert "red" in found.err


@pytest.mark.parametrize("hit", [f"x{ESCAPES}", "evil.json"])
def test_escape_sequences_in_refusals_on_a_terminal(hit: str) -> None:
    """On a terminal, where escape codes would not be taken out on the way, there are none either."""
    put("evil.json", [requirement(comparator=ESCAPES)])
    shown = [on_a_terminal("check", hit, "A1"), on_a_terminal("check", "hit.json", "A1", "--set", f"{ESCAPES}=1")]

    assert all("red" in each and "\x1b" not in each and harmless(each) for each in shown)


# Help


def test_version() -> None:
    """`--version` says the version."""
    found = run("--version")

    assert (found.status, found.out, found.err) == (0, "qualeval, version 0.1.0\n", "")


def test_no_arguments() -> None:
    """Without arguments the help is shown, on stderr, for nothing was done."""
    found = run()

    assert (found.status, found.out) == (2, "")
    assert found.err.strip() == run("--help").out.strip()


def test_help_lists_every_command_once() -> None:
    """The group's help lists every command under its section, with what it is for, in one line."""
    shown = run("-h")
    listed = re.findall(r"^  ([a-z-]+)  +(\S.*)$", shown.out.partition("Judge:\n")[2], re.MULTILINE)

    assert (shown.status, shown.out, shown.err) == (0, run("--help").out, "")
    assert [name for name, _ in listed] == list(COMMANDS)
    assert dict(listed).keys() == COMMANDS.keys()
    assert "..." not in shown.out.partition("Judge:")[2]
    assert "Example: qualeval check hit.json worker.json" in shown.out


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_a_command(name: str) -> None:
    """Each command's help says what it takes, explains every option, and shows an example."""
    shown = run(name, "--help")
    options = [each for each in COMMANDS[name].params if isinstance(each, click.Option)]

    assert (shown.status, shown.err) == (0, "")
    assert run(name, "-h").out == shown.out
    assert f"Example: qualeval {name} " in shown.out
    assert all(option.help for option in options)
    assert all(option.opts[-1] in shown.out for option in options)


@pytest.mark.parametrize("name", COMMANDS)
def test_example_of_the_help_is_one(name: str) -> None:
    """The example that the help shows is read by the command: whatever it lacks, it is not usage."""
    put("worker.json", {"WorkerId": "A1"})
    example = re.sub(r"\s+", " ", str(COMMANDS[name].epilog)).removeprefix("Example: qualeval ")
    command, *arguments = example.split()

    assert COMMANDS[command].make_context(command, arguments).params


def test_commands_of_the_readme() -> None:
    """The README's table names every command with its arguments, and no other."""
    listed = re.findall(r"^\| `qualeval ([a-z-]+)((?: [][A-Z_.]+)*)` \|", README, re.MULTILINE)
    arguments = {
        name: "".join(
            f" {each.make_metavar(click.Context(command))}"
            for each in command.params
            if isinstance(each, click.Argument)
        )
        for name, command in COMMANDS.items()
    }

    assert dict(listed) == arguments
    assert len(listed) == len(arguments)


def test_options_of_the_readme() -> None:
    """Every option that the README speaks of in its part on the command line exists."""
    part = README.partition("## The command line")[2].partition("\n## The files")[0]
    known = {name for command in COMMANDS.values() for option in command.params for name in option.opts}

    assert set(re.findall(r"--[a-z][a-z-]*", part)) <= known
    assert {"--set", "--value", "--guard", "--without", "--action", "--format"} <= set(re.findall(r"--[a-z-]+", part))


@pytest.mark.parametrize("name", COMMANDS)
def test_shared_options_are_the_same_everywhere(name: str) -> None:
    """An option of one name has one meaning, whichever command takes it.

    Save `--only`: of `prove` it is what all must meet, of `screen` the action of those who are written.
    """
    described: dict[str, str | None] = {}
    for command in [COMMANDS[name], *COMMANDS.values()]:
        for option in (each for each in command.params if isinstance(each, click.Option) and each.opts[-1] != "--only"):
            assert described.setdefault(option.opts[-1], option.help) == option.help


def test_module_runs_as_the_command() -> None:
    """`python -m qualeval` and the installed command are one function."""
    assert spawn("--version").out == run("--version").out
    assert 'qualeval = "qualeval.cli:main"' in (ROOT / "pyproject.toml").read_text("utf-8")


# What it loads

PROBE = """
import sys
from qualeval.cli import main
sys.argv = ["qualeval", *sys.argv[1:]]
try:
    main()
except SystemExit as ended:
    status = ended.code
print(status, *sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""


@pytest.mark.parametrize("arguments", [["check", "hit.json", "worker.json"], ["explain", "hit.json"], ["--help"]])
def test_files_are_judged_without_boto3(arguments: list[str]) -> None:
    """Nothing of AWS, of data frames, of the web or of testing is loaded for a file."""
    ended = subprocess.run(
        [sys.executable, "-c", PROBE, *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )
    status, *loaded = ended.stderr.split()
    unwanted = {
        "boto3",
        "botocore",
        "urllib3",
        "polars",
        "narwhals",
        "numpy",
        "starlette",
        "uvicorn",
        "hypothesis",
        "pytest",
    }

    assert status in ("0", "1")
    assert "click" in loaded
    assert unwanted.isdisjoint(loaded)


# Completion


@pytest.mark.parametrize(
    ("shell", "said"),
    [
        ("bash", "complete -o nosort -F _qualeval_completion qualeval"),
        ("zsh", "#compdef qualeval"),
        ("fish", "function _qualeval_completion"),
    ],
)
def test_completion_script(shell: str, said: str) -> None:
    """The command prints its completion for the shells that the README names."""
    found = spawn(environment={"_QUALEVAL_COMPLETE": f"{shell}_source"})

    if shell == "bash" and found.status != 0:
        pytest.skip("the script for bash needs a bash of 4.4")
    assert (found.status, found.err) == (0, "")
    assert said in found.out
    assert f"{shell}_source" in README


def complete(words: str) -> Ran:
    """What the shell is told of the last of these words."""
    shell = {"COMP_WORDS": words, "COMP_CWORD": str(words.count(" ")), "_QUALEVAL_COMPLETE": "bash_complete"}
    return spawn(environment=shell)


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("qualeval ", set(COMMANDS)),
        ("qualeval ch", {"check"}),
        ("qualeval what-if --v", {"--value", "--vary"}),
        ("qualeval check --action ", {"discover", "preview", "accept"}),
        ("qualeval explain --format ", {"text", "json"}),
    ],
)
def test_completion(words: str, completed: set[str]) -> None:
    """Commands, options and their words are completed."""
    found = complete(words)

    assert found.err == ""
    assert {line.partition(",")[2] for line in found.out.splitlines()} == completed


def test_completion_of_files() -> None:
    """HIT and WORKER are completed as files."""
    assert complete("qualeval check hi").out == "file,hi\n"
    assert complete("qualeval what-if hit.json w").out == "file,w\n"
