"""Services: the units that migrate, and the sources each of them came from."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from migrations_app.domain.pipeline.phases import Phase
from migrations_app.models.applications import Application
from migrations_app.models.ids import new_id
from migrations_app.models.sources import Source


class Service(models.Model):
    """One workload. ``version`` rises with every change that a gate reads, and is the ETag.

    What identifies it is ``workload_kind``, ``namespace`` and ``name`` as they were read, or
    ``identity`` where a source carries one. ``key`` is what addresses use, and never changes.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    application = models.ForeignKey(Application, models.PROTECT, related_name="services")
    workload_kind = models.CharField(max_length=63)
    namespace = models.CharField(max_length=253, blank=True)
    name = models.CharField(max_length=253)
    identity = models.CharField(max_length=500, blank=True)
    key = models.CharField(max_length=63)
    phase = models.CharField(
        max_length=10, choices=[(p.value, p.value) for p in Phase], default=Phase.LOCAL.value
    )
    phase_since = models.DateTimeField(db_default=Now())
    owner = models.CharField(max_length=150, blank=True)
    labels: models.JSONField[dict[str, str]] = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    created = models.DateTimeField(auto_now_add=True)
    archived = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["application", "key"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["application", "key"], name="one_service_per_key"),
            models.CheckConstraint(
                condition=Q(phase__in=[p.value for p in Phase]), name="service_phase_known"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["application", "phase", "archived"], name="service_board"),
            models.Index(
                fields=["application", "workload_kind", "namespace", "name"],
                name="service_identified",
            ),
            models.Index(fields=["owner"], name="service_owner"),
        ]

    def __str__(self) -> str:
        return self.key


class ServiceSource(models.Model):
    """That a source told of a service, in which member file and under which name.

    ``number`` counts the sources of one service from 1; the highest is the one in force.
    ``read_name`` is what the source calls the workload, ``object_name`` what it is called after
    mending.
    """

    service = models.ForeignKey(Service, models.PROTECT, related_name="service_sources")
    source = models.ForeignKey(Source, models.PROTECT, related_name="service_sources")
    number = models.PositiveIntegerField()
    member_path = models.CharField(max_length=500)
    workload_kind = models.CharField(max_length=63)
    namespace = models.CharField(max_length=253, blank=True)
    read_name = models.CharField(max_length=253, blank=True)
    object_name = models.CharField(max_length=253)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["service", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["service", "number"], name="one_source_per_number"),
            models.UniqueConstraint(fields=["service", "source"], name="one_source_per_service"),
        ]

    def __str__(self) -> str:
        return f"{self.service} from {self.source}"


class Assessment(models.Model):
    """What rendering a service with its present inputs, and no environment, brings up.

    Written anew whenever an input changes; ``inputs_digest`` says which inputs it is of. The JSON
    fields hold ``domain.records``; ``severities`` counts open findings by severity.
    """

    service = models.OneToOneField(Service, models.PROTECT, related_name="assessment")
    inputs_digest = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    text = models.TextField()
    findings: models.JSONField[list[Any]] = models.JSONField(default=list)
    questions: models.JSONField[list[Any]] = models.JSONField(default=list)
    loss: models.JSONField[list[Any]] = models.JSONField(default=list)
    trail: models.JSONField[list[Any]] = models.JSONField(default=list)
    renames: models.JSONField[list[Any]] = models.JSONField(default=list)
    provenance: models.JSONField[list[Any]] = models.JSONField(default=list)
    missing_parameters: models.JSONField[list[str]] = models.JSONField(default=list)
    worst = models.CharField(max_length=8, blank=True)
    severities: models.JSONField[dict[str, int]] = models.JSONField(default=dict)
    open_questions = models.PositiveIntegerField(default=0)
    problem: models.JSONField[dict[str, Any]] = models.JSONField(default=dict)
    made = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar = ["service"]
        indexes: ClassVar = [models.Index(fields=["worst"], name="assessment_worst")]

    def __str__(self) -> str:
        return f"{self.service}: {self.worst or 'no findings'}"
