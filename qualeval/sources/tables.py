"""Tables: CSV files of any size, read row by row, and what is wrong with them told by row and column.

The delimiter is told by the header: a comma, a semicolon or a tab. Text is UTF-8, with or without its mark. Rows count
as spreadsheets count them: the header is row 1, and so on, also where a cell holds line breaks. JSON Lines are a table
too, whose columns are the keys of the objects; there a row is a line.

This module does not know what columns mean.
"""

from __future__ import annotations

import csv
import io
import itertools
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from typing import IO, Any, Generic, TypeVar

from attrs import define, evolve, field, frozen, setters

from qualeval.errors import InputNotFound, InvalidInput, Problem, nearest, same_letters, show
from qualeval.model.columns import WORKER_ID
from qualeval.model.words import Word
from qualeval.sources.json_trees import read_json
from qualeval.sources.places import MAX_PROBLEMS
from qualeval.sources.structure import described, is_object
from qualeval.sources.texts import Source, source_name, why_not_opened

__all__ = [
    "KEPT",
    "Cells",
    "OnError",
    "Rows",
    "Table",
    "Told",
    "column_of",
    "is_like_table",
    "open_table",
    "worker_id",
]

T = TypeVar("T")

KEPT = 2**16
"""So many distinct cells of a column are remembered, and so many distinct rows."""

Told = Callable[[Problem], object] | None
"""Who is told of every problem of a row, if anybody is."""

_DELIMITERS = ",;\t"
_SUFFIXES = (".csv", ".tsv")
_MAX_LINE = 2**20  # a device or a pipe may never end
_SAVE = "save it as CSV in UTF-8"
_FOREIGN = (
    (b"\xff\xfe", f"encoded as UTF-16, expected UTF-8; {_SAVE}"),
    (b"\xfe\xff", f"encoded as UTF-16, expected UTF-8; {_SAVE}"),
    (b"PK\x03\x04", f"this is a workbook or an archive, expected a CSV file; {_SAVE}"),
)
"""How files begin that are no tables."""
_Record = tuple[int, list[str] | InvalidInput]
"""The number of a row, and its cells, or why it cannot be read."""


class OnError(Word):
    """What becomes of the rows after one that is wrong: nothing is answered, or it is left out."""

    STOP = "stop"
    SKIP = "skip"

    @classmethod
    def _noun(cls) -> str:
        return "way to go on after an error"


@frozen
class Table:
    """An open table: what messages call it, its columns, and its rows, each with its number and a cell a column.

    The rows can be gone through once. A row of another number of cells is handed out as it is. `written_at` is when the
    file was last written, None of a stream.
    """

    name: str
    header: tuple[str, ...]
    records: Iterator[_Record] = field(repr=False, eq=False)
    written_at: datetime | None = None


def is_like_table(source: str | os.PathLike[str] | IO[bytes]) -> bool:
    """Whether a file or a stream is a table of workers: by its name, or by a header with a column of worker ids.

    Of a stream no part is consumed. What cannot be looked into without consuming it is none, unless it is called so.
    """
    if not isinstance(source, (str, os.PathLike)):
        return _is_header(_peeked(source))
    if os.fspath(source).lower().endswith(_SUFFIXES):
        return True
    if not os.path.isfile(source):
        return False
    try:
        with open(source, "rb") as file:
            return _is_header(file.read(KEPT))
    except OSError:
        return False


def _peeked(stream: Any) -> bytes:
    if hasattr(stream, "peek"):
        return bytes(stream.peek(KEPT))
    if not stream.seekable():
        return b""
    start = stream.tell()
    head: bytes = stream.read(KEPT)
    stream.seek(start)
    return head


def _is_header(head: bytes) -> bool:
    first = next(filter(str.strip, head.decode("utf-8-sig", "replace").splitlines()), "")
    return any(same_letters(WORKER_ID, _split(first, each)) for each in _DELIMITERS)


def open_table(source: Source | Table, key: str = WORKER_ID, columns: Sequence[str] | None = None) -> Table:
    """The table of a file or a stream, which has a column `key`. `columns` are those that JSON Lines are to have.

    Raises:
        InputNotFound: there is no such file.
        InvalidInput: it is empty, has no such column, or is no table.
    """
    if isinstance(source, Table):
        return source
    name = source_name(source)
    records = _records(source, name, key, columns)
    try:
        _, header = next(records)
        if isinstance(header, InvalidInput):
            raise header
    except InvalidInput as error:
        raise InvalidInput(error.problems, name) from None
    table = Table(name, tuple(header), records, _written_at(source))
    column_of(table, key)
    return table


def _written_at(source: Source) -> datetime | None:
    if isinstance(source, (str, os.PathLike)) and os.path.isfile(source):
        return datetime.fromtimestamp(os.stat(source).st_mtime, UTC)
    return None


def column_of(table: Table, key: str) -> int:
    """The place of a column, which is called so but for case, blanks and underscores. InvalidInput unless it is one."""
    places = [place for place, each in enumerate(table.header) if same_letters(key, [each])]
    if len(places) == 1:
        return places[0]
    if places:
        raise InvalidInput(Problem(f"the column {show(key)} is there {len(places)} times", help="keep one"), table.name)
    raise InvalidInput(Problem(f"there is no column {show(key)}", help=_no_column(key, table.header)), table.name)


def _no_column(key: str, header: Sequence[str]) -> str:
    if len(header) == 1:
        return f"the header is {show(header[0])}; commas, semicolons or tabs part columns"
    meant = nearest(key, header)
    known = ", ".join(map(show, header[:12])) + (", ..." if len(header) > 12 else "")
    return f"did you mean {show(meant)}?" if meant else f"the header has {known}"


# --- from files to records


def _records(source: Source, name: str, key: str, columns: Sequence[str] | None) -> Iterator[_Record]:
    """The header, and then the rows that are not blank. Suspended, it holds the file open; let go, it closes it."""
    with _opened(source, name) as stream:
        lines = iter(stream)
        skipped, first = _first_line(stream)
        if first.lstrip().startswith("{"):
            if columns is None:
                mend = "of JSON Lines that are no profiles, say in a mapping file what the keys mean"
                raise InvalidInput(Problem("this looks like JSON, expected a CSV file", help=mend))
            yield 0, list(columns)
            yield from _json_records(itertools.chain([first], lines), skipped + 1, columns)
        else:
            yield from _csv_records(itertools.chain([first], lines), skipped + 1, _delimiter(first, key))


def _opened(source: Source, name: str) -> AbstractContextManager[IO[str]]:
    """A context that gives the stream as text, in which bytes that are not UTF-8 are half pairs."""
    if isinstance(source, (str, os.PathLike)):
        try:
            return open(source, encoding="utf-8-sig", errors="surrogateescape", newline="")
        except (OSError, ValueError) as error:
            raise InputNotFound(why_not_opened(os.fspath(source), name, error)) from None
    stream: Any = source.buffer if source is sys.stdin and hasattr(source, "buffer") else source
    if not hasattr(stream, "read"):
        raise InvalidInput(f"expected a path or an open file, got {type(source).__name__}")
    is_text = isinstance(stream, io.TextIOBase)
    return nullcontext(stream) if is_text else _decoded(stream)


@contextmanager
def _decoded(stream: Any) -> Iterator[IO[str]]:
    """The text of a stream of bytes, which stays the caller's, who may close it."""
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
    try:
        yield text
    finally:
        text.detach()


def _first_line(stream: IO[str]) -> tuple[int, str]:
    """How many blank lines stand before the first that is not, and that line."""
    for skipped in itertools.count():
        try:
            line = stream.readline(_MAX_LINE)
        except OSError as error:
            raise InputNotFound(f"cannot read {source_name(stream)}: {error.strerror or error}".lower()) from None
        line = line.removeprefix("\ufeff")
        if not line:
            raise InvalidInput("empty; expected a header, and a row a worker")
        start = line[:4].encode("utf-8", "surrogateescape")
        if foreign := next((words for mark, words in _FOREIGN if start.startswith(mark)), None):
            raise InvalidInput(foreign)
        if len(line) == _MAX_LINE:
            raise InvalidInput(f"the first line has more than {_MAX_LINE:,} characters, expected a header")
        if line.strip():
            return skipped, line
    raise AssertionError


def _split(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _delimiter(line: str, key: str) -> str:
    """The one with which the header has the column `key`, else that which makes the most columns."""
    found = {each: _split(line, each) for each in _DELIMITERS}
    with_key = (each for each, cells in found.items() if same_letters(key, cells))
    return next(with_key, max(_DELIMITERS, key=lambda each: len(found[each])))


def _csv_records(lines: Iterable[str], first: int, delimiter: str) -> Iterator[_Record]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    number = first - 1
    try:
        for number, cells in enumerate(reader, first):
            if cells:
                yield number, cells
    except csv.Error as error:
        limit = csv.field_size_limit()
        is_long = "limit" in str(error)
        found = f"a cell of more than {limit:,} characters" if is_long else f"broken after this row: {error}"
        mend = "is a quote left open?" if is_long or "end of data" in str(error) else 'a quote in a quoted cell is `""`'
        raise InvalidInput(Problem(found, ("rows", max(number, 1)), mend)) from None


def _json_records(lines: Iterable[str], first: int, columns: Sequence[str]) -> Iterator[_Record]:
    """A row an object; null is an empty cell."""
    for number, line in enumerate(lines, first):
        if line.strip():
            yield number, _json_cells(number, line, columns)


def _json_cells(number: int, line: str, columns: Sequence[str]) -> list[str] | InvalidInput:
    try:
        tree, doubts = read_json(line, "JSON Lines")
        if doubts or not is_object(tree):
            raise InvalidInput(doubts or Problem(f"expected an object, got {described(tree)}"))
        # A key that is misspelt everywhere must not become a column of empty cells, which may be said to mean a lot.
        mend = "write null where it is not known"
        if missing := [Problem("there is no such key", (each,), mend) for each in columns if each not in tree]:
            raise InvalidInput(missing)
        return [_json_cell(tree[each]) for each in columns]
    except InvalidInput as error:
        return InvalidInput([evolve(problem, line=None, column=None) for problem in error.problems])


def _json_cell(value: object) -> str:
    """A plain value as the text of a cell. A float of a whole number is that number."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str() | int():
            return str(value)
        case float():
            return str(int(value)) if value.is_integer() else str(value)
    raise InvalidInput(Problem(f"expected text or a number in every column, got {described(value)}"))


# --- from records to values


class Cells(dict[Any, T]):
    """What the cells of one column say, or of several columns (tuples of texts): what is the same is read once.

    `read` gives what they say, or raises InvalidInput, which then tells of the column where there is one.
    """

    def __init__(self, column: str | None, read: Callable[[Any], T]) -> None:
        super().__init__()
        self._path = () if column is None else (column,)
        self._read = read

    def __missing__(self, cell: str | tuple[str, ...]) -> T:
        try:
            value = self._read(cell)
        except InvalidInput as error:
            raise (_not_utf8(cell) or error).within(*self._path) from None
        if len(self) < KEPT:
            self[cell] = value
        return value


def _not_utf8(cell: object) -> InvalidInput | None:
    """What is wrong with a cell (or two) of which some bytes are not UTF-8, if so."""
    texts = cell if isinstance(cell, tuple) else (cell,)
    halves = [char for text in texts for char in text if 0xDC80 <= ord(char) <= 0xDCFF]
    if not halves:
        return None
    found = f"not UTF-8: the byte 0x{ord(halves[0]) - 0xDC00:02x}"
    return InvalidInput(Problem(found, help="save the file as UTF-8"))


@define(eq=False, on_setattr=setters.NO_OP)
class Rows(Generic[T]):
    """What the rows of a table say, one after the other; they can be gone through once.

    Afterwards `rows` is how many there were, `read` how many of them were handed out, and `refused` how many were not,
    since something is wrong with them: the two add up. `problems` are the first of what is wrong.

    Raises:
        InvalidInput: a row is wrong, and nothing was said of leaving it out; with the problems of all rows (of the
            first ones), by row and column. No row after the first wrong one is handed out.
    """

    table: Table = field(repr=False)
    parse: Callable[[list[str]], T] = field(repr=False)
    on_error: OnError = field(default=OnError.STOP, converter=OnError)
    told: Told = field(default=None, repr=False)
    rows: int = field(default=0, init=False)
    read: int = field(default=0, init=False)
    refused: int = field(default=0, init=False)
    problems: list[Problem] = field(factory=list, init=False, repr=False)

    @property
    def name(self) -> str:
        """What messages call the table."""
        return self.table.name

    def __iter__(self) -> Iterator[T]:
        try:
            yield from self._values()
        except InvalidInput as error:
            raise InvalidInput([*self.problems, *error.problems], self.name) from None
        except OSError as error:
            raise InputNotFound(f"cannot read {self.name}: {(error.strerror or str(error)).lower()}") from None
        if self.problems and self.on_error is OnError.STOP:
            raise InvalidInput(self.problems, self.name)

    def _values(self) -> Iterator[T]:
        width, parse = len(self.table.header), self.parse
        for number, cells in self.table.records:
            self.rows += 1
            try:
                if type(cells) is not list or len(cells) != width:
                    raise _no_row(cells, width)
                value = parse(cells)
            except InvalidInput as error:
                self._refuse(number, error)
                if self.on_error is OnError.STOP and len(self.problems) == MAX_PROBLEMS:
                    return
                continue
            if self.refused and self.on_error is OnError.STOP:
                continue
            self.read += 1
            yield value

    def _refuse(self, number: int, error: InvalidInput) -> None:
        self.refused += 1
        for problem in error.problems:
            told = problem.under("rows", number)
            if len(self.problems) < MAX_PROBLEMS:
                is_last = len(self.problems) == MAX_PROBLEMS - 1
                more = "; ".join(filter(None, [told.help, "more problems may follow"])) if is_last else told.help
                self.problems.append(evolve(told, help=more))
            if self.told is not None:
                self.told(told)


def _no_row(cells: list[str] | InvalidInput, width: int) -> InvalidInput:
    if isinstance(cells, InvalidInput):
        return cells
    mend = "a cell with the delimiter in it needs quotes"
    return InvalidInput(Problem(f"got {len(cells)} cells, expected {width}, as the header has", help=mend))


def worker_id(cell: str) -> str:
    """The worker id of a cell. InvalidInput for an empty one, and for what cannot be printed."""
    text = cell.strip()
    if not text:
        raise InvalidInput(Problem("got an empty cell, expected a worker id"))
    if not text.isprintable():
        raise _not_utf8(text) or InvalidInput(Problem(f"got {show(text)}, expected a worker id"))
    return text
