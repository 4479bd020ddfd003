"""Durable jobs: DBOS beside the product's own tables."""
