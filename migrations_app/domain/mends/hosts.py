"""Host names in routes: DNS names, possibly with one leading wildcard.

Source: Kubernetes API reference, IngressRule (RFC 3986 host, without addresses and ports).
"""

from __future__ import annotations

from typing import Any

from migrations_app.domain.bundle import Object
from migrations_app.domain.manifests.resources import get, replace_at
from migrations_app.domain.mends.base import Mend, each
from migrations_app.domain.mends.references import matches
from migrations_app.domain.messages import msg
from migrations_app.domain.names import is_subdomain, to_subdomain

_WILDCARD = "*."
_HOSTS = (("spec", "rules", "*", "host"), ("spec", "tls", "*", "hosts", "*"))


def valid_host(host: Any) -> Any:
    """The host in lower case and without what DNS does not know; a wildcard stays."""
    if not isinstance(host, str) or not host:
        return host
    wildcard = _WILDCARD if host.startswith(_WILDCARD) else ""
    name = host.removeprefix(wildcard)
    return host if is_subdomain(name) else wildcard + to_subdomain(name)


def _with_valid_hosts(body: Object) -> Object:
    if body.get("kind") != "Ingress":
        return body
    result = body
    for pattern in _HOSTS:
        for path in matches(body, pattern):
            old = get(body, path)
            if (new := valid_host(old)) != old:
                result = replace_at(result, path, new)
    return result


MEND = Mend(
    "NAM-01",
    msg("A host is a DNS name: lower-case letters, digits, hyphens and dots."),
    each(_with_valid_hosts),
)
