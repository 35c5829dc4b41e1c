"""A new file in the place of an old one: another program sees the one or the other, whole.

This module does not know what files hold.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable

__all__ = ["replace_file"]


def replace_file(target: str, content: bytes, permit: Callable[[str], None]) -> None:
    """Puts a file of this content in the place of `target`, or leaves everything as it was.

    `permit` gives the draft, whose path it gets, the permissions that the file is to have. Raises OSError; where no
    draft can be made, one that names the target.
    """
    try:
        handle, draft = tempfile.mkstemp(prefix=".qualeval-", dir=os.path.dirname(os.path.abspath(target)))
    except OSError as error:
        raise OSError(error.errno, error.strerror, target) from None
    try:
        with open(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        permit(draft)
        os.replace(draft, target)
    except BaseException:
        os.unlink(draft)
        raise
