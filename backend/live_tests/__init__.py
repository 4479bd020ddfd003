"""A label split over versions while people talk to them."""
