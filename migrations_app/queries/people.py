"""People as the administrators' page shows them."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from migrations_app.models import AuthToken, User


def listed(q: str = "", *, active: bool | None = None) -> QuerySet[User]:
    """Everybody with their roles, and ``valid_tokens``: how many tokens of theirs still work."""
    rows = User.objects.prefetch_related("memberships__application")
    if q:
        rows = rows.filter(Q(username__icontains=q) | Q(email__icontains=q))
    if active is not None:
        rows = rows.filter(is_active=active)
    valid = Q(tokens__revoked=None, tokens__expires__gt=timezone.now())
    return rows.annotate(valid_tokens=Count("tokens", filter=valid)).order_by(
        "-is_active", "username"
    )


def tokens(user: User) -> QuerySet[AuthToken]:
    """The tokens of one person, those that still work first."""
    return AuthToken.objects.filter(user=user).order_by("-revoked", "-created")
