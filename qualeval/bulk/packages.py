"""The packages of frames and arrays: narwhals, which knows all kinds, Polars and NumPy, which compute.

Where one is missing the error names the mend.
"""

from __future__ import annotations

from qualeval.errors import MissingPackage

try:
    import narwhals as nw
    import numpy as np
    import numpy.typing as npt
    import polars as pl
except ImportError as error:
    raise MissingPackage("qualeval.bulk", str(error.name), extra="frames") from error

__all__ = ["np", "npt", "nw", "pl"]
