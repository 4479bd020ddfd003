"""The same wish twice is carried out once: a client that lost the answer may ask again."""
