"""Differences between two manifests, as the API shows them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from migrations_app.api.enums import DIFF_STATES
from migrations_app.api.v1.shown import Out
from migrations_app.domain.manifests.diff import ObjectDiff


class FieldDiffOut(Out):
    path = serializers.CharField()
    before = serializers.JSONField()
    after = serializers.JSONField()


class ObjectDiffOut(Out):
    object = serializers.CharField()
    state = serializers.ChoiceField(choices=DIFF_STATES)
    fields_ = FieldDiffOut(many=True)
    lines = serializers.ListField(child=serializers.CharField())

    def get_fields(self) -> dict[str, Any]:
        """``fields`` is a name that serializers use themselves."""
        return {
            "fields" if name == "fields_" else name: field
            for name, field in super().get_fields().items()
        }


def diff_json(item: ObjectDiff) -> dict[str, Any]:
    """One object that differs."""
    return {
        "object": item.label,
        "state": item.state.value,
        "fields": [
            {"path": field.path, "before": field.before, "after": field.after}
            for field in item.fields
        ],
        "lines": list(item.lines),
    }
