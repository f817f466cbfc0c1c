"""Edge sites: little memory, few pulls, and Podman again."""

from __future__ import annotations

from collections.abc import Iterator

from migrations_app.domain.checks.base import CheckContext, Rule
from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.images import ImageRef
from migrations_app.domain.manifests.resources import get, mapping
from migrations_app.domain.messages import listed, msg

EDG_01 = Rule(
    "EDG-01",
    Severity.MEDIUM,
    msg("An edge site has one small host and a line that is often down: nothing can be fetched."),
    msg("Limit memory, pin images by digest and pull only what is missing."),
)


def unfit_for_the_edge(context: CheckContext) -> Iterator[Finding]:
    """EDG-01: what an edge host needs is missing. Asked for the environment ``edge`` alone.

    A memory limit, an image by digest that is pulled only when it is missing, and an architecture:
    of the nodes, or known of the image.
    """
    if context.environment != "edge":
        return
    for workload in context.workloads:
        for path, container in workload.containers:
            missing = []
            text = str(container.get("image"))
            if get(container, ("resources", "limits", "memory")) is None:
                missing.append(msg("no memory limit"))
            if not _is_pinned(text):
                missing.append(msg("no image by digest"))
            if container.get("imagePullPolicy") not in ("IfNotPresent", "Never"):
                missing.append(msg("an image that is pulled again"))
            known = context.image_facts(text)
            chosen = mapping(workload.spec.get("nodeSelector")).get("kubernetes.io/arch")
            if not chosen and not (known and known.platform):
                missing.append(msg("no architecture"))
            if missing:
                yield EDG_01.found(
                    workload.item,
                    path,
                    msg(
                        "Container %(name)s has %(missing)s.",
                        name=container.get("name"),
                        missing=listed(missing),
                    ),
                )


def _is_pinned(text: str) -> bool:
    try:
        return bool(ImageRef.parse(text).digest)
    except InvalidInput:
        return False
