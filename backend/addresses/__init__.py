"""Where an address of the console leads: in which of a person's projects the thing that it names stands."""
