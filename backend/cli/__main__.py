"""Let `python -m backend.cli` be the same as `signalbox`."""

from backend.cli.entry import main

main()
