"""Readers of other makes for what we publish, which are written in JavaScript: npm's packages, locked by digest."""
