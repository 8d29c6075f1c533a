"""Which passwords may be chosen: long ones, of any characters (NIST SP 800-63B, 3.1.1)."""

LEAST_CHARACTERS = 12
MOST_CHARACTERS = 200
"""Hashing a longer one would only cost time."""


def weakness(password: str, email: str) -> str | None:
    """The sentence that says why a password can't be chosen; None for a good one."""
    if len(password) < LEAST_CHARACTERS:
        return "A password has at least 12 characters; a sentence is easy to remember."
    if len(password) > MOST_CHARACTERS:
        return "A password has at most 200 characters."
    if len(set(password)) < 5 or email.partition("@")[0].lower() in password.lower():
        return "This password is easy to guess; take one with more different characters and without your address."
    return None
