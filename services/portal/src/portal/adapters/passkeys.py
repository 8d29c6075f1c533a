"""Web Authentication by py_webauthn."""

from collections.abc import Generator
from contextlib import contextmanager

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from portal.application.accounts import Account
from portal.application.passkeys import NewPasskey, Passkey, PasskeyRefused, Shown

MOST_CREDENTIAL_BYTES = 1023
"""Web Authentication, level 3, section 5.8.3."""


class WebAuthn:
    """Implements Ceremonies for the host of one address. Every passkey is discoverable and verifies its owner."""

    def __init__(self, *, host: str, origin: str, name: str) -> None:
        self._host, self._origin, self._name = host, origin, name

    def to_make(self, account: Account, challenge: bytes, known: list[bytes]) -> str:
        options = generate_registration_options(
            rp_id=self._host,
            rp_name=self._name,
            user_id=account.account.encode(),
            user_name=account.email,
            user_display_name=account.name,
            challenge=challenge,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                require_resident_key=True,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=_described(known),
        )
        return options_to_json(options)

    def made(self, answer: str, challenge: bytes) -> NewPasskey:
        with _refused():
            made = verify_registration_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=self._host,
                expected_origin=self._origin,
                require_user_verification=True,
            )
        if len(made.credential_id) > MOST_CREDENTIAL_BYTES:
            raise PasskeyRefused("its name is too long")
        return NewPasskey(made.credential_id, made.credential_public_key, made.sign_count)

    def to_show(self, challenge: bytes, known: list[bytes]) -> str:
        options = generate_authentication_options(
            rp_id=self._host,
            challenge=challenge,
            allow_credentials=_described(known),
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return options_to_json(options)

    def shown(self, answer: str) -> Shown:
        with _refused():
            said = parse_authentication_credential_json(answer)
            handle = said.response.user_handle
            return Shown(said.raw_id, None if handle is None else handle.decode(), answer)

    def verified(self, shown: Shown, challenge: bytes, passkey: Passkey) -> int:
        with _refused():
            verified = verify_authentication_response(
                credential=shown.answer,
                expected_challenge=challenge,
                expected_rp_id=self._host,
                expected_origin=self._origin,
                credential_public_key=passkey.public_key,
                credential_current_sign_count=passkey.sign_count,
                require_user_verification=True,
            )
        return verified.new_sign_count


def _described(credentials: list[bytes]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=one) for one in credentials]


@contextmanager
def _refused() -> Generator[None]:
    """What a stranger sends may be anything: base64 that is none, JSON without an end."""
    try:
        yield
    except (WebAuthnException, ValueError, RecursionError) as error:
        raise PasskeyRefused(f"{type(error).__name__}: {error}"[:200]) from None
