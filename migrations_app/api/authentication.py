"""Who asks: a token first, then a session."""

from __future__ import annotations

from rest_framework.authentication import BaseAuthentication


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer TOKEN``."""
