"""Measurements of qualeval against hand-written Python and its peers: `python -m pytest benchmarks`."""
