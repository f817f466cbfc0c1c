"""Scaling, budgets, claims, configuration, webhooks and roles."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from migrations_app.domain import names
from migrations_app.domain.bundle import Object
from migrations_app.domain.manifests.resources import mapping, sequence
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Path
from migrations_app.domain.server_rules.faults import (
    Fault,
    apart,
    exactly_one,
    given,
    no_name,
    required,
    twice,
)
from migrations_app.domain.server_rules.volumes import of_request
from migrations_app.domain.server_rules.workloads import of_share

_METRICS = {
    "Resource": "resource",
    "ContainerResource": "containerResource",
    "Pods": "pods",
    "Object": "object",
    "External": "external",
}
_TARGETS = ("value", "averageValue", "averageUtilization")
_NEEDED = {
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/dockercfg": (".dockercfg",),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
}
_MOST_BYTES = 2**20
_LOGIN = ("username", "password")
_HOOK_NAME = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?){2,}")


def of_scaler(body: Object) -> Iterator[Fault]:
    if str(body.get("apiVersion")) != "autoscaling/v2":
        return
    spec = mapping(body.get("spec"))
    least, most = spec.get("minReplicas"), spec.get("maxReplicas")
    if isinstance(least, int) and isinstance(most, int) and 0 < most < least:
        yield ("spec", "maxReplicas"), msg("It is below minReplicas (%(least)s).", least=least)
    for index, metric in enumerate(sequence(spec.get("metrics"))):
        at: Path = ("spec", "metrics", index)
        field = _METRICS.get(str(mapping(metric).get("type")))
        if field is None:
            continue
        source = mapping(metric).get(field)
        if not isinstance(source, dict):
            yield required((*at, field), field)
            continue
        target = mapping(source.get("target"))
        if len(given(target, _TARGETS)) != 1:
            yield exactly_one((*at, field, "target"), _TARGETS)
    for way, rules in mapping(spec.get("behavior")).items():
        if mapping(rules).get("policies") == []:
            yield required(("spec", "behavior", way, "policies"), "policies")
    name = mapping(spec.get("scaleTargetRef")).get("name")
    if isinstance(name, str) and "/" in name:
        yield no_name(("spec", "scaleTargetRef", "name"), name)


def of_budget(body: Object) -> Iterator[Fault]:
    spec = mapping(body.get("spec"))
    if len(given(spec, ("minAvailable", "maxUnavailable"))) == 2:
        yield apart(("spec", "maxUnavailable"), "maxUnavailable", "minAvailable")
    for field in ("minAvailable", "maxUnavailable"):
        yield from of_share(("spec", field), spec.get(field))


def of_claim(body: Object) -> Iterator[Fault]:
    yield from of_request(("spec",), mapping(body.get("spec")))


def of_config_map(body: Object) -> Iterator[Fault]:
    data = mapping(body.get("data"))
    yield from _size(body, ("data", "binaryData"))
    yield from _keys("data", data)
    binary = mapping(body.get("binaryData"))
    yield from _keys("binaryData", binary)
    for key in data.keys() & binary.keys():
        yield twice(("binaryData", key), key)


def of_secret(body: Object) -> Iterator[Fault]:
    data, text = mapping(body.get("data")), mapping(body.get("stringData"))
    yield from _size(body, ("data", "stringData"))
    yield from _keys("data", data)
    yield from _keys("stringData", text)
    kind = str(body.get("type"))
    there = {**data, **text}
    for key in _NEEDED.get(kind, ()):
        if key not in there:
            yield required(("data", key), key)
    if kind == "kubernetes.io/basic-auth" and not any(key in there for key in _LOGIN):
        yield exactly_one(("data",), _LOGIN)
    written = text.get(".dockerconfigjson")
    if kind == "kubernetes.io/dockerconfigjson" and isinstance(written, str):
        if written != "kakehashi:secret" and not _is_json(written):
            yield ("stringData", ".dockerconfigjson"), msg("This is no JSON.")


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _size(body: Object, sections: tuple[str, ...]) -> Iterator[Fault]:
    """At most a mebibyte in all, base64 counted as what it stands for."""
    size = 0
    for section in sections:
        for value in mapping(body.get(section)).values():
            length = len(str(value).encode("utf-8", "replace"))
            encoded = section == "binaryData" or (section == "data" and body["kind"] == "Secret")
            size += length * 3 // 4 if encoded else length
    if size > _MOST_BYTES:
        yield (
            (sections[0],),
            msg("%(size)s bytes are more than the %(most)s that fit.", size=size, most=_MOST_BYTES),
        )


def _keys(section: str, data: dict[str, Any]) -> Iterator[Fault]:
    for key in data:
        if not names.is_data_key(str(key)):
            yield no_name((section, key), key)


def of_webhooks(body: Object) -> Iterator[Fault]:
    seen: set[Any] = set()
    for index, hook in enumerate(sequence(body.get("webhooks"))):
        one = mapping(hook)
        at: Path = ("webhooks", index)
        name = one.get("name")
        if isinstance(name, str) and not _HOOK_NAME.fullmatch(name):
            yield (*at, "name"), msg("%(name)s is no name such as a.example.com.", name=repr(name))
        if isinstance(name, str) and name in seen:
            yield twice((*at, "name"), name)
        seen.add(name if isinstance(name, str) else None)
        client = mapping(one.get("clientConfig"))
        if len(given(client, ("url", "service"))) != 1:
            yield exactly_one((*at, "clientConfig"), ("url", "service"))
        url = client.get("url")
        if isinstance(url, str) and not url.startswith("https://"):
            yield (*at, "clientConfig", "url"), msg("Only https is accepted here.")
        versions = one.get("admissionReviewVersions")
        if versions is not None and not {"v1", "v1beta1"} & set(map(str, sequence(versions))):
            yield required((*at, "admissionReviewVersions"), "v1")


def of_role(body: Object) -> Iterator[Fault]:
    for index, rule in enumerate(sequence(body.get("rules"))):
        one = mapping(rule)
        at: Path = ("rules", index)
        if not sequence(one.get("verbs")):
            yield required((*at, "verbs"), "verbs")
        urls = sequence(one.get("nonResourceURLs"))
        if urls and body.get("kind") == "Role":
            yield apart((*at, "nonResourceURLs"), "nonResourceURLs", "Role")
        if not urls:
            for field in ("apiGroups", "resources"):
                if not sequence(one.get(field)):
                    yield required((*at, field), field)
