"""What a member file is, told by its content and never by its name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from migrations_app.domain.bundle import SourceKind
from migrations_app.domain.reading.documents import Document
from migrations_app.domain.reading.kubernetes import is_kubernetes

_QUADLET = re.compile(
    r"^[ \t]*\[(?:Container|Pod|Kube|Volume|Network|Image|Build|Artifact|Quadlet)\]\s*$",
    re.MULTILINE,
)
_SYSTEMD = re.compile(r"^[ \t]*\[(?:Unit|Service|Install|Timer)\]\s*$", re.MULTILINE)
_RUN_LINE = re.compile(
    r"""^(?:\t+[@+-]+)?[ \t]*                                  # in a recipe of make
    (?:[$%❯][ \t]+)?                                          # the prompt of a session
    (?:[^#"'\n]{0,200}?(?:&&|\|\|?|;|\$\(|\{|\bthen\b|\bdo\b)[ \t]*)?  # behind another command
    (?:(?:sudo|exec|env|time|nohup|if|then|do|else|!|[A-Za-z_]\w*=[^\s"']*)[ \t]+
       (?:-\w+[ \t]+(?:\w+[ \t]+)?)?){0,5}
    (?:[\w./-]*/)?(?:podman|docker)(?:-remote)?
    (?:[ \t]+--?[\w-]+(?:[= \t][^\s-]\S*)?){0,4}
    [ \t]+(?:container[ \t]+)?(?:run|create|pod[ \t]+create)\b
    """,
    re.MULTILINE | re.VERBOSE,
)
_BEGINS_AS_UNIT = re.compile(
    r"\ufeff?(?:[ \t]*(?:[#;][^\n]*|-{3,}[ \t]*)?\n)*[ \t]*\[[^\]\n]+\][ \t]*(?:\n|$)"
)
_CARRIES = re.compile(r"\A#!|^[ >]*(?:```|~~~)|<<-?[ \t]*[\"'\\]?[A-Za-z_]", re.MULTILINE)
_VARIABLE_LINE = re.compile(
    r"""^[\t @+-]*(?:sudo[ \t]+)?["]?\$
    (?:\w+|[({]\w+(?::?[-=][\w./]+)?[)}]|\((?:which|command[ ]-v)[ ]\w+[^)\n]*\))["]?
    [ \t]+(?:container[ \t]+)?(?:run|create|pod[ \t]+create)[ \t]""",
    re.MULTILINE | re.VERBOSE,
)
_ENGINE = re.compile(
    r"""(?:[-=]|which[ ]|command[ ]-v[ ])[ \t"']*(?:sudo[ \t]+)?(?:[\w./-]*/)?(?:podman|docker)\b"""
)
_CONTAINERFILE = re.compile(
    r"(?:\s*(?:#[^\n]*|ARG\s[^\n]*)?\n)*"
    r"\s*FROM\s+(?:--platform=\S+\s+)?[\w.$][^\s,;]*(?:\s+AS\s+\S+)?\s*(?:\n|$)",
    re.IGNORECASE,
)
_COMPOSE = re.compile(r"^(?:services|include)\s*:", re.MULTILINE)
_RESOURCES = ("volumes", "networks", "secrets", "configs")
_COMPOSE_TOP = frozenset({"version", "name", "services", *_RESOURCES})
_ENV_LINE = re.compile(r"^(?:export\s+)?[A-Za-z_][A-Za-z0-9_.]*=")
_INSPECTION = (
    frozenset({"Id", "Config", "HostConfig"}),
    frozenset({"Id", "Config", "Mounts"}),
    frozenset({"Id", "Containers", "InfraContainerID"}),
    frozenset({"Id", "Containers", "CgroupParent"}),
    frozenset({"Id", "Containers", "NumContainers"}),
    frozenset({"Id", "RootFS"}),
    frozenset({"Id", "RepoTags"}),
    frozenset({"Name", "Driver", "Mountpoint"}),
    frozenset({"Name", "Driver", "IPAM"}),
    frozenset({"name", "driver", "network_interface"}),
    frozenset({"name", "driver", "subnets"}),
    frozenset({"name", "id", "driver"}),
)


def by_values(documents: Sequence[Document]) -> SourceKind | None:
    """The kind of a file that is YAML or JSON; None if its values say nothing."""
    values = [document.value for document in documents]
    if any(is_kubernetes(value) for value in values):
        return SourceKind.KUBERNETES
    if any(is_inspection(value) for value in values):
        return SourceKind.INSPECT
    if len(values) == 1 and _is_compose(values[0]):
        return SourceKind.COMPOSE
    if any(isinstance(value, dict) and ({"kind", "apiVersion"} & set(value)) for value in values):
        return SourceKind.KUBERNETES
    return None


def by_text(text: str) -> SourceKind | None:
    """The kind of a file by its lines, for what is neither YAML nor JSON."""
    unit = _unit(text)
    if unit is not None and (_BEGINS_AS_UNIT.match(text) or not _carries(text)):
        return unit
    if unit is not None or _RUN_LINE.search(text) or _runs_by_variable(text):
        return SourceKind.RUN_LINES
    if _CONTAINERFILE.match(text):
        return SourceKind.CONTAINERFILE
    if _COMPOSE.search(text):
        return SourceKind.COMPOSE
    lines = [s for line in text.splitlines() if (s := line.strip()) and not s.startswith("#")]
    if lines and all(_ENV_LINE.match(line) for line in lines):
        return SourceKind.ENV_FILE
    return None


def is_run_line(line: str) -> bool:
    """Whether a line of text calls an engine to make a container or a pod."""
    return bool(_RUN_LINE.match(line))


def _runs_by_variable(text: str) -> bool:
    """``$ENGINE run``, with the engine named elsewhere."""
    return bool(_VARIABLE_LINE.search(text) and _ENGINE.search(text))


def _unit(text: str) -> SourceKind | None:
    if _QUADLET.search(text):
        return SourceKind.QUADLET
    return SourceKind.SYSTEMD if _SYSTEMD.search(text) else None


def _carries(text: str) -> bool:
    """Whether the sections of a unit are a part of something else: a script that writes them, or a
    page that shows them."""
    return bool(_CARRIES.search(text) or _RUN_LINE.search(text))


def is_inspection(value: Any) -> bool:
    """An object of ``podman inspect`` and its kin, or a list of them."""
    if isinstance(value, list):
        return bool(value) and all(is_inspection(item) for item in value)
    return isinstance(value, dict) and any(needed <= set(value) for needed in _INSPECTION)


def _is_compose(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    if "include" in value or ("services" in value and not {"kind", "apiVersion"} & set(value)):
        return True
    if set(value) <= _COMPOSE_TOP and any(isinstance(value.get(key), dict) for key in _RESOURCES):
        return True
    plain = [v for key, v in value.items() if key not in ("version", "name")]
    return bool(plain) and all(
        isinstance(v, dict) and bool({"image", "build"} & set(v)) for v in plain
    )
