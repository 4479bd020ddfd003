"""What stands before the pages: the session gate, and signing in without a line of script."""
