"""Edge sites: little memory, few pulls, and Podman again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from migrations_app.domain.checks.base import CheckContext, Rule, Workload
from migrations_app.domain.checks.image_origins import chosen_architectures
from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.images import ImageRef
from migrations_app.domain.manifests.resources import get
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.places import Path

EDG_01 = Rule(
    "EDG-01",
    Severity.MEDIUM,
    msg("An edge site has one small host and a line that is often down: nothing can be fetched."),
    msg("Limit memory, pin images by digest and pull only what is missing."),
)


def unfit_for_the_edge(context: CheckContext) -> Iterator[Finding]:
    """EDG-01: what an edge host needs is missing. Asked for the environment ``edge`` alone.

    A memory limit, an image by digest that is pulled only when it is missing, and an architecture:
    of the nodes, or known of the image. The fixes pull what is missing alone, and pin a digest that
    is known; how much memory a site can spare, and what its nodes are, only a person knows.
    """
    if context.environment != "edge":
        return
    for workload in context.workloads:
        for path, container in workload.containers:
            for where, subject, missing, fixable in _missing(context, workload, path, container):
                yield EDG_01.found(
                    workload.item,
                    where,
                    msg(
                        "Container %(name)s has %(missing)s.",
                        name=container.get("name"),
                        missing=missing,
                    ),
                    subject,
                    fixable=fixable,
                )


def _missing(
    context: CheckContext, workload: Workload, path: Path, container: dict[str, Any]
) -> Iterator[tuple[Path, str, Message, bool]]:
    """Where something is missing, which, in words, and whether it is known."""
    text = str(container.get("image"))
    if get(container, ("resources", "limits", "memory")) is None:
        yield path, "memory", msg("no memory limit"), False
    image = _image(text)
    if image is None or not image.digest:
        known = bool(context.known_images.pinned(text))
        yield (*path, "image"), "digest", msg("no image by digest"), known
    if _is_pulled_again(container.get("imagePullPolicy"), image):
        yield (*path, "imagePullPolicy"), "pull", msg("an image that is pulled again"), True
    facts = context.image_facts(text)
    if not chosen_architectures(workload.spec) and not (facts and facts.platform):
        yield path, "architecture", msg("no architecture"), False


def _is_pulled_again(policy: Any, image: ImageRef | None) -> bool:
    """Where nothing is said, a cluster pulls again what has no digest and no tag but latest."""
    return policy == "Always" or (not policy and (image is None or image.floats))


def _image(text: str) -> ImageRef | None:
    try:
        return ImageRef.parse(text)
    except InvalidInput:
        return None
