"""Names that people give themselves, their company or a passkey: others read just what was written."""

from contracts.texts import seen


def flaw(name: str) -> str | None:
    """The sentence that says why nobody can be called so; None for a good name."""
    try:
        seen(name)
    except ValueError:
        return "This name has a character that nobody sees. Type it anew."
    return None
