"""Which image of a host stands behind a reference that was made for a registry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from migrations_app.domain.bundle import Object
from migrations_app.domain.manifests.resources import containers
from migrations_app.domain.provenance import StepKind
from migrations_app.domain.transforms.base import Recorded


def known_at_home(
    captured: Mapping[str, str], changes: Iterable[Recorded], objects: Iterable[Object]
) -> dict[str, str]:
    """Image as written in the manifest → what the host calls it, where that is something else.

    That is the ID it ran with (``captured``, by the source's reference), else the name that it had
    before presets sent it to a registry. An image that was set by hand is another one than the
    source's: nothing is known of it.
    """
    known = dict(captured)
    for recorded in changes:
        change = recorded.change
        before, after = change.before, change.after
        if change.path[-1:] != ("image",) or not isinstance(before, str) or not after:
            continue
        if change.step.kind is not StepKind.ANSWER:
            known.setdefault(str(after), known.get(before, before))
    used = {
        str(container.get("image")) for body in objects for _path, container in containers(body)
    }
    return {image: home for image, home in known.items() if image in used and home != image}
