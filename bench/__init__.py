"""One script per promised figure, each with `figures() -> Iterable[Figure]`; `make bench` runs them all."""
