"""Sources and services."""

from __future__ import annotations

import hashlib

import factory
from factory.django import DjangoModelFactory

from migrations_app.models import Service, ServiceSource, Source


class SourceFactory(DjangoModelFactory[Source]):
    class Meta:
        model = Source

    kind = "kubernetes"
    way = "upload"
    title = "service.yaml"
    author_name = "somebody"
    digest = factory.Sequence(lambda n: hashlib.sha256(f"digest {n}".encode()).hexdigest())
    keyed_hash = factory.Sequence(lambda n: hashlib.sha256(f"hash {n}".encode()).hexdigest())


class ServiceFactory(DjangoModelFactory[Service]):
    class Meta:
        model = Service

    workload_kind = "Deployment"
    name = factory.Sequence(lambda n: f"service-{n}")
    key = factory.LazyAttribute(lambda made: made.name)


class ServiceSourceFactory(DjangoModelFactory[ServiceSource]):
    class Meta:
        model = ServiceSource

    number = 1
    member_path = "service.yaml"
    workload_kind = "Deployment"
    object_name = factory.LazyAttribute(lambda made: made.service.name)
    read_name = factory.LazyAttribute(lambda made: made.service.name)
