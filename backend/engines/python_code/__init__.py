"""Python that operators write, each run in a fork that gave up everything but computing."""
