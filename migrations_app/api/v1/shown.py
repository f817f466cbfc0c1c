"""Parts that many answers have in common."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from migrations_app.api.enums import CHANGE_KINDS, LOSS_OUTCOMES, SEVERITIES, SOURCE_KINDS

Out = serializers.Serializer[Any]


class PlaceOut(Out):
    """A spot in a file and in an object; lines and columns count from 1, 0 means unknown."""

    file = serializers.CharField()
    line = serializers.IntegerField()
    column = serializers.IntegerField()
    object = serializers.CharField(help_text="Kind/name, as in Deployment/web.")
    path = serializers.CharField(help_text="A JSON pointer into the object.")


class FindingOut(Out):
    fingerprint = serializers.CharField(help_text="Stays the same when lines move.")
    code = serializers.CharField(help_text="As in docs/checks.md.")
    severity = serializers.ChoiceField(choices=SEVERITIES)
    place = PlaceOut()
    message = serializers.CharField()
    why = serializers.CharField()
    fix = serializers.CharField()
    fixable = serializers.BooleanField(help_text="Its fix can be accepted with one request.")
    waivable = serializers.BooleanField()
    waived = serializers.BooleanField()
    mended = serializers.BooleanField(help_text="Rendering has put it right already.")


class ChoiceOut(Out):
    value = serializers.CharField()
    label: Any = serializers.CharField()


class QuestionOut(Out):
    id = serializers.CharField()
    code = serializers.CharField()
    text = serializers.CharField()
    why = serializers.CharField()
    choices = ChoiceOut(many=True, help_text="Empty: any text will do.")
    recommended = serializers.CharField()
    answer = serializers.CharField(
        allow_null=True, help_text="Null while the recommended answer is in force."
    )


class LossOut(Out):
    path = serializers.CharField(help_text="A JSON pointer into the source.")
    outcome = serializers.ChoiceField(choices=LOSS_OUTCOMES)
    target = serializers.CharField(help_text="What it became; empty if nothing.")
    reason = serializers.CharField()


class ChangeOut(Out):
    """One thing that was done to one field."""

    object = serializers.CharField()
    path = serializers.CharField()
    kind = serializers.ChoiceField(choices=CHANGE_KINDS)
    by = serializers.CharField(help_text="A preset as name@version, a question, a check …")
    why = serializers.CharField()
    before = serializers.JSONField()
    after = serializers.JSONField()
    file = serializers.CharField()
    line = serializers.IntegerField()


class OriginStepOut(Out):
    kind = serializers.ChoiceField(choices=CHANGE_KINDS)
    by = serializers.CharField()
    why = serializers.CharField()


class OriginOut(Out):
    """Where one value of a manifest comes from, and what was done to it since."""

    object = serializers.CharField()
    path = serializers.CharField()
    file = serializers.CharField(help_text="Empty: it stands in no source.")
    line = serializers.IntegerField()
    steps = OriginStepOut(many=True)


class FileErrorOut(Out):
    code = serializers.CharField()
    detail = serializers.CharField()
    line = serializers.IntegerField()
    column = serializers.IntegerField()


class FileOut(Out):
    path = serializers.CharField()
    kind = serializers.ChoiceField(choices=SOURCE_KINDS)
    errors: Any = FileErrorOut(many=True)


class FieldErrorOut(Out):
    """What is wrong with one part of a request, or with one place in a file."""

    pointer = serializers.CharField(help_text="A JSON pointer; empty for the whole.")
    code = serializers.CharField()
    detail = serializers.CharField()
    file = serializers.CharField(required=False)
    line = serializers.IntegerField(required=False)
    column = serializers.IntegerField(required=False)
    object = serializers.CharField(required=False)


class GateOut(Out):
    code = serializers.CharField()
    open = serializers.BooleanField()
    why = serializers.CharField()
    findings = FindingOut(many=True, help_text="What closes it, where findings do.")


class ProblemOut(Out):
    """Every error (RFC 9457). ``code`` is stable and never translated."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    errors: Any = FieldErrorOut(many=True)
    gates = GateOut(many=True, required=False, help_text="With gate_closed: all of them.")
    run = serializers.UUIDField(required=False, help_text="With run_active: the run under way.")
