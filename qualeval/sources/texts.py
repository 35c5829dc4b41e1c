"""Files and streams to text: opening, decoding, and what to say where that fails.

Text is UTF-8, with or without its mark. This module does not know what the text says.
"""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Sequence
from typing import IO, Protocol, TypeAlias

from qualeval.errors import InputNotFound, InvalidInput, Problem, nearest, show
from qualeval.sources.places import problem_at

__all__ = ["MAX_SIZE", "Source", "read_text", "reason_of", "source_name", "why_not_opened"]

Source: TypeAlias = str | os.PathLike[str] | IO[str] | IO[bytes]
"""A path, or an open stream of text or bytes."""

MAX_SIZE = 256 * 2**20
"""How many bytes (of a stream of text: characters) are read at most."""

_CHUNK = 2**20
_FOLDER_NAMES = 10_000  # so many names of a folder are looked at to find the one that was meant
_SAVE = "save it as UTF-8"
# The longer ones first: the mark of UTF-32 begins with that of UTF-16.
_FOREIGN_MARKS = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)


class _Readable(Protocol):
    def read(self, size: int, /) -> str | bytes: ...


def source_name(source: Source) -> str:
    """What messages call the source: the path as it was given, `<stdin>`, or a stream's own name; always printable."""
    if isinstance(source, (str, os.PathLike)):
        name: object = os.fspath(source)
    else:
        name = "<stdin>" if source is sys.stdin else getattr(source, "name", None)
    if not isinstance(name, str):
        return "<stream>"
    return name if name.isprintable() else show(name)[1:-1]


def read_text(source: Source) -> str:
    """The whole text, without a byte order mark, its lines ended by newlines. Raises InputNotFound and InvalidInput."""
    name = source_name(source)
    if isinstance(source, (str, os.PathLike)):
        read = _file(source, name)
    elif hasattr(source, "read"):
        # The console's code page says nothing of the file that is piped in.
        read = _stream(source.buffer if source is sys.stdin and hasattr(source, "buffer") else source, name)
    else:
        raise InvalidInput(f"expected a path or an open file, got {type(source).__name__}")
    text = _decoded(read) if isinstance(read, bytes) else _printable(read)
    text = text.removeprefix("\ufeff")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _file(path: str | os.PathLike[str], name: str) -> str | bytes:
    try:
        with open(path, "rb") as file:
            return _joined(_chunks(file))
    except InvalidInput:
        raise
    except (OSError, ValueError) as error:
        raise InputNotFound(why_not_opened(os.fspath(path), name, error)) from None


def _stream(stream: _Readable, name: str) -> str | bytes:
    try:
        chunks = _chunks(stream)
    except InvalidInput:
        raise
    except UnicodeDecodeError as error:
        raise InvalidInput(Problem(f"not {error.encoding.upper()}: {_shown_byte(error)}", help=_SAVE)) from None
    except (OSError, ValueError) as error:
        raise InputNotFound(f"cannot read {name}: {reason_of(error)}") from None
    return _joined(chunks)


def _chunks(stream: _Readable) -> list[str | bytes]:
    """All that is in the stream, up to the limit: a device or a pipe may never end."""
    chunks: list[str | bytes] = []
    size = 0
    while chunk := stream.read(_CHUNK):
        chunks.append(chunk)
        size += len(chunk)
        if size > MAX_SIZE:
            raise InvalidInput(Problem(f"larger than {MAX_SIZE // 2**20} MiB", help="split it into several files"))
    return chunks


def _joined(chunks: Sequence[str | bytes]) -> str | bytes:
    texts = [chunk for chunk in chunks if isinstance(chunk, str)]
    return "".join(texts) if texts else b"".join(chunk for chunk in chunks if isinstance(chunk, bytes))


def _decoded(content: bytes) -> str:
    for mark, encoding in _FOREIGN_MARKS:
        if content.startswith(mark):
            raise InvalidInput(Problem(f"encoded as {encoding}, expected UTF-8", help=_SAVE))
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        where = f"{_shown_byte(error)} at offset {error.start:,}"
        line = content.count(b"\n", 0, error.start) + 1
        before = content[content.rfind(b"\n", 0, error.start) + 1 : error.start]
        column = len(before.decode("utf-8").removeprefix("\ufeff")) + 1
        raise InvalidInput(Problem(f"not UTF-8: {where}", help=_SAVE, line=line, column=column)) from None


def _shown_byte(error: UnicodeDecodeError) -> str:
    return f"the byte 0x{error.object[error.start]:02x}"


def _printable(text: str) -> str:
    """The same text, of which no part is half of a surrogate pair: a stream may stand them for bytes it cannot read."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        code = ord(text[error.start])
        what = f"the byte 0x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"the half pair U+{code:04X}"
        raise InvalidInput(problem_at(text, error.start, f"not UTF-8: {what}", help=_SAVE)) from None
    return text


# --- what is wrong with a path


def why_not_opened(path: str, name: str, error: Exception) -> str:
    """What to say of a path that could not be opened, with the file that was probably meant."""
    shown = name if len(name) <= 200 else name[:197] + "..."
    if os.path.isdir(path):
        return f"{shown} is a directory; name a file in it"
    if path.lstrip().startswith(("{", "[")) or "\n" in path:
        return f"no file {show(path)}; a string is taken as a path, so put text into an io.StringIO"
    if not isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return f"cannot read {shown}: {reason_of(error)}"
    folder, base = os.path.split(path)
    if folder and not os.path.isdir(folder):
        return f"no file {shown}; there is no folder {os.path.dirname(shown)}"
    meant = nearest(base, _names_in(folder or "."))
    return f"no file {shown or show('')}" + (
        f"; did you mean {os.path.join(os.path.dirname(shown), meant)}?" if meant else ""
    )


def _names_in(folder: str) -> list[str]:
    """Names in the folder that could be opened, and printed."""
    try:
        with os.scandir(folder) as entries:
            some = list(itertools.islice(entries, _FOLDER_NAMES))
    except OSError:
        return []
    return [entry.name for entry in some if entry.is_file() and entry.name.isprintable()]


def reason_of(error: Exception) -> str:
    """Why a file cannot be opened or read, in a word or two of the system's."""
    known = error.strerror if isinstance(error, OSError) else None
    return (known or str(error) or type(error).__name__)[:200].lower()
