"""Images: what they were built for, what they lost, and whether a node may pull them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from migrations_app.domain.bundle import SourceObject
from migrations_app.domain.checks.base import CheckContext, Rule
from migrations_app.domain.checks.images import images
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.manifests.resources import (
    get,
    mapping,
    namespace_of,
    sequence,
)
from migrations_app.domain.messages import msg

IMG_05 = Rule(
    "IMG-05",
    Severity.MEDIUM,
    msg("Podman ran it on a host of its kind; a node of another kind cannot execute the program."),
    msg("Build the image for every architecture of the cluster, or choose nodes by architecture."),
)
IMG_06 = Rule(
    "IMG-06",
    Severity.MEDIUM,
    msg("The OCI format has no HEALTHCHECK: buildah drops it, and neither Podman nor we see it."),
    msg("Build with --format docker, or give the probe in a preset."),
)
IMG_07 = Rule(
    "IMG-07",
    Severity.MEDIUM,
    msg("Podman pulls with the login of its user; a node has none unless the pod names it."),
    msg("Name the pull secret, for example with a registry preset."),
    fixable=False,
)

_PUBLIC = frozenset(
    {
        *("docker.io", "quay.io", "ghcr.io", "gcr.io", "registry.k8s.io", "k8s.gcr.io"),
        *("public.ecr.aws", "mcr.microsoft.com", "registry.access.redhat.com", "docker.elastic.co"),
        *("nvcr.io", "registry.fedoraproject.org", "icr.io", "container-registry.oracle.com"),
    }
)
_ARCHITECTURE = "kubernetes.io/arch"


def foreign_architectures(context: CheckContext) -> Iterator[Finding]:
    """IMG-05: an image for one architecture, and nodes of another one are chosen.

    Known where the image was inspected, or where the source asks for a platform. Which nodes a
    cluster really has is asked of the cluster.
    """
    for item, path, text, image in images(context):
        known = context.image_facts(text)
        built_for = known.platform.partition("/")[2].partition("/")[0] if known else ""
        found = context.pod(item)
        if image is None or not built_for or found is None:
            continue
        chosen = chosen_architectures(found[1])
        if chosen and built_for not in chosen:
            yield IMG_05.found(
                item,
                path,
                msg(
                    "%(image)s is built for %(architecture)s, and the nodes are %(chosen)s.",
                    image=text,
                    architecture=built_for,
                    chosen=", ".join(sorted(chosen)),
                ),
            )


def chosen_architectures(spec: dict[str, Any]) -> set[str]:
    """The architectures of the nodes that a pod may run on, if it says so."""
    selected = mapping(spec.get("nodeSelector")).get(_ARCHITECTURE)
    chosen = {selected} if isinstance(selected, str) else set()
    node = "requiredDuringSchedulingIgnoredDuringExecution"
    terms = get(spec, ("affinity", "nodeAffinity", node, "nodeSelectorTerms"))
    for term in sequence(terms):
        for rule in sequence(mapping(term).get("matchExpressions")):
            if mapping(rule).get("key") == _ARCHITECTURE and rule.get("operator") == "In":
                chosen |= {str(value) for value in sequence(rule.get("values"))}
    return chosen


def lost_health_checks(context: CheckContext) -> Iterator[Finding]:
    """IMG-06: an image in the OCI format, which keeps no HEALTHCHECK, and no probe instead.

    Known where the image was inspected.
    """
    for item, path, container in context.containers:
        text = container.get("image")
        known = context.image_facts(text) if isinstance(text, str) else None
        if known is None or not known.is_oci or known.has_healthcheck:
            continue
        if path[-2] == "containers":
            if not container.get("readinessProbe") and not container.get("livenessProbe"):
                yield IMG_06.found(
                    item,
                    (*path, "image"),
                    msg("%(image)s cannot carry a health check.", image=text),
                )


def unpullable_images(context: CheckContext) -> Iterator[Finding]:
    """IMG-07: an image of a private registry without a pull secret, or one that is never pulled.

    ``imagePullPolicy: Never`` is right only where every node has the image already; the fix writes
    ``IfNotPresent``. The pod's service account may bring the pull secret, if it is its own.
    """
    for item, path, text, image in images(context):
        found = context.pod(item)
        if image is None or found is None:
            continue
        container = mapping(get(item.body, path[:-1]))
        if container.get("imagePullPolicy") == "Never":
            yield IMG_07.found(
                item,
                (*path[:-1], "imagePullPolicy"),
                msg("%(image)s is never pulled.", image=text),
                fixable=True,
            )
        is_private = not (image.is_local or image.is_short or image.registry in _PUBLIC)
        if is_private and not found[1].get("imagePullSecrets"):
            if not _account_may_bring_it(context, item, found[1]):
                yield IMG_07.found(
                    item,
                    path,
                    msg(
                        "%(registry)s may ask for a login, and the pod has no pull secret.",
                        registry=image.registry,
                    ),
                    image.registry,
                )


def _account_may_bring_it(context: CheckContext, item: SourceObject, spec: dict[str, Any]) -> bool:
    """Whether the pod's account has pull secrets, or may have: one that is not at hand."""
    name = spec.get("serviceAccountName")
    if name in (None, "", "default"):
        return False
    account = context.named.get(("ServiceAccount", namespace_of(item.body), str(name)))
    return account is None or bool(account.body.get("imagePullSecrets"))
