"""What may be written into the head of a letter as the one who gets it."""

from email.errors import MessageError
from email.headerregistry import Address

MOST_CHARACTERS = 254
"""RFC 5321, 4.5.3.1.3: a path has 256, with its brackets."""
_OF_THE_PARSER = (IndexError, AttributeError)
"""Defects of the standard library's parser, where nothing follows an @ or a [."""


def is_mail_address(text: str) -> bool:
    """Whether this is one address (`addr-spec` of RFC 5322), and neither a list nor one with a name or a comment."""
    try:
        return len(text) <= MOST_CHARACTERS and Address(addr_spec=text).addr_spec == text
    except (MessageError, ValueError, *_OF_THE_PARSER):
        return False
