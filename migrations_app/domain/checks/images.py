"""Images: where they come from, and whether they stay the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from migrations_app.domain.bundle import SourceObject
from migrations_app.domain.checks.base import CheckContext, Rule
from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.findings import Finding, Severity
from migrations_app.domain.images import ImageRef
from migrations_app.domain.messages import msg
from migrations_app.domain.places import Path
from migrations_app.domain.secret_text import with_markers

IMG_01 = Rule(
    "IMG-01",
    Severity.BLOCKER,
    msg("Podman looks into its own store and its list of registries; a node has neither."),
    msg("Rewrite the image to a registry that the cluster can reach, with a registry preset."),
)
IMG_02 = Rule(
    "IMG-02",
    Severity.HIGH,
    msg("The same tag can be another image tomorrow: what was rehearsed is not what will run."),
    msg("Set a tag standard, such as ${GIT_COMMIT}, or pin the digest in a registry preset."),
)
IMG_03 = Rule(
    "IMG-03",
    Severity.HIGH,
    msg("Images from elsewhere pass by the house's scanning, and may vanish or be throttled."),
    msg("Add a rewrite for this registry to the registry preset."),
)
IMG_04 = Rule(
    "IMG-04",
    Severity.HIGH,
    msg("Without a digest nobody can show that the image that runs is the one that was checked."),
    msg("Push the image and capture its digest, or give it when rendering."),
)


def images(
    context: CheckContext,
) -> Iterator[tuple[SourceObject, Path, str, ImageRef | None]]:
    """Every image with its reference, None for what is no reference."""
    for item, path, container in context.containers:
        text = container.get("image")
        if not isinstance(text, str) or not text:
            yield item, (*path, "image"), "", None
            continue
        try:
            yield item, (*path, "image"), text, ImageRef.parse(text)
        except InvalidInput:
            yield item, (*path, "image"), text, None


def unreachable_images(context: CheckContext) -> Iterator[Finding]:
    """IMG-01: an image that no cluster can pull: local, short, or no reference at all.

    The fix of a short name writes Docker Hub's full name, which is what most hosts take it for.
    """
    for item, path, text, image in images(context):
        if image is None:
            shown = with_markers(text, "***") or "(none)"
            yield IMG_01.found(item, path, msg("%(image)s is no image reference.", image=shown))
        elif image.is_local:
            yield IMG_01.found(
                item, path, msg("%(image)s exists only on the host that built it.", image=text)
            )
        elif image.is_short:
            yield IMG_01.found(
                item,
                path,
                msg("%(image)s does not say which registry it is in.", image=text),
                fixable=True,
            )


def floating_tags(context: CheckContext) -> Iterator[Finding]:
    """IMG-02: no tag, or ``latest``.

    The fix pins the digest, where the source knows it or it was given: the tag stays to be read,
    and nodes go by the digest. An image that was built on its host has another digest once it is
    pushed; what Podman alone knows as ``localhost/…`` is never pinned.
    """
    for item, path, text, image in images(context):
        if image is not None and image.floats:
            yield IMG_02.found(
                item,
                path,
                msg("%(image)s has no tag.", image=text)
                if not image.tag
                else msg("%(image)s uses the tag latest.", image=text),
                fixable=bool(context.known_images.pinned(text)),
            )


def foreign_registries(context: CheckContext) -> Iterator[Finding]:
    """IMG-03: the image is in a registry that no rewrite of the presets leads to.

    Asked only where presets name registries; without one there is no rule to break. Where they
    name one and no other, the fix names the image below it, under the path that it has elsewhere
    and with its tag and digest: a mirror has to hold it there.
    """
    allowed = context.allowed_registries
    if not allowed:
        return
    for item, path, text, image in images(context):
        if image is None or image.is_local or image.is_short:
            continue
        full = f"{image.registry}/{image.path}"
        if not any(full.startswith(registry.rstrip("/") + "/") for registry in allowed):
            yield IMG_03.found(
                item,
                path,
                msg("%(image)s is in none of the house's registries.", image=text),
                fixable=bool(context.known_images.at_home(text)),
            )


def unpinned_digests(context: CheckContext) -> Iterator[Finding]:
    """IMG-04: a preset asks for digests, and the digest of this image is not known."""
    if not context.digests_wanted:
        return
    for item, path, text, image in images(context):
        if image is not None and not image.digest:
            yield IMG_04.found(item, path, msg("The digest of %(image)s is not known.", image=text))


def registry_facts(section: Any) -> tuple[tuple[str, ...], bool]:
    """From a registry section: the registries that rewrites lead to, and whether to pin."""
    rewrites = section.get("rewrite") or ()
    return tuple(item["to"] for item in rewrites), section.get("pin") == "digest"
