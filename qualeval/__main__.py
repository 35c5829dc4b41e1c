"""`python -m qualeval`: the command line."""

from qualeval.cli import main

main()
