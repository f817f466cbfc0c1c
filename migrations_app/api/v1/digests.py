"""From a manifest digest to everything that bears it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from migrations_app.api.doors import Door
from migrations_app.api.v1.rehearsals import RehearsalRow
from migrations_app.api.v1.revisions import HEAVY, RevisionOut
from migrations_app.api.v1.shown import Out
from migrations_app.queries.digests import bearers

_MOST = 200


class DigestOut(Out):
    digest = serializers.CharField()
    revisions = RevisionOut(many=True)
    rehearsals = RehearsalRow(many=True)


class DigestDoor(Door):
    """One manifest digest."""

    @extend_schema(responses=DigestOut)
    def retrieve(self, _request: Request, digest: str, **_path: Any) -> Response:
        """The revisions with this digest or base digest, and the rehearsals of that base."""
        found = bearers(self.actor, digest)
        revisions = list(found.revisions.defer(*HEAVY)[:_MOST])
        rehearsals = list(found.rehearsals[:_MOST])
        if not revisions and not rehearsals:
            raise NotFound
        return Response(
            {
                "digest": digest,
                "revisions": RevisionOut(revisions, many=True).data,
                "rehearsals": RehearsalRow(rehearsals, many=True).data,
            }
        )
