"""The ``storage`` section of a preset: class, size and access mode of claims, limits of folders.

All claims are meant: those that stand alone, the templates of StatefulSets, and those of ephemeral
volumes. The size for all is the least a claim asks for, since a larger one was asked for on
purpose; by its name a claim gets exactly what is said. A claim that is bound to a volume of its own
keeps its class, and so does one whose class or access mode somebody answered. What is said here is
asked no more. A folder that is empty at first gets a limit where it has none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from migrations_app.domain.bundle import Facts, Object, Objects
from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.manifests.resources import (
    CLAIM_TEMPLATES,
    get,
    group,
    mapping,
    name_of,
    pod_spec,
    replace_at,
    sequence,
)
from migrations_app.domain.names import to_label
from migrations_app.domain.places import Path
from migrations_app.domain.presets.layering import Settings
from migrations_app.domain.provenance import Step
from migrations_app.domain.quantities import Quantity
from migrations_app.domain.questions import Question
from migrations_app.domain.transforms.base import Transform
from migrations_app.domain.transforms.by_workload import overlaid

CLUSTER_DEFAULT = "default"
"""The answer that leaves the class to the cluster, or to a preset."""

_ASKED = {"volume-size": "size", "volume-class": "class", "volume-access": "accessMode"}
_EPHEMERAL: Path = ("ephemeral", "volumeClaimTemplate", "spec")
_SIZE: Path = ("resources", "requests", "storage")


def transforms(
    settings: Settings, _facts: Facts, answers: Mapping[str, str]
) -> Iterator[Transform]:
    """What the section ``storage`` asks of claims."""
    named = mapping(settings.section("storage").get("claims"))
    chosen = frozenset(_chosen(answers))
    for step, said in settings.stages("storage"):
        yield ShapeClaims(step, said, named, chosen)
    if settings.section("storage").get("expansion") is not None:
        wanted = bool(settings.section("storage")["expansion"])
        yield AllowExpansion(settings.step("storage", "expansion"), wanted)


def settles(settings: Settings, question: Question) -> bool:
    """Whether the section says what a question about a claim asks.

    A size for all is but the least: how much a claim really needs is still asked.
    """
    key = _ASKED.get(question.code)
    section = settings.section("storage")
    claim = question.id.rpartition(":")[2]
    claims = mapping(section.get("claims"))
    own = mapping(claims.get(claim) or claims.get(to_label(claim)))
    if key is None or not section:
        return False
    return own.get(key) is not None or (key != "size" and section.get(key) is not None)


def _chosen(answers: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """What somebody answered of claims: key, workload and claim."""
    for question, answer in answers.items():
        code, _colon, rest = question.partition(":")
        service, _colon, claim = rest.rpartition(":")
        if code in _ASKED and answer != CLUSTER_DEFAULT:
            yield _ASKED[code], service, to_label(claim)


def folders(settings: Settings, _facts: Facts, _answers: Mapping[str, str]) -> Iterator[Transform]:
    """What the section ``storage`` asks of folders that are empty at first."""
    for step, said in settings.stages("storage"):
        if said.get("emptyDir"):
            yield LimitFolders(step, mapping(said["emptyDir"]))


@dataclass(frozen=True, slots=True)
class ShapeClaims:
    """Class, size and access mode of every claim.

    named: what all presets together say of claims by name; what is said of all leaves that alone.
    chosen: key, workload and claim of what somebody answered, which is left alone likewise.
    """

    step: Step
    said: Mapping[str, Any]
    named: Mapping[str, Any]
    chosen: frozenset[tuple[str, str, str]] = frozenset()

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        return [self._object(body) for body in objects]

    def _object(self, body: Object) -> Object:
        result = body
        for path, name in _claims(body):
            spec = mapping(get(body, path))
            keys = self._chosen_of(body, name) if self.chosen else frozenset()
            changed = self._claim(spec, name, keys)
            if changed is not spec:
                result = replace_at(result, path, changed)
        return result

    def _chosen_of(self, body: Object, name: str) -> frozenset[str]:
        """Templates of several workloads may have one name; a claim that stands alone has it."""
        alone = body.get("kind") == "PersistentVolumeClaim"
        return frozenset(
            key
            for key, service, claim in self.chosen
            if claim == to_label(name) and (alone or service == name_of(body))
        )

    def _claim(self, spec: dict[str, Any], name: str, chosen: frozenset[str]) -> dict[str, Any]:
        own = mapping(mapping(self.said.get("claims")).get(name))
        elsewhere = mapping(self.named.get(name))
        new: dict[str, Any] = {}
        for key in ("class", "accessMode", "size"):
            exact = key in own and own[key] is not None
            value = own.get(key) if exact else self.said.get(key)
            if value is None or (not exact and elsewhere.get(key) is not None):
                continue
            if key == "class" and (exact or not (spec.get("volumeName") or key in chosen)):
                new["storageClassName"] = value
            elif key == "accessMode" and (exact or key not in chosen):
                new["accessModes"] = [value]
            elif key == "size" and (exact or _is_more(value, get(spec, _SIZE))):
                new["resources"] = {"requests": {"storage": str(value)}}
        changed: dict[str, Any] = overlaid(spec, new)
        return changed


def _claims(body: Object) -> Iterator[tuple[Path, str]]:
    """Where each claim says what it wants, and what it is called."""
    if body.get("kind") == "PersistentVolumeClaim":
        yield ("spec",), name_of(body)
    if body.get("kind") == "StatefulSet":
        for index, claim in enumerate(sequence(get(body, CLAIM_TEMPLATES))):
            yield (*CLAIM_TEMPLATES, index, "spec"), str(get(claim, ("metadata", "name")))
    found = pod_spec(body)
    if found is not None:
        for index, volume in enumerate(sequence(found[1].get("volumes"))):
            path = (*found[0], "volumes", index, *_EPHEMERAL)
            if get(volume, _EPHEMERAL) is not None:
                yield path, str(mapping(volume).get("name"))


def _is_more(wanted: Any, present: Any) -> bool:
    """Whether a size is larger than what is there; nothing is less than anything."""
    if present is None:
        return True
    try:
        return Quantity.parse(str(wanted)) > Quantity.parse(str(present))
    except InvalidInput:
        return False


@dataclass(frozen=True, slots=True)
class LimitFolders:
    """How much folders that are empty at first may hold, and whether they are kept in memory."""

    step: Step
    said: Mapping[str, Any]

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        return [self._object(body) for body in objects]

    def _object(self, body: Object) -> Object:
        found = pod_spec(body)
        if found is None:
            return body
        path, spec = found
        result = body
        for index, volume in enumerate(sequence(spec.get("volumes"))):
            folder = mapping(volume).get("emptyDir")
            if isinstance(folder, dict):
                changed = self._folder(folder, str(volume.get("name")))
                if changed is not folder:
                    result = replace_at(result, (*path, "volumes", index, "emptyDir"), changed)
        return result

    def _folder(self, folder: dict[str, Any], name: str) -> dict[str, Any]:
        own = mapping(mapping(self.said.get("volumes")).get(name))
        new = {key: str(value) for key, value in own.items() if value is not None}
        limit = self.said.get("sizeLimit")
        if limit is not None and "sizeLimit" not in new and not folder.get("sizeLimit"):
            new["sizeLimit"] = str(limit)
        changed: dict[str, Any] = overlaid(folder, new)
        return changed


@dataclass(frozen=True, slots=True)
class AllowExpansion:
    """Whether claims may grow, as the StorageClasses of the source say."""

    step: Step
    wanted: bool

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        return [
            overlaid(body, {"allowVolumeExpansion": self.wanted})
            if body.get("kind") == "StorageClass" and group(body) == "storage.k8s.io"
            else body
            for body in objects
        ]
