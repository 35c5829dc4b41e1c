"""What fuzzing found, kept as tests; and that the inputs which are kept still pass through the fuzzers' laws."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

import qualeval as qe


def test_words_of_the_service_are_harmless_to_a_terminal() -> None:
    """A body that is no JSON is quoted in the message without what would move a cursor or colour a screen."""

    class Answering:
        def get_hit(self, **_: Any) -> dict[str, Any]:
            error: Any = {"Code": "503", "Message": 'cut \x1b[31mred\x00\u202e {"HIT"'}
            raise ClientError({"Error": error}, "GetHIT")

    with pytest.raises(qe.ServiceError) as raised:
        qe.MTurk(Answering()).get_hit("3A")

    assert str(raised.value).isprintable()
    assert 'cut ?[31mred?? {"HIT"' in str(raised.value)
