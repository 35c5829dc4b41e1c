"""Files of workers, screened without being held in memory: CSV, Parquet and JSON Lines, in and out.

A file is gone through several times by Polars' streaming engine: to look for texts that are no plain value, to count,
and to write. So what is larger than memory takes longer, and no more memory. The cells of a CSV file stay as they were.

Before all that the cells of each row of CSV are counted: Polars fills up a row that is too short and passes over what
is too much, so that a cell could stand in another's column.
"""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from io import BytesIO, StringIO
from itertools import islice
from pathlib import Path
from typing import Any

from attrs import field, frozen

from qualeval.bulk.columns import Columns, TypeColumns
from qualeval.bulk.expressions import TypeReader, reader
from qualeval.bulk.frames import FrameLanguage
from qualeval.bulk.lending import ROW, looked_into, refuse_invalid
from qualeval.bulk.packages import nw, pl
from qualeval.bulk.screening import ACCESS, INVALID, POSSIBLE, WRONG, Invalid, Question, lazy_dtype
from qualeval.errors import InputNotFound, InvalidInput, Problem, show
from qualeval.model.actions import Action
from qualeval.model.columns import Nulls
from qualeval.policy.access_policy import AccessPolicy

__all__ = ["Screened", "frame_of", "scanned", "screen_file"]

Path_ = str | os.PathLike[str]

_MOST_WRONG = 100_000
"""So many rows with cells that are no fact are looked at for what is told of them."""


@frozen
class Screened:
    """How many rows a file has, by access, possible, and whether their cells are no fact."""

    counts: Mapping[tuple[int, int, bool], int] = field(hash=False)

    @property
    def rows(self) -> int:
        """All of them."""
        return sum(self.counts.values())

    @property
    def invalid(self) -> int:
        """Those whose cells are no fact."""
        return sum(count for (_, _, is_invalid), count in self.counts.items() if is_invalid)

    def permitted(self, action: Action = Action.ACCEPT) -> int:
        """Those who may do this for certain."""
        return sum(count for (access, _, _), count in self.counts.items() if access >= action.level)

    def denied(self, action: Action = Action.ACCEPT) -> int:
        """Those who certainly may not."""
        return sum(count for (_, possible, _), count in self.counts.items() if possible < action.level)

    def unknown(self, action: Action = Action.ACCEPT) -> int:
        """Those of whom it is not known."""
        return self.rows - self.permitted(action) - self.denied(action)


def screen_file(
    source: Path_,
    policy: AccessPolicy,
    target: Path_ | None = None,
    *,
    columns: Columns | None = None,
    nulls: Nulls = "unknown",
    invalid: str = "error",
    reasons: bool = False,
    only: Action | None = None,
    told: Callable[[str], object] = lambda _: None,
) -> Screened:
    """Screens a file of workers, as `screen` does a frame, and counts; with `target` writes it with its answers.

    Files are by their names CSV (`.csv`, `.tsv`), Parquet (`.parquet`) or JSON Lines (`.jsonl`, `.ndjson`). With `only`
    the rows alone are written that may do this for certain. `told` is called with what is being done.

    Raises:
        InputNotFound: there is no such file.
        InvalidInput: columns or cells are not what they should be, or the target is there already.
    """
    source, end = Path(source), None if target is None else Path(target)
    kind = _kind(source)
    write = None if end is None else _WRITERS[_kind(end)]
    rows = scanned(source)
    if end is not None and os.path.lexists(end):
        mend = "choose another name, or remove it"
        raise InvalidInput(Problem(f"there is a file {show(str(end))} already", help=mend))
    question = Question(policy, columns, nulls, Invalid(invalid), reasons)
    try:
        found = _Scan.of(question, rows, _FIRST_ROWS[kind], told)
        screened = found.counted()
        if end is not None and write is not None:
            told("writing")
            _written(found.answered(only), end, write)
    except InvalidInput as error:
        raise InvalidInput(error.problems, str(source)) from None
    except (pl.exceptions.PolarsError, nw.exceptions.NarwhalsError) as error:
        first = str(error).strip().partition("\n")[0]
        raise InvalidInput(Problem(f"cannot be read: {first}"), str(source)) from None
    return screened


# --- reading and writing

_MOST_RAGGED = 20
"""So many rows are told that have not as many cells as the header."""

_SUFFIXES = {".csv": "csv", ".tsv": "csv", ".parquet": "parquet", ".jsonl": "jsonl", ".ndjson": "jsonl"}
_FIRST_ROWS = {"csv": 2, "parquet": 0, "jsonl": 1}
"""The number of the first row: in CSV as spreadsheets count, where the header is row 1; lines of JSON Lines."""

_WRITERS: Mapping[str, Callable[[pl.LazyFrame, str], object]] = {
    "csv": lambda frame, path: frame.sink_csv(path, check_extension=False),
    "parquet": lambda frame, path: frame.sink_parquet(path),
    "jsonl": lambda frame, path: frame.sink_ndjson(path, check_extension=False),
}


def _kind(path: Path) -> str:
    found = _SUFFIXES.get(path.suffix.lower())
    if found is None:
        mend = f"name it one of {', '.join(_SUFFIXES)}"
        raise InvalidInput(Problem(f"the name {show(str(path))} does not say what kind of file it is", help=mend))
    return found


def frame_of(name: str, content: bytes, most: int | None = None) -> pl.DataFrame:
    """The rows of a file that is in memory, and has this name, `most` at most. CSV has texts alone, as in `scanned`.

    Raises:
        InvalidInput: its name does not say what kind of file it is, or it is none of this kind.
    """
    kind, stream = _kind(Path(name)), BytesIO(content)
    try:
        match kind:
            case "csv":
                header = content.partition(b"\n")[0].decode("utf-8", "replace")
                _refuse_ragged(StringIO(content.decode("utf-8-sig", "replace"), newline=""), _separator(header), name)
                return pl.read_csv(stream, infer_schema=False, separator=_separator(header), n_rows=most)
            case "parquet":
                return pl.read_parquet(stream, n_rows=most)
        return pl.read_ndjson(stream, infer_schema_length=None, n_rows=most)
    except (pl.exceptions.PolarsError, OSError) as error:
        first = str(error).strip().partition("\n")[0]
        raise InvalidInput(Problem(f"cannot be read: {first}"), name) from None


def scanned(source: Path_) -> pl.LazyFrame:
    """A file's rows, still to be read. CSV has texts alone: what its cells mean, the grammar says.

    Raises:
        InputNotFound: there is no such file.
        InvalidInput: its name does not say what kind of file it is; the rows of CSV differ in their number of cells.
    """
    path = Path(source)
    kind = _kind(path)
    if not path.is_file():
        raise InputNotFound(f"no file {path}")
    match kind:
        case "csv":
            with open(path, encoding="utf-8-sig", errors="replace", newline="") as file:
                separator = _separator(file.readline(1 << 20))
                file.seek(0)
                _refuse_ragged(file, separator, str(path))
            return pl.scan_csv(path, infer_schema=False, separator=separator, glob=False)
        case "parquet":
            return pl.scan_parquet(path, glob=False)
    return pl.scan_ndjson(path, infer_schema_length=None)


def _separator(header: str) -> str:
    """The one that parts most columns of the header."""
    return max(",;\t", key=header.count)


def _refuse_ragged(lines: Iterable[str], separator: str, name: str) -> None:
    """InvalidInput for a header with a column twice, and for rows that have not as many cells as it."""
    rows = csv.reader(lines, delimiter=separator, strict=True)
    try:
        header = next(rows, [])
        problems = [*_repeated(header), *islice(_ragged(rows, len(header)), _MOST_RAGGED)]
    except csv.Error as error:
        raise InvalidInput(Problem(f"cannot be read: {error}"), name) from None
    if problems:
        raise InvalidInput(problems, name)


def _repeated(header: Sequence[str]) -> Iterator[Problem]:
    for each, count in Counter(filter(None, header)).items():
        if count > 1:
            yield Problem(f"the column {show(each)} is there {count} times", help="keep one")


def _ragged(rows: Iterable[Sequence[str]], size: int) -> Iterator[Problem]:
    for number, cells in enumerate(rows, _FIRST_ROWS["csv"]):
        if len(cells) == size or (size == 1 and not cells):  # in one column an empty cell is an empty line
            continue
        mend = "a cell with the delimiter in it needs quotes" if cells else "remove the empty line"
        yield Problem(f"got {len(cells)} cells, expected {size}, as the header has", (f"row {number}",), mend)


def _written(frame: pl.LazyFrame, target: Path, write: Callable[[pl.LazyFrame, str], object]) -> None:
    """A file that is there is whole: it gets its name at the end."""
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        write(frame, str(part))
        os.rename(part, target)
    finally:
        part.unlink(missing_ok=True)


# --- screening


@frozen(eq=False)
class _Scan:
    """A file that is gone through again and again."""

    question: Question
    frame: pl.LazyFrame
    first_row: int
    told: Callable[[str], object]
    asked: Mapping[str, TypeColumns]
    language: FrameLanguage
    readers: Mapping[str, TypeReader[nw.Expr]]

    @classmethod
    def of(cls, question: Question, rows: pl.LazyFrame, first_row: int, told: Callable[[str], object]) -> _Scan:
        """What is asked of a file's rows, once it is known what their texts stand for."""
        frame: nw.LazyFrame[Any] = nw.from_native(rows)
        schema = {name: lazy_dtype(frame, name, dtype) for name, dtype in frame.collect_schema().items()}
        asked = question.read(schema, question.added(question.invalid is Invalid.FLAG))
        language = question.language(are_looked_into=True)
        readers: Mapping[str, TypeReader[nw.Expr]]
        readers = {type_id: reader(language, each, knows_words=False) for type_id, each in asked.items()}
        if question.invalid is not Invalid.TRUST:
            told("looking")
            readers = looked_into(language.prepared(frame), readers, "streaming")
        return cls(question, rows, first_row, told, asked, language, readers)

    @property
    def _added(self) -> list[str]:
        return self.question.added(self.question.invalid is Invalid.FLAG)

    def _all(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        prepared = self.language.prepared(nw.from_native(frame))
        found: pl.LazyFrame = self.question.answered(prepared, self.readers).to_native()
        return found

    def answered(self, only: Action | None) -> pl.LazyFrame:
        """The rows with their answers, those alone who may do `only`."""
        found = self._all(self.frame)
        found = found if only is None else found.filter(pl.col(ACCESS) >= int(only.level))
        return found.select(*self.frame.collect_schema(), *self._added)

    def counted(self) -> Screened:
        """How many rows have which answers. InvalidInput where cells are no fact, and that is an error."""
        self.told("counting")
        is_looked_at = self.question.invalid is not Invalid.TRUST
        flag = pl.col(INVALID) if is_looked_at else pl.lit(False).alias(INVALID)
        groups = self._all(self.frame).select(ACCESS, POSSIBLE, flag).group_by(ACCESS, POSSIBLE, INVALID).len()
        counts = groups.collect(engine="streaming")
        found = Counter({(access, possible, wrong): count for access, possible, wrong, count in counts.iter_rows()})
        screened = Screened(dict(found))
        if self.question.invalid is Invalid.ERROR and screened.invalid:
            self._refuse()
        return screened

    def _refuse(self) -> None:
        rows = self._all(self.frame.with_row_index(ROW, self.first_row)).filter(INVALID).head(_MOST_WRONG)
        found = rows.collect(engine="streaming")
        wrong = {each: found[WRONG + each] for each in self.asked if WRONG + each in found.columns}
        refuse_invalid(found, self.asked, wrong)
