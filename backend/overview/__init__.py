"""What the home shows: what needs a person, the flows, the work in progress."""
