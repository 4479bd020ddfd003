"""What is kept of the words that tell who somebody is: a placeholder in their place."""
