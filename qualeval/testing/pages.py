"""Lists in pages: at most a hundred rows each, and an opaque token that leads to the next one.

A token says after which row the next page begins, so pages concatenate to all rows, each once, also while rows are
added and removed. It is signed, and belongs to one operation with one filter. This module does not know what rows are.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any, Protocol, TypeAlias

from attrs import field, frozen

from qualeval.testing.refusals import Refusal
from qualeval.testing.service_model import JSON

__all__ = ["PAGE", "Disturbance", "Listing", "Pages", "Row"]

PAGE = 10
"""How many rows a page has where nobody says: the default of the API of 2008 (D); of today's none is written."""

_BEFORE_ALL = -(2**31)
_SIGNED = 12  # bytes of the signature that a token carries


class Row(Protocol):
    """What is listed: it has a place in the order of creation."""

    @property
    def serial(self) -> int:
        """Its place: later ones are greater, and it never changes."""


@frozen
class Listing:
    """All rows that an operation lists, in their order; `key` is where the answer has them, `written` writes one."""

    key: str
    rows: Sequence[Row]
    written: Callable[[Any], JSON]


class Disturbance(Enum):
    """What can go wrong with pages. Both are seen of services whose lists change while they are read (I)."""

    REPEATED_TOKEN = "the token leads to the same page again"
    DUPLICATE_ROW = "a page begins with the last row of the page before"


_Filter: TypeAlias = tuple[str, ...]


@frozen
class Pages:
    """The pages of one endpoint; a token of another one is none here."""

    secret: bytes = field(factory=lambda: secrets.token_bytes(16), repr=False)

    def page(
        self, listing: Listing, operation: str, asked: Mapping[str, Any], disturbance: Disturbance | None = None
    ) -> JSON:  # fmt: skip
        """The page that a request asks for: `NumResults`, the rows, and `NextToken` where more follow.

        Raises:
            Refusal: its NextToken is none of this operation with this filter.
        """
        about = (operation, *(f"{key}={asked[key]}" for key in sorted(asked) if key not in ("NextToken", "MaxResults")))
        after = self._read(asked["NextToken"], about) if "NextToken" in asked else _BEFORE_ALL
        size = asked.get("MaxResults", PAGE)
        start = bisect_right(listing.rows, after, key=lambda row: row.serial)
        if disturbance is Disturbance.DUPLICATE_ROW and start:
            start, size = start - 1, max(size, 2)
        rows = listing.rows[start : start + size]
        answer: JSON = {"NumResults": len(rows), listing.key: [listing.written(row) for row in rows]}
        if disturbance is Disturbance.REPEATED_TOKEN:
            answer["NextToken"] = asked.get("NextToken") or self._token(about, after)
        elif start + size < len(listing.rows):
            answer["NextToken"] = self._token(about, rows[-1].serial)
        return answer

    def _token(self, about: _Filter, after: int) -> str:
        said = str(after).encode()
        text = json.dumps([*about, after]).encode()
        signature = hmac.digest(self.secret, text, "sha256")[:_SIGNED]
        return base64.urlsafe_b64encode(signature + said).decode()

    def _read(self, token: str, about: _Filter) -> int:
        try:
            after = int(base64.urlsafe_b64decode(token.encode())[_SIGNED:])
        except ValueError:
            after = _BEFORE_ALL - 1
        if after < _BEFORE_ALL or not hmac.compare_digest(token.encode(), self._token(about, after).encode()):
            # What the service says to a bad token is not known.
            why = "Give the NextToken of the page before, with the same parameters."
            raise Refusal("invalid-value", value=token, parameter="NextToken", why=why)
        return after
