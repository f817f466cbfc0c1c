"""What is written for Podman and some of its versions do otherwise than a cluster.

Measured with Podman 4.3 and 5.8: ``docs/option-groups.md`` is the table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from migrations_app.domain.manifests.resources import mapping, sequence
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.outputs.base import Losses

_NOT_YET = msg("Podman 4.3 does not read this field; newer ones do.")
_POD: Mapping[str, Message] = {
    "hostPID": _NOT_YET,
    "hostIPC": _NOT_YET,
    "terminationGracePeriodSeconds": _NOT_YET,
}
_WRITABLE = msg("Podman 5 makes /tmp, /var/tmp and /run writable under a read-only root.")
_JOINED = msg("Podman 4.3 joins the words of a probe's command by spaces, and asks a shell.")
_BY_TOOLS = msg("Podman 4.3 asks curl or nc inside the container, if the image has them.")
_IN_MEMORY = msg("Podman 4.3 keeps it on disk, not in memory.")
_ESCAPED = msg("Podman 4.3 passes doubled dollar signs on as they are.")


def tell_unread(spec: Mapping[str, Any], label: str, losses: Losses) -> None:
    """A row for each field of a pod that is not the same to every Podman."""
    for key, reason in _POD.items():
        if spec.get(key):
            losses.converted(f"{label}/{key}", key, reason)
    for index, volume in enumerate(sequence(spec.get("volumes"))):
        if mapping(mapping(volume).get("emptyDir")).get("medium") == "Memory":
            losses.converted(f"{label}/volumes/{index}", "emptyDir", _IN_MEMORY)
    for kind in ("initContainers", "containers"):
        for index, container in enumerate(sequence(spec.get(kind))):
            for path, reason in _container(mapping(container)):
                losses.converted(f"{label}/{kind}/{index}/{path}", path.rpartition("/")[2], reason)


def _container(container: Mapping[str, Any]) -> Iterable[tuple[str, Message]]:
    if mapping(container.get("securityContext")).get("readOnlyRootFilesystem"):
        yield "securityContext/readOnlyRootFilesystem", _WRITABLE
    for key in ("livenessProbe", "startupProbe"):
        probe = mapping(container.get(key))
        if "exec" in probe:
            yield key, _JOINED
        elif {"httpGet", "tcpSocket"} & set(probe):
            yield key, _BY_TOOLS
    for key in ("command", "args"):
        if any(_stays_escaped(str(word)) for word in sequence(container.get(key))):
            yield key, _ESCAPED


def _stays_escaped(word: str) -> bool:
    """Whether a doubled dollar sign cannot be written as the one that it means."""
    return "$$" in word and any(found in word.replace("$$", "$") for found in ("$$", "$("))
