"""What is taken away and given out of the people whom agents serve: all of one person's, or what is too old."""
