"""The command line `signalbox`: one file per group of commands, and the server process that `run` becomes."""
