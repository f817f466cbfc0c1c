"""People and their roles."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from migrations_app.actions import access, memberships, users
from migrations_app.actions.permissions import Verb
from migrations_app.api.doors import Door
from migrations_app.api.enums import ROLES
from migrations_app.api.preconditions import content_tag, require_match
from migrations_app.api.shapes import Query, Strict, Text
from migrations_app.api.v1.shown import Out
from migrations_app.domain.people.roles import Role
from migrations_app.models import Application, Membership, User


class UserOut(Out):
    id = serializers.UUIDField()
    username = serializers.CharField()
    email = serializers.CharField()
    active = serializers.BooleanField(source="is_active")
    language = serializers.CharField()
    time_zone = serializers.CharField()
    created = serializers.DateTimeField(source="date_joined")
    last_login = serializers.DateTimeField(allow_null=True)


class UserIn(Strict):
    username = Text(max_length=150)
    password = Text(
        max_length=4096, required=False, help_text="Without one nobody can log in by password."
    )
    email = Text(max_length=254, required=False, default="", allow_blank=True)
    role = serializers.ChoiceField(choices=ROLES, required=False)
    application = Text(
        max_length=63, required=False, help_text="Where the role is held; default: everywhere."
    )


class UserPatch(Strict):
    email = Text(max_length=254, required=False, allow_blank=True)
    active = serializers.BooleanField(required=False)


class UserQuery(Query):
    q = serializers.CharField(max_length=150, required=False)
    active = serializers.BooleanField(required=False, allow_null=True, default=None)
    ordering = serializers.ChoiceField(
        choices=["username", "-username"], required=False, default="username"
    )


class MembershipOut(Out):
    id = serializers.UUIDField()
    user = serializers.CharField(source="user.username")
    application = serializers.CharField(
        source="application.slug", allow_null=True, default=None, help_text="Null: everywhere."
    )
    role = serializers.ChoiceField(choices=ROLES)
    created = serializers.DateTimeField()


class MembershipIn(Strict):
    user = Text(max_length=150, help_text="A user's name.")
    role = serializers.ChoiceField(choices=ROLES)
    application = Text(
        max_length=63, required=False, allow_null=True, help_text="Default: everywhere."
    )


class MembershipQuery(Query):
    user = serializers.CharField(max_length=150, required=False)
    application = serializers.CharField(max_length=63, required=False)
    role = serializers.ChoiceField(choices=ROLES, required=False)


class UserDoor(Door):
    """Accounts, for administrators."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        access.require_everywhere(actor=self.actor, verb=Verb.MANAGE_USERS)

    @extend_schema(parameters=[UserQuery], responses=UserOut(many=True))
    def list(self, _request: Request) -> Response:
        """All accounts."""
        wanted = self.query(UserQuery)
        rows = User.objects.order_by(wanted["ordering"])
        if wanted.get("q"):
            rows = rows.filter(username__icontains=wanted["q"])
        if wanted["active"] is not None:
            rows = rows.filter(is_active=wanted["active"])
        return self.page(rows, UserOut)

    @extend_schema(request=UserIn, responses={201: UserOut})
    def create(self, _request: Request) -> Response:
        """Make an account, with one role from the start if one is given."""
        wanted = self.body(UserIn)
        role = wanted.pop("role", None)
        application = application_named(wanted.pop("application", None))
        user = users.create_user(
            actor=self.actor,
            role=Role(role) if role else None,
            application=application,
            **wanted,
        )
        headers = {"Location": f"/api/v1/users/{user.pk}/"}
        return Response(UserOut(user).data, status=201, headers=headers)

    @extend_schema(responses=UserOut)
    def retrieve(self, _request: Request, **_path: Any) -> Response:
        """One account."""
        return Response(UserOut(self._user()).data)

    @extend_schema(request=UserPatch, responses=UserOut)
    def partial_update(self, request: Request, **_path: Any) -> Response:
        """Change an account, or take it out of use; its tokens stop working with it."""
        user = self._user()
        require_match(request, content_tag(UserOut(user).data))
        changed = users.change_user(actor=self.actor, user=user, **self.body(UserPatch))
        shown = UserOut(changed).data
        return Response(shown, headers={"ETag": content_tag(shown)})

    def _user(self) -> User:
        return self.find(User.objects.all(), pk=self.kwargs["user_id"])


class MembershipDoor(Door):
    """Who holds which role, and where; for administrators."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        access.require_everywhere(actor=self.actor, verb=Verb.MANAGE_USERS)

    @extend_schema(parameters=[MembershipQuery], responses=MembershipOut(many=True))
    def list(self, _request: Request) -> Response:
        """All memberships."""
        wanted = self.query(MembershipQuery)
        rows = Membership.objects.select_related("user", "application")
        for key, column in (
            ("user", "user__username"),
            ("application", "application__slug"),
            ("role", "role"),
        ):
            if wanted.get(key):
                rows = rows.filter(**{column: wanted[key]})
        return self.page(rows.order_by("user__username", "created", "pk"), MembershipOut)

    @extend_schema(request=MembershipIn, responses={201: MembershipOut})
    def create(self, _request: Request) -> Response:
        """Give somebody a role, in one application or everywhere."""
        wanted = self.body(MembershipIn)
        made = memberships.grant(
            actor=self.actor,
            user=user_named(wanted["user"]),
            role=Role(wanted["role"]),
            application=application_named(wanted.get("application")),
        )
        headers = {"Location": f"/api/v1/memberships/{made.pk}/"}
        return Response(MembershipOut(made).data, status=201, headers=headers)

    @extend_schema(responses=MembershipOut)
    def retrieve(self, _request: Request, **_path: Any) -> Response:
        """One membership."""
        return Response(MembershipOut(self._membership()).data)

    @extend_schema(responses={204: None})
    def destroy(self, _request: Request, **_path: Any) -> Response:
        """Take a role back; the last administrator stays."""
        memberships.revoke(actor=self.actor, membership=self._membership())
        return Response(status=204)

    def _membership(self) -> Membership:
        rows = Membership.objects.select_related("user", "application")
        return self.find(rows, pk=self.kwargs["membership_id"])


def user_named(name: str) -> User:
    """Whoever is called this.

    Raises:
        ValidationError: nobody is.
    """
    found = User.objects.filter(username=name).first()
    if found is None:
        raise serializers.ValidationError(
            {"user": [gettext("Nobody has this name.")]}, "unknown_user"
        )
    return found


def application_named(slug: str | None) -> Application | None:
    """The application with this slug; None for all of them.

    Raises:
        ValidationError: there is no such application.
    """
    if slug is None:
        return None
    found = Application.objects.filter(slug=slug).first()
    if found is None:
        raise serializers.ValidationError(
            {"application": [gettext("There is no such application.")]}, "unknown_application"
        )
    return found
