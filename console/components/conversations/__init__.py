"""The pieces of the log: filters, list, transcript."""
