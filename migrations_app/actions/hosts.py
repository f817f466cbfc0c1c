"""Podman hosts: adding them, changing them, noting what a test of one found."""

from __future__ import annotations

from dataclasses import asdict
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from migrations_app.actions import audit, permissions
from migrations_app.actions.permissions import Actor, Verb
from migrations_app.actions.unit import action
from migrations_app.domain.audit.tags import Tag
from migrations_app.domain.errors import Conflict, EngineError, InvalidInput, StaleState
from migrations_app.domain.hosts import parse_host_url
from migrations_app.domain.messages import msg
from migrations_app.domain.names import is_label
from migrations_app.models import Host
from migrations_app.models.hosts import LOCAL
from migrations_app.ports import EngineInfo


@transaction.atomic
def local_host() -> Host:
    """The Podman of this machine. It is there from the start and may be rehearsed on."""
    host, made = Host.objects.get_or_create(name=LOCAL, defaults={"allow_rehearsal": True})
    if made:
        audit.record(
            tag=Tag.HOST_ADDED,
            actor=Actor.system("setup"),
            data={"host": LOCAL, "url": "", "allow_rehearsal": True},
        )
    return host


@action
def add_host(*, actor: Actor, name: str, url: str, allow_rehearsal: bool = False) -> Host:
    """Add a host. Whether it answers is a matter of testing it.

    Raises:
        InvalidInput: the name or the URL is not acceptable.
        Conflict: the name is taken.
    """
    permissions.require(actor, Verb.MANAGE_HOSTS)
    if not is_label(name):
        raise InvalidInput(msg("%(name)s cannot be a host's name. Use a-z, 0-9 and -.", name=name))
    _check_url(url)
    try:
        with transaction.atomic():
            host = Host.objects.create(name=name, url=url, allow_rehearsal=allow_rehearsal)
    except IntegrityError:
        raise Conflict(msg("The host %(name)s is there already.", name=name)) from None
    audit.record(
        tag=Tag.HOST_ADDED,
        actor=actor,
        data={"host": name, "url": without_password(url), "allow_rehearsal": allow_rehearsal},
    )
    return host


@action
def change_host(
    *,
    actor: Actor,
    host: Host,
    url: str | None = None,
    allow_rehearsal: bool | None = None,
    version: int | None = None,
) -> Host:
    """Change where a host is, or whether it may be rehearsed on.

    Raises:
        StaleState: it was changed since ``version`` was read.
    """
    permissions.require(actor, Verb.MANAGE_HOSTS)
    changes: dict[str, str | bool] = {}
    if url is not None:
        if host.name != LOCAL or url:
            _check_url(url)
        changes["url"] = url
    if allow_rehearsal is not None:
        changes["allow_rehearsal"] = allow_rehearsal
    rows = Host.objects.filter(pk=host.pk)
    if version is not None:
        rows = rows.filter(version=version)
    if not rows.update(**changes, version=F("version") + 1):
        raise StaleState(
            msg("Somebody changed this meanwhile. Load it again, then repeat your change.")
        )
    shown = {k: without_password(v) if isinstance(v, str) else v for k, v in changes.items()}
    audit.record(tag=Tag.HOST_CHANGED, actor=actor, data={"host": host.name, **shown})
    host.refresh_from_db()
    return host


@action
def note_test(*, actor: Actor, host: Host, found: EngineInfo | EngineError) -> Host:
    """Keep what a test of a host found: the engine's description, or why there is none."""
    permissions.require(actor, Verb.MANAGE_HOSTS)
    if isinstance(found, EngineInfo):
        note_seen(host=host, info=found)
        data = {"host": host.name, "podman": found.version}
    else:
        Host.objects.filter(pk=host.pk).update(last_error=str(found.message))
        data = {"host": host.name, "error": found.code}
    audit.record(
        tag=Tag.HOST_TESTED,
        actor=actor,
        data=data,
        outcome=audit.OK if isinstance(found, EngineInfo) else audit.FAILED,
    )
    host.refresh_from_db()
    return host


def note_seen(*, host: Host, info: EngineInfo) -> None:
    """Keep when a host last answered, and as what. Seeing is no change, so no event."""
    Host.objects.filter(pk=host.pk).update(
        last_seen=timezone.now(), info=asdict(info), last_error=""
    )


def _check_url(url: str) -> None:
    parse_host_url(url, settings.WORKBENCH_SOCKET_DIRS)


def without_password(url: str) -> str:
    parts = urlsplit(url)
    if not parts.password:
        return url
    return parts._replace(netloc=parts.netloc.replace(f":{parts.password}@", ":***@")).geturl()
