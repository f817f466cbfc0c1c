"""Who holds which role, and where."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from migrations_app.domain.people.roles import Role
from migrations_app.models.applications import Application
from migrations_app.models.ids import new_id
from migrations_app.models.users import User


class Membership(models.Model):
    """A role of one person in one application, or in all of them (``application`` is null)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    application = models.ForeignKey(
        Application, models.PROTECT, null=True, blank=True, related_name="memberships"
    )
    role = models.CharField(max_length=13, choices=[(r.value, r.value) for r in Role])
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["user__username", "created"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "application", "role"], name="one_membership_per_role"
            ),
            models.UniqueConstraint(
                fields=["user", "role"],
                condition=Q(application=None),
                name="one_membership_per_role_everywhere",
            ),
            models.CheckConstraint(
                condition=Q(role__in=[r.value for r in Role]), name="membership_role_known"
            ),
        ]

    def __str__(self) -> str:
        where = self.application.slug if self.application else "all applications"
        return f"{self.user} is {self.role} of {where}"
