"""What finds phone numbers, and expressions of people's own in linear time."""
