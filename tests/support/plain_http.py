"""Clients of services on this machine, which speak plain HTTP."""

import ssl

import httpx

_NO_AUTHORITIES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""httpx loads every known authority for each client otherwise, a tenth of a second of processor time."""


def plain_client(address: str = "", *, seconds: float = 30) -> httpx.AsyncClient:
    """A client whose paths begin at `address`, and whose requests may take so long."""
    return httpx.AsyncClient(base_url=address, timeout=seconds, verify=_NO_AUTHORITIES)


def answer_of(url: str) -> tuple[int, str]:
    """Status and text of what is said there now; 0 where nobody answers."""
    try:
        answer = httpx.get(url, timeout=5, verify=_NO_AUTHORITIES)
    except httpx.TransportError:
        return 0, ""
    return answer.status_code, answer.text
