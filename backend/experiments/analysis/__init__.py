"""From the numbers in the cells to verdicts. Loaded at first use, for it stands on NumPy."""
