"""What can't be undone asks for the password, or a passkey, again, unless it was given a moment ago."""

from datetime import timedelta

from fastapi import Request

from portal.application.accounts import Session
from portal.application.passkeys import PasskeyRefused
from portal.application.patience import TooManyTries
from portal.application.signing_in import WrongPassword
from portal.entrypoints.web.dependencies import Services
from portal.entrypoints.web.forms import Form
from portal.entrypoints.web.pages import address_of, words_for

FRESH = timedelta(minutes=15)
"""A password that was given so long ago still counts: several boxes are worked one after the other."""
PASSWORD = "confirming_password"  # noqa: S105 - a name
PASSKEY = "confirming_passkey"


class ConfirmFirst(Exception):  # noqa: N818 - states the world
    """The form waits for the password; all that was typed is sent again with it."""

    def __init__(self, form: Form, error: str = "") -> None:
        super().__init__(error)
        self.form = form
        self.error = error


async def require_password(request: Request, services: Services, session: Session, form: Form) -> None:
    """Go on if whoever uses the session has just shown to be its owner; raises ConfirmFirst."""
    if services.clock() - session.confirmed < FRESH:
        return
    _ = words_for(request)
    password, passkey = form.secret(PASSWORD), form.text(PASSKEY)
    if not password and not passkey:
        raise ConfirmFirst(form)
    try:
        if passkey:
            await services.signing_in.confirm_by_passkey(session, passkey, address=address_of(request))
        else:
            await services.signing_in.confirm(session, password, address=address_of(request))
    except PasskeyRefused:
        raise ConfirmFirst(form, _("This passkey was not taken.")) from None
    except WrongPassword:
        raise ConfirmFirst(form, _("This is not your password.")) from None
    except TooManyTries:
        raise ConfirmFirst(form, _("Too many tries from here. Wait a quarter of an hour.")) from None
