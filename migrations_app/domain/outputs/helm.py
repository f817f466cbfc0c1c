"""A Helm chart whose templates give exactly the objects that were rendered.

``values.yaml`` is the base, ``values-ENVIRONMENT.yaml`` what an environment changes of it. Images,
replicas and resources are values in any case, so that a chart can be used like other charts.
Helm sorts objects by kind when it installs them; that order is its own.

Source: the Helm documentation, "Template Functions" (``toJson``, ``hasKey``) and "Values Files"
(null deletes a default).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from migrations_app.domain.bundle import Object
from migrations_app.domain.manifests.render import to_yaml
from migrations_app.domain.outputs.base import (
    NOT_IN_YAML,
    Identity,
    Manifests,
    Written,
    file_names,
    identities,
)
from migrations_app.domain.outputs.helm_values import (
    ABSENT,
    Slot,
    Slots,
    Templating,
    fresh_mark,
    identifier,
)
from migrations_app.domain.same import same

BASE = ""
"""The rendering without an environment; the others go by their environment's name."""

_IGNORED = "report.json\n.kakehashi/\n"


def write_helm(manifests: Manifests) -> Written:
    """``Chart.yaml``, ``values.yaml``, ``values-ENVIRONMENT.yaml`` and ``templates/``."""
    scopes = {BASE: manifests.base, **manifests.environments}
    found = {
        scope: dict(zip(identities(objects), objects, strict=True))
        for scope, objects in scopes.items()
    }
    every = dict.fromkeys(identity for objects in found.values() for identity in objects)
    slots = Slots(fresh_mark("".join(map(to_yaml, scopes.values()))))
    files = {"Chart.yaml": _chart(manifests.name), ".helmignore": _IGNORED}
    owners: set[str] = set()
    for identity, file in file_names(every).items():
        owner = _owner(identity, owners)
        renderings = {
            scope: objects[identity] for scope, objects in found.items() if identity in objects
        }
        files[f"templates/{file}.yaml"] = _template(owner, renderings, list(scopes), slots)
    values = {scope: _values(slots, scope) for scope in scopes}
    files["values.yaml"] = to_yaml([values[BASE]])
    for scope in manifests.environments:
        files[f"values-{scope}.yaml"] = to_yaml([_changed(values[BASE], values[scope])])
    return Written(files)


def _chart(name: str) -> str:
    return to_yaml(
        [
            {
                "apiVersion": "v2",
                "name": re.sub(r"[^a-z0-9-]+", "-", name.lower()).strip("-") or "manifests",
                "description": f"Kubernetes objects of {name}",
                "type": "application",
                "version": "0.1.0",
            }
        ]
    )


def _owner(identity: Identity, taken: set[str]) -> str:
    plain = identifier(identity[2], identity[1])
    number, owner = 1, plain
    while owner in taken:
        number += 1
        owner = f"{plain}{number}"
    taken.add(owner)
    return owner


def _template(owner: str, renderings: Mapping[str, Object], scopes: list[str], slots: Slots) -> str:
    """One object; in a condition if some environment does not have it."""
    switched = len(renderings) != len(scopes)
    if switched:
        slots.place((owner, "enabled"), {scope: scope in renderings for scope in scopes})
    text = to_yaml([Templating(owner, slots).template(renderings)])
    # Braces of the objects' own would be taken for the template's.
    marked = re.compile(
        rf"^(?P<lead> *(?:- )*)(?P<key>.*?: )?{slots.mark}(?P<slot>\d+)-$", re.MULTILINE
    )
    text = marked.sub(lambda match: _filled(match, slots), text.replace("{{", '{{ "{{" }}'))
    if not switched:
        return text
    return f"{{{{- if .Values.{owner}.enabled }}}}\n{text}{{{{- end }}}}\n"


def _filled(match: re.Match[str], slots: Slots) -> str:
    """The line of one value."""
    slot = slots.made[int(match["slot"])]
    lead, key = match["lead"], match["key"] or ""
    path = f".Values.{'.'.join(slot.name)}"
    line = f"{lead}{key}{{{{ {path if slot.raw else f'toJson {path}'} }}}}"
    if not slot.optional:
        return line
    *parents, last = slot.name
    holder = f".Values.{'.'.join(parents)}"
    return f'{{{{- if hasKey {holder} "{last}" }}}}\n{line}\n{{{{- end }}}}'


def _values(slots: Slots, scope: str) -> dict[str, Any]:
    """The values of one rendering as a tree."""
    tree: dict[str, Any] = {}
    for slot in slots.made:
        here = tree
        for step in slot.name[:-1]:
            here = here.setdefault(step, {})
        value = slot.values.get(scope, ABSENT)
        if value is not ABSENT:
            here[slot.name[-1]] = _written(slot, value)
    return tree


def _written(slot: Slot, value: Any) -> Any:
    if not slot.raw:
        return value
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return NOT_IN_YAML.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _changed(base: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What laid over ``base`` gives ``wanted``: the same keys are left out, null deletes."""
    changed: dict[str, Any] = {key: None for key in base if key not in wanted}
    for key, value in wanted.items():
        before = base.get(key, ABSENT)
        if isinstance(before, dict) and isinstance(value, dict):
            if inner := _changed(before, value):
                changed[key] = inner
        elif before is ABSENT or not same(before, value):
            changed[key] = value
    return changed
