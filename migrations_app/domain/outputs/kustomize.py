"""A Kustomize base with an overlay for each environment.

``kubectl kustomize overlays/ENVIRONMENT`` gives exactly the objects that were rendered for it, in
the same order as long as the environment only changes objects or adds some. The differences are
JSON patches: a strategic merge would depend on the schema that a version of Kustomize has of a
kind, and treats lists of custom resources in its own way.

Source: the Kustomization reference (``sortOptions``, ``patches``, ``$patch: delete``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from migrations_app.domain.bundle import Object, Objects, object_label
from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.manifests.render import to_yaml
from migrations_app.domain.manifests.resources import group, mapping, name_of, namespace_of
from migrations_app.domain.messages import msg
from migrations_app.domain.outputs.base import (
    Identity,
    Manifests,
    Written,
    file_names,
    identities,
    is_exact,
    is_plain,
)
from migrations_app.domain.outputs.json_patch import json_patch

_READ_AS_OTHER = re.compile(
    r"true|false|null|[-+]?[.]?[0-9][0-9_]*(?:[.][0-9_]*)?(?:e[-+]?[0-9]+)?|0[xob][0-9a-f_]+|"
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}",
    re.IGNORECASE,
)
"""Keys of annotations that Kustomize writes without their quotes."""
_HEAD = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"}


def write_kustomize(manifests: Manifests) -> Written:
    """``base/`` and ``overlays/ENVIRONMENT/``.

    Raises:
        InvalidInput: an object without a name, two that Kustomize cannot tell apart, or one that
            it would write so that nothing can read it.
    """
    for objects in (manifests.base, *manifests.environments.values()):
        _require_distinct(objects)
        _require_readable(objects)
    base = dict(zip(identities(manifests.base), manifests.base, strict=True))
    every = dict.fromkeys(base)
    for objects in manifests.environments.values():
        every |= dict.fromkeys(identities(objects))
    names = file_names(every)
    files = {f"base/{names[identity]}.yaml": to_yaml([body]) for identity, body in base.items()}
    files["base/kustomization.yaml"] = _kustomization(
        resources=[f"{names[identity]}.yaml" for identity in base]
    )
    for environment, objects in manifests.environments.items():
        changed = dict(zip(identities(objects), objects, strict=True))
        for path, text in _overlay(base, changed, names).items():
            files[f"overlays/{environment}/{path}"] = text
    return Written(files)


def _overlay(
    base: Mapping[Identity, Object],
    changed: Mapping[Identity, Object],
    names: Mapping[Identity, str],
) -> dict[str, str]:
    """The files of one overlay."""
    files: dict[str, str] = {}
    resources = ["../../base"] if base else []
    patches: list[dict[str, Any]] = []
    for identity, body in changed.items():
        if identity not in base:
            resources.append(f"{names[identity]}.yaml")
            files[f"{names[identity]}.yaml"] = to_yaml([body])
    for identity, body in base.items():
        path = f"patches/{names[identity]}.yaml"
        if identity not in changed:
            files[path] = to_yaml([{**_named(body), "$patch": "delete"}])
            patches.append({"path": path})
        elif operations := list(json_patch(body, changed[identity])):
            _require_exact(body)
            files[path] = _operations(operations)
            patches.append({"path": path, "target": _target(body, identity, base)})
    files["kustomization.yaml"] = _kustomization(
        resources=resources, **({"patches": patches} if patches else {})
    )
    return files


def _operations(operations: list[dict[str, Any]]) -> str:
    """A list as a YAML document: each operation is written on its own."""
    lines: list[str] = []
    for operation in operations:
        first, *rest = to_yaml([operation]).splitlines()
        lines += [f"- {first}", *(f"  {line}" if line else "" for line in rest)]
    return "\n".join(lines) + "\n"


def _kustomization(**fields: Any) -> str:
    return to_yaml([{**_HEAD, "sortOptions": {"order": "fifo"}, **fields}])


def _named(body: Object) -> dict[str, Any]:
    metadata = {"name": name_of(body)}
    if namespace := namespace_of(body):
        metadata["namespace"] = namespace
    return {"apiVersion": body["apiVersion"], "kind": body["kind"], "metadata": metadata}


def _target(body: Object, identity: Identity, base: Mapping[Identity, Object]) -> dict[str, Any]:
    """Which object a patch is for. Kustomize takes names for regular expressions.

    Without a namespace it would take namesakes in any: the default one is then named.
    """
    version = str(body["apiVersion"]).rpartition("/")[2]
    target = {"version": version, "kind": body["kind"], "name": _literal(name_of(body))}
    if group(body):
        target["group"] = group(body)
    namespace = namespace_of(body)
    if not namespace and sum(other[:3] == identity[:3] for other in base) > 1:
        namespace = "default"
    if namespace:
        target["namespace"] = _literal(namespace)
    return target


def _require_exact(body: Object) -> None:
    if not is_exact(body):
        raise InvalidInput(
            msg(
                "Kustomize rounds the large numbers of %(object)s when it patches it: write them "
                "as texts, or choose another format.",
                object=object_label(body),
            )
        )


def _literal(name: str) -> str:
    return re.escape(name).replace("\\-", "-")


def _require_readable(objects: Objects) -> None:
    for body in objects:
        notes = mapping(mapping(body.get("metadata")).get("annotations"))
        if not is_plain(body) or any(_is_spoilt(str(key), text) for key, text in notes.items()):
            raise InvalidInput(
                msg(
                    "Kustomize does not keep the control characters in texts of %(object)s, or "
                    "the numbers, dates and leading tabs in its annotations: write them "
                    "differently, or choose another format.",
                    object=object_label(body),
                )
            )


def _is_spoilt(key: str, text: object) -> bool:
    """Whether an annotation comes out of Kustomize as something that it cannot read itself."""
    tabbed = isinstance(text, str) and text.startswith("\t") and "\n" in text
    return tabbed or _READ_AS_OTHER.fullmatch(key) is not None


def _require_distinct(objects: Objects) -> None:
    seen: set[tuple[str, str, str]] = set()
    for body in objects:
        if not name_of(body):
            raise InvalidInput(
                msg(
                    "Kustomize takes no object without a name: give %(object)s a metadata.name, or "
                    "choose another format.",
                    object=object_label(body),
                )
            )
        thing = (str(body.get("apiVersion")), object_label(body), namespace_of(body) or "default")
        if thing in seen:
            raise InvalidInput(
                msg(
                    "Kustomize takes each object once, and there are two of %(object)s: rename or "
                    "remove one, or choose another format.",
                    object=object_label(body),
                )
            )
        seen.add(thing)
