"""Who asks: a token first, then a session."""

from __future__ import annotations

from django.utils.translation import gettext
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from migrations_app.actions import tokens
from migrations_app.api.errors import Refused
from migrations_app.api.origin import client_ip, request_id
from migrations_app.models import AuthToken, User

SCHEME = "Bearer"


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer TOKEN``. Other schemes are left to whoever comes next."""

    def authenticate(self, request: Request) -> tuple[User, AuthToken] | None:
        """The token's owner and the token.

        Raises:
            AuthenticationFailed: the token is unknown, expired or revoked; never which.
            Refused: too many such tokens came from this address.
        """
        scheme, _blank, text = get_authorization_header(request).partition(b" ")
        if scheme.lower() != SCHEME.lower().encode():
            return None
        told = {"ip": client_ip(request._request), "request_id": request_id(request._request)}
        token = tokens.use_token(text=_decoded(text.strip()), **told)
        if token is not None:
            return token.user, token
        wait = tokens.note_unknown_token(**told)
        if wait:
            raise Refused(
                429,
                "too_many_failures",
                gettext("Too many requests with tokens that are not valid. Wait, then try again."),
                headers={"Retry-After": str(wait)},
            )
        raise AuthenticationFailed(
            gettext("The token is not valid: unknown, expired or revoked. Make a new one.")
        )

    def authenticate_header(self, _request: Request) -> str:
        return f'{SCHEME} realm="kakehashi"'


def _decoded(text: bytes) -> str:
    return text.decode("latin-1")
