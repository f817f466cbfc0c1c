"""The ``security`` section of a preset: what pods and containers may do.

``level: restricted`` makes what Pod Security asks for: every capability dropped and only the needed
one added back, no escalation, the runtime's system calls, a user that is not root. What the source
says stays where the level allows it. What a container is given by name wins over all of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from migrations_app.domain.bundle import Facts, Object, Objects
from migrations_app.domain.manifests.resources import (
    map_pod_specs,
    map_spec_containers,
    mapping,
    sequence,
)
from migrations_app.domain.messages import msg
from migrations_app.domain.presets.layering import Settings
from migrations_app.domain.provenance import Step
from migrations_app.domain.transforms.aims import Aim, aimed
from migrations_app.domain.transforms.base import Transform
from migrations_app.domain.transforms.pod_security import (
    ALLOWED_CAPABILITIES,
    KeepToLevel,
    change_security,
    is_windows,
)
from migrations_app.domain.transforms.security_files import files
from migrations_app.domain.transforms.security_ports import low_ports
from migrations_app.domain.transforms.security_users import users

_ALL = "ALL"
_LOW_PORTS = "NET_BIND_SERVICE"

Values = Mapping[str, Any]


def who_runs(settings: Settings, facts: Facts, answers: Mapping[str, str]) -> Iterator[Transform]:
    """Users and groups, as long as images go by the names they were inspected under."""
    yield from users(settings, facts, answers)


def transforms(
    settings: Settings, _facts: Facts, _answers: Mapping[str, str]
) -> Iterator[Transform]:
    """What else the section ``security`` asks for."""
    for found in aimed(settings, "security", ("level",), _level):
        why = msg(
            "Pod Security does not allow it at the level %(level)s, set by the preset %(name)s.",
            level=found.value,
            name=found.step.by,
        )
        yield KeepToLevel(replace(found.step, why=why), found.aim, found.value)
    for found in aimed(settings, "security", ("capabilities", "level"), _capabilities):
        yield SetCapabilities(found.step, found.aim, *found.value)
    keys: tuple[str, ...] = ("allowPrivilegeEscalation", "level")
    for found in aimed(settings, "security", keys, _escalation):
        yield SetField(found.step, found.aim, "allowPrivilegeEscalation", found.value)
    for found in aimed(settings, "security", ("seccomp", "level"), _seccomp):
        yield SetField(found.step, found.aim, "seccompProfile", found.value)
    yield from files(settings)


def _level(section: Values) -> str | None:
    level = section.get("level")
    return None if level in (None, "none") else str(level)


def is_restricted(section: Values) -> bool:
    """Whether all that *restricted* asks for is to be made."""
    return section.get("level") == "restricted"


def _capabilities(
    section: Values,
) -> tuple[tuple[str, ...], tuple[str, ...], frozenset[str] | None] | None:
    said = section.get("capabilities") or {}
    drop = tuple(said.get("drop") or ((_ALL,) if is_restricted(section) else ()))
    add = tuple(said.get("add") or ())
    allowed = ALLOWED_CAPABILITIES[section.get("level") or "none"]
    return (drop, add, allowed) if drop or add else None


def _escalation(section: Values) -> bool | None:
    if section.get("allowPrivilegeEscalation") is not None:
        return bool(section["allowPrivilegeEscalation"])
    return False if is_restricted(section) else None


def _seccomp(section: Values) -> dict[str, Any] | None:
    said = section.get("seccomp") or ("RuntimeDefault" if is_restricted(section) else None)
    if isinstance(said, Mapping):
        return {"type": "Localhost", "localhostProfile": said["localhostProfile"]}
    return {"type": said} if said else None


@dataclass(frozen=True, slots=True)
class SetCapabilities:
    """Drop capabilities, and add back those that are asked for, written, or needed by a port.

    A runtime gives a container nine to fourteen capabilities by itself; after ``ALL`` it has what
    is added. ``allowed`` (None: any) are those that may be added at all.
    """

    step: Step
    aim: Aim
    drop: tuple[str, ...]
    add: tuple[str, ...] = ()
    allowed: frozenset[str] | None = None

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        return map_pod_specs(objects, self._pod)

    def _pod(self, _body: Object, spec: dict[str, Any]) -> Mapping[str, Any]:
        return spec if is_windows(spec) else map_spec_containers(spec, self._container)

    def _container(self, container: Mapping[str, Any]) -> Mapping[str, Any]:
        if not self.aim.hits(container.get("name")):
            return container
        security = mapping(container.get("securityContext"))
        if security.get("privileged"):
            return container
        written = mapping(security.get("capabilities"))
        made: dict[str, Any] = {
            "drop": self._dropped(sequence(written.get("drop"))),
            "add": self._added(container, written),
        }
        made = {**written, **made}
        made = {key: value for key, value in made.items() if value}
        return change_security(container, {**security, "capabilities": made})

    def _dropped(self, written: list[Any]) -> list[Any]:
        if _ALL in self.drop:
            return [_ALL]
        return [*written, *(name for name in self.drop if name not in written)]

    def _added(self, container: Mapping[str, Any], written: Mapping[str, Any]) -> list[Any]:
        added = [*sequence(written.get("add"))]
        wanted = [*self.add]
        if self._needs_low_ports(container, sequence(written.get("drop"))):
            wanted.append(_LOW_PORTS)
        added += [name for name in dict.fromkeys(wanted) if name not in added]
        return [name for name in added if self.allowed is None or name in self.allowed]

    def _needs_low_ports(self, container: Mapping[str, Any], dropped: list[Any]) -> bool:
        """Whether we are the ones who take away what a port below 1024 needs."""
        ours = _ALL in self.drop and _ALL not in dropped and _LOW_PORTS not in dropped
        return ours and bool(low_ports(container))


@dataclass(frozen=True, slots=True)
class SetField:
    """One field of the ``securityContext`` of containers.

    No cluster takes a privileged container that may not escalate; it stays as it is.
    """

    step: Step
    aim: Aim
    field: str
    value: Any

    def __call__(self, objects: Objects) -> Sequence[Object | None]:
        return map_pod_specs(objects, self._pod)

    def _pod(self, _body: Object, spec: dict[str, Any]) -> Mapping[str, Any]:
        return spec if is_windows(spec) else map_spec_containers(spec, self._container)

    def _container(self, container: Mapping[str, Any]) -> Mapping[str, Any]:
        security = mapping(container.get("securityContext"))
        if not self.aim.hits(container.get("name")) or (
            self.value is False and _powerful(security)
        ):
            return container
        return change_security(container, {**security, self.field: self.value})


def _powerful(security: Mapping[str, Any]) -> bool:
    added = sequence(mapping(security.get("capabilities")).get("add"))
    return bool(security.get("privileged")) or "SYS_ADMIN" in added or _ALL in added
