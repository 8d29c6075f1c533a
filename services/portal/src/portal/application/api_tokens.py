"""Makes API tokens, and lets programs exchange them for tokens that live for a minute.

A secret has 256 random bits, so that its digest does not need to be slow. It is shown once and kept nowhere.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol

from prometheus_client import Counter

from portal.application.patience import Patience, TooManyTries
from portal.domain.api_tokens import CLIENT_ID, SECRET_PREFIX, ApiToken, granted
from runtime.logs import get_logger

CLIENT_ID_BYTES = 8
SECRET_BYTES = 32
KEPT = timedelta(days=90)
"""How long one that has ended or expired is still listed."""

_TOKENS = Counter(
    "licensing_portal_api_tokens", "API tokens by what became of them: made, used, ended, refused", ["result"]
)
_log = get_logger("portal.api_tokens")


@dataclass(frozen=True, slots=True)
class Made:
    """An API token with its secret, which nobody is shown again."""

    token: ApiToken
    secret: str = field(repr=False)


class TooManyTokens(Exception):  # noqa: N818 - states the world
    """The account has as many API tokens as it may have."""


class TokenRefused(Exception):  # noqa: N818 - states the world
    """Nobody gets a token for this; `error` is the word of RFC 6749, section 5.2, and the message is for the log."""

    def __init__(self, error: Literal["invalid_client", "invalid_scope"], reason: str) -> None:
        super().__init__(reason)
        self.error = error


class KeptApiTokens(Protocol):
    """Raises Trouble where the database is away. Secrets are kept by digest."""

    async def add(self, token: ApiToken, secret_digest: str) -> bool:
        """Whether it was added: False where the account is locked, or has as many as it may have."""
        ...

    async def find(self, client_id: str) -> tuple[ApiToken, str] | None:
        """An API token of an account that is active, with the digest of its secret."""
        ...

    async def of_account(self, account: str, now: datetime) -> list[ApiToken]:
        """The newest first; those that ended or expired too long ago are left out."""
        ...

    async def note_use(self, client_id: str, now: datetime) -> None:
        """Keep that it was used, to the minute."""
        ...

    async def end(self, account: str, client_id: str, now: datetime) -> bool:
        """Whether this very call ends it, for good."""
        ...


@dataclass(frozen=True, slots=True)
class ApiTokens:
    """What people and their programs do with API tokens."""

    kept: KeptApiTokens
    patience: Patience
    clock: Callable[[], datetime]

    async def make(self, account: str, company: str, *, name: str, scopes: frozenset[str], days: int) -> Made:
        """A new API token; raises TooManyTokens."""
        now = self.clock()
        token = ApiToken(
            client_id=f"tok_{secrets.token_hex(CLIENT_ID_BYTES)}",
            account=account,
            company=company,
            name=name,
            scopes=scopes,
            made=now,
            expires=now + timedelta(days=days),
        )
        secret = SECRET_PREFIX + secrets.token_urlsafe(SECRET_BYTES)
        if not await self.kept.add(token, _digest(secret)):
            raise TooManyTokens
        _TOKENS.labels("made").inc()
        _log.info("api_token_made", client_id=token.client_id, account=account, scopes=sorted(scopes), days=days)
        return Made(token, secret)

    async def end(self, account: str, client_id: str) -> None:
        """Let one of the account work no longer."""
        if await self.kept.end(account, client_id, self.clock()):
            _TOKENS.labels("ended").inc()
            _log.info("api_token_ended", client_id=client_id, account=account)

    async def exchange(
        self, client_id: str, secret: str, wanted: frozenset[str] | None, *, address: str
    ) -> tuple[ApiToken, frozenset[str]]:
        """The API token whose secret this is, and the scopes that its program gets; raises TokenRefused, TooManyTries.

        Tries are counted by client id and network: a stranger elsewhere keeps no program out.
        """
        try:
            token, scopes = await self._checked(client_id, secret, wanted, address)
        except (TokenRefused, TooManyTries) as no:
            _TOKENS.labels("refused").inc()
            reason = str(no) or "too many tries"
            _log.warning("api_token_refused", reason=reason, client_id=_shown(client_id))
            raise
        await self.kept.note_use(token.client_id, self.clock())
        _TOKENS.labels("used").inc()
        return token, scopes

    async def _checked(
        self, client_id: str, secret: str, wanted: frozenset[str] | None, address: str
    ) -> tuple[ApiToken, frozenset[str]]:
        counted = f"api token {_shown(client_id)}"
        await self.patience.check(counted, address=address)
        known = await self.kept.find(client_id) if CLIENT_ID.fullmatch(client_id) else None
        fits = hmac.compare_digest(_digest(secret), known[1] if known else _digest(""))
        if known is None or not fits:
            await self.patience.note(counted, address=address)
            raise TokenRefused("invalid_client", "there is no such API token with this secret")
        token = known[0]
        if (state := token.state(self.clock())) != "alive":
            raise TokenRefused("invalid_client", f"the API token is {state}")
        scopes = granted(token.scopes, wanted)
        if not scopes:
            raise TokenRefused("invalid_scope", "the API token does not hold these scopes")
        return token, scopes


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def _shown(client_id: str) -> str:
    """A client id as logs and counts may have it: whoever mixes the two up has typed the secret."""
    return client_id if CLIENT_ID.fullmatch(client_id) else "unknown"
