"""Files that a manifest itself carries: small files of the host, configurations, Podman secrets."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any

from migrations_app.domain.loss import Outcome
from migrations_app.domain.manifests.build_binds import is_file
from migrations_app.domain.manifests.build_draft import NOWHERE, Ledger, Said, choices
from migrations_app.domain.messages import Message, msg
from migrations_app.domain.names import to_data_key, unique
from migrations_app.domain.questions import Question
from migrations_app.domain.spec import Mount, MountKind, ServiceSpec

_EXISTING = "existing"
_OWN = "own"
CARRIED = msg("A small file of the host is carried by the manifest itself.")


def carried(mount: Mount, reason: Message = CARRIED) -> tuple[dict[str, Any], dict[str, str]]:
    """The data of a file, or of the files of a folder, and the path of each key.

    The text of a file that nobody could read is empty, and is asked about.
    """
    place = mount.places.get("", NOWHERE)
    outcome = Outcome.CONVERTED if is_known(mount) else Outcome.QUESTION
    texts: Mapping[str, str] = mount.entries
    if not texts and is_file(mount):
        texts = {posixpath.basename(mount.target.rstrip("/")) or "file": mount.content or ""}
    data: dict[str, Any] = {}
    paths: dict[str, str] = {}
    for name, text in texts.items():
        key = unique(to_data_key(name), data, name)
        data[key] = Said(text, place, outcome, reason)
        paths[key] = name
    return data, paths


def is_known(mount: Mount) -> bool:
    """Whether a named configuration came with its text, so that nobody is asked about it."""
    return mount.kind is MountKind.CONFIG and mount.content is not None


def volume_items(paths: Mapping[str, str]) -> list[dict[str, Any]]:
    """The ``items`` of a volume whose files are not called as their keys are."""
    if all(key == path for key, path in paths.items()):
        return []
    return [{"key": key, "path": _inside(path)} for key, path in paths.items()]


def _inside(path: str) -> str:
    """A path that stays below the folder it is mounted at."""
    return posixpath.normpath("/" + path).lstrip("/") or "file"


def configuration(service: ServiceSpec, mount: Mount, ledger: Ledger) -> bool:
    """Whether the ConfigMap of a named configuration is to be made; else the cluster has it."""
    if mount.content is not None:
        return True
    answer = ledger.ask(
        Question(
            id=f"config-content:{service.name}:{mount.source}",
            code="config-content",
            text=msg("Where does configuration %(name)s come from?", name=mount.source),
            why=msg("The source names it and does not hold its text."),
            choices=choices(
                (_OWN, msg("A ConfigMap without text is made; the text is put in later")),
                (_EXISTING, msg("The cluster has a ConfigMap of this name; none is made")),
            ),
            recommended=_OWN,
            place=mount.places.get("", NOWHERE),
        )
    )
    return answer == _OWN


def config_map(name: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """A ConfigMap in the making."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name},
        "data": dict(data),
    }
