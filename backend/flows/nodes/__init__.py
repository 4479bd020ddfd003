"""The kinds of node, one file each. A new file here is found by the registry: nothing else has to change."""
