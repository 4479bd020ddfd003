"""A rule watches a figure of the log over a window, and tells people once when it crosses a threshold."""
