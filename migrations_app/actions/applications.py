"""Applications and their environments."""

from __future__ import annotations

import re
import zoneinfo
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from migrations_app.actions import audit, permissions
from migrations_app.actions.permissions import Actor, Verb
from migrations_app.actions.unit import action
from migrations_app.domain.audit.tags import Tag
from migrations_app.domain.errors import Conflict, InvalidInput, Problem, StaleState
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.names import is_label
from migrations_app.models import Application, Environment, Service
from migrations_app.models.applications import ENVIRONMENTS

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_VERSION = re.compile(r"1\.[0-9]{2}")


@action
def create_application(*, actor: Actor, slug: str, name: str = "") -> Application:
    """Make an application with its environments local, staging and production.

    Raises:
        InvalidInput: the slug is no DNS label.
        Conflict: the slug is taken.
    """
    permissions.require(actor, Verb.CREATE_APPLICATION)
    if not _SLUG.fullmatch(slug):
        raise InvalidInput(
            msg(
                "%(slug)s cannot be a slug. Use 1 to 63 of a-z, 0-9 and -, beginning and ending "
                "with a letter or digit.",
                slug=slug,
            )
        )
    try:
        with transaction.atomic():
            application = Application.objects.create(slug=slug, name=_name(name or slug))
    except IntegrityError:
        raise Conflict(msg("The application %(slug)s is there already.", slug=slug)) from None
    for environment in ENVIRONMENTS:
        Environment.objects.create(application=application, name=environment)
    audit.record(
        tag=Tag.APPLICATION_CREATED,
        actor=actor,
        data={"slug": slug, "name": application.name},
        application=application,
    )
    return application


@action
def change_application(
    *, actor: Actor, application: Application, name: str, version: int | None = None
) -> Application:
    """Rename an application. Its slug never changes.

    Raises:
        StaleState: it was changed since ``version`` was read.
    """
    permissions.require(actor, Verb.EDIT_APPLICATION, application)
    before = application.name
    rows = Application.objects.filter(pk=application.pk)
    if version is not None:
        rows = rows.filter(version=version)
    if not rows.update(name=_name(name), version=F("version") + 1):
        raise StaleState(_changed_meanwhile())
    audit.record(
        tag=Tag.APPLICATION_CHANGED,
        actor=actor,
        data={"name": {"from": before, "to": name}},
        application=application,
    )
    application.refresh_from_db()
    return application


@action
def archive_application(*, actor: Actor, application: Application) -> Application:
    """Put an application and its services out of sight; nothing is deleted.

    Raises:
        Conflict: it is archived already.
    """
    permissions.require(actor, Verb.EDIT_APPLICATION, application)
    now = timezone.now()
    rows = Application.objects.filter(pk=application.pk, archived=None)
    if not rows.update(archived=now, version=F("version") + 1):
        raise Conflict(msg("The application is archived already."))
    services = Service.objects.filter(application=application, archived=None)
    count = services.update(archived=now, version=F("version") + 1)
    audit.record(
        tag=Tag.APPLICATION_ARCHIVED,
        actor=actor,
        data={"services": str(count)},
        application=application,
    )
    application.refresh_from_db()
    return application


@dataclass(frozen=True, slots=True)
class Target:
    """What an environment is: where revisions for it are meant to run."""

    cluster: str = ""
    namespace: str = ""
    kubernetes_version: str = ""
    time_zone: str = "UTC"


@action
def put_environment(
    *,
    actor: Actor,
    application: Application,
    name: str,
    target: Target,
    version: int | None = None,
) -> tuple[Environment, bool]:
    """Say what an environment is; one that is not there yet is made (second value True).

    Raises:
        InvalidInput: with everything that is wrong with the target.
        StaleState: it was changed since ``version`` was read.
    """
    permissions.require(actor, Verb.EDIT_ENVIRONMENT, application)
    _check_target(name, target)
    values = {
        "cluster": target.cluster,
        "namespace": target.namespace,
        "kubernetes_version": target.kubernetes_version,
        "time_zone": target.time_zone,
    }
    environment, made = Environment.objects.get_or_create(
        application=application, name=name, defaults=values
    )
    if not made:
        rows = Environment.objects.filter(pk=environment.pk)
        if version is not None:
            rows = rows.filter(version=version)
        if not rows.update(**values, version=F("version") + 1):
            raise StaleState(_changed_meanwhile())
        environment.refresh_from_db()
    audit.record(
        tag=Tag.ENVIRONMENT_CHANGED,
        actor=actor,
        data={"environment": name, **values},
        application=application,
    )
    return environment, made


def _check_target(name: str, target: Target) -> None:
    problems: list[Problem] = []
    if not _SLUG.fullmatch(name):
        problems.append(_problem("name", msg("%(name)s is no DNS label.", name=name)))
    if target.namespace and not is_label(target.namespace):
        problems.append(
            _problem("namespace", msg("%(name)s is no DNS label.", name=target.namespace))
        )
    if target.kubernetes_version and not _VERSION.fullmatch(target.kubernetes_version):
        problems.append(
            _problem(
                "kubernetes_version",
                msg(
                    "%(version)s is no Kubernetes version such as 1.34.",
                    version=target.kubernetes_version,
                ),
            )
        )
    if target.time_zone not in zoneinfo.available_timezones():
        problems.append(
            _problem("time_zone", msg("There is no time zone %(name)s.", name=target.time_zone))
        )
    if problems:
        raise InvalidInput(msg("The environment cannot be kept like this."), problems)


def _problem(key: str, message: Message) -> Problem:
    return Problem(f"invalid_{key}", message)


def _name(text: str) -> str:
    if not text.strip() or len(text) > 200:
        raise InvalidInput(msg("A name has 1 to 200 characters."))
    return text.strip()


def _changed_meanwhile() -> Message:
    return msg("Somebody changed this meanwhile. Load it again, then repeat your change.")
