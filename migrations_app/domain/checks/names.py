"""Names, labels and annotations."""

from __future__ import annotations

from collections.abc import Iterator

from migrations_app.domain import names
from migrations_app.domain.checks.base import CheckContext, Rule
from migrations_app.domain.checks.peer_names import perhaps_called_by_old_names
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.manifests.resources import (
    CLAIM_TEMPLATES,
    claim_names,
    get,
    group,
    mapping,
    name_of,
    namespace_of,
    pod_metadata,
    sequence,
)
from migrations_app.domain.mends.metadata_keys import is_podmans
from migrations_app.domain.mends.naming import accepts_name
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.places import Path

NAM_01 = Rule(
    "NAM-01",
    Severity.BLOCKER,
    msg("Podman takes almost any name; Kubernetes makes DNS names of them (RFC 1123)."),
    msg("Use at most 63 lower-case letters, digits and hyphens; rendering proposes such a name."),
    waivable=False,
)
NAM_02 = Rule(
    "NAM-02",
    Severity.BLOCKER,
    msg("Two things with one name are one thing to a cluster: the second replaces the first."),
    msg("Give each its own name."),
    waivable=False,
)
NAM_03 = Rule(
    "NAM-03",
    Severity.BLOCKER,
    msg("Podman stores any key; a cluster refuses the object for a key or value it cannot take."),
    msg("Use at most one slash in a key, and text as value; labels take at most 63 characters."),
    waivable=False,
)


def invalid_names(context: CheckContext) -> Iterator[Finding]:
    """NAM-01: a name that Kubernetes does not accept.

    Objects, containers, volumes and host names. Podman allows underscores, dots and capitals. Where
    peers call a Service by such a name (``http://my_db``, ``DB_HOST=my_db``), rendering writes the
    new one; where a text only may mean the peer, a finding asks to look.
    """
    for item in context.objects:
        name = name_of(item.body)
        if name and not accepts_name(item.body, name):
            yield NAM_01.found(
                item,
                ("metadata", "name"),
                msg("%(name)s is not a name that Kubernetes accepts.", name=name),
            )
        found = context.pod(item)
        if found is None:
            continue
        path, spec = found
        host = spec.get("hostname")
        if isinstance(host, str) and host and not names.is_label(host):
            yield NAM_01.found(
                item,
                (*path, "hostname"),
                msg("%(name)s is not a host name that Kubernetes accepts.", name=host),
            )
        for index, volume in enumerate(sequence(spec.get("volumes"))):
            name = str(mapping(volume).get("name") or "")
            if not names.is_label(name):
                yield NAM_01.found(
                    item,
                    (*path, "volumes", index, "name"),
                    msg("The volume name %(name)s is not accepted.", name=name),
                    name,
                )
        for index, name in claim_names(item.body).items():
            if not names.is_label(name):
                yield NAM_01.found(
                    item,
                    (*CLAIM_TEMPLATES, index, "metadata", "name"),
                    msg("The volume name %(name)s is not accepted.", name=name),
                    name,
                )
    for item, path, container in context.containers:
        name = str(container.get("name") or "")
        if not names.is_label(name):
            yield NAM_01.found(
                item,
                (*path, "name"),
                msg("The container name %(name)s is not accepted.", name=name)
                if name
                else msg("A container has no name."),
                name,
            )
    yield from perhaps_called_by_old_names(context)


def colliding_names(context: CheckContext) -> Iterator[Finding]:
    """NAM-02: two things would share one name, and so their data.

    Volumes called ``my_data`` and ``my-data`` become one claim when their names are only cleaned.
    """
    seen: dict[tuple[str, ...], str] = {}
    for item in context.objects:
        name = name_of(item.body)
        if not name:
            continue
        plain = name if accepts_name(item.body, name) else names.to_subdomain(name)
        key = (group(item.body), str(item.body.get("kind")), namespace_of(item.body), plain)
        if key in seen:
            yield NAM_02.found(
                item,
                ("metadata", "name"),
                msg(
                    "%(name)s and %(other)s come to the same name.",
                    name=item.label,
                    other=seen[key],
                ),
            )
        else:
            seen[key] = item.label


def invalid_metadata(context: CheckContext) -> Iterator[Finding]:
    """NAM-03: a label or annotation that a cluster refuses or that only Podman understands.

    Keys with two slashes, values that are no text, labels that are too long.
    """
    for item in context.objects:
        places: list[Path] = [("metadata",)]
        found = pod_metadata(item.body)
        if found is not None and found[0] != ("metadata",):
            places.append(found[0])
        for path in places:
            for field in ("labels", "annotations"):
                pairs = mapping(get(item.body, (*path, field)))
                for key, value in pairs.items():
                    message = _problem_of(field, key, value)
                    if message is not None:
                        yield NAM_03.found(item, (*path, field, key), message, key)


def _problem_of(field: str, key: str, value: object) -> Message | None:
    if field == "annotations" and is_podmans(key):
        return msg("The annotation %(key)s means something to Podman alone.", key=key)
    if not names.is_key(key):
        return msg("The key %(key)s is not accepted.", key=key)
    if not isinstance(value, str):
        return msg("The value of %(key)s is not text.", key=key)
    if field == "labels" and not names.is_label_value(value):
        return msg("The value of the label %(key)s is not accepted.", key=key)
    return None
