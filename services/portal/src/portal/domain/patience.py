"""How often somebody may try a password in vain.

What counts is the pair of account and network, so a stranger elsewhere can't keep the owner out; and the network alone,
so that nobody tries one password on many accounts.
"""

from ipaddress import ip_address, ip_network

WINDOW_SECONDS = 15 * 60
MOST_FOR_ACCOUNT = 8
"""Failures of one network with one account in the window: typing errors of a person stay below."""
MOST_OF_NETWORK = 60
"""Failures of one network with any accounts: an office behind one address stays below."""


def network_of(address: str) -> str:
    """The network that an address counts as: one IPv4 address, or the /64 that one customer has of IPv6."""
    try:
        length = 64 if ip_address(address).version == 6 else 32
    except ValueError:
        return "unknown"
    return str(ip_network(f"{address}/{length}", strict=False))


def may_try(*, with_account: int, of_network: int) -> bool:
    """Whether one more try is allowed after so many failures in the window."""
    return with_account < MOST_FOR_ACCOUNT and of_network < MOST_OF_NETWORK
