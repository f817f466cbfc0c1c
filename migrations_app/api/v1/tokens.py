"""Tokens for scripts: one's own, and for administrators those of everybody."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from migrations_app.actions import access, permissions, tokens
from migrations_app.actions.permissions import Verb
from migrations_app.api.doors import Door
from migrations_app.api.enums import SCOPES
from migrations_app.api.shapes import Query, Strict, Text
from migrations_app.api.v1.people import user_named
from migrations_app.api.v1.shown import Out
from migrations_app.domain.people.roles import Scope
from migrations_app.models import AuthToken, User


class TokenOut(Out):
    id = serializers.UUIDField()
    user = serializers.CharField(source="user.username")
    name = serializers.CharField()
    hint = serializers.CharField(help_text="Its first and last characters.")
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=SCOPES))
    created = serializers.DateTimeField()
    expires = serializers.DateTimeField()
    last_used = serializers.DateTimeField(allow_null=True)
    revoked = serializers.DateTimeField(allow_null=True)


class NewTokenOut(TokenOut):
    token = serializers.CharField(
        allow_null=True, help_text="The token itself, this once and never again."
    )


class TokenIn(Strict):
    name = Text(max_length=100, required=False, default="token")
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=SCOPES),
        min_length=1,
        max_length=len(SCOPES),
        required=False,
        help_text="Default: every scope that the owner's roles allow.",
    )
    days = serializers.IntegerField(
        min_value=1, max_value=tokens.MOST_DAYS, required=False, default=tokens.DEFAULT_DAYS
    )
    user = Text(max_length=150, required=False, help_text="Default: oneself.")


class TokenDoor(Door):
    """One's own tokens; for administrators those of everybody."""

    shown_once = ("token",)

    @extend_schema(parameters=[Query], responses=TokenOut(many=True))
    def list(self, _request: Request) -> Response:
        """Tokens, latest first."""
        self.query(Query)
        return self.page(self._tokens().order_by("-created", "pk"), TokenOut)

    @extend_schema(request=TokenIn, responses={201: NewTokenOut})
    def create(self, _request: Request) -> Response:
        """Make a token. Its text is in this answer and nowhere else."""
        wanted = self.body(TokenIn)
        name, scopes = wanted.pop("user", None), wanted.pop("scopes", None)
        owner = self._oneself()
        if name is not None and name != owner.username:
            access.require_everywhere(actor=self.actor, verb=Verb.MANAGE_USERS)
            owner = user_named(name)
        token, text = tokens.create_token(
            actor=self.actor,
            user=owner,
            scopes=None if scopes is None else [Scope(scope) for scope in scopes],
            **wanted,
        )
        return Response(
            {**TokenOut(token).data, "token": text},
            status=201,
            headers={"Location": f"/api/v1/tokens/{token.pk}/"},
        )

    @extend_schema(responses=TokenOut)
    def retrieve(self, _request: Request, **_path: Any) -> Response:
        """One token, without its text."""
        return Response(TokenOut(self._token()).data)

    @extend_schema(request=None, responses=TokenOut)
    @action(detail=True, methods=["post"])
    def revoke(self, _request: Request, **_path: Any) -> Response:
        """Make a token useless for ever."""
        revoked = tokens.revoke_token(actor=self.actor, token=self._token())
        return Response(TokenOut(revoked).data)

    def _oneself(self) -> User:
        user = self.actor.user
        if user is None:
            raise NotAuthenticated
        return user

    def _tokens(self) -> QuerySet[AuthToken]:
        rows = AuthToken.objects.select_related("user")
        if permissions.allows(self.actor, Verb.MANAGE_USERS):
            return rows
        return rows.filter(user=self.actor.user)

    def _token(self) -> AuthToken:
        return self.find(self._tokens(), pk=self.kwargs["token_id"])
