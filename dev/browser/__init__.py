"""The portal in a real browser: for the tests, and for pictures of its pages."""
