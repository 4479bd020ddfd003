"""Who did what: a record that is written with the act and chained by hashes."""
