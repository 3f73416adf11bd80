"""`python -m crossdock.cli` is the `crossdock` command."""

from crossdock.cli.main import main

main()
