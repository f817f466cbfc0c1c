"""The ``secrets`` section of a preset: where the values of Secrets come from.

``placeholder`` writes markers, which are never applied. ``reference`` takes the Secret away: the
cluster has it, perhaps by another name. ``external-secrets`` has an operator fetch it. ``supplied``
changes nothing: the stored value is put in when the manifest is applied.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from migrations_app.domain.bundle import Facts, Object, Objects
from migrations_app.domain.errors import InvalidInput
from migrations_app.domain.manifests.resources import mapping, name_of
from migrations_app.domain.manifests.secret_markers import hidden
from migrations_app.domain.messages import msg
from migrations_app.domain.presets.layering import Settings
from migrations_app.domain.presets.sections.secrets import API_VERSIONS
from migrations_app.domain.provenance import Step
from migrations_app.domain.transforms.aims import Aim, Aimed, aimed
from migrations_app.domain.transforms.base import Recorded, Transform
from migrations_app.domain.transforms.external_secrets import FetchSecrets, Remote, is_kept
from migrations_app.domain.transforms.secret_references import RenameSecret

_KEYS = (
    "mode",
    "name",
    "keys",
    "store",
    "refreshInterval",
    "remoteKey",
    "property",
    "apiVersion",
)


def transforms(
    settings: Settings, _facts: Facts, _answers: Mapping[str, str]
) -> Iterator[Transform]:
    """What the section ``secrets`` asks for."""
    for found in aimed(settings, "secrets", _KEYS, _said, "names"):
        mode = found.value.get("mode")
        if mode == "placeholder":
            yield HideValues(found.step, found.aim)
        elif mode == "reference":
            yield from _references(found)
        elif mode == "external-secrets":
            why = msg(
                "The value comes from a store outside the cluster, set by the preset %(name)s.",
                name=found.step.by,
            )
            yield FetchSecrets(replace(found.step, why=why), found.aim, _remote(found.value))


def existing(settings: Settings, record: Iterable[Recorded]) -> frozenset[str]:
    """The names of Secrets that a preset says are in the cluster already."""
    dropped = {
        name_of(item.change.before)
        for item in record
        if not item.change.path and item.change.after is None and is_kept(item.change.before)
    }
    named = mapping(settings.section("secrets").get("names"))
    others = {str(mapping(own).get("name")) for own in named.values() if mapping(own).get("name")}
    return frozenset(dropped | others)


def _said(section: Mapping[str, Any]) -> Mapping[str, Any] | None:
    return section if section.get("mode") not in (None, "supplied") else None


def _references(found: Aimed) -> Iterator[Transform]:
    """References first: whoever mounts a whole Secret gets its keys, while it is still there."""
    name, renamed = found.value.get("name"), found.value.get("keys") or {}
    if found.aim.only and (name or renamed):
        (ours,) = found.aim.only
        yield RenameSecret(found.step, ours, name or ours, renamed)
    why = msg("The cluster has this Secret already, says the preset %(name)s.", name=found.step.by)
    yield DropSecrets(replace(found.step, why=why), found.aim)


def _remote(section: Mapping[str, Any]) -> Remote:
    store = section.get("store") or {}
    if not store.get("name"):
        raise InvalidInput(
            msg(
                "secrets.mode external-secrets needs a store. Write for example secrets.store: "
                "{name: vault, kind: ClusterSecretStore}."
            )
        )
    return Remote(
        store=store["name"],
        store_kind=store.get("kind") or "SecretStore",
        refresh=section.get("refreshInterval") or "1h",
        key=section.get("remoteKey") or "{secret}",
        property=section.get("property") or ("" if section.get("remoteKey") else "{key}"),
        version=section.get("apiVersion") or API_VERSIONS[0],
    )


@dataclass(frozen=True, slots=True)
class HideValues:
    """Markers in place of all values of Secrets."""

    step: Step
    aim: Aim

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        return [
            hidden(body) if is_kept(body) and self.aim.hits(name_of(body)) else body
            for body in objects
        ]


@dataclass(frozen=True, slots=True)
class DropSecrets:
    """No Secret where the cluster has one."""

    step: Step
    aim: Aim

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        return [
            None if is_kept(body) and self.aim.hits(name_of(body)) else body for body in objects
        ]
