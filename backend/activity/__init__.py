"""What happens now in a project, and where things are: read across the slices below, written nowhere."""
