"""Marks between pages."""

AFTER_ALL = "g"
"""Sorts behind every hexadecimal digit."""
