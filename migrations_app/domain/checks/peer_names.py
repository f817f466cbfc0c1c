"""Names by which peers are called, where a Service cannot have them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from migrations_app.domain import names
from migrations_app.domain.checks.base import CheckContext, Rule
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.manifests.resources import name_of, namespace_of
from migrations_app.domain.mends.peer_names import NewNames, new_names, texts
from migrations_app.domain.messages import msg

_RULE = Rule(
    "NAM-01",
    Severity.HIGH,
    msg("The name cannot be that of a Service, so nobody answers to it on a cluster."),
    msg("Let it ask for the name of the Service; rendering does, where it is sure to be a host."),
)
_PERHAPS = replace(_RULE, severity=Severity.MEDIUM)


def called_by_old_names(context: CheckContext) -> Iterator[Finding]:
    """A peer is surely called by a name that its Service loses: rendering writes the new one."""
    known = new_names(tuple(item.body for item in context.objects))
    for item in context.objects if known else ():
        there = known.get(namespace_of(item.body))
        for text in texts(item.body) if there is not None else ():
            if there is not None and there.in_text(text) != text.text:
                yield _RULE.found(
                    item,
                    text.path,
                    msg("%(name)s asks for a peer by a name that no Service has.", name=item.label),
                )


def perhaps_called_by_old_names(context: CheckContext) -> Iterator[Finding]:
    """A text names what may be a peer by the name it has in Podman: a person has to look."""
    services = context.of_kind("Service")
    renamed: Mapping[str, str] = {
        spec.name: names.to_service_name(spec.name)
        for spec in context.specs
        if not names.is_subdomain(spec.name)
    }
    if not renamed or not services:
        return
    known = NewNames.of(renamed)
    for item in context.objects:
        for text in texts(item.body):
            name = known.perhaps_in(text)
            if name and name_of(item.body) not in (name, renamed.get(name)):
                yield _PERHAPS.found(
                    item,
                    text.path,
                    msg(
                        "%(name)s perhaps asks for a peer by the name %(old)s.",
                        name=item.label,
                        old=name,
                    ),
                    name,
                )
