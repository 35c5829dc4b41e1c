"""The packages of frames: narwhals, which knows all kinds, and Polars, which computes; an error names the mend."""

from __future__ import annotations

from qualeval.errors import MissingPackage

try:
    import narwhals as nw
    import polars as pl
except ImportError as error:
    raise MissingPackage("qualeval.bulk", str(error.name), extra="frames") from error

__all__ = ["nw", "pl"]
